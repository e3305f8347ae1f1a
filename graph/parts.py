"""The invoice of one part of a deal: what it bills, for when, and what it deducts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from graph.agents.plan_words import part_words
from graph.answers import AnswerId, plain_option
from graph.briefing import language_of
from graph.commands import issue_invoice
from graph.deal import Deal, Offer
from graph.moves import AskOperator
from graph.situation import Situation
from ledger.domain.billing import (
    DELIVERY,
    BillingPlan,
    Deduction,
    InvoicePart,
    Trigger,
    asked_for,
    share_lines,
)
from ledger.domain.commands import IssueInvoice
from ledger.domain.entities import Contact
from ledger.domain.events import Event, WorkDone
from ledger.domain.preconditions import (
    InvoiceNotCredited,
    PartNotIssued,
    ProposalIsAccepted,
)
from ledger.domain.tax import TaxCase, TaxKind
from ledger.domain.values import Provenance, Trust, totals

_LEAVE: Final = plain_option(AnswerId.LEAVE, "Leave it to me")


def issue_part(  # the parts of one command
    s: Situation,
    offer: Offer,
    tax: TaxCase | None,
    place: int,
    contact: Contact | None,
    said: Iterable[Event],
) -> IssueInvoice:
    """Bill one part. `said`: what this delivery says before, the work that is done among it."""
    whole, plan = issue_invoice(s, offer, tax), offer.plan or BillingPlan()
    done = {one.work: one.on for one in s.deal.done}
    done |= {event.work: event.on for event in said if isinstance(event, WorkDone)}
    part = _part(s.deal, plan, place, done)
    lines = whole.lines
    if not part.final:
        words = part_words(plan, place, s.deal.number, language_of(s, contact))
        lines = share_lines(lines, plan, place, words)
    deducted = tuple(InvoiceNotCredited(one.invoice) for one in part.deducted)
    expected = s.today + timedelta(days=offer.delivery_days)
    return replace(
        whole,
        lines=lines,
        total=asked_for(lines, part, whole.total.currency).gross,
        service_date=_supplied_on(plan, place, done) or expected,
        part=part if part.supplied else replace(part, service_from=s.today),
        preconditions=(
            ProposalIsAccepted(s.deal.proposal, offer.version),
            PartNotIssued(s.deal.proposal, place),
            *deducted,
        ),
    )


def work_provenance(
    s: Situation, part: InvoicePart | None, said: Iterable[Event]
) -> dict[str, Provenance]:
    """Where the day of the service of a part comes from, once its work is done: your word."""
    if part is None or not part.supplied:
        return {}
    facts = tuple(event.fact for event in said if isinstance(event, WorkDone)) or (s.cause,)
    note = "the day on which you said it was done"
    return {"service_date": Provenance(facts, Trust.OPERATOR, note)}


def _part(deal: Deal, plan: BillingPlan, place: int, done: dict[int, date]) -> InvoicePart:
    planned = plan.parts[place - 1]
    return InvoicePart(
        place=place,
        of=len(plan.parts),
        trigger=planned.trigger,
        share_bp=planned.share_bp,
        name=planned.name,
        again=sum(1 for one in deal.bills if one.part and one.part.place == place),
        supplied=_supplied_on(plan, place, done) is not None,
        deducted=_deducted(deal) if place == len(plan.parts) else (),
    )


def _supplied_on(plan: BillingPlan, place: int, done: dict[int, date]) -> date | None:
    """The day the work of a part was done; None where it is still to come."""
    if place == len(plan.parts) and DELIVERY in done:
        return done[DELIVERY]
    if plan.parts[place - 1].trigger is Trigger.MILESTONE:
        return done.get(plan.milestones.index(place) + 1)
    return done.get(DELIVERY)


def _deducted(deal: Deal) -> tuple[Deduction, ...]:
    """The earlier invoices of the deal that stand, oldest part first."""
    return tuple(
        Deduction(
            invoice=bill.invoice,
            number=bill.number,
            issued_on=bill.issued_on,
            taxes=totals(bill.lines, bill.total.currency).taxes,
        )
        for _, bill in sorted(deal.standing.items())
        if bill.issued_on is not None
    )


def other_tax(s: Situation, tax: TaxCase | None) -> AskOperator | None:
    """The question where an earlier part bore another tax than this one would."""
    home = TaxKind.SMALL_BUSINESS if s.company.tax.exempt else TaxKind.DOMESTIC
    now = tax.kind if tax else home
    for bill in s.deal.standing.values():
        then = bill.tax or home
        if then != now:
            why = f"the tax changed from {then.value} to {now.value}"
            text = (
                f"Invoice {bill.number} of this deal bears another tax than the next one would: "
                f"{why}. Nothing was issued. Either correct what you entered of the customer, or "
                f"reverse it with `undo {bill.number}`; then say once more what is done."
            )
            return AskOperator(topic="tax", about=s.cause, text=text, why=why, options=(_LEAVE,))
    return None
