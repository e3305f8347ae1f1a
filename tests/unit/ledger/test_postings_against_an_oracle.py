"""Random histories of invoices, money, corrections and expenses: every entry balances, and the
accounts hold what invoices, payments and taxes come to when they are reckoned otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.accounts import (
    CREDIT,
    DEPOSITS,
    INCOME,
    INPUT_TAX,
    OPENING,
    OUTPUT_TAX,
    PAYABLE,
    RECEIVABLE,
    SUSPENSE,
)
from ledger.domain.billing import (
    Deduction,
    InvoicePart,
    asked_for,
    plan_of,
    reversed_part,
    share_lines,
)
from ledger.domain.entities import Invoice, Payment
from ledger.domain.events import (
    BalanceReduced,
    CreditKept,
    CreditNoteIssued,
    Event,
    ExpenseCorrected,
    ExpensePaid,
    ExpenseRecorded,
    ExpenseRemoved,
    FeeCharged,
    InvoiceIssued,
    PaidOut,
    PaymentMatched,
    PaymentReceived,
    PaymentsJoined,
    PaymentUnmatched,
    Spent,
)
from ledger.domain.expenses import Expense
from ledger.domain.facts import Fact
from ledger.domain.posting_rules import shares
from ledger.domain.postings import JournalEntry, balances, contact_balances
from ledger.domain.present import Present
from ledger.domain.values import Line, Money, reversed_lines, totals

FIRST = date(2026, 10, 1)
CURRENCIES = ("EUR", "CHF")


class History:
    """Facts folded as they come, each id once."""

    def __init__(self) -> None:
        self.state, self.seq = Present(), 0

    def say(self, event: Event) -> None:
        self.seq += 1
        at = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=self.seq)
        fact = Fact(
            id=f"f{self.seq}", seq=self.seq, company="c", case="lead-1", version=self.seq, at=at,
            event=event, key=str(self.seq), by="t",
        )  # fmt: skip
        self.state.fold([fact])

    def all(self, kind: type[Any]) -> list[Any]:
        return list(self.state.all(kind))

    def one(self, kind: type[Any], n: int) -> Any:
        every = self.all(kind)
        return every[n % len(every)] if every else None


def invoiced(h: History, n: int, size: int) -> None:
    currency = CURRENCIES[n % 2]
    lines = tuple(
        Line(
            "item", "thing", 1 + n % 3, "piece", Money(size * 7 + k, currency), rate, 500 * (n % 2)
        )
        for k, rate in enumerate((1900, 700, 0)[: 1 + n % 3])
    )
    sums, name = totals(lines, currency), f"inv-{h.seq}"
    h.say(
        InvoiceIssued(
            invoice=name, number=name, series="s", action="a", proposal="p", version=1,
            contact=f"con-{n % 3}", lines=lines, net=sums.net, total=sums.gross, issued_on=FIRST,
            service_date=FIRST, due_on=FIRST,
        )
    )  # fmt: skip


PLAN = plan_of("deposit 30% final")


def in_part(  # the parts of one document
    h: History, deal: str, place: int, lines: tuple[Line, ...], less: tuple[Deduction, ...] = ()
) -> None:
    currency = lines[0].unit_price.currency
    planned = PLAN.parts[place - 1]
    part = InvoicePart(
        place=place, of=2, trigger=planned.trigger, share_bp=planned.share_bp, deducted=less
    )
    sums, name = asked_for(lines, part, currency), f"inv-{h.seq}"
    h.say(
        InvoiceIssued(
            invoice=name, number=name, series="s", action="a", proposal=deal, version=1,
            contact="con-1", lines=lines, net=sums.net, total=sums.gross, issued_on=FIRST,
            service_date=FIRST, due_on=FIRST, part=part,
        )
    )  # fmt: skip


def in_parts(h: History, n: int, size: int) -> None:
    """A deposit; sometimes reversed again, mostly followed by the final invoice."""
    currency, deal = CURRENCIES[n % 2], f"pro-{h.seq}"
    whole = tuple(
        Line("item", "thing", 1, "piece", Money(size * 9 + k, currency), rate)
        for k, rate in enumerate((1900, 700)[: 1 + n % 2])
    )
    in_part(h, deal, 1, share_lines(whole, PLAN, 1, "deposit"))
    first = h.all(Invoice)[-1]
    if n % 5 == 0:
        reversed_by_note(h, first)
    stands = not h.one(Invoice, len(h.all(Invoice)) - 1).credited_by
    taxes = totals(first.lines, currency).taxes
    less = (Deduction(first.id, first.number, FIRST, taxes),) if stands else ()
    if n % 3:
        in_part(h, deal, 2, whole, less)
    last = h.all(Invoice)[-1]
    if n % 7 == 1 and not last.credited_by:
        reversed_by_note(h, last)


def received(h: History, n: int, size: int) -> None:
    amount = Money(size if n % 4 else -size, CURRENCIES[n % 2])
    source = "stripe" if n % 5 == 0 else "camt"
    h.say(PaymentReceived(payment=f"pay-{h.seq}", amount=amount, booked_on=FIRST, source=source))


def matched(h: History, n: int, size: int) -> None:
    payment = h.one(Payment, n)
    fitting = [i for i in h.all(Invoice) if payment and i.total.currency == payment.amount.currency]
    if fitting and payment.left.minor:
        sign = 1 if payment.left.minor > 0 else -1
        part = Money(sign * min(abs(payment.left.minor), size), payment.amount.currency)
        to = fitting[size % len(fitting)].id
        h.say(PaymentMatched(payment=payment.id, invoice=to, amount=part, fact="f"))


def lessened(h: History, n: int, size: int) -> None:
    """A new invoice is paid in part, and so much less is owed because of that payment."""
    invoiced(h, n, size)
    invoice, name = h.all(Invoice)[-1], f"pay-{h.seq}"
    part = Money(1 + invoice.total.minor // 2, invoice.total.currency)
    h.say(PaymentReceived(payment=name, amount=part, booked_on=FIRST, source="camt"))
    h.say(PaymentMatched(payment=name, invoice=invoice.id, amount=part, fact="f"))
    kind = ("discount", "fee", "waived")[n % 3]
    less = Money(1 + invoice.total.minor // (2 + n), part.currency)
    h.say(BalanceReduced(payment=name, invoice=invoice.id, kind=kind, amount=less))
    if n % 4 == 1:
        h.say(PaymentUnmatched(payment=name, invoice=invoice.id, amount=part, order="f"))
    if n % 4 > 1:
        reversed_by_note(h, invoice)
    if n % 4 == 3:  # what is said of it now changes nothing any more
        h.say(BalanceReduced(payment=name, invoice=invoice.id, kind=kind, amount=less))


def unmatched(h: History, n: int, _: int) -> None:
    payment = h.one(Payment, n)
    if payment and payment.parts:
        part = payment.parts[n % len(payment.parts)]
        off = {"payment": payment.id, "invoice": part.invoice, "order": "f"}
        h.say(PaymentUnmatched(amount=part.amount, **off))


def credited(h: History, n: int, _: int) -> None:
    invoice = h.one(Invoice, n)
    held_by_final = invoice and invoice.part and not invoice.part.final
    if invoice and not invoice.credited_by and not held_by_final:
        reversed_by_note(h, invoice)


def reversed_by_note(h: History, invoice: Invoice) -> None:
    h.say(
        CreditNoteIssued(
            credit_note=f"crn-{h.seq}", number="CN", series="s", action="a",
            invoice=invoice.id, invoice_number=invoice.number, invoice_date=FIRST,
            contact=invoice.contact, lines=reversed_lines(invoice.lines), net=-invoice.net,
            total=-invoice.total, issued_on=FIRST, part=reversed_part(invoice.part),
        )
    )  # fmt: skip


def kept(h: History, n: int, _: int) -> None:
    payment = h.one(Payment, n)
    if payment and payment.left.minor > 0:
        h.say(CreditKept(payment=payment.id, contact=f"con-{n % 3}", amount=payment.left))


def joined(h: History, n: int, _: int) -> None:
    payment = h.one(Payment, n)
    if payment and not payment.parts and not payment.same_as and not payment.expense:
        h.say(
            PaymentsJoined(
                payment=payment.id, same_as="other", operator="o", channel="c", question="q"
            )
        )


def provided(h: History, n: int, size: int) -> None:
    money = Money(size, CURRENCIES[n % 2])
    h.say(FeeCharged(provider="stripe", payment="x", transaction=f"t{h.seq}", amount=money))
    h.say(PaidOut(provider="stripe", payout=f"po-{h.seq}", amount=money, on=FIRST))


def spent(h: History, n: int, size: int) -> None:
    gross = Money(size, CURRENCIES[n % 2])
    figures = Spent(amount=gross, tax=gross.share(1500), on=FIRST, category="travel", rate_bp=1900)
    unclear = ("category",) if n % 4 == 0 else ()
    h.say(ExpenseRecorded(expense=f"exp-{h.seq}", spent=figures, source="c", unclear=unclear))


def respent(h: History, n: int, size: int) -> None:
    expense = h.one(Expense, n)
    if expense and n % 2:
        h.say(ExpenseRemoved(expense=expense.id, operator="o", channel="c"))
    elif expense and expense.spent.amount:
        amount = Money(size, expense.spent.amount.currency)
        figures = Spent(amount=amount, on=FIRST, category="rent")
        h.say(ExpenseCorrected(expense=expense.id, spent=figures, operator="o", channel="c"))


def settled(h: History, n: int, size: int) -> None:
    expense = h.one(Expense, n)
    if expense and expense.status == "open":
        name = f"pay-{h.seq}"
        money = -expense.spent.amount
        h.say(PaymentReceived(payment=name, amount=money, booked_on=FIRST, source="camt"))
        h.say(ExpensePaid(expense=expense.id, payment=name, amount=money, fact="f"))


STEPS = (
    invoiced, in_parts, received, matched, lessened, unmatched, credited, kept, joined, provided,
    spent, respent, settled, matched, received,
)  # fmt: skip


def held(found: dict[tuple[str, str], int], *heads: str) -> dict[str, int]:
    """What is on accounts and those below them, by currency; nothing is left out."""
    sums: dict[str, int] = {}
    for (path, currency), minor in found.items():
        if path.partition("/")[0] in heads:
            sums[currency] = sums.get(currency, 0) + minor
    return {c: minor for c, minor in sums.items() if minor}


def summed(amounts: Iterable[Money]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for each in amounts:
        sums[each.currency] = sums.get(each.currency, 0) + each.minor
    return {c: minor for c, minor in sums.items() if minor}


def tax_of(invoice: Invoice) -> Fraction:
    """The VAT that is owed on an invoice: its own, less its share of what is owed less."""
    whole = asked_for(invoice.lines, invoice.part, invoice.total.currency)
    tax = whole.gross.minor - whole.net.minor
    if invoice.credited_by or not whole.gross.minor:
        return Fraction(0)
    less = sum(each.amount.minor for each in invoice.reductions if each.kind != "fee")
    return Fraction(tax) - Fraction(tax * less, whole.gross.minor)


def advances(standing: list[Invoice]) -> Iterable[Money]:
    """The net of every early invoice for whose deal no final invoice stands."""
    over = {each.proposal for each in standing if each.part and each.part.final}
    early = (each for each in standing if each.part and not each.part.final)
    return (each.net for each in early if each.proposal not in over)


def earned(standing: list[Invoice]) -> Iterable[Money]:
    """The net of what was billed whole, and of the whole of each deal that was billed to its end;
    each once."""
    ends = (each for each in standing if each.part is None or each.part.final)
    return (totals(each.lines, each.total.currency).net for each in ends)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 60), st.integers(1, 5_000)),
        min_size=5,
        max_size=40,
    )
)
def test_whatever_happens_the_accounts_hold_what_things_come_to(steps: list[Any]) -> None:
    h = History()
    for step, n, size in steps:
        step(h, n, size)
    entries: list[JournalEntry] = h.all(JournalEntry)
    assert all(not minor for each in entries for minor in each.sums.values())
    found = balances(entries)
    invoices, payments = h.all(Invoice), h.all(Payment)

    owed: dict[tuple[str, str], int] = {}
    for each in invoices:
        key = (each.contact, each.total.currency)
        owed[key] = owed.get(key, 0) + each.open.minor
    ours = contact_balances(entries, RECEIVABLE)
    assert {k: v for k, v in ours.items() if v} == {k: v for k, v in owed.items() if v}

    loose = [each for each in payments if not each.credit_of]
    assert held(found, SUSPENSE) == summed(-each.left for each in loose)
    assert held(found, CREDIT) == summed(-each.left for each in payments if each.credit_of)

    expenses = [each for each in h.all(Expense) if each.status in {"open", "paid"}]
    unpaid = [each for each in expenses if each.status == "open"]
    assert held(found, PAYABLE) == summed(-each.spent.amount for each in unpaid)
    taxes = [each.spent.tax for each in expenses if each.spent.tax]
    assert held(found, INPUT_TAX) == summed(taxes)

    standing = [each for each in invoices if not each.credited_by]
    assert held(found, DEPOSITS) == summed(-each for each in advances(standing))
    assert held(found, INCOME) == summed(-each for each in earned(standing))

    for currency in CURRENCIES:
        charged = -held(found, OUTPUT_TAX).get(currency, 0)
        mine = [each for each in invoices if each.total.currency == currency]
        roundings = sum(len(each.reductions) for each in mine)
        exact = sum((tax_of(each) for each in mine), start=Fraction(0))
        assert abs(charged - exact) <= roundings


def test_an_invoice_from_before_is_owed_but_no_income_of_these_books() -> None:
    h, money = History(), Money(11_900, "EUR")
    h.say(
        InvoiceIssued(
            invoice="inv-1", number="9", series="", action="", proposal="", version=0,
            contact="con-1", lines=(), net=Money(10_000, "EUR"), total=money, issued_on=FIRST,
            service_date=FIRST, due_on=FIRST, elsewhere=True, paid=Money(1_900, "EUR"),
        )
    )  # fmt: skip
    found = balances(h.all(JournalEntry))
    assert found == {(RECEIVABLE, "EUR"): 10_000, (OPENING, "EUR"): -10_000}


def test_what_is_let_go_takes_its_share_of_the_tax_and_the_opposite_takes_it_back() -> None:
    assert shares(100, [10_000, 1_900]) == [84, 16]
    assert shares(-100, [10_000, 1_900]) == [-84, -16]
    assert shares(7, [5_000, -2_000, 570]) == [10, -4, 1]
