"""The fold of the journal: each fact that moves money posts one entry, and none is ever changed.

It reads the state as of the facts before, the same that the entities are folded from, so that what
customers owe on the accounts is what is open on their invoices.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from ledger.domain.accounts import (
    CLEARING,
    CREDIT,
    EXCHANGE,
    FEES,
    OPENING,
    PAYABLE,
    RECEIVABLE,
    SUSPENSE,
    TRANSIT,
)
from ledger.domain.entities import Entity, Invoice, Payment
from ledger.domain.events import (
    BalanceReduced,
    CreditKept,
    CreditNoteIssued,
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
    PayoutArrived,
)
from ledger.domain.expenses import Expense
from ledger.domain.facts import Fact
from ledger.domain.look import JOURNAL_NUMBERS, Look
from ledger.domain.posting_rules import (
    billed,
    lessened,
    moved,
    place_of,
    reversed_postings,
    spent,
)
from ledger.domain.postings import JournalEntry, Posting
from ledger.domain.roles import allowed
from ledger.domain.values import Money


class Posted(Struct, frozen=True, kw_only=True):
    """What a fact posts; `on` None: the day it was recorded."""

    kind: str
    postings: Sequence[Posting]
    on: date | None = None
    invoice: str = ""
    payment: str = ""
    expense: str = ""
    document: str = ""
    takes_back: bool = False


def fold_postings(fact: Fact, look: Look) -> list[Entity]:
    """The entry that follows from a fact, if any."""
    posted = _of_documents(fact, look) or _of_money(fact, look) or _of_expenses(fact, look)
    if posted is None or not posted.postings:
        return []
    return [
        JournalEntry(
            id=fact.id,
            number=look.add(JOURNAL_NUMBERS),
            case=fact.case,
            kind=posted.kind,
            on=posted.on or fact.at.date(),
            recorded_at=fact.at,
            postings=tuple(posted.postings),
            invoice=posted.invoice,
            payment=posted.payment,
            expense=posted.expense,
            document=posted.document,
            takes_back=posted.takes_back,
        )
    ]


def _of_documents(fact: Fact, look: Look) -> Posted | None:
    match fact.event:
        case InvoiceIssued(elsewhere=True) as event:
            return _brought(event)
        case InvoiceIssued() as event:
            made = billed(event.lines, event.net, event.total, event.tax, event.contact, event.part)
            return Posted(
                kind="invoice",
                postings=made,
                on=event.issued_on,
                invoice=event.invoice,
                document=event.number,
            )
        case CreditNoteIssued() as event:
            return _credited(event, look)
        case BalanceReduced() as event:
            return _reduced(event, look)
        case _:
            return None


def _brought(event: InvoiceIssued) -> Posted:
    """Its income and tax were booked before Coo: only what is still owed is carried over."""
    owed = event.total - event.paid if event.paid else event.total
    return Posted(
        kind="opening",
        postings=moved(owed, RECEIVABLE, OPENING, of=event.contact),
        on=event.issued_on,
        invoice=event.invoice,
        document=event.number,
    )


def _credited(event: CreditNoteIssued, look: Look) -> Posted:
    """The invoice in full, and with it whatever it was reduced by."""
    made = billed(event.lines, event.net, event.total, event.tax, event.contact, event.part)
    invoice = look.get(Invoice, event.invoice)
    for each in invoice.reductions if invoice and not invoice.credited_by else ():
        made += reversed_postings(lessened(invoice, each.kind, each.amount)) if invoice else []
    return Posted(
        kind="credit note",
        postings=made,
        on=event.issued_on,
        invoice=event.invoice,
        document=event.number,
        takes_back=True,
    )


def _reduced(event: BalanceReduced, look: Look) -> Posted | None:
    invoice = look.get(Invoice, event.invoice)
    if invoice is None or invoice.credited_by or event.amount.currency != invoice.total.currency:
        return None
    payment = look.get(Payment, event.payment)
    return Posted(
        kind="reduction",
        postings=lessened(invoice, event.kind, event.amount),
        on=payment.booked_on if payment else None,
        invoice=invoice.id,
        payment=event.payment,
        document=invoice.number,
        takes_back=event.amount.minor < 0,
    )


def _of_money(fact: Fact, look: Look) -> Posted | None:
    match fact.event:
        case PaymentReceived() as event if look.get(Payment, event.payment) is None:
            return _came(event, place_of(event.source), event.booked_on)
        case PaymentMatched() as event:
            return _matched(event, fact, look)
        case PaymentUnmatched() as event:
            return _unmatched(event, look)
        case CreditKept() as event:
            return _kept(event, look)
        case PaymentsJoined(payment=name):
            payment = look.get(Payment, name)
            return _joined(payment) if payment else None
        case FeeCharged() as event:
            fee = moved(event.amount, FEES, CLEARING)
            return Posted(kind="fee", postings=fee, payment=event.payment)
        case PaidOut() as event:
            left = moved(event.amount, TRANSIT, CLEARING)
            back = event.came_back
            return Posted(
                kind="payout", postings=left, on=event.on, document=event.payout, takes_back=back
            )
        case PayoutArrived() as event:
            arrived = moved(event.amount, SUSPENSE, TRANSIT)
            return Posted(
                kind="arrival",
                postings=arrived,
                on=event.booked_on,
                payment=event.payment,
                document=event.payout,
            )
        case _:
            return None


def _came(event: PaymentReceived, place: str, on: date) -> Posted:
    """Until it is matched nobody knows what it is for."""
    money = moved(event.amount, place, SUSPENSE)
    return Posted(kind="money", postings=money, on=on, payment=event.payment)


def _matched(event: PaymentMatched, fact: Fact, look: Look) -> Posted:
    """A correction counts for the day it was made, the first booking for that of the money."""
    payment, invoice = look.get(Payment, event.payment), look.get(Invoice, event.invoice)
    again = any(
        isinstance(one, JournalEntry) and one.takes_back
        for one in look.find(JournalEntry, f"payment:{event.payment}")
    )
    on = payment.booked_on if payment and not again else fact.at.date()
    return Posted(
        kind="match",
        postings=_booked(event.amount, payment, invoice),
        on=on,
        invoice=event.invoice,
        payment=event.payment,
        document=invoice.number if invoice else "",
        takes_back=event.amount.minor < 0,
    )


def _booked(amount: Money, payment: Payment | None, invoice: Invoice | None) -> list[Posting]:
    """From where it lay to what it pays, as far as the invoice is of its currency."""
    same = invoice is not None and invoice.total.currency == amount.currency
    paid, customer = (RECEIVABLE, invoice.contact) if invoice and same else (EXCHANGE, "")
    lay, whose = _lies(payment)
    return moved(amount, lay, paid, of=whose, contact=customer)


def _lies(payment: Payment | None) -> tuple[str, str]:
    """The account of money that is on no invoice, and whose it is."""
    kept = payment.credit_of if payment else ""
    return (CREDIT, kept) if kept else (SUSPENSE, "")


def _unmatched(event: PaymentUnmatched, look: Look) -> Posted:
    """Taken back whole: the booking, and what the invoice was reduced by because of it."""
    payment, invoice = look.get(Payment, event.payment), look.get(Invoice, event.invoice)
    made = reversed_postings(_booked(event.amount, payment, invoice))
    if invoice and not invoice.credited_by and event.amount.currency == invoice.total.currency:
        for each in invoice.reductions:
            if each.payment == event.payment:
                made += reversed_postings(lessened(invoice, each.kind, each.amount))
    return Posted(
        kind="unmatch",
        postings=made,
        invoice=event.invoice,
        payment=event.payment,
        document=invoice.number if invoice else "",
        takes_back=True,
    )


def _kept(event: CreditKept, look: Look) -> Posted | None:
    payment = look.get(Payment, event.payment)
    if payment is None:
        return None
    source, whose = _lies(payment)
    made = moved(payment.left, source, CREDIT, of=whose, contact=event.contact)
    return Posted(kind="credit", postings=made, on=payment.booked_on, payment=payment.id)


def _joined(payment: Payment) -> Posted:
    """It came in twice by two kinds of statement: once is taken back."""
    source, whose = _lies(payment)
    made = moved(payment.left, source, place_of(payment.source), of=whose)
    return Posted(
        kind="joined",
        postings=made,
        on=payment.booked_on,
        payment=payment.id,
        takes_back=True,
    )


def _of_expenses(fact: Fact, look: Look) -> Posted | None:
    match fact.event:
        case ExpenseRecorded() as event if allowed(event, look):
            if event.unclear or look.get(Expense, event.expense) is not None:
                return None
            on = event.spent.on or fact.at.date()
            return Posted(kind="expense", postings=spent(event.spent), on=on, expense=event.expense)
        case ExpenseCorrected() as event if allowed(event, look):
            return _changed(look.get(Expense, event.expense), event, fact, look)
        case ExpenseRemoved() as event if allowed(event, look):
            return _changed(look.get(Expense, event.expense), event, fact, look)
        case ExpensePaid() as event:
            return _paid(event, look)
        case _:
            return None


def _changed(
    known: Expense | None, event: ExpenseCorrected | ExpenseRemoved, fact: Fact, look: Look
) -> Posted | None:
    """What stood there is taken back, and what it is instead is posted, on the day of the word.

    What was not clear before stood nowhere, and counts for its own day.
    """
    if known is None or known.status == "removed":
        return None
    clear = isinstance(event, ExpenseCorrected) and not event.unclear
    instead = event.spent if isinstance(event, ExpenseCorrected) and clear else None
    made = spent(instead) if instead else []
    if known.counts:
        made = [*reversed_postings(spent(known.spent)), *made]
    keeps = instead is not None and instead.amount == known.amount
    payment = look.get(Payment, known.paid_by) if known.paid_by and not keeps else None
    if payment is not None:
        made += moved(payment.amount, PAYABLE, SUSPENSE)
    first = instead.on if instead and not known.counts else None
    return Posted(
        kind="expense",
        postings=made,
        on=first or fact.at.date(),
        expense=known.id,
        takes_back=known.counts,
    )


def _paid(event: ExpensePaid, look: Look) -> Posted | None:
    expense, payment = look.get(Expense, event.expense), look.get(Payment, event.payment)
    if expense is None or payment is None or expense.status != "open" or payment.expense:
        return None
    made = moved(payment.amount, SUSPENSE, PAYABLE)
    return Posted(
        kind="payment",
        postings=made,
        on=payment.booked_on,
        payment=payment.id,
        expense=expense.id,
    )
