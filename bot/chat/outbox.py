"""The outbox: takes what is to be shown to the chats, one message after the other in each.

A post is an effect: every call is claimed before it is made and its end recorded after it. The
read table `Post` says what is due; it is rebuilt from facts, so a restart goes on where it was.
Only the newest state of a post matters, so rewriting coalesces.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from heapq import nsmallest
from typing import Final, Protocol

from msgspec.structs import replace

from bot import texts
from bot.channel import Attached
from bot.chat.composing import Call, next_call
from bot.chat.port import Adapter, ChatTrouble, Lost, RateLimited, Refused, Unreachable
from bot.chat.requests import ANSWER, LOW, URGENT, about
from bot.chat.subjects import Subjects
from ledger.domain.entities import Post, PostStatus
from ledger.domain.errors import CooError
from ledger.domain.events import AboutPosts, PostAdopted, PostFailed
from ledger.domain.facts import Fact
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment
from ledger.domain.pairing import ChatIdentity
from ledger.domain.reading import Blobs, Clock, Views
from ledger.domain.verdicts import Allow
from ledger.pauses import first_of, pause
from ledger.posting import PostClaimed, PostHeld, Posting, PostStale
from ledger.store import Ledger
from ledger.views import at

PACE_S: Final = 1.0
"""Seconds between two messages in one chat: what every service asks for."""

LOOK_S: Final = 0.25
"""How often posts of other processes are looked for."""

IDLE_S: Final = 5.0
"""How long at most a chat waits before it looks again at what is not due yet."""

HELD_S: Final = 10.0
"""How long a copy that must not act waits before it looks again."""

MOST_FAILURES: Final = 5
"""So often a call that failed for the moment is made again."""

PATIENCE: Final = 15
"""The same where doing it again doubles nothing: a card that was decided must lose its buttons."""

MOST_STUMBLES: Final = 3
"""So often it is tried to render a post before it is given up; the others go on meanwhile."""

_LONGEST_WAIT_S: Final = 300.0
_LOOKED_AT: Final = 20
"""Of a long queue so many are compared; the rest comes after them."""

_RANK: Final = {URGENT: 0, LOW: 2}
_log = logging.getLogger(__name__)


_Rank = tuple[int, bool, datetime]


class _Found(Enum):
    """What a look at a chat showed of a call whose end nobody saw."""

    SETTLED = "it is there, or cannot be said yet"
    NOTHING = "it is not there"
    HIDDEN = "nobody can tell"


class Timing(Protocol):
    """When a post may leave: attention's say. It delays and never drops."""

    async def not_before(self, post: Post, now: datetime) -> datetime | None:
        """The moment before which it stays here; None: it may leave now."""
        ...


class AtOnce:
    """Everything may leave as soon as its turn comes."""

    async def not_before(self, post: Post, now: datetime) -> datetime | None:  # noqa: ARG002 - the port's
        return None


