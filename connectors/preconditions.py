"""Whether what a command takes for granted is still true of the world."""

from __future__ import annotations

from typing import assert_never

from ledger.domain.entities import Action, Case, Invoice, Proposal
from ledger.domain.preconditions import (
    InvoiceNotIssued,
    InvoiceUnpaid,
    NoFactSince,
    Precondition,
    ProposalIsAccepted,
    ProposalOpen,
)
from ledger.domain.reading import Views

_OVER = frozenset({"accepted", "declined"})


async def first_broken(action: Action, views: Views) -> str:
    """Why the world no longer fits the action's command, in plain words; "" where it does."""
    preconditions = action.command.preconditions if action.command else ()
    for precondition in preconditions:
        why = await _broken(precondition, action, views)
        if why:
            return why
    return ""


async def _broken(precondition: Precondition, action: Action, views: Views) -> str:
    match precondition:
        case InvoiceUnpaid():
            return await _paid(precondition, views)
        case InvoiceNotIssued():
            return await _issued(precondition, action, views)
        case ProposalOpen():
            return await _not_open(precondition, views)
        case ProposalIsAccepted():
            return await _not_accepted(precondition, views)
        case NoFactSince():
            return await _heard_since(precondition, views)
        case _:
            assert_never(precondition)


async def _paid(wanted: InvoiceUnpaid, views: Views) -> str:
    invoice = await views.get(Invoice, wanted.invoice)
    if invoice is None:
        return f"There is no invoice {wanted.invoice!r}."
    return "" if invoice.open.minor > 0 else f"Invoice {invoice.number} has been paid."


async def _issued(wanted: InvoiceNotIssued, action: Action, views: Views) -> str:
    """An action that was tried took the number itself, in the very claim of that try."""
    if action.attempts:
        return ""
    there = await views.find(Invoice, f"proposal:{wanted.proposal}")
    return f"Invoice {there[0].number} has been issued for it." if there else ""


async def _not_open(wanted: ProposalOpen, views: Views) -> str:
    proposal = await views.get(Proposal, wanted.proposal)
    if proposal is None:
        return f"There is no proposal {wanted.proposal!r}."
    if proposal.status in _OVER:
        return f"Proposal {proposal.number} has been {proposal.status}."
    return _other_version(proposal, proposal.version, wanted.version)


async def _not_accepted(wanted: ProposalIsAccepted, views: Views) -> str:
    proposal = await views.get(Proposal, wanted.proposal)
    if proposal is None:
        return f"There is no proposal {wanted.proposal!r}."
    if proposal.status != "accepted":
        return f"Proposal {proposal.number} is not accepted; it is {proposal.status}."
    return _other_version(proposal, proposal.accepted_version, wanted.version)


def _other_version(proposal: Proposal, found: int, wanted: int) -> str:
    if found == wanted:
        return ""
    return f"Proposal {proposal.number} is at version {found}, not at {wanted}."


async def _heard_since(wanted: NoFactSince, views: Views) -> str:
    case = await views.get(Case, wanted.case)
    if case is None:
        return f"There is no case {wanted.case!r}."
    heard = case.last_inbound_version > wanted.version
    return f"Something came in for case {case.number} in the meantime." if heard else ""
