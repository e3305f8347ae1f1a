"""Gathers the overview from views: what waits, what runs, what is stuck, today's money, outcomes.

It reads and decides nothing, so it may be made again whenever something happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards.face import face
from bot.cards.loading import CardLoader
from bot.cards.outcomes import failure_card
from bot.channel import Button, Card
from bot.home.overview import Home, Item, Section
from bot.office.port import Looks
from bot.wording.amounts import clock_words, counted
from bot.wording.standing import status_of, stop_words
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Case,
    CaseStatus,
    Commitment,
    Failure,
    Invoice,
    Question,
    Stop,
    Stray,
)
from ledger.domain.identity import met_as
from ledger.domain.look import mails_of_day, model_of_day
from ledger.domain.values import Money

WHOLE_CARDS: Final = 3
"""So many cards stand whole on the overview; the others are lines that open one."""

MOST_LINES: Final = 6
MOST_OUTCOMES: Final = 5
NEWEST_CASES: Final = 20
"""So many cases are looked at for what runs and what was done last."""

_LEFT_OUT: Final = frozenset(
    {texts.ROW_SOURCES, texts.ROW_ADVICE, texts.ROW_NOTHING, texts.ROW_LINES}
)
"""Rows of a card that the overview leaves to the card itself."""

_BUSY: Final = frozenset({CaseStatus.RUNNING.value, CaseStatus.WAITING.value})


async def home(office: Looks, now: datetime, *, decides: bool = True) -> Home:
    """The overview of this moment. Whoever may not decide sees no buttons."""
    made = Gathering(office, now)
    sections = [
        await made.waiting(),
        await made.stuck(),
        await made.running(),
        await made.money(),
        await made.outcomes(),
    ]
    shown = [each for each in sections if each is not None]
    return Home(
        title=one_line(office.company.name, 80),
        line=await made.line(),
        sections=tuple(shown if decides else map(_only_to_see, shown)),
    )


def _only_to_see(section: Section) -> Section:
    return replace(
        section,
        cards=tuple(replace(card, buttons=()) for card in section.cards),
        items=tuple(replace(item, buttons=()) for item in section.items),
    )


class Gathering:
    """Reads what one overview needs."""

    def __init__(self, office: Looks, now: datetime) -> None:
        self._office, self._now = office, now
        self._views = office.views
        self._cards = CardLoader(office.views, office.history)

    async def line(self) -> str:
        """The sentence that says it all."""
        cards, asked = len(await self._pending()), len(await self._questions())
        broken = len(await self._views.find(Failure, "broken"))
        if await self._views.find(Stop, "active"):
            return texts.HOME_STOPPED
        if not cards and not asked:
            return texts.HOME_TROUBLE if broken else texts.HOME_QUIET
        waits = " and ".join(
            counted(number, noun)
            for number, noun in ((cards, "card"), (asked, "question"))
            if number
        )
        return texts.HOME_WAITS.format(waits=waits)

    async def waiting(self) -> Section | None:
        """What waits for a person: the soonest to expire first."""
        pending, asked = await self._pending(), await self._questions()
        ordered: list[Approval | Question] = [*pending, *asked]
        whole = [await self._card(each) for each in ordered[:WHOLE_CARDS]]
        rest = [await self._opener(each) for each in ordered[WHOLE_CARDS:][:MOST_LINES]]
        put_off = await self._views.find(Approval, f"status:{ApprovalStatus.POSTPONED}")
        rest += [await self._opener(each) for each in put_off[:MOST_LINES]]
        if not whole and not rest:
            return None
        cards = tuple(_compact(card) for card in whole if card is not None)
        more = len(ordered) - WHOLE_CARDS - MOST_LINES
        hint = texts.HOME_MORE_WAITS.format(number=more) if more > 0 else ""
        return Section(heading=texts.HOME_WAITING, cards=cards, items=tuple(rest), hint=hint)

    async def stuck(self) -> Section | None:
        """What does not go on by itself, each with what helps."""
        lines = [
            await stop_words(self._views, each, self._now)
            for each in await self._views.find(Stop, "active")
        ]
        items = [item async for item in self._stuck()]
        if not lines and not items:
            return None
        shown, more = items[:MOST_LINES], len(items) - MOST_LINES
        return Section(
            heading=texts.HOME_STUCK,
            lines=tuple(lines),
            items=tuple(shown),
            hint=texts.HOME_MORE_STUCK.format(number=more) if more > 0 else "",
        )

    async def _stuck(self) -> AsyncIterator[Item]:
        for failure in await self._views.find(Failure, "broken"):
            yield _broken(failure, self._now)
        for action in await self._views.find(Action, f"status:{ActionStatus.WITHHELD}"):
            yield _held(action)
        strays = await self._views.find(Stray, "open")
        if strays:
            yield Item(text=texts.HOME_STRAYS.format(what=counted(len(strays), "thing")))

    async def running(self) -> Section | None:
        """Open cases that go on without anybody, the newest first."""
        found: list[Item] = []
        for case in await self._newest():
            stands = "" if case.closed else await status_of(self._views, case)
            if stands in _BUSY:
                found.append(Item(text=await self._case(case, stands)))
        if not found:
            return None
        more = len(found) - MOST_LINES
        return Section(
            heading=texts.HOME_RUNNING,
            items=tuple(found[:MOST_LINES]),
            hint=texts.HOME_MORE_RUNS.format(number=more) if more > 0 else "",
        )

    async def money(self) -> Section:
        """What today cost against what it may cost, and what is owed."""
        day, budgets = self._office.clock.now().date(), self._office.company.budgets
        mails = await self._office.tallies.counter(mails_of_day(day))
        spent = await self._office.tallies.counter(model_of_day(day))
        lines = [
            texts.HOME_MODELS.format(spent=_usd(spent), cap=_usd(budgets.model_per_day_microusd)),
            texts.HOME_MAILS.format(sent=mails, cap=budgets.mails_per_day),
            *self._owed(await self._views.all(Invoice)),
            *await self._promises(),
        ]
        return Section(heading=texts.HOME_MONEY, lines=tuple(lines))

    def _owed(self, invoices: Sequence[Invoice]) -> list[str]:
        currency, today = self._office.company.currency, self._now.date()
        owed = [e for e in invoices if e.open.minor > 0 and e.total.currency == currency]
        late = [each for each in owed if each.due_on < today]
        if not owed:
            return []
        words = texts.HOME_OWED.format(
            amount=_sum(owed, currency), invoices=counted(len(owed), "invoice")
        )
        return [words, texts.HOME_LATE.format(amount=_sum(late, currency))] if late else [words]

    async def _promises(self) -> list[str]:
        """How many promises are open, and how many of them are due."""
        found = await self._views.find(Commitment, "open")
        due = sum(one.due is not None and one.due <= self._now.date() for one in found)
        return [texts.HOME_PROMISES.format(open=len(found), due=due)] if found else []

    async def outcomes(self) -> Section | None:
        """What was done last."""
        done: list[Action] = []
        for case in await self._newest():
            actions = await self._views.all(Action, case=case.id)
            done += [each for each in actions if each.status is ActionStatus.SUCCEEDED]
        newest = sorted(done, key=lambda e: e.attempted_at or e.proposed_at, reverse=True)
        items = [await self._done(each) for each in newest[:MOST_OUTCOMES]]
        return Section(heading=texts.HOME_DONE, items=tuple(items)) if items else None

    async def _done(self, action: Action) -> Item:
        contact = await self._cards.contact(action)
        who = one_line(contact.name or contact.address, 40) if contact else ""
        what = texts.MOMENT_DONE.get(action.name) or texts.COMMAND_WORDS.get(action.name, "")
        when = clock_words(action.attempted_at or action.proposed_at, self._now)
        amount = f", {amount_words(action.amount)}" if action.amount else ""
        return Item(text=texts.HOME_DID.format(what=what, who=who, amount=amount, when=when))

    async def _case(self, case: Case, stands: str) -> str:
        contact = await met_as(self._views, case.contact)
        who = one_line(contact.name or contact.address, 40) if contact else texts.NOBODY_KNOWN
        title = one_line(case.title or case.kind, 60)
        return texts.HOME_CASE.format(number=case.number, title=title, who=who, stands=stands)

    async def _newest(self) -> list[Case]:
        cases = await self._views.all(Case)
        return sorted(cases, key=lambda each: each.updated_at, reverse=True)[:NEWEST_CASES]

    async def _pending(self) -> list[Approval]:
        found = await self._views.find(Approval, f"status:{ApprovalStatus.PENDING}")
        return sorted(found, key=lambda each: (each.expires_at, each.number))

    async def _questions(self) -> list[Question]:
        found = await self._views.find(Question, "status:open")
        return sorted(found, key=lambda each: each.number)

    async def _card(self, waiting: Approval | Question) -> Card | None:
        if isinstance(waiting, Question):
            return await self._cards.question(waiting, self._now)
        return await self._cards.card(waiting, self._now)

    async def _opener(self, waiting: Approval | Question) -> Item:
        """A line for a card that is not shown whole, and the button that opens it."""
        card = await self._card(waiting)
        title = card.title if card else ""
        until = ""
        if isinstance(waiting, Approval):
            ends = waiting.until or waiting.expires_at
            until = texts.HOME_UNTIL.format(when=clock_words(ends, self._now))
        text = texts.HOME_WAITER.format(number=waiting.number, title=title, until=until)
        return Item(text=text, buttons=(_command(texts.VERB_SHOW, f"show {waiting.number}"),))


def _compact(card: Card) -> Card:
    """The card with what is decided by: its text whole, the advice and the small print not."""
    shown = face(card)
    return replace(shown, rows=tuple(row for row in shown.rows if row.label not in _LEFT_OUT))


def _broken(failure: Failure, now: datetime) -> Item:
    card = failure_card(failure, now)
    remedy = one_line(failure.remedies[0], 160) if failure.remedies else ""
    cause = one_line(failure.cause, 160)
    text = texts.HOME_BROKEN.format(what=card.title.rstrip("."), cause=cause, remedy=remedy).strip()
    return Item(text=text, buttons=card.buttons)


def _held(action: Action) -> Item:
    name = texts.COMMAND_WORDS.get(action.name, action.name)
    why = " ".join(filter(None, (one_line(action.cause, 160), one_line(action.remedy, 160))))
    button = _command(texts.VERB_RETRY, f"retry {action.id}")
    return Item(text=texts.HOME_HELD.format(what=name, why=why), buttons=(button,))


def _command(label: str, typed: str) -> Button:
    return Button(label=label, typed=typed, command=typed)


def _usd(microusd: int) -> str:
    """`0.42`, and small sums with all their places."""
    whole = microusd / 1_000_000
    return f"{whole:.4f}" if 0 < microusd < 10_000 else f"{whole:.2f}"  # noqa: PLR2004  # a cent


def _sum(invoices: Sequence[Invoice], currency: str) -> str:
    return amount_words(Money(sum(each.open.minor for each in invoices), currency))
