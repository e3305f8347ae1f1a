"""The figures of a month: what came in, what went out, what it cost. Read from facts and views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from bot import texts
from ledger.domain.entities import Action, ActionStatus, Case, Invoice
from ledger.domain.events import (
    Approved,
    CreditNoteIssued,
    InvoiceIssued,
    ModelCallFailed,
    ModelCallRecorded,
    PaymentMatched,
    ProposalAccepted,
    ProposalDrafted,
    QuestionAnswered,
    Rejected,
)
from ledger.domain.facts import Fact
from ledger.domain.reading import History, Views
from ledger.domain.values import DESK, Money

OFFERS: Final = "SendProposal"

_WHOLE: Final = 1_000_000
"""Micro-units in one USD."""


class Stage(Struct, frozen=True):
    """One stage of the pipeline: how many, and over how much in the company's currency."""

    name: str
    count: int
    amount: Money | None = None


class Figures(Struct, frozen=True, kw_only=True):
    """A month. `spent` is model money by day (micro-units of USD), as many as the month has days.

    `others` are invoiced sums in other currencies; they are named and not added up.
    """

    first: date
    until: date
    pipeline: tuple[Stage, ...]
    invoiced: Money
    paid: Money
    open: Money
    overdue: Money
    others: tuple[Money, ...] = ()
    spent: tuple[int, ...] = ()
    calls: int = 0
    mails: int = 0
    decisions: int = 0

    @property
    def total_spent(self) -> int:
        return sum(self.spent)


class Month(Struct, frozen=True):
    """A calendar month in the operator's zone: [start, end)."""

    start: datetime
    end: datetime

    def has(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def month_of(moment: datetime) -> Month:
    """The month that a moment lies in, by its own clock."""
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Month(start, following)


async def figures(
    views: Views, history: History, month: Month, now: datetime, currency: str
) -> Figures:
    """What happened in a month: facts of cases that were open in it, and nothing else."""
    sums = _Sums(month, currency)
    for case in await views.all(Case):
        if case.opened_at >= month.end or case.updated_at < month.start:
            continue
        sums.opened(case)
        sums.actions(await views.all(Action, case=case.id))
        sums.facts(await history.case(case.id))
    return sums.figures(await views.all(Invoice), now)


def spent_words(microusd: int, cap: int) -> str:
    """`46.40 USD, at most 5.00 a day`; small sums with all their places."""
    if not microusd:
        return texts.MONTH_NOTHING
    places = 2 if microusd >= _WHOLE else 4
    return texts.MONTH_SPENT.format(
        spent=f"{microusd / _WHOLE:.{places}f}", cap=f"{cap / _WHOLE:.2f}"
    )


class _Sums:
    """Adds a month up. Amounts in another currency than the company's are kept apart."""

    def __init__(self, month: Month, currency: str) -> None:
        self._month, self._currency = month, currency
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._minor: defaultdict[str, int] = defaultdict(int)
        self._others: defaultdict[str, int] = defaultdict(int)
        self._offers: dict[str, Money] = {}
        self._accepted: set[str] = set()
        self._spent: defaultdict[date, int] = defaultdict(int)

    def opened(self, case: Case) -> None:
        if case.id != DESK and self._month.has(case.opened_at):
            self._counts["lead"] += 1

    def actions(self, actions: Iterable[Action]) -> None:
        """What left: every mail, and the offers among them, each deal once at its last figure."""
        last: dict[str, Money] = {}
        for each in actions:
            left = each.attempted_at is not None and self._month.has(each.attempted_at)
            if each.status is not ActionStatus.SUCCEEDED or not left or not each.message_id:
                continue
            self._counts["mail"] += 1
            if each.name == OFFERS and each.amount is not None:
                last[each.case] = each.amount
        for amount in last.values():
            self._add("sent", amount)

    def facts(self, facts: Iterable[Fact]) -> None:
        drafted: dict[tuple[str, int], Money] = {}
        for fact in facts:
            if isinstance(fact.event, ProposalDrafted):
                drafted[fact.event.proposal, fact.event.version] = fact.event.total
            if self._month.has(fact.at):
                self._fact(fact, drafted)

    def _fact(self, fact: Fact, drafted: dict[tuple[str, int], Money]) -> None:
        match fact.event:
            case ProposalAccepted(proposal=proposal, version=version):
                total = drafted.get((proposal, version))
                if total is not None and proposal not in self._accepted:
                    self._accepted.add(proposal)
                    self._add("accepted", total)
            case InvoiceIssued(total=total) | CreditNoteIssued(total=total):
                self._add("invoiced", total)
                if total.currency != self._currency:
                    self._others[total.currency] += total.minor
            case PaymentMatched(amount=amount):
                self._add("paid", amount)
            case ModelCallRecorded(microusd=cost) | ModelCallFailed(microusd=cost):
                self._counts["call"] += 1
                self._spent[fact.at.astimezone(self._month.start.tzinfo).date()] += cost
            case Approved() | Rejected() | QuestionAnswered():
                self._counts["decision"] += 1
            case _:
                pass

    def _add(self, stage: str, amount: Money) -> None:
        self._counts[stage] += 1
        if amount.currency == self._currency:
            self._minor[stage] += amount.minor

    def figures(self, invoices: Sequence[Invoice], now: datetime) -> Figures:
        owed = [e for e in invoices if e.open.minor > 0 and e.total.currency == self._currency]
        late = [each for each in owed if each.due_on < now.date()]
        first, last = self._month.start.date(), self._month.end.date()
        days = [first + timedelta(days=day) for day in range((last - first).days)]
        return Figures(
            first=first,
            until=min(last - timedelta(days=1), now.date()),
            pipeline=tuple(self._pipeline()),
            invoiced=self._money("invoiced"),
            paid=self._money("paid"),
            open=Money(sum(each.open.minor for each in owed), self._currency),
            overdue=Money(sum(each.open.minor for each in late), self._currency),
            others=tuple(Money(minor, code) for code, minor in sorted(self._others.items())),
            spent=tuple(self._spent[day] for day in days),
            calls=self._counts["call"],
            mails=self._counts["mail"],
            decisions=self._counts["decision"],
        )

    def _money(self, stage: str) -> Money:
        return Money(self._minor[stage], self._currency)

    def _pipeline(self) -> Iterable[Stage]:
        yield Stage("lead", self._counts["lead"])
        for name in ("sent", "accepted", "invoiced", "paid"):
            yield Stage(name, self._counts[name], self._money(name))
