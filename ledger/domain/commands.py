"""Commands: what an agent wants done in the world. Imperative, typed, frozen.

A command's canonical bytes (`canonical(command)`) are what a card shows, what an approval is
bound to by sha256, and what a connector executes. Nothing else may reach a connector. Fields
at their default are left out of the bytes, so that a later field does not change old hashes.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import ClassVar

from msgspec import Struct

from ledger.domain.billing import InvoicePart
from ledger.domain.company import EInvoice
from ledger.domain.errors import CommandInvalid
from ledger.domain.preconditions import Precondition
from ledger.domain.tax import Buyer, TaxCase
from ledger.domain.values import Attachment, Line, Money, Risk, canonical, decoded


class MailCommand(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
):
    """What every outgoing mail has. `to` is the bare address of `contact` at proposal time.

    `in_reply_to` and `references` are Message-IDs without angle brackets.
    """

    risk: ClassVar[Risk] = Risk.IRREVERSIBLE
    editable: ClassVar[tuple[str, ...]] = ("subject", "body")

    contact: str
    to: str
    subject: str
    body: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    preconditions: tuple[Precondition, ...] = ()


class SendProposal(MailCommand, frozen=True, kw_only=True, tag=True):
    """Send version `version` of a proposal (a first offer or a counter-offer)."""

    proposal: str
    version: int
    total: Money


class SendReply(MailCommand, frozen=True, kw_only=True, tag=True):
    """Answer a customer without an offer in it: a question, a clarification, a thank-you."""

    purpose: str


class SendInvoice(MailCommand, frozen=True, kw_only=True, tag=True):
    """Send an issued invoice with its PDF."""

    invoice: str
    number: str
    total: Money


class SendReminder(MailCommand, frozen=True, kw_only=True, tag=True):
    """Remind a customer of an issued invoice. `total` is what is still open on it, `kind` the tone.

    `step` counts the reminders of one invoice from 1; each is sent at most once.
    """

    invoice: str
    number: str
    total: Money
    due_on: date
    step: int
    kind: str


class IssueInvoice(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    gc=False,
):
    """Issue the invoice for an accepted proposal: the ledger takes the next number for it.

    `total` is gross. An issued invoice is never changed; only a credit note reverses it. `tax` and
    `buyer` are what was entered of the customer; None where nothing was. `part` is which part of
    the deal it bills, None for the whole; `total` is less what `part` deducts.
    """

    risk: ClassVar[Risk] = Risk.COMPENSABLE
    editable: ClassVar[tuple[str, ...]] = ()

    contact: str
    proposal: str
    version: int
    lines: tuple[Line, ...]
    total: Money
    service_date: date
    due_days: int
    preconditions: tuple[Precondition, ...] = ()
    tax: TaxCase | None = None
    buyer: Buyer | None = None
    e_invoice: EInvoice = EInvoice.NONE
    part: InvoicePart | None = None


class IssueCreditNote(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    gc=False,
):
    """Reverse an issued invoice in full: the ledger takes the next credit note number for it.

    `lines` and `total` are the invoice's with their sign turned, so quantities and total are
    negative. `paid` is what has arrived for the invoice: giving it back is the operator's own
    doing. `reason` stands on the document; empty, the document says that it reverses the invoice.
    """

    risk: ClassVar[Risk] = Risk.IRREVERSIBLE
    editable: ClassVar[tuple[str, ...]] = ("reason",)

    contact: str
    invoice: str
    number: str
    invoice_date: date
    lines: tuple[Line, ...]
    total: Money
    paid: Money
    reason: str = ""
    preconditions: tuple[Precondition, ...] = ()
    tax: TaxCase | None = None
    buyer: Buyer | None = None
    e_invoice: EInvoice = EInvoice.NONE
    part: InvoicePart | None = None


class SendCreditNote(MailCommand, frozen=True, kw_only=True, tag=True):
    """Send an issued credit note with its PDF. `total` is negative, `invoice` the number it
    reverses."""

    credit_note: str
    number: str
    invoice: str
    total: Money


class SendCorrection(MailCommand, frozen=True, kw_only=True, tag=True):
    """Correct a mail that left, in its thread. `corrects` is the action that sent it.

    Where that was an offer, `proposal` and `version` name it: it stands no longer.
    """

    corrects: str
    proposal: str = ""
    version: int = 0


class SendSpecimen(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    gc=False,
):
    """Show the operator the first real mail before anybody else gets it.

    Text and documents are those of the action `of`; `to` is the operator's own address. It is no
    mail to `contact`, whom that action is for.
    """

    risk: ClassVar[Risk] = Risk.REVERSIBLE
    editable: ClassVar[tuple[str, ...]] = ()

    contact: str
    to: str
    subject: str
    body: str
    of: str
    attachments: tuple[Attachment, ...] = ()
    preconditions: tuple[Precondition, ...] = ()


class ReopenCase(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    gc=False,
):
    """Open a closed case again. `outcome` is what it was closed with."""

    risk: ClassVar[Risk] = Risk.REVERSIBLE
    editable: ClassVar[tuple[str, ...]] = ()

    contact: str
    case: str
    outcome: str
    preconditions: tuple[Precondition, ...] = ()


OutgoingMail = (
    SendProposal | SendReply | SendInvoice | SendReminder | SendCreditNote | SendCorrection
)
Sendable = OutgoingMail | SendSpecimen
"""What leaves as a mail, to whomever."""
Command = OutgoingMail | IssueInvoice | IssueCreditNote | SendSpecimen | ReopenCase


def command_name(command: Command) -> str:
    """The name policies and people use: `SendProposal`, `IssueInvoice`, …"""
    return type(command).__name__


def command_sha(command: Command) -> str:
    """The sha256 (hex) an approval is bound to."""
    return hashlib.sha256(canonical(command)).hexdigest()


def command_from(data: bytes | str) -> Command:
    """Read a command back. Raises `CommandInvalid` where the bytes are no known command."""
    try:
        return decoded(data, Command)  # type: ignore[arg-type]  # a union is a valid target
    except ValueError as error:
        raise CommandInvalid(
            f"This is not a command Coo knows: {error}.", "Nothing was run. Propose it again."
        ) from error


def amount_of(command: Command) -> Money | None:
    """The money a command speaks of, or None."""
    match command:
        case SendReply() | SendCorrection() | SendSpecimen() | ReopenCase():
            return None
        case _:
            return command.total


def with_edits(command: Command, edits: dict[str, str]) -> Command:
    """The command with some of its editable texts replaced.

    Raises `CommandInvalid` for a field that may not be edited by hand.
    """
    foreign = sorted(set(edits) - set(command.editable))
    if foreign:
        allowed = ", ".join(command.editable) or "nothing"
        raise CommandInvalid(
            f"{foreign[0]!r} of {command_name(command)} cannot be edited.",
            f"Editable here: {allowed}. For anything else say what you want in words.",
        )
    return command_from(canonical({**_fields(command), **edits}))


def _fields(command: Command) -> dict[str, object]:
    return decoded(canonical(command), dict)
