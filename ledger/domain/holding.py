"""Whether what a command takes for granted is still true of the world. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar, assert_never

from ledger.domain.commands import IssueCreditNote, IssueInvoice
from ledger.domain.entities import Action, Case, Entity, Invoice, Proposal
from ledger.domain.preconditions import (
    CaseIsClosed,
    InvoiceNotCredited,
    InvoiceNotIssued,
    InvoicePaidSoFar,
    InvoiceUnpaid,
    NoFactSince,
    PartNotIssued,
    Precondition,
    ProposalIsAccepted,
    ProposalNotAccepted,
    ProposalOpen,
)

E = TypeVar("E", bound=Entity)

_NUMBERED: Final = (IssueInvoice, IssueCreditNote)
_OVER: Final = frozenset({"accepted", "declined"})


class Known(Protocol):
    """Synchronous reads of the present state."""

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """The entity with exactly this id, or None."""
        ...

    def find(self, kind: type[E], key: str) -> Sequence[E]:
        """Entities under an exact lookup key, oldest first."""
        ...


def first_broken(action: Action, known: Known) -> str:
    """Why the world no longer fits the action's command, in plain words; "" where it does.

    An invoice or a credit note that was tried took its number in the very claim of that try. From
    there on it exists, and only its document is missing: nothing that happens later may leave it
    without.
    """
    command = action.command
    if command is None or (isinstance(command, _NUMBERED) and action.attempts):
        return ""
    reasons = (_broken(precondition, known) for precondition in command.preconditions)
    broken = next((why for why in reasons if why), "")
    if not broken and isinstance(command, IssueCreditNote):
        return _deducted(command, known)
    return broken


def _broken(  # noqa: C901 - one line a precondition: a table
    precondition: Precondition, known: Known
) -> str:
    match precondition:
        case InvoiceUnpaid():
            return _paid(precondition, known)
        case InvoiceNotIssued():
            return _issued(precondition, known)
        case PartNotIssued():
            return _part_issued(precondition, known)
        case ProposalOpen():
            return _not_open(precondition, known)
        case ProposalIsAccepted():
            return _not_accepted(precondition, known)
        case NoFactSince():
            return _heard_since(precondition, known)
        case InvoiceNotCredited():
            return _credited(precondition, known)
        case InvoicePaidSoFar():
            return _paid_otherwise(precondition, known)
        case ProposalNotAccepted():
            return _accepted(precondition, known)
        case CaseIsClosed():
            return _is_open(precondition, known)
        case _:
            assert_never(precondition)


def _paid(wanted: InvoiceUnpaid, known: Known) -> str:
    invoice = known.get(Invoice, wanted.invoice)
    if invoice is None:
        return f"There is no invoice {wanted.invoice!r}."
    if invoice.credited_by:
        return f"Invoice {invoice.number} has been reversed by a credit note."
    return "" if invoice.open.minor > 0 else f"Invoice {invoice.number} has been paid."


def _issued(wanted: InvoiceNotIssued, known: Known) -> str:
    found = known.find(Invoice, f"proposal:{wanted.proposal}")
    there = [invoice for invoice in found if not invoice.credited_by]
    return f"Invoice {there[0].number} has been issued for it." if there else ""


def _part_issued(wanted: PartNotIssued, known: Known) -> str:
    found = known.find(Invoice, f"proposal:{wanted.proposal}")
    there = [
        invoice
        for invoice in found
        if not invoice.credited_by and (not invoice.part or invoice.part.place == wanted.place)
    ]
    return f"Invoice {there[0].number} has been issued for it." if there else ""


def _not_open(wanted: ProposalOpen, known: Known) -> str:
    proposal = known.get(Proposal, wanted.proposal)
    if proposal is None:
        return f"There is no proposal {wanted.proposal!r}."
    if proposal.status in _OVER:
        return f"Proposal {proposal.number} has been {proposal.status}."
    return _other_version(proposal, proposal.version, wanted.version)


def _not_accepted(wanted: ProposalIsAccepted, known: Known) -> str:
    proposal = known.get(Proposal, wanted.proposal)
    if proposal is None:
        return f"There is no proposal {wanted.proposal!r}."
    if proposal.status != "accepted":
        return f"Proposal {proposal.number} is not accepted; it is {proposal.status}."
    return _other_version(proposal, proposal.accepted_version, wanted.version)


def _other_version(proposal: Proposal, found: int, wanted: int) -> str:
    if found == wanted:
        return ""
    return f"Proposal {proposal.number} is at version {found}, not at {wanted}."


def _heard_since(wanted: NoFactSince, known: Known) -> str:
    case = known.get(Case, wanted.case)
    if case is None:
        return f"There is no case {wanted.case!r}."
    heard = case.last_inbound_version > wanted.version
    return f"Something came in for case {case.number} in the meantime." if heard else ""


def _credited(wanted: InvoiceNotCredited, known: Known) -> str:
    invoice = known.get(Invoice, wanted.invoice)
    if invoice is None:
        return f"There is no invoice {wanted.invoice!r}."
    reversed_ = f"Invoice {invoice.number} has been reversed by a credit note already."
    return reversed_ if invoice.credited_by else ""


def _paid_otherwise(wanted: InvoicePaidSoFar, known: Known) -> str:
    invoice = known.get(Invoice, wanted.invoice)
    if invoice is None:
        return f"There is no invoice {wanted.invoice!r}."
    if invoice.paid == wanted.paid:
        return ""
    return f"What has been paid on invoice {invoice.number} is another sum by now."


def _deducted(credit: IssueCreditNote, known: Known) -> str:
    """A credit note for what a standing final invoice deducts would leave too little billed."""
    invoice = known.get(Invoice, credit.invoice)
    if invoice is None:
        return ""
    deal = known.find(Invoice, f"proposal:{invoice.proposal}") if invoice.proposal else ()
    for one in deal:
        earlier = one.part.deducted if one.part and not one.credited_by else ()
        if any(each.invoice == invoice.id for each in earlier):
            return f"Invoice {one.number} deducts invoice {invoice.number}: reverse that one first."
    return ""


def _accepted(wanted: ProposalNotAccepted, known: Known) -> str:
    proposal = known.get(Proposal, wanted.proposal)
    if proposal is None or proposal.status != "accepted":
        return ""
    return f"Proposal {proposal.number} has been accepted."


def _is_open(wanted: CaseIsClosed, known: Known) -> str:
    case = known.get(Case, wanted.case)
    if case is None:
        return f"There is no case {wanted.case!r}."
    return "" if case.closed else f"Case {case.number} is open."
