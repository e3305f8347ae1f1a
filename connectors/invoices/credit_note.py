"""What flows through a credit note's pages."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from connectors.invoices import look
from connectors.invoices.body import less_table, lines_table, sums_table, tax_note
from connectors.invoices.look import paragraph
from connectors.invoices.texts import Texts
from connectors.invoices.wording import day
from ledger.domain.company import Company
from ledger.domain.events import CreditNoteIssued
from ledger.domain.values import totals


def credit_note_flow(note: CreditNoteIssued, company: Company, texts: Texts) -> list[Flowable]:
    """Title, what it reverses and why, the lines and sums with their sign turned."""
    words = texts.credit_note
    issued = day(note.invoice_date, texts)
    return [
        paragraph(f"{words.title} {note.number}", look.TITLE),
        Spacer(0, 2.5 * mm),
        paragraph(words.opening.format(number=note.invoice_number, day=issued), look.BODY),
        *_reason(note, texts),
        Spacer(0, 6 * mm),
        lines_table(note.lines, texts),
        KeepTogether(
            [
                Spacer(0, 3 * mm),
                sums_table(
                    totals(note.lines, note.total.currency),
                    tax_note(note.tax, company, texts),
                    texts,
                ),
                *less_table(note, texts),
                Spacer(0, 9 * mm),
                paragraph(words.closing.format(number=note.invoice_number), look.BODY),
            ]
        ),
    ]


def _reason(note: CreditNoteIssued, texts: Texts) -> list[Flowable]:
    if not note.reason.strip():
        return []
    text = texts.credit_note.reason.format(reason=note.reason.strip())
    return [Spacer(0, 2 * mm), paragraph(text, look.BODY)]
