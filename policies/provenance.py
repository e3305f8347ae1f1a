"""Which arguments of a command matter to the rules, and how far each may be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.values import Provenance, Trust

SENDER = "sender"
"""A key of provenance that is no argument: untrusted where the case's last message came from
another address than the contact's (`Routed.sender` is "other")."""

NONE = "none"
"""The trust of an argument that a command does not have."""


def important(command: Command) -> tuple[str, ...]:
    """The arguments whose provenance the rules look at: to whom, how much, for what, the text.

    Bank accounts are no argument of any command: the one on an invoice comes from the
    company, and accounts in a text are found by `policies.outgoing`.
    """
    match command:
        case SendProposal() | SendInvoice() | SendReminder() | SendCreditNote():
            return ("to", "total", "body")
        case SendReply() | SendCorrection():
            return ("to", "body")
        case IssueInvoice() | IssueCreditNote():
            return ("contact", "total", "lines")
        case SendSpecimen() | ReopenCase():
            return ("contact",)
        case _:
            assert_never(command)


def trust_of(command: Command, provenance: Mapping[str, Provenance]) -> dict[str, Trust]:
    """Trust by important argument. One that nobody accounts for is untrusted."""
    known = {name: part.trust for name, part in provenance.items()}
    return {name: known.get(name, Trust.UNTRUSTED) for name in important(command)}


def untrusted(trust: Mapping[str, Trust]) -> tuple[str, ...]:
    """The important arguments that come from untrusted text."""
    return tuple(name for name, level in trust.items() if level is Trust.UNTRUSTED)


def foreign_sender(provenance: Mapping[str, Provenance]) -> bool:
    """Whether the planner noted that somebody else wrote the last message."""
    part = provenance.get(SENDER)
    return part is not None and part.trust is Trust.UNTRUSTED
