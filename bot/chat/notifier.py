"""The notifier: has everybody who is paired told what is worth telling, once, in their own chats.

A subscriber. It says only that something is to be posted, or that a post is out of date; what a
post shows is rendered when it leaves. It needs no token, and nothing happens in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot import texts
from bot.chat.requests import (
    APPROVAL,
    FACT,
    FAILURE,
    LOW,
    NORMAL,
    QUESTION,
    URGENT,
    Requests,
    home_of,
)
from bot.notices.announcer import LOUD_COUNTS
from bot.notices.notices import TOLD
from ledger.domain import events
from ledger.domain.claims import concerns
from ledger.domain.entities import (
    Action,
    Approval,
    ApprovalStatus,
    Case,
    Commitment,
    Failure,
    Post,
    PostStatus,
    Question,
    Stop,
)
from ledger.domain.events import (
    ChatPaired,
    ChatRevoked,
    ChatRoleChanged,
    Event,
    FailureCleared,
    FailureReported,
    PostDelivered,
    PostFailed,
    PostOutdated,
    PostWithdrawn,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction
from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.reading import Views
from ledger.domain.values import DESK, PLAYBOOK
from ledger.posting import OUTBOX, chat_failure

NOTIFIER: Final = "notifier"
"""The subscriber's name: it signs the facts and names the cursor."""

_DECIDED: Final = (
    events.Approved,
    events.Rejected,
    events.DoneByOperator,
    events.Postponed,
    events.ApprovalSuperseded,
    events.ApprovalExpired,
    events.ApprovalProlonged,
    events.MailWaits,
    events.QuestionAnswered,
    events.QuestionWithdrawn,
    events.ActionProposed,
    events.ActionSucceeded,
    events.ActionFailed,
    events.ActionUnknown,
    events.ActionWithheld,
    events.MailBounced,
)
"""After these a card reads otherwise, wherever it was decided."""

_SETTLED: Final = (
    events.CommitmentKept,
    events.CommitmentBroken,
    events.CommitmentWithdrawn,
    events.CommitmentMoved,
)
"""After these a list of what is due reads otherwise."""

_BROKEN: Final = (FailureReported, events.CaseStuck)
_MENDED: Final = (FailureCleared, events.CaseUnstuck)
_HALTING: Final = (events.StopOrdered, events.ResumeOrdered)
_ASKING: Final = (events.ApprovalRequested, events.QuestionAsked)
_ANSWERED_THERE: Final = (events.TapRefused, *_DECIDED)
"""Told by the card itself, or to who tapped."""

_NEWS: Final[tuple[type[Event], ...]] = tuple(
    TOLD - {*_ASKING, *_BROKEN, *_ANSWERED_THERE, events.GistMade} | {events.ActionSucceeded}
)
_LOUD: Final = (
    events.DigestMade,
    events.CommitmentsDue,
    events.StopOrdered,
    events.PolicyRefused,
    events.CopySuperseded,
    *_MENDED,
)
_FOR_OWNERS: Final = (
    ChatPaired,
    ChatRevoked,
    ChatRoleChanged,
    events.StrangerRefused,
    events.ConfirmationAsked,
    events.ChangeConfirmed,
    events.ChangeRefused,
)
_CHAT: Final = (ChatPaired, ChatRevoked, ChatRoleChanged, PostFailed, PostDelivered)
_WANTED: Final[tuple[type[Event], ...]] = (
    *_NEWS,
    *_ASKING,
    *_BROKEN,
    *_MENDED,
    *_DECIDED,
    *_HALTING,
    *_CHAT,
    *_SETTLED,
    events.CaseErased,
    events.GistMade,
)

AGAIN_AFTER: Final = timedelta(hours=6)
"""When something that goes on and on is told again."""

_DEAD: Final = frozenset({PostStatus.UNDELIVERABLE, PostStatus.WITHDRAWN})


