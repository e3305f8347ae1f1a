"""Tells a person what happens: looks up what is around new facts, and keeps count.

The same failure is told once, then counted until it is over. Many cards at once become a line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Sequence
from datetime import datetime
from typing import Final, TypeVar

from msgspec.structs import replace

from bot import texts
from bot.cards.loading import CardLoader
from bot.channel import Card, CardKind, Reply
from bot.digest.telling import Digests
from bot.notices.notices import TOLD, Around, Notice, notice
from bot.promises.telling import DueCards
from bot.wording.naming import named
from ledger.domain import events
from ledger.domain.confirming import Confirmation
from ledger.domain.entities import Action, Approval, Case, Entity, Failure, Invoice, Question
from ledger.domain.events import Event
from ledger.domain.facts import Fact
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment
from ledger.domain.reading import History, Views

E = TypeVar("E", bound=Entity)

WHOLE_CARDS: Final = 3
"""So many cards are pushed at once; more become one line, since nobody reads the fourth."""

LOUD_COUNTS: Final = frozenset({10, 100, 1_000, 10_000})
"""A failure that goes on is mentioned again when it was seen so many times."""

MOST_REMEMBERED: Final = 1_000

_ASKING: Final = (events.ApprovalRequested, events.QuestionAsked)


class Announcer:
    """Turns new facts into notices for one person in one channel.

    `taps`: the ids of the taps made in this very conversation, where that is known.
    """

    def __init__(
        self,
        views: Views,
        history: History,
        *,
        me: str,
        channel: str,
        taps: Container[str] | None = None,
        failpoints: Failpoints = UNWATCHED,
    ) -> None:
        self._views = views
        self._cards = CardLoader(views, history)
        self._digests = Digests(views, history)
        self._promises = DueCards(views, history)
        self._me, self._channel, self._taps = me, channel, taps
        self._failpoints = failpoints
        self._counts: OrderedDict[str, int] = OrderedDict()

    async def announce(self, facts: Sequence[Fact], now: datetime) -> list[Reply]:
        """The notices of a batch, in order. Many cards at once become one line."""
        made = [await self._notice(fact, now) for fact in facts if type(fact.event) in TOLD]
        replies = [reply for each in made if each for reply in self._counted(each)]
        asking = [reply for reply in replies if any(_asks(card) for card in reply.cards)]
        if len(asking) <= WHOLE_CARDS:
            return replies
        rest = [reply for reply in replies if reply not in asking]
        return [*rest, Reply(lines=(texts.SAY_MANY.format(number=len(asking)),))]

    async def _notice(self, fact: Fact, now: datetime) -> Notice | None:
        asks = isinstance(fact.event, _ASKING)
        self._failpoints.reached(Moment.CARD_BEFORE if asks else Moment.NOTICE_BEFORE)
        made = notice(await self._spoken(fact), await self._around(fact, now))
        self._failpoints.reached(Moment.CARD_AFTER if asks else Moment.NOTICE_AFTER)
        return made

    async def _spoken(self, fact: Fact) -> Fact:
        """What is told, with everybody in it by name."""
        match fact.event:
            case events.Told() as event:
                text = await named(self._views, event.text)
                return replace(fact, event=replace(event, text=text))
            case events.ApprovalSuperseded() | events.QuestionWithdrawn() as event:
                why = await named(self._views, event.why)
                return replace(fact, event=replace(event, why=why))
            case _:
                return fact

    def _counted(self, each: Notice) -> list[Reply]:
        if each.over:
            self._counts.pop(each.over, None)
        if not each.once:
            return [each.reply]
        count = self._counts[each.once] = self._counts.get(each.once, 0) + 1
        while len(self._counts) > MOST_REMEMBERED:
            self._counts.popitem(last=False)
        if count == 1:
            return [each.reply]
        if count not in LOUD_COUNTS:
            return []
        cards, lines = each.reply.cards, each.reply.lines
        what = cards[0].title if cards else lines[0]
        return [Reply(lines=(texts.SAY_AGAIN.format(what=what, number=count),), trouble=True)]

    async def _around(self, fact: Fact, now: datetime) -> Around:
        event, get = fact.event, self._get
        case = await get(Case, fact.case)
        approval = await get(Approval, getattr(event, "approval", ""))
        action = await get(Action, getattr(event, "action", "") or _action_of(approval))
        if approval is None and action is not None and action.approval:
            approval = await get(Approval, action.approval)
        question = await get(Question, getattr(event, "question", ""))
        return Around(
            now=now,
            me=self._me,
            channel=self._channel,
            elsewhere=self._elsewhere(event),
            case=case,
            contact=await self._cards.contact(action) if action else None,
            action=action,
            approval=approval,
            question=question,
            invoice=await get(Invoice, getattr(event, "invoice", "")),
            failure=await get(Failure, getattr(event, "failure", "")),
            card=await self._card(event, approval, question, now),
            confirmation=await get(Confirmation, getattr(event, "confirmation", "")),
            source=await self._source(event),
        )

    def _elsewhere(self, event: Event) -> bool:
        tap = getattr(event, "tap", "")
        return bool(tap) and self._taps is not None and tap not in self._taps

    async def _source(self, event: Event) -> Fact | None:
        """What came in, where it fits no case."""
        if not isinstance(event, events.Unrouted):
            return None
        return (await self._cards.sources((event.fact,))).get(event.fact)

    async def _card(
        self, event: Event, approval: Approval | None, question: Question | None, now: datetime
    ) -> Card | None:
        """The card that a fact puts before the person, where it puts one."""
        match event:
            case events.ApprovalRequested() if approval:
                return await self._cards.card(approval, now)
            case events.QuestionAsked() if question:
                return await self._cards.question(question, now)
            case events.DigestMade():
                return await self._digests.card(event, now)
            case events.CommitmentsDue():
                return await self._promises.card(event, now)
            case _:
                return None

    async def _get(self, kind: type[E], entity_id: str) -> E | None:
        return await self._views.get(kind, entity_id) if entity_id else None


def _action_of(approval: Approval | None) -> str:
    return approval.action if approval else ""


def _asks(card: Card) -> bool:
    return card.kind in {CardKind.APPROVAL, CardKind.QUESTION}
