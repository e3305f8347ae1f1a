"""The playbook for money that came in: exact amounts are matched, everything else is asked."""

from __future__ import annotations

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option
from graph.deal import Bill, Incoming
from graph.moves import AnyMove, Choice, CloseDeal, Decide, MatchPayment, ReopenDeal, TellOperator
from graph.planners import wording
from graph.planners.crediting import after_credit, card_of, still_to_reverse
from graph.planners.steps import LEAVE, asking, before, sources, tidied, waiting
from graph.situation import Situation
from ledger.domain.values import Money

PAID = "paid"
"""The outcome of a case whose invoice is settled."""


def on_payment(s: Situation, payment: Incoming) -> tuple[Choice, ...]:
    """The choices after a payment that was routed to this case."""
    bill = s.deal.bill
    if bill is not None and payment.payment in s.deal.payments:
        return waiting("This payment is matched already.")
    if bill is not None and bill.credit is not None and payment.amount == bill.open:
        return (after_credit(s, payment, bill),)
    doubt = _doubt(payment, bill, closed=bool(s.deal.closed))
    if bill is None or doubt:
        return _ask(s, payment, bill, doubt)
    return (settling(s, payment, bill, "coo"),)


def settling(s: Situation, payment: Incoming, bill: Bill, by: str) -> Choice:
    """Match a payment; where nothing is left open, the case closes."""
    if bill.credit is not None:
        return after_credit(s, payment, bill)
    card = card_of(s.deal)
    if card is not None:
        return still_to_reverse(payment, bill, card)
    match = MatchPayment(fact=payment.fact)
    left = bill.open.minor - payment.amount.minor
    if left > 0:
        rest = Money(left, bill.open.currency)
        text = (
            f"{amount_words(payment.amount)} is booked on invoice {bill.number}; "
            f"{amount_words(rest)} is still open."
        )
        return Choice(id="part", moves=(match, TellOperator(topic="part-payment", text=text)),
                      why="It pays a part of the invoice.")  # fmt: skip
    return Choice(
        id="settle",
        moves=(match, *tidied(s, "The invoice is paid."), *_finished(s, payment, bill, by)),
        why=f"It settles invoice {bill.number}.",
    )


def _finished(s: Situation, payment: Incoming, bill: Bill, by: str) -> tuple[AnyMove, ...]:
    came, extra = amount_words(payment.amount), payment.amount - bill.open
    more = f" {amount_words(extra)} of it was too much: send that back." if extra.minor > 0 else ""
    text = f"Invoice {bill.number} is paid: {came} arrived.{more} The case is closed."
    decision = Decide(
        topic="payment",
        chosen=f"Payment {payment.payment} settles invoice {bill.number}.",
        by=by,
        evidence=sources(s),
        alternatives=(("ask first", "amount, currency and invoice number fit exactly"),)
        if by == "coo"
        else (),
        outcome=PAID,
    )
    return (decision, CloseDeal(outcome=PAID), TellOperator(topic="paid", text=text))


def _doubt(payment: Incoming, bill: Bill | None, *, closed: bool) -> str:
    """Why this payment is not simply matched; "" where it is."""
    if bill is None:
        return "no invoice has been issued in this case"
    if payment.amount.minor <= 0:
        return "it is money that went back"
    if bill.credit is not None:
        return f"{_REVERSED} by credit note {bill.credit.number}, so nothing is owed"
    if payment.amount.currency != bill.total.currency:
        return f"the invoice is in {bill.total.currency}"
    if bill.open.minor <= 0:
        return "the invoice is already paid"
    if payment.amount != bill.open:
        difference = payment.amount - bill.open
        size = amount_words(Money(abs(difference.minor), difference.currency))
        return f"it is {size} too {'much' if difference.minor > 0 else 'little'}"
    if payment.shared:
        return "its reference names invoices of other cases too"
    return "the case was closed" if closed else ""


def _ask(s: Situation, payment: Incoming, bill: Bill | None, doubt: str) -> tuple[Choice, ...]:
    about = f" {wording.owed(bill)}." if bill else ""
    text = f"{_came(payment)}, but {doubt}.{about} Nothing was booked. What shall I do with it?"
    options = [LEAVE]
    if bill and payment.amount.minor > 0 and payment.amount.currency == bill.total.currency:
        label = f"Book it on invoice {bill.number}"
        options.insert(0, plain_option(AnswerId.MATCH, label, payment.fact))
    ask = asking(s, "payment", text, f"The payment does not fit: {doubt}.", options,
                 recommendation=_advice(doubt))  # fmt: skip
    reopen = (ReopenDeal(why="A payment came after the end."),) if s.deal.closed else ()
    return before(reopen, (ask,))


_REVERSED = "the invoice was reversed"


def _came(payment: Incoming) -> str:
    """`€2,000.00 came in on 2026-11-27`, `€2,000.00 left the account on 2026-11-27`."""
    size = Money(abs(payment.amount.minor), payment.amount.currency)
    moved = "came in" if payment.amount.minor > 0 else "left the account"
    return f"{amount_words(size)} {moved} on {payment.booked_on}"


def _advice(doubt: str) -> str:
    if doubt.endswith("went back"):
        return "Look at the bank statement: a refund of yours, or a payment that was recalled?"
    if doubt.startswith(_REVERSED):
        return "Send it back with your bank. Book it, and I watch for the refund."
    if doubt.endswith("too little"):
        return "Book it and ask the customer for the rest."
    if doubt.endswith("too much"):
        return "Book it and send the difference back."
    return "Look at the bank statement; send back what is not yours."