class Notifier:
    """Returns `PostRequested` and `PostOutdated`, and says which chats cannot be reached."""

    def __init__(self, views: Views, requests: Requests, *, since: datetime | None) -> None:
        """`since`: when the first of those who are paired now was; None for nobody."""
        self._views, self._requests, self._since = views, requests, since
        self._told_at: dict[str, datetime] = {}

    @property
    def name(self) -> str:
        return NOTIFIER

    def wants(self, fact: Fact) -> bool:
        """What is told, or changes what stands in a chat; nothing before anybody is paired.

        Facts come in order, so the pairing that begins it all is taken note of right here: no fact
        after it is passed over.
        """
        if isinstance(fact.event, ChatPaired):
            self._since = min(self._since or fact.at, fact.at)
        if self._since is None or fact.at < self._since or not isinstance(fact.event, _WANTED):
            return False
        match fact.event:
            case PostFailed() as event:
                return event.final
            case PostDelivered() as event:
                return event.again
            case _:
                return True

    async def handle(self, delivery: Delivery) -> Reaction:
        """The posts that follow from one fact."""
        fact = delivery.fact
        readers = await self._readers(fact)
        said: list[Draft] = []
        match fact.event:
            case ChatRevoked() as event:
                said = [*await self._closed(event.identity), *await self._told(fact, readers)]
            case ChatRoleChanged() as event:
                closed = await self._closed(event.identity, revoked=False)
                said = [*closed, *await self._told(fact, readers)]
            case PostFailed() as event:
                said = await self._fallen_back(event, fact)
            case PostDelivered() as event:
                said = await self._recovered(event)
            case _:
                said = [*await self._rewritten(fact), *await self._told(fact, readers)]
        return Reaction(drafts=tuple(said))

    # --- who hears of it --------------------------------------------------------------------------

    async def _readers(self, fact: Fact) -> list[ChatIdentity]:
        """Who was paired when it happened, and still is; a newcomer is welcomed instead.

        Who may speak here, and where money goes, is the owners' business.
        """
        active = await self._views.find(ChatIdentity, "active")
        came = fact.event.identity if isinstance(fact.event, ChatPaired) else ""
        known = [each for each in active if each.paired_at <= fact.at and each.id != came]
        if not isinstance(fact.event, _FOR_OWNERS):
            return known
        return [each for each in known if each.role is Role.OWNER]

    async def _told(self, fact: Fact, readers: Sequence[ChatIdentity]) -> list[Draft]:
        subject, urgency = await self._subject(fact)
        if not subject:
            return []
        wanting = [each for each in readers if _concerned(subject, each)]
        if isinstance(fact.event, events.DigestMade):
            wanting = _one_each(wanting)
        return [
            _draft(self._requests.post(subject, fact.id, home_of(each), urgency=urgency), fact.case)
            for each in wanting
        ]

    async def _subject(self, fact: Fact) -> tuple[str, str]:
        """What is to be shown of a fact, and how urgently; "" where nothing new is."""
        match fact.event:
            case events.ApprovalRequested(approval=name):
                return f"{APPROVAL}:{name}", NORMAL
            case events.QuestionAsked(question=name):
                return f"{QUESTION}:{name}", NORMAL
            case FailureReported(failure=name):
                return await self._failure(name), URGENT
            case events.CaseStuck():
                return await self._failure(fact.case), URGENT
            case events.ActionSucceeded(action=name):
                return await self._outcome(name, fact), LOW
            case events.PlannerFellBack(part=part, used=used):
                return self._once(f"{part}:{used}", fact) if used == PLAYBOOK else "", LOW
            case events.PolicyRefused(file=file):
                return self._once(file, fact), NORMAL
            case events.StrangerRefused(told=False):
                return "", LOW
            case event if isinstance(event, _NEWS):
                return f"{FACT}:{fact.id}", NORMAL if isinstance(event, _LOUD) else LOW
            case _:
                return "", LOW

    async def _failure(self, name: str) -> str:
        """A failure is told once, and again only after it had been mended."""
        failure = await self._views.get(Failure, name)
        told = await self._views.find(Post, f"subject:{FAILURE}:{name}")
        since = failure.since if failure else None
        again = since is None or not any(post.requested_at >= since for post in told)
        return f"{FAILURE}:{name}" if again else ""

    async def _outcome(self, action: str, fact: Fact) -> str:
        """What was done without a card is told; else the card itself says what came of it."""
        found = await self._views.get(Action, action)
        asked = found.approval if found else ""
        shown = await self._posts(f"{APPROVAL}:{asked}", asked) if asked else []
        return "" if shown else f"{FACT}:{fact.id}"

    def _once(self, key: str, fact: Fact) -> str:
        """What goes on and on is told now and then."""
        last = self._told_at.get(key)
        if last is not None and fact.at < last + AGAIN_AFTER:
            return ""
        self._told_at[key] = fact.at
        return f"{FACT}:{fact.id}"

    # --- what reads otherwise now -----------------------------------------------------------------

    async def _rewritten(self, fact: Fact) -> list[Draft]:
        """The posts that are out of date by a fact: of an erased case all, whatever they said, and
        the questions on the desk, since "Same person?" names who may just have been erased.
        """
        if isinstance(fact.event, events.CaseErased):
            posts = await self._views.all(Post, case=fact.case)
            desk = await self._views.all(Post, case=DESK)
            asked = [post for post in desk if post.subject.startswith(f"{QUESTION}:")]
            return [_outdated(post, "erased") for post in (*posts, *asked) if post.message]
        found: dict[str, Post] = {}
        for subject, approval in await self._altered(fact):
            for post in await self._posts(subject, approval):
                if post.tries:  # what has not left yet will show the newest state anyway
                    found[post.id] = post
        return [_outdated(post, type(fact.event).__name__) for post in found.values()]

    async def _altered(self, fact: Fact) -> list[tuple[str, str]]:
        """The subjects that a fact alters, with the approval that may also be bound elsewhere."""
        event = fact.event
        if isinstance(event, _HALTING):
            return [(f"{APPROVAL}:{each}", each) for each in await self._halted(event)]
        if isinstance(event, events.GistMade):
            return await self._open_in(fact.case)
        if isinstance(event, _SETTLED):
            known = await self._views.get(Commitment, event.commitment)
            return [(f"{FACT}:{known.notice}", "")] if known and known.notice else []
        if isinstance(event, (*_MENDED, FailureReported)):
            return await self._counted(event, fact)
        if not isinstance(event, _DECIDED):
            return []
        if question := getattr(event, "question", ""):
            return [(f"{QUESTION}:{question}", "")]
        action = getattr(event, "replaces", "") or getattr(event, "action", "")
        if isinstance(event, events.ActionProposed) and not event.replaces:
            return []
        approval = getattr(event, "approval", "") or await self._approval_of(action)
        failed = [(f"{FAILURE}:{action}", "")] if action else []
        return [*([(f"{APPROVAL}:{approval}", approval)] if approval else []), *failed]

    async def _open_in(self, case: str) -> list[tuple[str, str]]:
        """The cards of a case that can still be decided: they show what was written."""
        approvals = await self._views.all(Approval, case=case)
        questions = await self._views.all(Question, case=case)
        waits = {ApprovalStatus.PENDING, ApprovalStatus.POSTPONED}
        asked = [(f"{APPROVAL}:{each.id}", each.id) for each in approvals if each.status in waits]
        return [*asked, *[(f"{QUESTION}:{q.id}", "") for q in questions if q.status == "open"]]

    async def _approval_of(self, action: str) -> str:
        found = await self._views.get(Action, action) if action else None
        return found.approval if found else ""

    async def _counted(self, event: Event, fact: Fact) -> list[tuple[str, str]]:
        """A failure's card is rewritten when it is over, and at round numbers while it lasts."""
        name = getattr(event, "failure", "") or fact.case
        failure = await self._views.get(Failure, name)
        lasting = isinstance(event, FailureReported)
        if lasting and (failure is None or failure.count not in LOUD_COUNTS):
            return []
        return [(f"{FAILURE}:{name}", "")]

    async def _halted(self, event: Event) -> list[str]:
        """The undecided approvals that a stop, or its end, concerns."""
        scope, target = getattr(event, "scope", ""), getattr(event, "target", "")
        stop = await self._views.get(Stop, f"{scope}:{target}")
        found = []
        for status in ("pending", "postponed"):
            for approval in await self._views.find(Approval, f"status:{status}"):
                action = await self._views.get(Action, approval.action)
                case = await self._views.get(Case, approval.case)
                if stop is not None and action is not None and concerns(stop, action, case):
                    found.append(approval.id)
        return found

    async def _posts(self, subject: str, approval: str) -> list[Post]:
        """The posts of a subject, and those that show an approval among other things."""
        found = [*await self._views.find(Post, f"subject:{subject}")]
        if approval:
            found += await self._views.find(Post, f"bound:{approval}")
        alive = {post.id: post for post in found if post.status not in _DEAD}
        return list(alive.values())

    # --- chats that come and go -------------------------------------------------------------------

    async def _closed(self, name: str, *, revoked: bool = True) -> list[Draft]:
        """What stands in a chat that may do less now is rewritten; what has not left stays here."""
        identity = await self._views.get(ChatIdentity, name)
        if identity is None:
            return []
        place = f"chat:{identity.channel}:{identity.chat}"
        posts = [p for p in await self._views.find(Post, place) if p.identity == name]
        withdrawn = [post for post in posts if revoked and not post.message and not post.tries]
        gone = [
            _draft(PostWithdrawn(post=post.id, why=texts.POST_LEFT_CHAT), post.case)
            for post in withdrawn
        ]
        alive = [_outdated(post, "chat") for post in posts if post not in withdrawn]
        return [*gone, *alive, *(await self._mended(identity) if revoked else [])]

    async def _mended(self, identity: ChatIdentity) -> list[Draft]:
        """That a chat cannot be reached matters no more once it is revoked."""
        name = chat_failure(identity.channel, identity.chat)
        broken = await self._views.get(Failure, name)
        if broken is None or broken.cleared:
            return []
        return [_draft(FailureCleared(failure=name, how=texts.CHAT_REVOKED), DESK)]

    async def _fallen_back(self, event: PostFailed, fact: Fact) -> list[Draft]:
        """What could not be shown goes to another chat of the same operator, and is reported."""
        post = await self._views.get(Post, event.post)
        if post is None or not post.operator:
            return []  # a stranger who cannot be answered is nobody's trouble
        others = await self._others(post)
        said = [
            _draft(
                self._requests.post(
                    post.subject,
                    fact.id,
                    home_of(other),
                    urgency=post.urgency,
                    instead_of=post.id,
                ),
                post.case,
            )
            for other in await self._untried(post, others)
            if not post.message and not await self._shown_to(post, other)
        ]
        return [*said, *await self._reported(post, event, others)]

    async def _others(self, post: Post) -> list[ChatIdentity]:
        """The other chats of the same operator, those in another channel first."""
        found = await self._views.find(ChatIdentity, f"operator:{post.operator}")
        others = [each for each in found if (each.channel, each.chat) != (post.channel, post.chat)]
        return sorted(others, key=lambda each: (each.channel == post.channel, each.paired_at))

    async def _untried(self, post: Post, others: Sequence[ChatIdentity]) -> list[ChatIdentity]:
        """The first chat that it did not fail in: two that are gone must not refer to each other
        for ever."""
        tried = {(post.channel, post.chat)}
        while post.instead_of and (before := await self._views.get(Post, post.instead_of)):
            post = before
            tried.add((post.channel, post.chat))
        return [each for each in others if (each.channel, each.chat) not in tried][:1]

    async def _shown_to(self, post: Post, other: ChatIdentity) -> bool:
        posts = await self._posts(post.subject, "")
        return any(each.identity == other.id for each in posts)

    async def _reported(
        self, post: Post, event: PostFailed, others: Sequence[ChatIdentity]
    ) -> list[Draft]:
        """One failure a chat, however many posts it keeps back."""
        name = chat_failure(post.channel, post.chat) if event.unreachable else f"post:{post.id}"
        known = await self._views.get(Failure, name)
        if (known is not None and not known.cleared) or (post.message and not event.unreachable):
            return []
        if post.subject.startswith(f"{FAILURE}:post:") and not event.unreachable:
            return []  # that a report cannot be shown is not reported once more, and so on
        channels = ", ".join(dict.fromkeys(each.channel for each in others))
        where = (
            texts.CHAT_FALLBACK.format(channels=channels) if channels else texts.CHAT_NO_FALLBACK
        )
        what = texts.CHAT_DOWN if event.unreachable else texts.POST_REFUSED
        not_done = texts.CHAT_DOWN_NOT_DONE if event.unreachable else texts.POST_REFUSED_NOT_DONE
        failure = FailureReported(
            failure=name,
            what=what.format(operator=post.operator or "?", channel=post.channel),
            not_done=not_done,
            owner=OUTBOX,
            remedies=tuple(filter(None, (event.remedy, where))),
            cause=event.cause,
        )
        return [_draft(failure, DESK)]

    async def _recovered(self, event: PostDelivered) -> list[Draft]:
        post = await self._views.get(Post, event.post)
        name = chat_failure(post.channel, post.chat) if post else ""
        known = await self._views.get(Failure, name)
        if post is None or known is None or known.cleared:
            return []
        how = texts.CHAT_UP.format(channel=post.channel)
        return [_draft(FailureCleared(failure=name, how=how), DESK)]


async def paired_since(views: Views) -> datetime | None:
    """When the first of those who are paired now was; None for nobody."""
    moments = [each.paired_at for each in await views.find(ChatIdentity, "active")]
    return min(moments, default=None)


def _one_each(readers: Sequence[ChatIdentity]) -> list[ChatIdentity]:
    """One chat of each operator: that in which they were paired first."""
    ordered = sorted(readers, key=lambda each: (each.paired_at, each.id))
    return list({each.operator: each for each in reversed(ordered)}.values())


def _concerned(subject: str, identity: ChatIdentity) -> bool:
    """That a chat cannot be reached is told in the others."""
    return subject != f"{FAILURE}:{chat_failure(identity.channel, identity.chat)}"


def _outdated(post: Post, why: str) -> Draft:
    return _draft(PostOutdated(post=post.id, revision=post.wanted + 1, why=why), post.case)


def _draft(event: Event, case: str) -> Draft:
    return Draft(case=case, event=event, key="", by=NOTIFIER)
