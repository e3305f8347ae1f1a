"""Preconditions: what must still be true of the world when a command runs.

They are checked twice: when the command is proposed and again right before it runs. One that
no longer holds does not fail the command; it *supersedes* its approval, since the world moved.
"""

from __future__ import annotations

from msgspec import Struct


class InvoiceUnpaid(Struct, frozen=True, tag=True):
    """The invoice still has an open balance."""

    invoice: str


class InvoiceNotIssued(Struct, frozen=True, tag=True):
    """No invoice has been issued for this proposal."""

    proposal: str


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


Precondition = InvoiceUnpaid | InvoiceNotIssued | ProposalOpen | ProposalIsAccepted | NoFactSince
