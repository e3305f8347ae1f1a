"""The fold of payments, and of what they leave open on invoices."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Entity, Invoice, Part, Payment, Reduction
from ledger.domain.events import (
    BalanceReduced,
    CreditKept,
    InvoicePaid,
    PaymentMatched,
    PaymentReceived,
    PaymentsJoined,
    PaymentUnmatched,
)
from ledger.domain.facts import Fact
from ledger.domain.look import Look
from ledger.domain.values import Money


def fold_payments(fact: Fact, look: Look) -> list[Entity]:
    """What came in, what it pays, and what is still owed."""
    match fact.event:
        case PaymentReceived() as event:
            return [_received(event, fact, look)]
        case PaymentMatched() as event:
            return _matched(event, fact, look)
        case PaymentUnmatched() as event:
            return _unmatched(event, look)
        case BalanceReduced() as event:
            return _reduced(event, look)
        case CreditKept() as event:
            payment = look.get(Payment, event.payment)
            return [replace(payment, credit_of=event.contact)] if payment else []
        case PaymentsJoined() as event:
            payment = look.get(Payment, event.payment)
            return [replace(payment, same_as=event.same_as)] if payment else []
        case InvoicePaid() as event:
            invoice = look.get(Invoice, event.invoice)
            return [replace(invoice, status=_in_full(invoice))] if invoice else []
        case _:
            return []


def _received(event: PaymentReceived, fact: Fact, look: Look) -> Payment:
    known = look.get(Payment, event.payment)
    return Payment(
        id=event.payment,
        fact=fact.id,
        amount=event.amount,
        booked_on=event.booked_on,
        payer=event.payer,
        reference=event.reference,
        invoices=known.invoices if known else (),
        cases=known.cases if known else (),
        parts=known.parts if known else (),
        source=event.source,
        returned=event.returned,
        payout=known.payout if known else "",
        fees=known.fees if known else (),
        expense=known.expense if known else "",
    )


def _matched(event: PaymentMatched, fact: Fact, look: Look) -> list[Entity]:
    made: list[Entity] = []
    payment = look.get(Payment, event.payment)
    if payment is not None:
        invoices, cases = _with(payment.invoices, event.invoice), _with(payment.cases, fact.case)
        parts = _booked(payment.parts, event.invoice, event.amount)
        made.append(replace(payment, invoices=invoices, cases=cases, parts=parts))
    invoice = look.get(Invoice, event.invoice)
    if invoice is not None and event.amount.currency == invoice.paid.currency:
        made.append(_standing(replace(invoice, paid=invoice.paid + event.amount)))
    return made


def _unmatched(event: PaymentUnmatched, look: Look) -> list[Entity]:
    """The invoice is owed again, with what it was reduced by because of the payment.

    The payment still is found in the case: that it once was booked there is part of its story.
    """
    made: list[Entity] = []
    payment = look.get(Payment, event.payment)
    if payment is not None:
        invoices = tuple(each for each in payment.invoices if each != event.invoice)
        parts = tuple(each for each in payment.parts if each.invoice != event.invoice)
        made.append(replace(payment, invoices=invoices, parts=parts))
    invoice = look.get(Invoice, event.invoice)
    if invoice is not None and event.amount.currency == invoice.paid.currency:
        kept = tuple(each for each in invoice.reductions if each.payment != event.payment)
        paid = invoice.paid - event.amount
        made.append(_standing(replace(invoice, paid=paid, reductions=kept)))
    return made


def _reduced(event: BalanceReduced, look: Look) -> list[Entity]:
    invoice = look.get(Invoice, event.invoice)
    if invoice is None:
        return []
    one = Reduction(event.payment, event.kind, event.amount)
    return [_standing(replace(invoice, reductions=(*invoice.reductions, one)))]


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if value in values else (*values, value)


def _booked(parts: tuple[Part, ...], invoice: str, amount: Money) -> tuple[Part, ...]:
    """The parts of a payment, with so much more on this invoice."""
    before = next((each.amount for each in parts if each.invoice == invoice), None)
    others = tuple(each for each in parts if each.invoice != invoice)
    return (*others, Part(invoice, amount if before is None else before + amount))


def _standing(invoice: Invoice) -> Invoice:
    """A refund can open a paid invoice again; it was sent before, or nobody would have paid."""
    if invoice.open.minor <= 0:
        return replace(invoice, status=_in_full(invoice))
    if invoice.credited_by:
        return invoice
    reopened = invoice.status in {"paid", "overpaid"}
    return replace(invoice, status="sent") if reopened else invoice


def _in_full(invoice: Invoice) -> str:
    if invoice.credited_by:
        return "credited"
    return "overpaid" if invoice.open.minor < 0 else "paid"
