"""The playbook from an issued credit note to the end of the matter."""

from __future__ import annotations

from graph.amounts import amount_words
from graph.deal import PENDING, Bill, Deal, Doing, Incoming, Progress, about
from graph.moves import (
    AnyMove,
    Choice,
    CloseDeal,
    CreditInvoice,
    MatchPayment,
    SendCreditNote,
    TellOperator,
)
from graph.planners.parts import going_on
from graph.planners.steps import telling, tidied, waiting
from graph.planners.undoing import UNDO, refund_words
from graph.situation import Situation
from ledger.domain.values import Money

CREDITED = "credited"
"""The outcome of a case whose invoice was reversed."""


def credited(s: Situation) -> tuple[Choice, ...]:
    """The credit note is issued: it goes out, unless the customer never got the invoice."""
    bill = s.deal.bill
    if bill is None or bill.credit is None:
        text = "You reversed the invoice yourself. Close the case when it is settled."
        return (telling("by-hand", text, "The credit note is not in the ledger."),)
    if _mail_pending(s.deal) or bill.credit.sent:
        return waiting("The credit note is on its way.")
    if bill.sent or _may_have_left(s.deal):
        why = "The invoice went out, so its credit note does too."
        return (Choice(id="send-credit-note", moves=(SendCreditNote(),), why=why),)
    text = (
        f"Invoice {bill.number} is reversed by credit note {bill.credit.number}. The invoice never "
        "left, so nothing has to be sent; both lie in `invoices/`."
    )
    return (_closed(s, bill, text),)


def finished(s: Situation) -> tuple[Choice, ...]:
    """The customer has the credit note."""
    bill = s.deal.bill
    if bill is None or bill.credit is None:
        return waiting("The credit note is out.")
    text = f"Invoice {bill.number} is reversed: credit note {bill.credit.number} is out."
    return (_closed(s, bill, text),)


def still_to_reverse(payment: Incoming, bill: Bill, card: Doing) -> Choice:
    """Money came while the card of the credit note waited: book it, and show the card anew."""
    came = refund_words(bill.number, bill.paid + payment.amount)
    return Choice(
        id="book-and-credit",
        moves=(
            MatchPayment(fact=payment.fact),
            CreditInvoice(reason=card.purpose, replaces=card.action),
            TellOperator(topic=UNDO, text=came),
        ),
        why=f"It pays invoice {bill.number}, which is to be reversed all the same.",
    )


def after_credit(s: Situation, payment: Incoming, bill: Bill) -> Choice:
    """Money that moved on an invoice that was reversed: what is to be given back, or was."""
    owed = bill.open - payment.amount
    match = MatchPayment(fact=payment.fact)
    if owed.minor < 0:
        back = amount_words(-owed)
        text = (
            f"{amount_words(payment.amount)} is booked on invoice {bill.number}, which was "
            f"reversed: {back} is the customer's. Send it back with your bank."
        )
        return Choice(
            id="to-refund",
            moves=(match, TellOperator(topic="refund", text=text)),
            why="It came for an invoice that was reversed.",
        )
    text = f"The refund for invoice {bill.number} went out; nothing is open on it any more."
    goes_on = s.deal.closed or bill.part is not None
    close = () if goes_on else (CloseDeal(outcome=CREDITED),)
    moves = (match, TellOperator(topic="refund", text=text), *close)
    return Choice(id="refunded", moves=moves, why="It gives back what had been paid.")


def card_of(deal: Deal) -> Doing | None:
    """The card of a credit note that waits, or may still run."""
    named = (one for one in deal.doing if one.name == "IssueCreditNote")
    waiting_ = (one for one in named if about(one, deal.bill))
    return next((one for one in waiting_ if one.progress in PENDING), None)


def _closed(s: Situation, bill: Bill, text: str) -> Choice:
    due = f" {_refund(bill.paid)}" if bill.paid.minor > 0 else ""
    if bill.part is not None:
        return going_on(s, f"{text}{due}")
    moves: tuple[AnyMove, ...] = (
        *tidied(s, "The invoice is reversed."),
        CloseDeal(outcome=CREDITED),
        TellOperator(topic=UNDO, text=f"{text}{due} The case is closed."),
    )
    return Choice(id="credited", moves=moves, why="Nothing is owed any more.")


def _refund(paid: Money) -> str:
    return f"{amount_words(paid)} had been paid: send it back with your bank, which I never do."


def _may_have_left(deal: Deal) -> bool:
    """Whether nobody knows if the invoice reached the customer."""
    mails = (one for one in deal.doing if one.name == "SendInvoice" and about(one, deal.bill))
    return any(one.progress is Progress.UNKNOWN for one in mails)


def _mail_pending(deal: Deal) -> bool:
    mails = (one for one in deal.doing if one.name == "SendCreditNote" and about(one, deal.bill))
    return any(one.progress in PENDING for one in mails)
