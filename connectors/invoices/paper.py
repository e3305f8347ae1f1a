"""What the frame of a page says of the document it carries: an invoice or a credit note."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from connectors.invoices.parts import service_of, title_of
from connectors.invoices.texts import Texts
from connectors.invoices.wording import day
from ledger.domain.claims import Issued
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.tax import NOBODY


class Paper(Struct, frozen=True, kw_only=True):
    """A numbered document. `kind` is its title without the number, `facts` the box of dates.

    `address` and `country` are the recipient's, where they were entered.
    """

    kind: str
    number: str
    issued_on: date
    contact: str
    facts: tuple[tuple[str, str], ...]
    address: tuple[str, ...] = ()
    country: str = ""

    @property
    def title(self) -> str:
        """`Invoice 2026-0007`"""
        return f"{self.kind} {self.number}"


def invoice_paper(invoice: InvoiceIssued, texts: Texts) -> Paper:
    """An invoice: its number, when it was issued, for when, and when it is due."""
    return Paper(
        kind=title_of(invoice.part, texts),
        number=invoice.number,
        issued_on=invoice.issued_on,
        contact=invoice.contact,
        address=(invoice.buyer or NOBODY).address,
        country=invoice.tax.country if invoice.tax else "",
        facts=(
            (texts.number, invoice.number),
            (texts.issued, day(invoice.issued_on, texts)),
            (service_of(invoice.part, texts), day(invoice.service_date, texts)),
            (texts.due, day(invoice.due_on, texts)),
            *_theirs(invoice, texts),
        ),
    )


def credit_note_paper(note: CreditNoteIssued, texts: Texts) -> Paper:
    """A credit note: its own number and date, and those of the invoice it reverses."""
    words = texts.credit_note
    return Paper(
        kind=words.title,
        number=note.number,
        issued_on=note.issued_on,
        contact=note.contact,
        address=(note.buyer or NOBODY).address,
        country=note.tax.country if note.tax else "",
        facts=(
            (words.number, note.number),
            (words.issued, day(note.issued_on, texts)),
            (words.invoice, note.invoice_number),
            (words.invoice_date, day(note.invoice_date, texts)),
            *_theirs(note, texts),
        ),
    )


def _theirs(issued: Issued, texts: Texts) -> tuple[tuple[str, str], ...]:
    """What the customer wants to find on it, and the VAT id that the law wants."""
    buyer = issued.buyer or NOBODY
    known = (
        (texts.their_vat_id, buyer.vat_id),
        (texts.order, buyer.order),
        (texts.their_reference, buyer.reference),
    )
    return tuple((label, value) for label, value in known if value)
