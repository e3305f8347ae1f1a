"""What a payment does to the balance of an invoice: pure, in integer minor units.

An invoice closes when it is paid in full, or when what is missing is exactly what may be missing:
the early-payment discount within its days, a bank fee within the tolerance. Everything else is a
person's word.
"""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

from graph.deal import Bill, Deal, Incoming
from graph.moves import Close
from graph.situation import Situation
from ledger.domain.events import (
    BalanceReduced,
    CreditKept,
    Event,
    InvoicePaid,
    PaymentMatched,
)
from ledger.domain.values import Money

_WHOLE_BP = 10_000


class Less(Struct, frozen=True):
    """So much less is owed; `kind` as in `BalanceReduced`."""

    kind: str
    amount: Money


class Terms(Struct, frozen=True, kw_only=True):
    """What may be missing: `discount_bp` of the whole until `last_day`, a fee up to `tolerance`."""

    discount_bp: int = 0
    last_day: date | None = None
    tolerance: Money | None = None


def terms_of(s: Situation) -> Terms:
    """The terms that hold for the payment at hand."""
    early = s.company.early_payment
    if early is None or s.issued_on is None:
        return Terms(tolerance=s.company.bank_fee_tolerance)
    return Terms(
        discount_bp=early.percent_bp,
        last_day=s.issued_on + timedelta(days=early.days),
        tolerance=s.company.bank_fee_tolerance,
    )


def lessened(terms: Terms, bill: Bill, payment: Incoming) -> tuple[Less, ...]:
    """What may close the gap that a payment leaves; () where nothing may."""
    missing = bill.open - payment.size
    if payment.size.minor <= 0 or missing.minor <= 0:
        return ()
    discount = discount_of(terms, bill, payment)
    if discount is not None and missing == discount:
        return (Less("discount", discount),)
    most = terms.tolerance
    if most is None or most.currency != missing.currency:
        return ()
    if missing.minor <= most.minor:
        return (Less("fee", missing),)
    if discount is not None and 0 < missing.minor - discount.minor <= most.minor:
        return (Less("discount", discount), Less("fee", missing - discount))
    return ()


def discount_of(terms: Terms, bill: Bill, payment: Incoming) -> Money | None:
    """What may be kept, where this pays the whole invoice within the days; half a cent is one."""
    share = _whole_share(terms, bill)
    if terms.last_day is None or payment.booked_on > terms.last_day:
        return None
    return share


def late_discount(terms: Terms, bill: Bill, payment: Incoming) -> bool:
    """Whether exactly the discount is missing, and its days are over."""
    share = _whole_share(terms, bill)
    return bill.open - payment.size == share and discount_of(terms, bill, payment) is None


def _whole_share(terms: Terms, bill: Bill) -> Money | None:
    """The discount on an invoice on which all is open; None where there is none."""
    if not terms.discount_bp or bill.open != bill.total:
        return None
    minor = (bill.total.minor * terms.discount_bp + _WHOLE_BP // 2) // _WHOLE_BP
    return Money(minor, bill.total.currency)


def undone_by(deal: Deal, payment: Incoming) -> str:
    """The booked payment that came back with this one; "" where none has exactly its amount."""
    back = -payment.size
    found = [one.payment for one in deal.booked if one.amount == back]
    return found[-1] if found and payment.size.minor < 0 else ""


def booking(terms: Terms, deal: Deal, payment: Incoming, close: Close) -> list[Event]:
    """The facts of booking a payment on the case's invoice; [] where that makes no sense."""
    bill = deal.bill
    if bill is None or payment.size.currency != bill.total.currency:
        return []
    amount, less = payment.size, _less(terms, deal, payment, close)
    if close is Close.CREDIT:
        amount = min(amount, max(bill.open, _nothing(amount)), key=lambda each: each.minor)
    made: list[Event] = []
    if amount.minor or close is not Close.CREDIT:
        made.append(_matched(payment, bill, amount))
    made += [
        BalanceReduced(
            payment=payment.payment, invoice=bill.invoice, kind=each.kind, amount=each.amount
        )
        for each in less
    ]
    left = bill.open.minor - amount.minor - sum(each.amount.minor for each in less)
    if left <= 0 and amount.minor >= 0 and bill.credit is None and made:
        made.append(InvoicePaid(invoice=bill.invoice, paid_on=payment.booked_on))
    if close is Close.CREDIT:
        rest = payment.size - amount
        made.append(CreditKept(payment=payment.payment, contact=deal.contact, amount=rest))
    return made


def _less(terms: Terms, deal: Deal, payment: Incoming, close: Close) -> tuple[Less, ...]:
    bill = deal.bill
    if bill is None:
        return ()
    match close:
        case Close.LESSEN:
            return lessened(terms, bill, payment)
        case Close.WAIVE:
            rest = bill.open - payment.size
            return (Less("waived", rest),) if rest.minor > 0 else ()
        case Close.REVERSE:
            came = undone_by(deal, payment)
            return tuple(
                Less(each.kind, -each.amount) for each in bill.reductions if each.payment == came
            )
        case Close.NOTHING | Close.CREDIT:
            return ()


def _matched(payment: Incoming, bill: Bill, amount: Money) -> PaymentMatched:
    return PaymentMatched(
        payment=payment.payment, invoice=bill.invoice, amount=amount, fact=payment.fact
    )


def _nothing(amount: Money) -> Money:
    return Money(0, amount.currency)
