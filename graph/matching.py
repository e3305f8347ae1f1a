"""What an operator's match of a payment means in facts: pure, in integer minor units.

A match names all that a payment pays, so what it paid before and is not named is taken back. No
invoice gets more than is open on it, and no payment gives more than it holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.amounts import amount_words
from ledger.domain.entities import Invoice, Payment
from ledger.domain.events import PaymentMatched, PaymentUnmatched
from ledger.domain.values import Money

Said = PaymentMatched | PaymentUnmatched
"""What follows for one invoice, in the case of that invoice."""


class CannotMatch(Exception):
    """Why a match is not possible, in words for the operator."""


def matches(
    payment: Payment, invoices: Sequence[Invoice], amount: Money | None, order: str
) -> list[Said]:
    """The facts of a match, what is taken back first. Raises `CannotMatch`; then nothing counts.

    `invoices` are those named, in that order; with `amount` just one, and the other parts of the
    payment stay as they are.
    """
    _refuse(payment, invoices)
    before = {part.invoice: part.amount for part in payment.parts}
    if amount is None:
        wanted = _shared_out(payment, invoices)
    else:
        kept = {name: part for name, part in before.items() if name != invoices[0].id}
        wanted = {**kept, invoices[0].id: _one_part(payment, invoices, amount, kept)}
    gone = [name for name, part in before.items() if wanted.get(name) != part]
    new = [name for name, part in wanted.items() if before.get(name) != part]
    if not gone and not new:
        raise CannotMatch("It is booked like that already.")
    return [
        *(_taken_off(payment, name, before[name], order) for name in gone),
        *(_put_on(payment, name, wanted[name]) for name in new),
    ]


def unmatches(payment: Payment, invoice: str, order: str) -> list[Said]:
    """The facts of taking a match back, of all for ""; raises `CannotMatch` where there is none."""
    parts = [part for part in payment.parts if invoice in {"", part.invoice}]
    if not parts:
        raise CannotMatch("It is not booked there." if invoice else "It is booked on no invoice.")
    return [_taken_off(payment, part.invoice, part.amount, order) for part in parts]


def _refuse(payment: Payment, invoices: Sequence[Invoice]) -> None:
    if payment.payout:
        raise CannotMatch(f"It is payout {payment.payout}: what customers paid counted before.")
    if payment.same_as:
        raise CannotMatch(f"It is the entry that payment {payment.same_as} is; match that one.")
    if not invoices:
        raise CannotMatch("It names no invoice.")
    for invoice in invoices:
        if invoice.total.currency != payment.amount.currency:
            raise CannotMatch(f"Invoice {invoice.number} is in {invoice.total.currency}.")
        if invoice.credited_by:
            raise CannotMatch(f"Invoice {invoice.number} was reversed, so nothing is owed on it.")


def _shared_out(payment: Payment, invoices: Sequence[Invoice]) -> dict[str, Money]:
    """The whole payment over the invoices, each filled before the next; a rest stays with it."""
    if payment.amount.minor < 0:
        if len(invoices) != 1:
            raise CannotMatch("Money that went back belongs to one invoice; name just one.")
        _refuse_more_back(payment, invoices[0], payment.amount)
        return {invoices[0].id: payment.amount}
    wanted: dict[str, Money] = {}
    rest = payment.amount
    for invoice in invoices:
        part = min(rest, _owed(payment, invoice), key=lambda each: each.minor)
        if part.minor <= 0:
            left = "no money is left for it" if rest.minor <= 0 else "nothing is open on it"
            raise CannotMatch(f"Invoice {invoice.number}: {left}.")
        wanted[invoice.id], rest = part, rest - part
    return wanted


def _one_part(
    payment: Payment, invoices: Sequence[Invoice], amount: Money, kept: dict[str, Money]
) -> Money:
    if len(invoices) != 1:
        raise CannotMatch("An amount goes with one invoice; name just one.")
    if amount.currency != payment.amount.currency:
        raise CannotMatch(f"The payment is in {payment.amount.currency}.")
    sign = -1 if payment.amount.minor < 0 else 1
    signed = Money(abs(amount.minor) * sign, amount.currency)
    left = payment.amount.minor - sum(each.minor for each in kept.values())
    if not signed.minor or abs(signed.minor) > left * sign:
        rest = amount_words(Money(abs(left), amount.currency))
        raise CannotMatch(f"Only {rest} of the payment is left for it.")
    if sign < 0:
        _refuse_more_back(payment, invoices[0], signed)
        return signed
    owed = _owed(payment, invoices[0])
    if signed.minor > owed.minor:
        raise CannotMatch(f"Only {amount_words(owed)} is open on invoice {invoices[0].number}.")
    return signed


def _owed(payment: Payment, invoice: Invoice) -> Money:
    """What is open on an invoice but for this payment and what it was reduced by because of it."""
    zero = Money(0, invoice.total.currency)
    booked = sum((p.amount for p in payment.parts if p.invoice == invoice.id), start=zero)
    less = sum((r.amount for r in invoice.reductions if r.payment == payment.id), start=zero)
    return invoice.open + booked + less


def _refuse_more_back(payment: Payment, invoice: Invoice, amount: Money) -> None:
    zero = Money(0, invoice.total.currency)
    booked = sum((p.amount for p in payment.parts if p.invoice == invoice.id), start=zero)
    paid = invoice.paid - booked
    if -amount.minor > paid.minor:
        raise CannotMatch(f"Only {amount_words(paid)} was paid on invoice {invoice.number}.")


def _taken_off(payment: Payment, invoice: str, part: Money, order: str) -> PaymentUnmatched:
    return PaymentUnmatched(payment=payment.id, invoice=invoice, amount=part, order=order)


def _put_on(payment: Payment, invoice: str, part: Money) -> PaymentMatched:
    return PaymentMatched(payment=payment.id, invoice=invoice, amount=part, fact=payment.fact)
