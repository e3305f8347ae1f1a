"""The customer's purchase-order number: what the case heard of it, and which one an invoice bears.

It is data about the case. It comes from their own mail and its documents, from what you entered of
them, or from your answer; where two differ, you are asked, and nothing is issued meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from graph.answers import AnswerId, plain_option
from graph.deal import Deal, Doing, Ordered
from graph.moves import AnyMove, AskOperator, Choice, IssueInvoice, Supersede, TellOperator, Wait
from graph.situation import Situation
from ledger.domain.applied import BILLING_ORDER, buyer_of, said_of
from ledger.domain.documents import OrderNumber, cited
from ledger.domain.order_numbers import order_numbers, same_number
from ledger.domain.values import Provenance, Trust

DOCUMENT: Final = "doc-"
"""How the ids of documents begin, and so what a question about one is about."""

_MOST: Final = 20
_ISSUE: Final = IssueInvoice.__name__
_MAIL: Final = "their mail"
_ANSWER: Final = "your answer"


def heard_orders(fact: str, numbers: Iterable[OrderNumber]) -> tuple[Ordered, ...]:
    """Numbers that a customer named, with where they stand."""
    return tuple(
        Ordered(
            number=one.number,
            fact=fact,
            where=cited(one.document, one.page) if one.document else _MAIL,
            words=one.words,
        )
        for one in numbers
    )


def told_orders(text: str) -> tuple[Ordered, ...]:
    """Numbers in what the operator says that a document says."""
    found = order_numbers(text)
    return tuple(Ordered(number=one.number, where=_ANSWER, words=one.words) for one in found)


def with_orders(deal: Deal, fresh: Iterable[Ordered]) -> Deal:
    """The deal with these numbers; our own document numbers are none of theirs."""
    own = {same_number(each) for each in (deal.number, deal.bill.number if deal.bill else "")}
    known = {same_number(one.number) for one in deal.orders} | own
    new = tuple(one for one in fresh if same_number(one.number) not in known)
    return replace(deal, orders=(*deal.orders, *new)[-_MOST:]) if new else deal


def with_chosen(deal: Deal, number: str) -> Deal:
    """The operator said which one counts; "" for none."""
    return replace(deal, orders=(Ordered(number=number, where=_ANSWER, chosen=True),))


def in_question(s: Situation) -> tuple[Ordered, ...]:
    """Every number that might go on the invoice. One: it does. Several: they differ."""
    orders = s.deal.orders
    chosen = any(one.chosen for one in orders)
    known = said_of(s.known, BILLING_ORDER)
    entered = buyer_of(s.known).order
    if entered and not chosen:
        fact = known.fact if known else ""
        orders = (Ordered(number=entered, fact=fact, where="entered by you"), *orders)
    first: dict[str, Ordered] = {}
    for one in orders:
        if one.number:
            first.setdefault(same_number(one.number), one)
    return tuple(first.values())


def order_for(s: Situation) -> str:
    """The number that goes on the invoice, "" for none."""
    found = in_question(s)
    return found[0].number if len(found) == 1 else ""


def order_doubt(s: Situation) -> AskOperator | None:
    """The question which of several numbers counts."""
    found = in_question(s)
    if len(found) < 2:  # noqa: PLR2004  # one is clear, none is no question
        return None
    named = ", ".join(f"{one.number} ({one.where})" for one in found)
    options = [
        plain_option(AnswerId.ORDER, f"{one.number}, from {one.where}"[:75], one.number)
        for one in found
    ]
    none = plain_option(AnswerId.NO_ORDER, "None of them")
    return AskOperator(
        topic="order",
        about=s.cause,
        text=f"They name different order numbers: {named}. Which one goes on the invoice? "
        "No number was taken.",
        why="Their order number is not clear.",
        options=(*options, none),
    )


def order_provenance(s: Situation) -> dict[str, Provenance]:
    """Where the number on the invoice comes from, with its place in the document."""
    found = in_question(s)
    if len(found) != 1 or not s.deal.orders:
        return {}  # what was entered alone is said with the buyer's data
    [one] = found
    if not one.words:
        facts = (one.fact,) if one.fact else (s.fact.id,)
        return {"order_number": Provenance(facts, Trust.OPERATOR, one.where)}
    mine = one.where == _ANSWER
    trust = Trust.OPERATOR if mine else Trust.UNTRUSTED
    facts = (one.fact,) if one.fact else (s.fact.id,)
    return {"order_number": Provenance(facts, trust, f"“{one.words}”, {one.where}")}


def on_order(s: Situation) -> tuple[AnyMove, ...]:
    """What a new order number changes of an invoice that waits, or has been issued."""
    waiting = _waiting(s.deal)
    number = order_for(s)
    if waiting is not None and same_number(waiting.order) != same_number(number):
        why = f"The invoice now bears their order number {number}."
        if not number:
            why = "Their order number is not clear."
        return (
            Supersede(action=waiting.action, why=why),
            IssueInvoice(version=waiting.version, part=waiting.part),
        )
    bill = s.deal.owing
    fresh = bill is not None and same_number(bill.order) != same_number(number)
    if bill is not None and number and fresh and _is_new(s):
        text = (
            f"They name the order number {number}. Invoice {bill.number} was issued without it. "
            f"`undo {bill.number}` takes it back, if they need it on the invoice."
        )
        return (TellOperator(topic="order", text=text),)
    return ()


def renewed(s: Situation, why: str) -> tuple[Choice, ...]:
    """The choice after a document or an answer about one: what it changes of the invoice."""
    moves = on_order(s)
    if not moves:
        return (Choice(id="wait", moves=(Wait(reason=why),), why=why),)
    return (Choice(id="order", moves=moves, why="Their order number is known now."),)


def _waiting(deal: Deal) -> Doing | None:
    """An invoice that is shown and not decided."""
    return next((one for one in deal.pending if one.name == _ISSUE and one.approval), None)


def _is_new(s: Situation) -> bool:
    """Whether what happened just now named it."""
    return bool(s.deal.orders) and s.deal.orders[-1].fact == s.cause
