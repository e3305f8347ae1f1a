"""The playbook for money that came in: what closes an invoice is booked, the rest is asked."""

from __future__ import annotations

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option
from graph.balances import late_discount, lessened, terms_of, undone_by
from graph.deal import Bill, Deal, Incoming
from graph.moves import (
    AnyMove,
    Choice,
    Close,
    CloseDeal,
    Decide,
    MatchPayment,
    ReopenDeal,
    TellOperator,
    WithdrawQuestion,
)
from graph.planners import wording
from graph.planners.crediting import after_credit, card_of, still_to_reverse
from graph.planners.parts import waits_for
from graph.planners.steps import LEAVE, asking, before, sources, tidied, waiting
from graph.situation import Situation
from ledger.domain.events import Option
from ledger.domain.values import Money

PAID = "paid"
"""The outcome of a case whose invoice is settled."""

_LESS = {"discount": "early-payment discount", "fee": "bank fee"}


def on_payment(s: Situation, payment: Incoming) -> tuple[Choice, ...]:
    """The choices after a payment that was routed to this case."""
    bill = s.deal.bill
    if bill is not None and payment.payment in s.deal.payments:
        return waiting("This payment is matched already.")
    if bill is not None and bill.credit is not None and payment.size == bill.open:
        return (after_credit(s, payment, bill),)
    by_terms = _by_terms(s, payment, bill) if bill is not None else ()
    if by_terms:
        return by_terms
    doubt = _doubt(s, payment, bill)
    if bill is None or doubt:
        return _ask(s, payment, bill, doubt)
    return (settling(s, payment, bill, "coo"),)


def _by_terms(s: Situation, payment: Incoming, bill: Bill) -> tuple[Choice, ...]:
    """What needs no question although it is not the open amount; () for everything else.

    Facts from before payments had parts are planned as they were then.
    """
    same_money = payment.size.currency == bill.total.currency
    if payment.part is None or bill.credit is not None or not same_money:
        return ()
    if payment.returned and undone_by(s.deal, payment):
        return (_came_back(s, payment, bill),)
    if payment.size.minor < 0 and payment.size == bill.open:
        text = (
            f"The refund on invoice {bill.number} went out: {amount_words(-payment.size)}. "
            "Nothing is open on it any more."
        )
        moves = (MatchPayment(fact=payment.fact), TellOperator(topic="refund", text=text))
        return (Choice(id="refunded", moves=moves, why="It gives back what was too much."),)
    if not s.deal.closed and lessened(terms_of(s), bill, payment):
        return (settling(s, payment, bill, "coo", Close.LESSEN),)
    return ()


def _came_back(s: Situation, payment: Incoming, bill: Bill) -> Choice:
    """A debit or a transfer was returned: what it had paid is owed again."""
    back = amount_words(-payment.size)
    text = (
        f"A payment of {back} on invoice {bill.number} was returned by the bank. The invoice is "
        "open again; nothing was sent to the customer."
    )
    reopen = (ReopenDeal(why="A payment was returned."),) if s.deal.closed else ()
    return Choice(
        id="returned",
        moves=(
            *reopen,
            MatchPayment(fact=payment.fact, close=Close.REVERSE),
            TellOperator(topic="returned", text=text),
        ),
        why="The bank says that it came back, and it was booked on this invoice.",
    )


def settling(
    s: Situation, payment: Incoming, bill: Bill, by: str, close: Close = Close.NOTHING
) -> Choice:
    """Match a payment; where nothing is left open, the case closes."""
    if bill.credit is not None:
        return after_credit(s, payment, bill)
    card = card_of(s.deal)
    if card is not None:
        return still_to_reverse(payment, bill, card)
    match = MatchPayment(fact=payment.fact, close=close)
    if payment.size.minor < 0:
        return _given_back(s, payment, bill)
    left = bill.open.minor - payment.size.minor
    if left > 0 and close not in {Close.LESSEN, Close.WAIVE}:
        rest = Money(left, bill.open.currency)
        text = (
            f"{amount_words(payment.size)} is booked on invoice {bill.number}; "
            f"{amount_words(rest)} is still open."
        )
        return Choice(id="part", moves=(match, TellOperator(topic="part-payment", text=text)),
                      why="It pays a part of the invoice.")  # fmt: skip
    if closes_later(s.deal, bill):
        return _settled_part(s, payment, bill, match, by, close)
    return Choice(
        id="settle",
        moves=(match, *tidied(s, "The invoice is paid."), *_finished(s, payment, bill, by, close)),
        why=f"It settles invoice {bill.number}.",
    )


