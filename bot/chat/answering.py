"""The answering: takes whatever came in through a chat and has no answer yet, and answers it.

In order within a chat, many chats side by side. It works from the ledger alone: what waits is a
read table, what a person says is recorded under keys made of what came in, and the answer is asked
for together with the note that it was seen to, in one commit. So a crash anywhere, a second
delivery or another order of arrival change nothing: what was not seen to is seen to again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot import texts
from bot.channel import Card, CardKind, Reply
from bot.chat.buttons import Buttons
from bot.chat.context import seen_key
from bot.chat.doorstep import SILENCE, at_the_door
from bot.chat.port import Adapter
from bot.chat.replies import Replies
from bot.chat.requests import APPROVAL, FAILURE, QUESTION, Place, Requests, about
from bot.chat.signs import Signs
from bot.chat.slots import Slots
from bot.chat.subjects import OVER
from bot.chat.wordings import Wordings
from bot.commands.answers import trouble
from bot.opening import App
from bot.wording.untrusted import one_line
from bot.work.worker import Worker
from graph.desk import ROUTER
from ledger.domain.entities import Approval, ChatTurn, Post
from ledger.domain.errors import CooError, UnknownFact
from ledger.domain.events import (
    ApprovalSuperseded,
    Approved,
    ChatKind,
    ChatOutcome,
    ChatPaired,
    ChatReceived,
    ChatSeenTo,
    DoneByOperator,
    Event,
    Instructed,
    Postponed,
    PostRequested,
    QuestionAnswered,
    QuestionReplied,
    Rejected,
    StrangerRefused,
    Tapped,
    TapRefused,
    Told,
)
from ledger.domain.facts import Draft, Fact, derived_id
from ledger.domain.folding_chat import WAITING, waiting_in
from ledger.domain.pairing import ChatIdentity
from ledger.domain.speakers import paired
from ledger.domain.values import DESK
from ledger.pauses import first_of, pause

NAME: Final = "answering"
LOOK_S: Final = 5.0
"""How often it is looked whether something waits that nobody was woken for."""
AGAIN_S: Final = 10.0
"""How long a chat waits for a disk that takes nothing."""
AT_ONCE: Final = 4
"""So many chats are answered at one moment: what comes in meanwhile must be acknowledged soon."""
SLOW_S: Final = 0.5
"""What takes longer waits for something else, and keeps nobody from their turn."""
MOST_KEPT: Final = 200
"""Answers that wait in memory for their turn to leave; older ones are made again then."""
FORGOTTEN: Final = timedelta(minutes=1)
"""How long the router may take to say who a stranger is."""

_SUBJECTS: Final = {
    CardKind.APPROVAL: APPROVAL,
    CardKind.DECIDED: APPROVAL,
    CardKind.QUESTION: QUESTION,
    CardKind.FAILURE: FAILURE,
}
_ROUTED: Final = (
    ChatPaired,
    StrangerRefused,
    TapRefused,
    Approved,
    Rejected,
    Instructed,
    Postponed,
    DoneByOperator,
    ApprovalSuperseded,
    QuestionAnswered,
    Told,
)
"""What the router says of what came in, or of a tap: an answer may wait for it."""

_log = logging.getLogger(__name__)


class Seen(Struct, frozen=True, kw_only=True):
    """What became of one thing that came in. `posts` are what is to be shown for it."""

    outcome: ChatOutcome
    reply: Reply | None = None
    place: Place | None = None
    instead: str = ""
    case: str = ""


class Answering:
    """Works off what waits. `replies` says what, this says when, and that it was done."""

    def __init__(
        self,
        app: App,
        worker: Worker,
        buttons: Buttons,
        requests: Requests,
        services: Mapping[str, Adapter],
    ) -> None:
        self._app, self._requests, self._signs = app, requests, Signs(services)
        self._replies = Replies(app, worker, buttons, services, self._signs)
        self._wordings = Wordings(app.ledger, app.views)
        self._working: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._kept: OrderedDict[str, Reply] = OrderedDict()
        self._stop = asyncio.Event()
        self._news = asyncio.Event()
        self._unsaid = False
        self._judged = 0
        self._slots = Slots(AT_ONCE, SLOW_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Answer everything as it comes, until `stop`; what is under way is finished."""
        self._stop = stop
        end = self._app.ledger.subscribe(self._heard)
        try:
            while not stop.is_set():
                self._news.clear()
                await self._look()
                await first_of(self._news.wait(), pause(self._app.clock, LOOK_S, stop))
        finally:
            end()
            await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def settle(self) -> None:
        """Answer what waits now, and return when that is done."""
        await self._look()
        while self._working:
            await asyncio.gather(*self._working.values())

    async def render(self, post: Post) -> Reply | None:
        """The answer that a post of the outbox stands for: the one at hand, else made again."""
        _, received = about(post.subject)
        kept = self._kept.get(received)
        if kept is not None:
            return kept
        fact = await self._app.ledger.fact(received)
        if not isinstance(fact.event, ChatReceived):
            return None
        who = await self._app.views.get(ChatIdentity, post.identity) if post.identity else None
        judged = isinstance(await self._routed(fact), ChatPaired | StrangerRefused)
        if judged or who is None:
            seen = await self._doorstep(fact, fact.event, who)
        else:
            seen = await self._answered(fact, fact.event, who, before=post.id)
        return await self._as_before(seen.reply, post) if seen and seen.reply else None

    async def _as_before(self, reply: Reply, post: Post) -> Reply:
        """An answer made again puts nothing else before the person than it did: what would stand
        there now belongs to no button of it."""
        cards = await self._replies.cards_behind(post)
        if tuple(card.about for card in reply.cards) in {(), cards}:
            return reply
        return replace(reply, cards=()) if len(cards) > 1 else OVER

    # --- who works when ---------------------------------------------------------------------------

    def _heard(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            match fact.event:
                case ChatReceived(channel=channel, chat=chat):
                    self._wake(channel, chat)
                case event if isinstance(event, _ROUTED):
                    self._judged += 1
                    if self._unsaid:
                        self._news.set()
                case _:
                    pass

    async def _look(self) -> None:
        self._unsaid = False
        try:
            waiting = await self._app.views.find(ChatTurn, WAITING)
        except CooError as error:
            _log.warning("What waits for an answer cannot be read now: %s", error)
            return
        for turn in waiting:
            self._wake(turn.channel, turn.chat)

    def _wake(self, channel: str, chat: str) -> None:
        place = f"{channel}:{chat}"
        if place in self._working:
            self._again.add(place)
            return
        task = asyncio.ensure_future(self._work(channel, chat))
        self._working[place] = task
        task.add_done_callback(lambda _: self._through(channel, chat))

    def _through(self, channel: str, chat: str) -> None:
        """A chat is through; what came in while its task was ending is not left lying."""
        place = f"{channel}:{chat}"
        self._working.pop(place, None)
        if place in self._again and not self._stop.is_set():
            self._wake(channel, chat)

    async def _work(self, channel: str, chat: str) -> None:
        """One chat, until nothing waits in it that can be answered now."""
        place = f"{channel}:{chat}"
        self._again.add(place)
        while place in self._again:
            self._again.discard(place)
            found = await self._app.views.find(ChatTurn, waiting_in(channel, chat))
            for turn in sorted(found, key=lambda each: (each.sent, each.id)):
                async with self._slots.taken():
                    await self._patiently(turn)
            if self._stop.is_set():
                return

    async def _patiently(self, turn: ChatTurn) -> None:
        """See to it; where the disk refuses, again and again."""
        while not self._stop.is_set():
            try:
                judged = self._judged
                if not await self._see_to(turn):
                    self._waits_for_router(judged)
            except CooError as error:
                _log.warning("An answer waits: %s", error)
                await pause(self._app.clock, AGAIN_S, self._stop)
            except Exception:  # noqa: BLE001  # whatever it is, the others in the chat get their answers
                _log.exception("What came in is left for the next look.")
                return
            else:
                return

    def _waits_for_router(self, judged: int) -> None:
        """Look again when the router has spoken, which may be since `judged`."""
        self._unsaid = True
        if judged != self._judged:
            self._news.set()

    # --- one turn ---------------------------------------------------------------------------------

    async def _see_to(self, turn: ChatTurn) -> bool:
        """Answer it, and note that; False where it cannot be said yet who it is from."""
        fact = await self._app.ledger.fact(turn.id)
        received = fact.event
        if not isinstance(received, ChatReceived):
            return False
        overtaken = await self._wordings.overtaken(turn)
        if overtaken is not None:
            await self._close(fact, Seen(outcome=overtaken.outcome, instead=overtaken.instead))
            return True
        who = await paired(self._app.views, received.channel, received.user)
        judged = isinstance(await self._routed(fact), ChatPaired | StrangerRefused)
        if judged or who is None:
            seen = await self._doorstep(fact, received, who)
        else:
            seen = await self._whole(turn, fact, received, who)
        if seen is not None:
            await self._close(fact, seen)
        return seen is not None

    async def _whole(
        self, turn: ChatTurn, fact: Fact, received: ChatReceived, who: ChatIdentity
    ) -> Seen | None:
        """The answer with regard to what was done about earlier wordings."""
        if turn.kind in {ChatKind.EDITED, ChatKind.DELETED}:
            if await self._wordings.same_as_before(turn, received):
                return Seen(outcome=ChatOutcome.SILENT)
            done = await self._wordings.done_about(turn)
            if done:
                reply = await self._wordings.acted_upon(turn, done)
                return _answer(reply, _place(received, who), "")
        return await self._answered(fact, received, who)

    async def _answered(
        self, fact: Fact, received: ChatReceived, who: ChatIdentity, before: str = ""
    ) -> Seen | None:
        """The answer to one thing; None where the router has not said yet what counts.

        What was recorded because of it before a crash is told, never done again.
        """
        place = _place(received, who)
        done = await self._wordings.said_by(fact.id)
        if done:
            return await self._after(done, fact, received, place)
        reply, case = await self._made(fact, received, who, before)
        if reply is not None:
            return _answer(reply, place, case)
        done = await self._wordings.said_by(fact.id)
        if not done:
            return Seen(outcome=ChatOutcome.SILENT)
        return await self._after(done, fact, received, place)

    async def _made(
        self, fact: Fact, received: ChatReceived, who: ChatIdentity, before: str
    ) -> tuple[Reply | None, str]:
        """What the commands say, and about which case. Whatever goes wrong, it is said."""
        try:
            async with self._signs.around(received):
                turn = await self._replies.turn(fact, received, who, before)
                return await self._replies.reply(turn, who), turn.case
        except CooError as error:
            return Reply(lines=(error.cause, error.remedy), trouble=True), ""
        except Exception as error:  # noqa: BLE001  # whatever it is, the person gets an answer
            _log.exception("What came in could not be answered.")
            return trouble(texts.CHAT_BROKEN, what=type(error).__name__), ""

    async def _after(
        self, done: Sequence[Fact], fact: Fact, received: ChatReceived, place: Place
    ) -> Seen | None:
        """What is said once it is recorded: a tap that counts is answered by its card."""
        decided = isinstance(done[0].event, Tapped | QuestionReplied)
        if not decided or received.kind not in {ChatKind.TAP, ChatKind.FORM}:
            return _answer(await self._wordings.noted(done), place, "")
        routed = await self._routed(done[0])
        if routed is None:
            late = self._app.clock.now() - fact.at >= FORGOTTEN
            return _answer(await self._wordings.noted(done), place, "") if late else None
        if not isinstance(routed, TapRefused):
            return Seen(outcome=ChatOutcome.SILENT)
        approval = await self._app.views.get(Approval, routed.approval)
        card = texts.CARD_NUMBER.format(number=approval.number) if approval else texts.CARD_UNKNOWN
        line = texts.SAY_REFUSED.format(card=card, who="", why=one_line(routed.why, 300))
        return _answer(Reply(lines=(line,), trouble=True), place, "")

    async def _routed(self, said: Fact) -> Event | None:
        """What the router made of a fact, or None as long as it has not come to it."""
        try:
            return (await self._app.ledger.fact(derived_id(said.id, ROUTER, 0))).event
        except UnknownFact:
            return None

    async def _doorstep(
        self, fact: Fact, received: ChatReceived, who: ChatIdentity | None
    ) -> Seen | None:
        """The answer to somebody who is not paired, or was not when they wrote."""
        reply = await at_the_door(self._app.views, self._app.ledger, fact)
        if reply is None:
            late = self._app.clock.now() - fact.at >= FORGOTTEN
            return Seen(outcome=ChatOutcome.SILENT) if late else None
        if reply == SILENCE:
            return Seen(outcome=ChatOutcome.SILENT)
        return _answer(reply, _place(received, who), "")

    # --- the end of it ----------------------------------------------------------------------------

    async def _close(self, fact: Fact, seen: Seen) -> None:
        """Note it, and ask for its posts: one commit."""
        cards = seen.reply.cards if seen.reply else ()
        noted = ChatSeenTo(
            received=fact.id,
            outcome=seen.outcome,
            instead=seen.instead,
            cards=tuple(card.about for card in cards),
            case=seen.case,
        )
        drafts = [_says(fact, noted, seen_key(fact.id))]
        if seen.reply is not None and seen.place is not None:
            self._keep(fact.id, seen.reply)
            drafts += self._posts(fact, cards, seen.place)
        await self._app.ledger.append(drafts)

    def _posts(self, fact: Fact, cards: Sequence[Card], place: Place) -> list[Draft]:
        """The answer; several cards are messages of their own behind it, so that each is tapped
        and rewritten by itself."""
        asked = [self._requests.answer(fact, place)]
        if len(cards) > 1:
            subjects = [
                f"{_SUBJECTS[card.kind]}:{card.about}" for card in cards if card.kind in _SUBJECTS
            ]
            asked += [self._requests.post(each, fact.id, place) for each in subjects]
        return [_says(fact, each, f"asked:{each.post}") for each in asked]

    def _keep(self, received: str, reply: Reply) -> None:
        self._kept[received] = reply
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _answer(reply: Reply, place: Place, case: str) -> Seen:
    bare = replace(reply, waits_for="", leave=False)
    return Seen(outcome=ChatOutcome.ANSWERED, reply=bare, place=place, case=case)


def _place(received: ChatReceived, who: ChatIdentity | None) -> Place:
    """Where the answer goes: into the thread; of a command in front of others, in private."""
    private = received.kind is ChatKind.COMMAND and not received.direct and who is not None
    if private and who is not None and who.chat:
        chat, thread = who.chat, ""
    else:
        chat = received.chat
        thread = received.thread or ("" if received.direct else received.message)
    return Place(
        channel=received.channel,
        chat=chat,
        thread=thread,
        identity=who.id if who else "",
        operator=who.operator if who else "",
    )


def _says(fact: Fact, event: ChatSeenTo | PostRequested, key: str) -> Draft:
    return Draft(case=DESK, event=event, key=key, by=NAME, cause=fact.id)
