"""Preconditions: what must still be true of the world when a command runs.

They are checked twice: when the command is proposed and again right before it runs. One that
no longer holds does not fail the command; it *supersedes* its approval, since the world moved.
"""

from __future__ import annotations

from msgspec import Struct

from ledger.domain.values import Money


class InvoiceUnpaid(Struct, frozen=True, tag=True):
    """The invoice still has an open balance."""

    invoice: str


class InvoiceNotIssued(Struct, frozen=True, tag=True):
    """No invoice has been issued for this proposal."""

    proposal: str


class PartNotIssued(Struct, frozen=True, tag=True):
    """No invoice that still stands bills this part of the proposal, or all of it."""

    proposal: str
    place: int


class ProposalOpen(Struct, frozen=True, tag=True):
    """The proposal is still at this version and neither accepted nor declined."""

    proposal: str
    version: int


class ProposalIsAccepted(Struct, frozen=True, tag=True):
    """The proposal was accepted at exactly this version."""

    proposal: str
    version: int


class NoFactSince(Struct, frozen=True, tag=True):
    """The case has seen no message from outside after this version of its stream."""

    case: str
    version: int


class InvoiceNotCredited(Struct, frozen=True, tag=True):
    """No credit note has reversed the invoice."""

    invoice: str


class InvoicePaidSoFar(Struct, frozen=True, tag=True):
    """Exactly this much has been paid on the invoice."""

    invoice: str
    paid: Money


class ProposalNotAccepted(Struct, frozen=True, tag=True):
    """The customer has not accepted the proposal, at whatever version."""

    proposal: str


class CaseIsClosed(Struct, frozen=True, tag=True):
    """The case is closed."""

    case: str


Precondition = (
    InvoiceUnpaid
    | InvoiceNotIssued
    | PartNotIssued
    | ProposalOpen
    | ProposalIsAccepted
    | NoFactSince
    | InvoiceNotCredited
    | InvoicePaidSoFar
    | ProposalNotAccepted
    | CaseIsClosed
)