class Outbox:
    """Works off the posts of all chats whose adapters it has. One process at a time a folder."""

    def __init__(
        self,
        ledger: Ledger,
        views: Views,
        blobs: Blobs,
        adapters: Iterable[Adapter],
        subjects: Subjects,
        clock: Clock,
        *,
        policy: Callable[[], str],
        timing: Timing | None = None,
        failpoints: Failpoints = UNWATCHED,
        pace: float = PACE_S,
    ) -> None:
        """`policy` names the rules in force; `pace`: seconds between two messages in a chat."""
        self._ledger, self._views, self._blobs, self._clock = ledger, views, blobs, clock
        self._adapters: Mapping[str, Adapter] = {each.channel: each for each in adapters}
        self._subjects = subjects
        self._posting = Posting(ledger)
        self._policy = policy
        self._timing = timing or AtOnce()
        self._failpoints = failpoints
        self._pace = pace
        self._queues: dict[str, dict[str, _Rank]] = {}
        self._ready: dict[str, datetime] = {}
        self._again: dict[str, datetime] = {}
        self._parked: dict[str, datetime] = {}
        self._stumbles: dict[str, int] = {}
        self._news = asyncio.Event()
        self._noticed = -1

    # --- working ----------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Take everything out as it comes, until `stop`; a call under way is waited for."""
        end = self._ledger.subscribe(self._wake)
        working: dict[str, asyncio.Task[None]] = {}
        try:
            while not stop.is_set():
                self._news.clear()
                await self._look(stop)
                for place in [each for each in self._queues if each not in working]:
                    working[place] = asyncio.create_task(self._chat(place, stop))
                    working[place].add_done_callback(partial(_ended, working, place))
                await first_of(self._news.wait(), pause(self._clock, LOOK_S, stop))
        finally:
            end()
            await asyncio.gather(*working.values(), return_exceptions=True)

    async def flush(self) -> None:
        """Take out everything that is due now, chat after chat, and return."""
        self._parked.clear()
        await self._notice()
        while places := list(self._queues):
            for place in places:
                await self._work_off(place, asyncio.Event(), waiting=False)
            await self._notice()
            if all(place in self._queues for place in places):
                return  # what is left is not due yet

    async def _chat(self, place: str, stop: asyncio.Event) -> None:
        try:
            await self._work_off(place, stop, waiting=True)
        except Exception as error:  # noqa: BLE001 - the disk may be back soon, and nothing is lost
            _log.error("The outbox of a chat waits: %s", type(error).__name__)
            await pause(self._clock, HELD_S, stop)

    async def _work_off(self, place: str, stop: asyncio.Event, *, waiting: bool) -> None:
        """One chat, post after post; `waiting` for those that are due only later."""
        while not stop.is_set():
            due = await self._due(place)
            queue = self._queues.get(place)
            now = self._clock.now()
            if not queue:
                self._queues.pop(place, None)
                return
            if post := await self._next(due, now):
                await self._turn(post, stop)
            elif due or not all(self._is_parked(name, now) for name in queue):
                continue  # there are more than were looked at
            elif waiting:
                left = (min(self._parked[name] for name in queue) - now).total_seconds()
                await first_of(self._news.wait(), pause(self._clock, left, stop))
            else:
                return

    async def _next(self, due: Sequence[Post], now: datetime) -> Post | None:
        """The first in rank whose turn may come now. The others make room for those behind them."""
        for post in sorted(due, key=_rank):
            when = await self._when(post, now)
            if when <= now:
                return post
            self._parked[post.id] = min(when, now + timedelta(seconds=IDLE_S))
        return None

    def _is_parked(self, name: str, now: datetime) -> bool:
        """Whether it was looked at a moment ago; a clock that is set back prolongs nothing."""
        until = self._parked.get(name)
        return until is not None and now < until <= now + timedelta(seconds=IDLE_S)

    async def _due(self, place: str) -> list[Post]:
        """The first in rank of what is to be done in a chat, as it is now."""
        queue = self._queues.setdefault(place, {})
        now = self._clock.now()
        open_ones = [name for name in queue if not self._is_parked(name, now)]
        names = nsmallest(_LOOKED_AT, open_ones, key=queue.__getitem__)
        if not names:
            return []
        found = []
        posts = await self._ledger.glance(
            lambda connection: at(connection, self._ledger.company).load_many(Post, names)
        )
        for name in names:
            loaded = posts.get(name)
            post = loaded.entity if loaded else None
            if isinstance(post, Post) and post.due:
                found.append(post)
            else:
                self._forget(queue, name)
        return found

    def _forget(self, queue: dict[str, _Rank], name: str) -> None:
        """Nothing is to be done about it any more."""
        for kept in (queue, self._parked, self._again, self._stumbles):
            kept.pop(name, None)

    async def _when(self, post: Post, now: datetime) -> datetime:
        """When its turn may come."""
        times = [now, self._again.get(post.id, now)]
        if post.not_before is not None and not post.message:
            times.append(post.not_before)
        if not post.message and post.status is PostStatus.WANTED and not post.done:
            times.append(await self._timing.not_before(post, now) or now)
        return max(times)

    async def _turn(self, post: Post, stop: asyncio.Event) -> None:
        """Wait until the chat takes a message, then see to one post."""
        adapter = self._adapters[post.channel]
        ready = self._ready.get(post.place)
        left = (ready - self._clock.now()).total_seconds() if ready else 0.0
        left = min(left, self._pace)  # a clock that is set back prolongs nothing
        if left > 0:
            await pause(self._clock, left, stop)
            if stop.is_set():
                return
            post = await self._views.get(Post, post.id) or post
        await self._see_to(post, adapter, stop)

    # --- one post ---------------------------------------------------------------------------------

    async def _see_to(self, post: Post, adapter: Adapter, stop: asyncio.Event) -> None:
        doubtful = post.status in {PostStatus.ATTEMPTED, PostStatus.UNKNOWN} and not post.message
        if doubtful and adapter.can_read_back:
            looked_up = await self._looked_up(post, adapter)
            if looked_up is _Found.SETTLED:
                return
            doubtful = looked_up is _Found.HIDDEN
        identity = await self._identity(post)
        try:
            call = await self._rendered(post, identity, adapter, repeated=doubtful)
        except Exception as error:  # noqa: BLE001 - one that cannot be shown must not keep back others
            await self._stumbled(post, error)
            return
        if call is None:
            await self._posting.withdrawn(post, texts.POST_NOT_NEEDED)
            return
        await self._claimed(post, call, adapter, stop, active=bool(identity and identity.active))

    async def _rendered(
        self, post: Post, identity: ChatIdentity | None, adapter: Adapter, *, repeated: bool
    ) -> Call | None:
        """The call that is due; None where nothing is left to be shown."""
        reply = await self._subjects.reply(post)
        if reply is None:
            return None
        limits, policy = adapter.limits, self._policy()
        return await next_call(
            post, reply, identity, limits, self._blobs, policy=policy, repeated=repeated
        )

    async def _stumbled(self, post: Post, error: Exception) -> None:
        """It cannot be shown: later, or where that is no use, not at all, which is reported."""
        what = type(error).__name__
        _log.error("A post about %r cannot be rendered: %s", about(post.subject)[0], what)
        self._again[post.id] = self._clock.now() + timedelta(seconds=HELD_S)
        if isinstance(error, CooError | OSError):
            return  # the disk may be back soon
        self._stumbles[post.id] = self._stumbles.get(post.id, 0) + 1
        if self._stumbles[post.id] >= MOST_STUMBLES and not post.message:
            trouble = texts.POST_BROKEN.put(what=what)
            await self._posting.given_up(post, *trouble, unreachable=False)

    async def _identity(self, post: Post) -> ChatIdentity | None:
        return await self._views.get(ChatIdentity, post.identity) if post.identity else None

    async def _looked_up(self, post: Post, adapter: Adapter) -> _Found:
        """Look up what the last call left, where nobody saw its end."""
        try:
            message = await adapter.find(post.chat, post.thread, post.id, post.tries)
        except (Unreachable, Refused) as trouble:
            _log.info("What is in a chat of %s cannot be read: %s", post.channel, trouble.cause)
            return _Found.HIDDEN
        except ChatTrouble as trouble:
            self._later(post, trouble)
            return _Found.SETTLED
        except Exception as error:  # noqa: BLE001 - whatever it is, the chat goes on
            _log.error("The adapter of %s stumbled: %s", post.channel, type(error).__name__)
            self._later(post, Lost(type(error).__name__))
            return _Found.SETTLED
        if message is None:
            return _Found.NOTHING
        await self._posting.delivered(post, post.tries, message, "found")
        return _Found.SETTLED

    async def _claimed(
        self, post: Post, call: Call, adapter: Adapter, stop: asyncio.Event, *, active: bool
    ) -> None:
        if not isinstance(call.attempt.verdict, Allow):
            await self._posting.withdrawn(post, texts.POST_LEFT_CHAT)
            return
        self._failpoints.reached(Moment.CLAIM_BEFORE)
        claim = await self._posting.claim(post, call.attempt, active=active)
        self._failpoints.reached(Moment.CLAIM_AFTER)
        match claim:
            case PostClaimed():
                tried = replace(post, tries=call.attempt.n)
                await self._made(tried, call, adapter, stop)
            case PostHeld():
                self._again[post.id] = self._clock.now() + timedelta(seconds=HELD_S)
            case PostStale():
                return

    async def _made(self, post: Post, call: Call, adapter: Adapter, stop: asyncio.Event) -> None:
        """Make the call until there is an end to record. The service's pauses are kept."""
        n = call.attempt.n
        while True:
            try:
                self._failpoints.reached(Moment.CALL_BEFORE)
                message = await _called(post, call, adapter)
                self._failpoints.reached(Moment.CALL_AFTER)
            except RateLimited as trouble:
                await pause(self._clock, trouble.retry_after, stop)
                if not stop.is_set():
                    continue
                await self._failed(post, n, trouble.cause, trouble.remedy, final=False)
            except ChatTrouble as trouble:
                await self._ended_badly(post, call, trouble)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody saw the end of it
                # No traceback: a client's own errors may quote an address with the token in it.
                _log.error("The adapter of %s stumbled: %s", post.channel, type(error).__name__)
                await self._ended_badly(post, call, Lost(f"{type(error).__name__} in the adapter."))
            else:
                await self._posting.delivered(post, n, message)
            break
        self._ready[post.place] = self._clock.now() + timedelta(seconds=self._pace)

    async def _ended_badly(self, post: Post, call: Call, trouble: ChatTrouble) -> None:
        """Record how it failed. What may be there twice already is not posted a third time."""
        n = call.attempt.n
        match trouble:
            case Unreachable():
                await self._failed(post, n, trouble.cause, trouble.remedy, unreachable=True)
            case Refused():
                await self._failed(post, n, trouble.cause, trouble.remedy)
            case Lost() if post.failures < self._patience(post) and not call.attempt.repeated:
                self._later(post, trouble)
                await self._posting.unknown(post, n, trouble.cause)
            case _:
                await self._failed(post, n, trouble.cause, "", unreachable=True)

    def _patience(self, post: Post) -> int:
        again = bool(post.message) or self._adapters[post.channel].can_read_back
        return PATIENCE if again else MOST_FAILURES

    async def _failed(
        self,
        post: Post,
        n: int,
        cause: str,
        remedy: str,
        *,
        final: bool = True,
        unreachable: bool = False,
    ) -> None:
        failure = PostFailed(
            post=post.id, n=n, cause=cause, remedy=remedy, final=final, unreachable=unreachable
        )
        await self._posting.failed(post, failure)

    def _later(self, post: Post, trouble: ChatTrouble) -> None:
        """Leave it alone for a while; longer each time."""
        asked = trouble.retry_after if isinstance(trouble, RateLimited) else 0.0
        wait = max(asked, min(2.0**post.failures, _LONGEST_WAIT_S))
        self._again[post.id] = self._clock.now() + timedelta(seconds=wait)

    # --- what there is to do ----------------------------------------------------------------------

    def _wake(self, facts: Sequence[Fact]) -> None:
        if any(isinstance(fact.event, AboutPosts) for fact in facts):
            self._news.set()

    async def _look(self, stop: asyncio.Event) -> None:
        """Notice what is due; where the disk refuses, that is said, and it is tried again."""
        try:
            await self._notice()
        except Exception as error:  # noqa: BLE001 - nothing is lost, and this loop must not end
            _log.error("What is to be posted cannot be read now: %s", type(error).__name__)
            await pause(self._clock, HELD_S, stop)

    async def _notice(self) -> None:
        """Put what is due into the queues of the chats: all of it at first, then what is new."""
        if self._noticed < 0:
            head = await self._ledger.head()
            for post in await self._views.find(Post, "due"):
                await self._queue(post)
            self._noticed = head.seq
        async for fact in self._ledger.facts(after_seq=self._noticed):
            if isinstance(fact.event, AboutPosts):
                if isinstance(fact.event, PostAdopted):
                    self._again.pop(fact.event.post, None)  # it is there: nothing to wait for
                found = await self._views.get(Post, fact.event.post)
                if found is not None and found.due:
                    await self._queue(found)
                    self._news.set()
            self._noticed = fact.seq

    async def _queue(self, post: Post) -> None:
        """Into the queue of its chat. Where a channel is not configured any more, it is given up,
        so that it goes elsewhere; what stands there already is rewritten when it is back."""
        if post.channel in self._adapters:
            self._parked.pop(post.id, None)
            self._queues.setdefault(post.place, {})[post.id] = _rank(post)
        elif not post.message:
            trouble = texts.POST_UNSERVED.put(channel=post.channel)
            await self._posting.given_up(post, *trouble, unreachable=True)


def _ended(working: dict[str, asyncio.Task[None]], place: str, _: object) -> None:
    working.pop(place, None)


async def _called(post: Post, call: Call, adapter: Adapter) -> str:
    """Make one call; the id of the message that is there then."""
    if isinstance(call.piece, Attached):
        file = call.piece
        return await adapter.upload(post.chat, post.thread, file.name, file.data, file.title)
    if not post.message:
        return await adapter.post(post.chat, post.thread, call.message())
    await adapter.edit(post.chat, post.message, call.message())
    for copy in post.copies:
        with suppress(Refused):
            await adapter.edit(post.chat, copy, call.message())
    return post.message


def _rank(post: Post) -> _Rank:
    """Answers and what is urgent first, then in the order in which it was asked for.

    Those of one moment keep their order in the queue, which is that of their facts.
    """
    answers = about(post.subject)[0] == ANSWER
    rank = 0 if answers else _RANK.get(post.urgency, 1)
    return (rank, not post.message, post.requested_at)
