"""Random invoices, payments, splits, discounts, fees, refunds and corrections, in any order,
against a plain oracle: sums always agree, and nothing closes outside the tolerance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.balances import Terms, booking, lessened, undone_by
from graph.deal import Deal, Incoming
from graph.folding import deal_said
from graph.matching import CannotMatch, matches, unmatches
from graph.moves import Close
from ledger.domain.entities import Invoice, Payment
from ledger.domain.events import (
    BalanceReduced,
    CreditKept,
    Event,
    InvoiceIssued,
    InvoicePaid,
    PaymentMatched,
    PaymentReceived,
    PaymentUnmatched,
)
from ledger.domain.facts import Fact
from ledger.domain.folding import changes
from ledger.domain.values import Money

FIRST = date(2026, 11, 1)
TERMS = {"discount_bp": 200, "tolerance": Money(300, "EUR")}
DAYS = 10


@dataclass
class Oracle:
    """Plain sums of cents: what was billed, booked by (payment, invoice), and let go."""

    billed: dict[str, int] = field(default_factory=dict)
    booked: dict[tuple[str, str], int] = field(default_factory=dict)
    less: dict[tuple[str, str], int] = field(default_factory=dict)
    came: dict[str, int] = field(default_factory=dict)

    def open(self, invoice: str) -> int:
        sums = [
            sum(each for (_, name), each in pairs.items() if name == invoice)
            for pairs in (self.booked, self.less)
        ]
        return self.billed[invoice] - sum(sums)

    def left(self, payment: str) -> int:
        return self.came[payment] - sum(v for (p, _), v in self.booked.items() if p == payment)

    def say(self, event: Event) -> None:
        match event:
            case PaymentMatched(payment=p, invoice=i, amount=a):
                self.booked[p, i] = self.booked.get((p, i), 0) + a.minor
            case BalanceReduced(payment=p, invoice=i, amount=a):
                self.less[p, i] = self.less.get((p, i), 0) + a.minor
            case PaymentUnmatched(payment=p, invoice=i):
                self.booked.pop((p, i), None)
                self.less.pop((p, i), None)
            case _:
                pass


class Books:
    """Entities folded from facts, the deal of each case, and the oracle beside them."""

    def __init__(self, totals: list[int]) -> None:
        self.entities: dict[tuple[type, str], Any] = {}
        self.counters: dict[str, int] = {}
        self.deals: dict[str, Deal] = {}
        self.oracle, self.seq = Oracle(), 0
        for n, total in enumerate(totals):
            self._issue(f"inv-{n}", total)

    def get(self, kind: type, key: str) -> Any:
        return self.entities.get((kind, key))

    def find(self, kind: type, key: str) -> list[Any]:
        return []

    def add(self, counter: str, amount: int = 1) -> int:
        self.counters[counter] = self.counters.get(counter, 0) + amount
        return self.counters[counter]

    def say(self, event: Event, case: str) -> None:
        self.seq += 1
        fact = Fact(
            id=f"f{self.seq}", seq=self.seq, company="c", case=case, version=self.seq,
            at=datetime(2026, 11, 1, tzinfo=UTC), event=event, key=str(self.seq), by="t",
        )  # fmt: skip
        for entity in changes(fact, self):  # type: ignore[arg-type]  # all a fold asks of a Look
            self.entities[type(entity), entity.id] = entity
        self.oracle.say(event)
        if case in self.deals:
            self.deals[case] = deal_said(self.deals[case], event)

    def _issue(self, name: str, total: int) -> None:
        money = Money(total, "EUR")
        self.deals[name] = Deal(case=name, contact="con-1")
        self.oracle.billed[name] = total
        event = InvoiceIssued(
            invoice=name, number=name, action="a", proposal="p", version=1, contact="con-1",
            lines=(), net=money, total=money, issued_on=FIRST, service_date=FIRST, due_on=FIRST,
            series="s", ordinal=1,
        )  # fmt: skip
        self.say(event, name)

    def receive(self, name: str, minor: int, day: int) -> Incoming:
        booked_on, amount = FIRST + timedelta(days=day), Money(minor, "EUR")
        event = PaymentReceived(payment=name, amount=amount, booked_on=booked_on, source="t")
        self.oracle.came[name] = minor
        self.say(event, "desk")
        return Incoming(
            fact=self.get(Payment, name).fact, payment=name, amount=amount, booked_on=booked_on,
            part=amount,
        )  # fmt: skip

    def agree(self) -> None:
        """The fold of entities, the fold of the deals and the oracle say the same."""
        for name, deal in self.deals.items():
            invoice = self.get(Invoice, name)
            assert deal.bill is not None
            expected = self.oracle.open(name)
            assert invoice.open.minor == deal.bill.open.minor == expected
            assert (invoice.status in {"paid", "overpaid"}) == (expected <= 0)
        for name in self.oracle.came:
            assert self.get(Payment, name).left.minor == self.oracle.left(name)
        booked = sum(self.get(Invoice, name).paid.minor for name in self.deals)
        left = sum(self.get(Payment, name).left.minor for name in self.oracle.came)
        assert booked + left == sum(self.oracle.came.values())


def arrives(books: Books, name: str, minor: int, invoice: str, day: int, close: Close) -> None:
    """A payment comes for an invoice. Without a word of a person only what is sure is booked."""
    money = books.receive(name, minor, day)
    deal = books.deals[invoice]
    assert deal.bill is not None
    before = books.oracle.open(invoice)
    terms = Terms(last_day=FIRST + timedelta(days=DAYS), **TERMS)  # type: ignore[arg-type]  # by name
    if close is Close.NOTHING and minor != before:
        close = Close.LESSEN if lessened(terms, deal.bill, money) else close
        if close is Close.NOTHING and not undone_by(deal, money):
            return  # the planner asks
        close = close if minor > 0 else Close.REVERSE
    if close is Close.WAIVE and not 0 < minor < before:
        return
    if close is Close.CREDIT and not 0 < before < minor:
        return
    said = booking(terms, deal, money, close)
    for event in said:
        books.say(event, invoice)
    if close is Close.LESSEN:
        gap, share = before - minor, (books.oracle.billed[invoice] * 200 + 5_000) // 10_000
        whole = before == books.oracle.billed[invoice]
        early = whole and day <= DAYS and 0 <= gap - share <= 300
        assert early or 0 < gap <= 300
    if any(isinstance(event, InvoicePaid) for event in said):
        assert books.oracle.open(invoice) <= 0
    kept = [event.amount.minor for event in said if isinstance(event, CreditKept)]
    assert kept == ([minor - before] if close is Close.CREDIT else [])


def corrects(books: Books, payment: str, invoices: list[str], amount: int | None) -> None:
    """A match by hand: no invoice gets more than is open, no payment gives more than it holds."""
    known = books.get(Payment, payment)
    named = [books.get(Invoice, each) for each in dict.fromkeys(invoices)]
    try:
        said = matches(known, named, Money(amount, "EUR") if amount else None, "order")
    except CannotMatch:
        return
    for event in said:
        books.say(event, event.invoice)
    now = books.get(Payment, payment)
    assert abs(now.left.minor) <= abs(known.amount.minor)
    assert now.left.minor * known.amount.minor >= 0
    for event in said:
        if isinstance(event, PaymentMatched) and event.amount.minor > 0:
            assert books.oracle.open(event.invoice) >= 0


CLOSES = st.sampled_from([Close.NOTHING, Close.NOTHING, Close.WAIVE, Close.CREDIT])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "exact", "discount", "fee", "back", "match", "unmatch"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(1, 40_000),
        st.integers(0, 20),
        CLOSES,
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 30_000), min_size=3, max_size=3), STEPS)
def test_sums_always_agree_with_a_plain_oracle_whatever_comes_in_which_order(  # noqa: C901 - one arm a step
    totals: list[int], steps: list[tuple[str, int, int, int, int, Close]]
) -> None:
    books = Books(totals)
    for n, (what, at, other, minor, day, close) in enumerate(steps):
        invoice, name = f"inv-{at}", f"pay-{n}"
        known = [each for _, each in sorted(k for k in books.entities if k[0] is Payment)] or [""]
        match what:
            case "pay":
                arrives(books, name, minor, invoice, day, close)
            case "exact" if books.oracle.open(invoice) > 0:
                arrives(books, name, books.oracle.open(invoice), invoice, day, Close.NOTHING)
            case "discount" if books.oracle.open(invoice) > 0:
                total = books.oracle.billed[invoice]
                share = (total * 200 + 5_000) // 10_000
                arrives(books, name, max(1, total - share), invoice, day, Close.NOTHING)
            case "fee":
                gap = minor % 600
                arrives(
                    books, name, max(1, books.oracle.open(invoice) - gap), invoice, day,
                    Close.NOTHING,
                )  # fmt: skip
            case "back":
                booked = [v for (_, i), v in books.oracle.booked.items() if i == invoice and v > 0]
                size = booked[-1] if booked else minor
                arrives(books, name, -size, invoice, day, Close.NOTHING)
            case "match" if known[0]:
                named = [invoice, f"inv-{other}"] if minor % 3 else [invoice]
                amount = minor if minor % 2 and len(named) == 1 else None
                corrects(books, known[minor % len(known)], named, amount)
            case "unmatch" if known[0]:
                try:
                    payment = books.get(Payment, known[minor % len(known)])
                    said = unmatches(payment, invoice if minor % 2 else "", "order")
                except CannotMatch:
                    continue
                for event in said:
                    books.say(event, event.invoice)
            case _:
                continue
        books.agree()


@pytest.mark.parametrize(
    ("missing", "day", "closes"),
    [
        (0, 0, True),
        (200, 10, True),
        (200, 11, True),
        (201, 10, True),
        (500, 10, True),
        (501, 10, False),
        (500, 11, False),
        (300, 20, True),
        (301, 20, False),
    ],
)
def test_an_invoice_closes_at_the_very_edge_of_what_is_allowed_and_not_a_cent_beyond(
    missing: int, day: int, closes: bool
) -> None:
    books = Books([10_000, 1, 1])
    arrives(books, "pay", 10_000 - missing, "inv-0", day, Close.NOTHING)
    books.agree()
    assert (books.oracle.open("inv-0") == 0) is closes
