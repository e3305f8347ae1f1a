"""The playbook after the operator matched a payment by hand, or took a match back."""

from __future__ import annotations

import msgspec

from graph.amounts import amount_words
from graph.moves import (
    AnyMove,
    Choice,
    CloseDeal,
    Decide,
    ReopenDeal,
    SettleBill,
    TellOperator,
    WithdrawQuestion,
)
from graph.planners.payments import PAID, closes_later, left_words
from graph.planners.steps import sources, tidied, waiting
from graph.situation import Situation
from ledger.domain.events import PaymentMatched, PaymentUnmatched
from ledger.domain.values import OPERATOR


def on_matched(s: Situation, event: PaymentMatched) -> tuple[Choice, ...]:
    """The invoice has this payment now; where nothing is open, the case closes."""
    bill = s.deal.owing
    if bill is None or bill.invoice != event.invoice:
        return waiting("It was booked on an invoice that is over.")
    asked = _moot(s, event.fact)
    if bill.open.minor > 0:
        text = (
            f"{amount_words(event.amount)} is booked on invoice {bill.number} as you said; "
            f"{amount_words(bill.open)} is open."
        )
        reopen = (ReopenDeal(why="You matched a payment."),) if s.deal.closed else ()
        moves = (*asked, *reopen, TellOperator(topic="part-payment", text=text))
        return (Choice(id="matched-part", moves=moves, why="You matched a payment."),)
    if s.deal.closed:
        return (Choice(id="matched", moves=asked, why="The case is closed."),) if asked else ()
    return (_settled(s, event, bill.number, asked),)


def _settled(
    s: Situation, event: PaymentMatched, number: str, asked: tuple[AnyMove, ...]
) -> Choice:
    decision = Decide(
        topic="payment",
        chosen=f"Payment {event.payment} settles invoice {number}.",
        by=OPERATOR,
        evidence=sources(s),
        outcome=PAID,
    )
    settle = SettleBill(payment=event.payment)
    bill = s.deal.owing
    if bill is not None and closes_later(s.deal, bill):
        left = left_words(s.deal, bill)
        told = TellOperator(
            topic="paid", text=f"Invoice {number} is paid, as you matched it. {left}".strip()
        )
        decided = msgspec.structs.replace(decision, outcome="")
        return Choice(
            id="matched",
            moves=(settle, *asked, decided, told),
            why=f"It settles invoice {number}.",
        )
    tidy = [one for one in tidied(s, "The invoice is paid.") if one not in asked]
    text = f"Invoice {number} is paid, as you matched it. The case is closed."
    end = (CloseDeal(outcome=PAID), TellOperator(topic="paid", text=text))
    moves = (settle, *asked, *tidy, decision, *end)
    return Choice(id="matched", moves=moves, why=f"It settles invoice {number}.")


def on_unmatched(s: Situation, event: PaymentUnmatched) -> tuple[Choice, ...]:
    """What the payment had paid is owed again."""
    bill = s.deal.bill
    if bill is None or bill.invoice != event.invoice:
        return waiting("It was taken off an invoice that is over.")
    text = (
        f"{amount_words(event.amount)} was taken off invoice {bill.number} as you said; "
        f"{amount_words(bill.open)} is open."
    )
    again = s.deal.closed and bill.credit is None and bill.open.minor > 0
    reopen = (ReopenDeal(why="You took a match back."),) if again else ()
    moves = (*reopen, TellOperator(topic="unmatched", text=text))
    return (Choice(id="unmatched", moves=moves, why="You took a match back."),)


def _moot(s: Situation, fact: str) -> tuple[AnyMove, ...]:
    """What was asked about the payment, now that the operator has said it."""
    why = "You matched the payment."
    return tuple(
        WithdrawQuestion(question=one.question, why=why) for one in s.deal.open if one.about == fact
    )