def closes_later(deal: Deal, bill: Bill) -> bool:
    """Whether the case stays open although this invoice is paid: other parts are not."""
    plan, standing = deal.plan, deal.standing
    if plan is None:
        return False
    others = (one for one in standing.values() if one.invoice != bill.invoice)
    return len(plan.parts) not in standing or any(one.open.minor > 0 for one in others)


def _settled_part(  # the parts of one choice
    s: Situation, payment: Incoming, bill: Bill, match: MatchPayment, by: str, close: Close
) -> Choice:
    """An invoice of several is paid: the case goes on."""
    moot = tuple(
        WithdrawQuestion(question=one.question, why="The invoice is paid.")
        for one in s.deal.open
        if one.about in {bill.invoice, payment.fact}
    )
    text = (
        f"Invoice {bill.number} is paid: {amount_words(payment.size)} arrived."
        f"{_difference(s, payment, bill, close)} {left_words(s.deal, bill)}"
    )
    decision = Decide(
        topic="payment",
        chosen=f"Payment {payment.payment} settles invoice {bill.number}.",
        by=by,
        evidence=sources(s),
        alternatives=(("ask first", _fits(close)),) if by == "coo" else (),
    )
    told = TellOperator(topic="paid", text=text.strip())
    moves: tuple[AnyMove, ...] = (match, *moot, decision, told)
    return Choice(id="settle-part", moves=moves, why=f"It settles invoice {bill.number}.")


def left_words(deal: Deal, bill: Bill) -> str:
    """What of a deal in parts is still open or waits, besides this invoice."""
    others = (one for one in deal.standing.values() if one.invoice != bill.invoice)
    owed = [f"{wording.owed(one)}." for one in others if one.open.minor > 0]
    return " ".join((*owed, waits_for(deal))).strip()


def _given_back(s: Situation, payment: Incoming, bill: Bill) -> Choice:
    """Money went back, and the operator says that it belongs to this invoice."""
    rest = bill.open - payment.size
    text = (
        f"{amount_words(-payment.size)} went back on invoice {bill.number}; "
        f"{amount_words(rest)} is open on it again."
    )
    reopen = (ReopenDeal(why="Money went back."),) if s.deal.closed else ()
    close = Close.REVERSE if undone_by(s.deal, payment) else Close.NOTHING
    match = MatchPayment(fact=payment.fact, close=close)
    moves = (*reopen, match, TellOperator(topic="refund", text=text))
    return Choice(id="given-back", moves=moves, why="You said that it belongs to the invoice.")


def _finished(
    s: Situation, payment: Incoming, bill: Bill, by: str, close: Close
) -> tuple[AnyMove, ...]:
    text = (
        f"Invoice {bill.number} is paid: {amount_words(payment.size)} arrived."
        f"{_difference(s, payment, bill, close)} The case is closed."
    )
    decision = Decide(
        topic="payment",
        chosen=f"Payment {payment.payment} settles invoice {bill.number}.",
        by=by,
        evidence=sources(s),
        alternatives=(("ask first", _fits(close)),) if by == "coo" else (),
        outcome=PAID,
    )
    return (decision, CloseDeal(outcome=PAID), TellOperator(topic="paid", text=text))


def _fits(close: Close) -> str:
    if close is Close.LESSEN:
        return "what is missing is what the company's terms let be missing"
    return "amount, currency and invoice number fit exactly"


def _difference(s: Situation, payment: Incoming, bill: Bill, close: Close) -> str:
    """What became of what was missing or too much, as a sentence with a space before it."""
    if close is Close.LESSEN:
        less = (f"{amount_words(one.amount)} {_LESS[one.kind]}"
                for one in lessened(terms_of(s), bill, payment))  # fmt: skip
        return f" The rest is {' and '.join(less)}."
    extra = payment.size - bill.open
    if close is Close.WAIVE and extra.minor < 0:
        return f" You let {amount_words(-extra)} go."
    if extra.minor <= 0:
        return ""
    if close is Close.CREDIT:
        return f" {amount_words(extra)} of it was too much and is kept as their credit."
    return f" {amount_words(extra)} of it was too much: send that back."


