"""Two statements, perhaps one entry: what a person is asked, and what follows from the answer."""

from __future__ import annotations

from typing import Final

from graph.desk import says, unrouted
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Question
from ledger.domain.events import (
    Option,
    PaymentReceived,
    PaymentsJoined,
    QuestionAsked,
    QuestionReplied,
)
from ledger.domain.facts import Draft, Fact, short_id

ONE, TWO = "one-entry:", "two-entries:"
"""Prefixes of the answers: `one-entry:PAYMENT` names the payment that it is."""

_PAYMENT: Final = "payment"


def asked_whether_one(fact: Fact, payment: PaymentReceived) -> Draft:
    """Amount and day are those of another statement's entry, but what was written differs."""
    event = QuestionAsked(
        question=short_id("ask", fact.id, ONE),
        about=fact.id,
        text=(
            f"Same entry? {amount_words(payment.amount)} of {payment.booked_on}, payment "
            f"{payment.payment}, came with another statement as payment {payment.resembles}. "
            "Nothing is booked until you say."
        ),
        why="Amount and day are equal, and the references are alike but not the same.",
        recommendation="Look at the bank statement: was this amount moved once or twice that day?",
        options=(
            Option(f"{ONE}{payment.resembles}", "One entry, in two statements"),
            Option(f"{TWO}{payment.payment}", "Two entries"),
        ),
    )
    return says(fact, event, person=fact.person)


def is_about_entries(question: Question) -> bool:
    """Whether a question asks this."""
    return any(option.id.startswith(ONE) for option in question.options)


def joined(
    fact: Fact, source: Fact, payment: PaymentReceived, reply: QuestionReplied
) -> list[Draft]:
    """It is the entry that is on record already, so it pays nothing."""
    same = reply.choice.removeprefix(ONE)
    event = PaymentsJoined(
        payment=payment.payment,
        same_as=same,
        operator=reply.operator,
        channel=reply.channel,
        question=reply.question,
    )
    why = f"{reply.operator} said that it is payment {same}."
    return [
        says(fact, event, person=source.person),
        unrouted(source, _PAYMENT, why, "", cause=fact, settled=True),
    ]
