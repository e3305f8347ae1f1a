"""A payment matched by hand, or a match taken back: one fact in the case of each invoice."""

from __future__ import annotations

from graph.desk import Desk, says, tells
from graph.matching import CannotMatch, Said, matches, unmatches
from ledger.domain.entities import Invoice, Payment, Question, Stray
from ledger.domain.events import MatchOrdered, QuestionWithdrawn, StrayPlaced, UnmatchOrdered
from ledger.domain.facts import Draft, Fact
from ledger.domain.values import DESK

MATCH = "match"


async def route_match(fact: Fact, order: MatchOrdered, desk: Desk) -> list[Draft]:
    """What the operator said the payment pays, as facts; or why it cannot be."""
    payment = await desk.views.get(Payment, order.payment)
    found = [await desk.views.get(Invoice, each) for each in order.invoices]
    invoices = [each for each in found if each is not None]
    if payment is None or len(invoices) != len(found):
        return [_refused(fact, "The payment or an invoice is not known here.")]
    try:
        said = matches(payment, invoices, order.amount, fact.id)
    except CannotMatch as error:
        return [_refused(fact, str(error))]
    return [*await _placed(fact, order, payment, invoices, desk), *await _told(fact, said, desk)]


async def route_unmatch(fact: Fact, order: UnmatchOrdered, desk: Desk) -> list[Draft]:
    """What the payment paid is owed again; or why nothing is taken back."""
    payment = await desk.views.get(Payment, order.payment)
    if payment is None:
        return [_refused(fact, "The payment is not known here.")]
    try:
        return await _told(fact, unmatches(payment, order.invoice, fact.id), desk)
    except CannotMatch as error:
        return [_refused(fact, str(error))]


async def _told(fact: Fact, said: list[Said], desk: Desk) -> list[Draft]:
    """Each fact in the case of its invoice."""
    drafts = []
    for event in said:
        invoice = await desk.views.get(Invoice, event.invoice)
        case = invoice.case if invoice else DESK
        person = await desk.person_behind(case)
        drafts.append(says(fact, event, case=case, person=person))
    return drafts


async def _placed(
    fact: Fact, order: MatchOrdered, payment: Payment, invoices: list[Invoice], desk: Desk
) -> list[Draft]:
    """Nobody is asked about it any more, and it is no stray."""
    why = f"{order.operator} matched the payment."
    cases = {each.case for each in invoices}
    drafts = [
        says(fact, QuestionWithdrawn(question=each.id, why=why), case=each.case)
        for each in await desk.views.find(Question, "status:open")
        if each.about == payment.fact and each.case not in cases
    ]
    stray = await desk.views.get(Stray, payment.fact)
    if stray is None or stray.placed:
        return drafts
    event = StrayPlaced(
        fact=payment.fact,
        case=invoices[0].case,
        operator=order.operator,
        channel=order.channel,
    )
    return [*drafts, says(fact, event)]


def _refused(fact: Fact, why: str) -> Draft:
    text = f"{why} Nothing was changed; `invoice NUMBER` shows what is booked on it."
    return tells(fact, MATCH, text)
