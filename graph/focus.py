"""Which of a deal's invoices a fact is about, where the deal is billed in parts. Pure.

Everything that plans looks at one invoice, `Deal.bill`; here it becomes the right one.
"""

from __future__ import annotations

from msgspec.structs import replace

from graph.answers import answer_of
from graph.deal import Bill, Deal, age_of
from ledger.domain.events import (
    AlarmRang,
    CreditNoteIssued,
    Event,
    PaymentMatched,
    PaymentReceived,
    PaymentUnmatched,
    QuestionAnswered,
    Routed,
    UndoOrdered,
)
from ledger.domain.facts import Fact


def focused(deal: Deal, invoice: str) -> Deal:
    """The deal with this invoice as the one looked at; unchanged where it is no other of it."""
    found = next((one for one in deal.others if one.invoice == invoice), None)
    if found is None or deal.bill is None:
        return deal
    aside = replace(deal.bill, booked=deal.booked)
    others = tuple(aside if one.invoice == invoice else one for one in deal.others)
    return replace(deal, bill=replace(found, booked=()), booked=found.booked, others=others)


def put_aside(deal: Deal, bill: Bill) -> Deal:
    """A new part was billed: the invoice looked at until now is one of the others."""
    before = deal.bill
    if before is None or before.part is None or bill.part is None:
        return replace(deal, bill=bill, booked=())
    aside = replace(before, booked=deal.booked)
    return replace(deal, bill=bill, booked=(), others=(*deal.others, aside))


def looking(deal: Deal, fact: Fact, source: Fact | None) -> Deal:
    """The deal as a delivered fact wants it looked at: its invoice, else the newest one."""
    if not deal.others or deal.bill is None:
        return deal
    event = source.event if isinstance(fact.event, Routed) and source else fact.event
    newest = max((deal.bill, *deal.others), key=age_of)
    return focused(deal, _about(deal, event) or newest.invoice)


def _about(deal: Deal, event: Event) -> str:
    """The invoice that a fact is about; "" where it is about none in particular."""
    match event:
        case PaymentReceived():
            return paid_by(deal, event)
        case PaymentMatched() | PaymentUnmatched() | CreditNoteIssued():
            return str(event.invoice)
        case AlarmRang():
            purpose = next((one.purpose for one in deal.alarms if one.alarm == event.alarm), "")
            return _within(deal, purpose)
        case UndoOrdered():
            return _named(deal, event.target)
        case QuestionAnswered():
            return _answered(deal, event)
        case _:
            return _named(deal, getattr(event, "action", ""))


def _within(deal: Deal, purpose: str) -> str:
    """The invoice that an alarm was set for: `invoice-due:INVOICE`, `remind:INVOICE:STEP`."""
    said = set(purpose.split(":"))
    bills = (*deal.others, *((deal.bill,) if deal.bill else ()))
    return next((one.invoice for one in bills if one.invoice in said), "")


def _named(deal: Deal, target: str) -> str:
    """By the id of an invoice, of its credit note, or of an action about it."""
    for bill in (deal.bill, *deal.others):
        if bill is not None and target in {bill.invoice, bill.action}:
            return bill.invoice
        if bill and bill.credit and target in {bill.credit.credit_note, bill.credit.action}:
            return bill.invoice
    doing = deal.action(target) if target else None
    return doing.invoice if doing else ""


def _answered(deal: Deal, event: QuestionAnswered) -> str:
    """A question about a payment or an action is one about their invoice."""
    asked = deal.question(event.question)
    _, rest = answer_of(event.choice) or ("", "")
    for said in (rest, asked.about if asked else ""):
        money = deal.money(said) if said else None
        found = money.invoice if money else _named(deal, said)
        if found:
            return found
    return ""


def paid_by(deal: Deal, payment: PaymentReceived) -> str:
    """The invoice that a payment means: by its number, else by the amount, else the oldest open.

    "" where the deal has one invoice or none.
    """
    if not deal.others:
        return ""
    bills = sorted((*deal.others, *((deal.bill,) if deal.bill else ())), key=age_of)
    quoted = {number.upper() for number in payment.numbers}
    named = [one for one in bills if _numbers(one) & quoted]
    fits = [one for one in named or bills if one.open == payment.amount]
    owed = [one for one in named or bills if one.open.minor > 0]
    meant: Bill = next(iter(fits or named[:1] or owed or bills))
    return meant.invoice


def _numbers(bill: Bill) -> set[str]:
    credit = {bill.credit.number.upper()} if bill.credit else set()
    return {bill.number.upper()} | credit