def _doubt(s: Situation, payment: Incoming, bill: Bill | None) -> str:
    """Why this payment is not simply matched; "" where it is."""
    if bill is None:
        return "no invoice has been issued in this case"
    if payment.returned and payment.size.minor < 0:
        return "the bank returned it, and nothing of this amount is booked on the invoice"
    if payment.size.minor <= 0:
        return "it is money that went back"
    if bill.credit is not None:
        return f"{_REVERSED} by credit note {bill.credit.number}, so nothing is owed"
    if payment.size.currency != bill.total.currency:
        return f"the invoice is in {bill.total.currency}"
    if bill.open.minor <= 0:
        return "the invoice is already paid"
    if payment.size != bill.open:
        return _misfit(s, payment, bill)
    if payment.shared and payment.part is None:
        return "its reference names invoices of other cases too"
    return "the case was closed" if s.deal.closed else ""


def _misfit(s: Situation, payment: Incoming, bill: Bill) -> str:
    """How much is missing or too much, and what comes near to explaining it."""
    difference = payment.size - bill.open
    size = amount_words(Money(abs(difference.minor), difference.currency))
    words = f"it is {size} too {'much' if difference.minor > 0 else 'little'}"
    if s.company.early_payment is not None and late_discount(terms_of(s), bill, payment):
        days = s.company.early_payment.days
        return f"{words}, the discount for payment within {days} days, which were over"
    return words


def _ask(s: Situation, payment: Incoming, bill: Bill | None, doubt: str) -> tuple[Choice, ...]:
    about = f" {wording.owed(bill)}." if bill else ""
    text = f"{_came(payment)}, but {doubt}.{about} Nothing was booked. What shall I do with it?"
    ask = asking(s, "payment", text, f"The payment does not fit: {doubt}.", _options(payment, bill),
                 recommendation=_advice(doubt))  # fmt: skip
    reopen = (ReopenDeal(why="A payment came after the end."),) if s.deal.closed else ()
    return before(reopen, (ask,))


def _options(payment: Incoming, bill: Bill | None) -> tuple[Option, ...]:
    """What may be done with it. Facts from before payments had parts offer what they did then."""
    if bill is None or payment.size.currency != bill.total.currency:
        return (LEAVE,)
    book = plain_option(AnswerId.MATCH, f"Book it on invoice {bill.number}", payment.fact)
    if payment.part is None or bill.credit is not None:
        return (book, LEAVE) if payment.size.minor > 0 else (LEAVE,)
    gap = payment.size - bill.open
    if payment.size.minor < 0:
        return (book, LEAVE) if bill.paid.minor >= -payment.size.minor else (LEAVE,)
    if gap.minor < 0:
        label = f"Book it and let {amount_words(-gap)} go"
        return (book, plain_option(AnswerId.WAIVE, label, payment.fact), LEAVE)
    if gap.minor > 0:
        label = f"Keep {amount_words(min(gap, payment.size, key=_minor))} as their credit"
        return (book, plain_option(AnswerId.CREDIT, label, payment.fact), LEAVE)
    return (book, LEAVE)


def _minor(amount: Money) -> int:
    return amount.minor


_REVERSED = "the invoice was reversed"


def _came(payment: Incoming) -> str:
    """`€2,000.00 came in on 2026-11-27`, `€2,000.00 left the account on 2026-11-27`."""
    size = Money(abs(payment.size.minor), payment.size.currency)
    moved = "came in" if payment.size.minor > 0 else "left the account"
    return f"{amount_words(size)} {moved} on {payment.booked_on}"


def _advice(doubt: str) -> str:
    if doubt.endswith("went back"):
        return "Look at the bank statement: a refund of yours, or a payment that was recalled?"
    if doubt.startswith(_REVERSED):
        return "Send it back with your bank. Book it, and I watch for the refund."
    if doubt.endswith("too little"):
        return "Book it and ask the customer for the rest."
    if doubt.endswith("which were over"):
        return "Book it, and ask for the rest or let it go."
    if doubt.endswith("too much"):
        return "Book it and send the difference back."
    return "Look at the bank statement; send back what is not yours."
