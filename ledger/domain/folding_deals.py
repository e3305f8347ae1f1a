"""The fold of proposals, invoices, credit notes and payments."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.commands import SendCreditNote, SendInvoice, SendProposal
from ledger.domain.entities import (
    Action,
    CreditNote,
    Done,
    Entity,
    Invoice,
    OfferedTerms,
    Proposal,
)
from ledger.domain.events import (
    ActionSucceeded,
    CreditNoteIssued,
    DoneByOperator,
    InvoiceIssued,
    ProposalAccepted,
    ProposalDeclined,
    ProposalDrafted,
    ProposalTold,
    QuestionAnswered,
    Routed,
    WorkDone,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import proven
from ledger.domain.folding_payments import fold_payments
from ledger.domain.look import Look
from ledger.domain.values import Money


def fold_deals(fact: Fact, look: Look) -> list[Entity]:
    """What was offered, agreed, billed and paid."""
    match fact.event:
        case ProposalDrafted() as event:
            return _drafted(event, fact, look)
        case ProposalAccepted() | ProposalDeclined() as event:
            return _answered(event, fact, look)
        case ProposalTold() as event:
            return _told(event, look)
        case WorkDone() as event:
            return _done(event, look)
        case InvoiceIssued() as event:
            return [_issued(event, fact)]
        case CreditNoteIssued() as event:
            return _credited(event, fact, look)
        case ActionSucceeded() | DoneByOperator() | QuestionAnswered() as event:
            return _sent(event.action, look)
        case Routed() as event:
            answered = proven(event, look)
            return _sent(answered.id, look) if answered else []
        case _:
            return fold_payments(fact, look)


def _drafted(event: ProposalDrafted, fact: Fact, look: Look) -> list[Entity]:
    known = look.get(Proposal, event.proposal)
    if known is not None and known.version >= event.version:
        return []
    return [
        Proposal(
            id=event.proposal,
            case=fact.case,
            number=event.number,
            version=event.version,
            contact=event.contact,
            lines=event.lines,
            net=event.net,
            total=event.total,
            discount_bp=event.discount_bp,
            valid_until=event.valid_until,
            delivery_days=event.delivery_days,
            accepted_version=known.accepted_version if known else 0,
            sent_versions=known.sent_versions if known else (),
            accepted_on=known.accepted_on if known else None,
            versions=(*(known.versions if known else ()), _terms(event, fact)),
            tax=event.tax,
            plan=event.plan,
            done=known.done if known else (),
        )
    ]


def _terms(event: ProposalDrafted, fact: Fact) -> OfferedTerms:
    return OfferedTerms(
        version=event.version,
        lines=event.lines,
        net=event.net,
        total=event.total,
        discount_bp=event.discount_bp,
        delivery_days=event.delivery_days,
        valid_until=event.valid_until,
        on=fact.at.date(),
        plan=event.plan,
    )


def _answered(event: ProposalAccepted | ProposalDeclined, fact: Fact, look: Look) -> list[Entity]:
    proposal = look.get(Proposal, event.proposal)
    if proposal is None:
        return []
    if isinstance(event, ProposalDeclined):
        return [replace(proposal, status="declined")]
    accepted = replace(proposal, status="accepted", accepted_version=event.version)
    return [replace(accepted, accepted_on=fact.at.date())]


def _told(event: ProposalTold, look: Look) -> list[Entity]:
    """The operator gave it to the customer himself, so it is out."""
    proposal = look.get(Proposal, event.proposal)
    if proposal is None or event.version in proposal.sent_versions:
        return []
    newest = proposal.status == "drafted" and event.version == proposal.version
    left = (*proposal.sent_versions, event.version)
    return [replace(proposal, sent_versions=left, status="sent" if newest else proposal.status)]


def _done(event: WorkDone, look: Look) -> list[Entity]:
    """Said once more, it is another day of the same."""
    proposal = look.get(Proposal, event.proposal)
    if proposal is None:
        return []
    others = tuple(one for one in proposal.done if one.work != event.work)
    return [replace(proposal, done=(*others, Done(event.work, event.on)))]


def _issued(event: InvoiceIssued, fact: Fact) -> Invoice:
    return Invoice(
        id=event.invoice,
        case=fact.case,
        number=event.number,
        proposal=event.proposal,
        contact=event.contact,
        lines=event.lines,
        net=event.net,
        total=event.total,
        paid=event.paid or Money(0, event.total.currency),
        status="sent" if event.elsewhere else "issued",
        elsewhere=event.elsewhere,
        issued_on=event.issued_on,
        service_date=event.service_date,
        due_on=event.due_on,
        tax=event.tax,
        buyer=event.buyer,
        e_invoice=event.e_invoice,
        part=event.part,
    )


def _credited(event: CreditNoteIssued, fact: Fact, look: Look) -> list[Entity]:
    """The credit note, and the invoice of which nothing is owed from now on."""
    note = CreditNote(
        id=event.credit_note,
        case=fact.case,
        number=event.number,
        invoice=event.invoice,
        invoice_number=event.invoice_number,
        contact=event.contact,
        lines=event.lines,
        net=event.net,
        total=event.total,
        issued_on=event.issued_on,
    )
    invoice = look.get(Invoice, event.invoice)
    if invoice is None:
        return [note]
    return [note, replace(invoice, status="credited", credited_by=event.credit_note)]


def _sent(action_id: str, look: Look) -> list[Entity]:
    action = look.get(Action, action_id) if action_id else None
    match action:
        case Action(name="SendProposal"):
            return _proposal_sent(action, look)
        case Action(name="SendInvoice"):
            return _invoice_sent(action, look)
        case Action(name="SendCreditNote"):
            return _credit_note_sent(action, look)
        case _:
            return []


def _proposal_sent(action: Action, look: Look) -> list[Entity]:
    """Where the command is erased, it was the latest version of the case's proposal."""
    if isinstance(action.command, SendProposal):
        proposal, version = look.get(Proposal, action.command.proposal), action.command.version
    else:
        proposal = next(iter(look.find(Proposal, f"case:{action.case}")), None)
        version = proposal.version if proposal else 0
    if proposal is None or version in proposal.sent_versions:
        return []
    current = proposal.status == "drafted" and version == proposal.version
    status = "sent" if current else proposal.status
    return [replace(proposal, status=status, sent_versions=(*proposal.sent_versions, version))]


def _invoice_sent(action: Action, look: Look) -> list[Entity]:
    if isinstance(action.command, SendInvoice):
        invoice = look.get(Invoice, action.command.invoice)
    else:
        invoice = next(iter(look.find(Invoice, f"case:{action.case}")), None)
    if invoice is None or invoice.status != "issued":
        return []
    return [replace(invoice, status="sent")]


def _credit_note_sent(action: Action, look: Look) -> list[Entity]:
    if isinstance(action.command, SendCreditNote):
        note = look.get(CreditNote, action.command.credit_note)
    else:
        note = next(iter(look.find(CreditNote, f"case:{action.case}")), None)
    return [replace(note, status="sent")] if note is not None else []
