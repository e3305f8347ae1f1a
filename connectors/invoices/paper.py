"""What the frame of a page says of the document it carries: an invoice or a credit note."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from connectors.invoices.texts import Texts
from connectors.invoices.wording import day
from ledger.domain.events import CreditNoteIssued, InvoiceIssued


class Paper(Struct, frozen=True, kw_only=True):
    """A numbered document. `kind` is its title without the number, `facts` the box of dates."""

    kind: str
    number: str
    issued_on: date
    contact: str
    facts: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """`Invoice 2026-0007`"""
        return f"{self.kind} {self.number}"


def invoice_paper(invoice: InvoiceIssued, texts: Texts) -> Paper:
    """An invoice: its number, when it was issued, for when, and when it is due."""
    return Paper(
        kind=texts.invoice,
        number=invoice.number,
        issued_on=invoice.issued_on,
        contact=invoice.contact,
        facts=(
            (texts.number, invoice.number),
            (texts.issued, day(invoice.issued_on, texts)),
            (texts.service, day(invoice.service_date, texts)),
            (texts.due, day(invoice.due_on, texts)),
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
        facts=(
            (words.number, note.number),
            (words.issued, day(note.issued_on, texts)),
            (words.invoice, note.invoice_number),
            (words.invoice_date, day(note.invoice_date, texts)),
        ),
    )
