"""What attempts and the dispatcher say: claims, numbers and outcomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ledger.domain.billing import InvoicePart
from ledger.domain.company import EInvoice
from ledger.domain.events.base import Event
from ledger.domain.tax import Buyer, TaxCase
from ledger.domain.values import (
    SEALED,
    Line,
    Money,
    Personal,
)
from ledger.domain.verdicts import Receipt


class AttemptStarted(Event, frozen=True, kw_only=True):
    """The n-th try of an action is about to leave. Durable before the call."""

    action: str
    n: int
    sha256: str
    connector: str
    capability: str
    approval: str = ""


class MailWaits(Event, frozen=True, kw_only=True):
    """An approved mail is left alone for a moment, in which it can be held. It leaves at
    `leaves_at`, when the alarm of that moment rings."""

    action: str
    approval: str
    leaves_at: datetime


class InvoiceIssued(Event, frozen=True, kw_only=True):
    """The ledger took the next number: from here on the invoice exists.

    `ordinal` is the bare number behind `number`, counted without gaps within `series`. `tax`,
    `buyer` and `e_invoice` are as the command said that was approved; None: nothing was known.
    `elsewhere`: the operator issued it before Coo, so it took no number of Coo's and nobody sends
    it; `paid` is what had come in for it before it was brought along.
    `part` is which part of a deal it bills; None: the whole. Its `lines` are the whole's where it
    is the final one, and `net` and `total` what is asked for: less what `part` deducts.
    """

    invoice: str
    number: str
    series: str
    action: str
    proposal: str
    version: int
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    issued_on: date
    service_date: date
    due_on: date
    ordinal: int = 0
    e_invoice: EInvoice = EInvoice.NONE
    tax: TaxCase | None = None
    buyer: Annotated[Buyer | None, SEALED] = None
    elsewhere: bool = False
    paid: Money | None = None
    part: InvoicePart | None = None


class CreditNoteIssued(Event, frozen=True, kw_only=True):
    """The ledger took the next number for a credit note: the invoice is reversed in full.

    Quantities in `lines`, `net` and `total` are negative. `ordinal` is counted without gaps within
    `series`, as for invoices, but in a book of its own. `tax`, `buyer` and `e_invoice` are the
    invoice's.
    """

    credit_note: str
    number: str
    series: str
    action: str
    invoice: str
    invoice_number: str
    invoice_date: date
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    issued_on: date
    ordinal: int = 0
    e_invoice: EInvoice = EInvoice.NONE
    tax: TaxCase | None = None
    buyer: Annotated[Buyer | None, SEALED] = None
    reason: Personal = ""
    part: InvoicePart | None = None


class ActionSucceeded(Event, frozen=True, kw_only=True):
    """It happened; the receipt is the proof."""

    action: str
    n: int
    receipt: Receipt


class ActionFailed(Event, frozen=True, kw_only=True):
    """It certainly did not happen, after `n` tries."""

    action: str
    n: int
    remedy: str
    cause: Personal = ""


class ActionUnknown(Event, frozen=True, kw_only=True):
    """Nobody knows whether it happened. It is asked about, never tried again blindly."""

    action: str
    n: int
    look_at: str
    cause: Personal = ""


class ActionWithheld(Event, frozen=True, kw_only=True):
    """It did not run and waits. `why`: stopped, budget, denied, superseded."""

    action: str
    why: str
    remedy: str
    detail: Personal = ""
