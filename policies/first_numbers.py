"""The first number that Coo gives: asked about once, where a series was continued or went live."""

from __future__ import annotations

from datetime import date

from ledger.domain.commands import Command, IssueCreditNote, IssueInvoice
from ledger.domain.company import Company, InvoiceNumbers
from ledger.domain.entities import CreditNote, Invoice
from ledger.domain.going_live import CREDIT_NOTE_BOOK, INVOICE_BOOK, Numbering
from ledger.domain.numbers import ONE_SERIES, names_year, text_of
from ledger.domain.reading import Views


async def first_number(
    views: Views, company: Company, command: Command, today: date
) -> dict[str, str]:
    """What the rules see of it; nothing where no number is taken, or the first is confirmed."""
    match command:
        case IssueInvoice():
            book, numbers = INVOICE_BOOK, company.invoice_numbers
        case IssueCreditNote():
            book, numbers = CREDIT_NOTE_BOOK, company.credit_note_numbers
        case _:
            return {}
    known = await views.get(Numbering, book)
    if known is None or known.confirmed:
        return {}
    after = f", after your {known.last}" if known.last else ""
    return {"first_number": await _first(views, known, numbers, today), "after_number": after}


async def _first(views: Views, known: Numbering, numbers: InvoiceNumbers, today: date) -> str:
    """As the claim will take it, unless another one is issued before."""
    format_ = known.format or numbers.format
    setting, name = "invoices", known.id.capitalize()
    text = text_of(format_, today.year, 1, setting=setting, name=name)
    series = str(today.year) if names_year(format_) else ONE_SERIES
    ordinal = 1 if known.format else numbers.next
    if known.last and series == known.series:
        ordinal = known.ordinal + 1
    while await _taken(views, text := format_.format(year=today.year, number=ordinal)):
        ordinal += 1
    return text


async def _taken(views: Views, number: str) -> bool:
    key = f"number:{number.upper()}"
    return bool(await views.find(Invoice, key) or await views.find(CreditNote, key))
