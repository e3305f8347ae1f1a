"""Numbers of invoices and credit notes: without gaps within a series, each kind in a book of its
own, taken inside the transaction that issues.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.company import InvoiceNumbers
from ledger.domain.entities import CreditNote, Invoice
from ledger.domain.going_live import CREDIT_NOTE_BOOK as CREDIT_NOTES_GO_ON
from ledger.domain.going_live import INVOICE_BOOK as INVOICES_GO_ON
from ledger.domain.going_live import Numbering
from ledger.domain.look import CREDIT_NOTES, INVOICES, credit_note_series, invoice_series
from ledger.domain.numbers import ONE_SERIES, names_year, text_of
from ledger.reads import Reads

__all__ = ["ONE_SERIES", "Book", "Number", "next_number", "number_text", "series_of"]


class Number(Struct, frozen=True):
    """A number as it stands on the invoice, and its place in its series."""

    text: str
    series: str
    ordinal: int


class Book(NamedTuple):
    """One kind of numbered document: its counters, where its format is set, how it goes on."""

    name: str
    issued: str
    last_in: Callable[[str], str]
    setting: str
    goes_on: str


INVOICE_BOOK: Final = Book(
    "Invoice", INVOICES, invoice_series, "invoices.number_format", INVOICES_GO_ON
)
CREDIT_NOTE_BOOK: Final = Book(
    "Credit note",
    CREDIT_NOTES,
    credit_note_series,
    "invoices.credit_note_format",
    CREDIT_NOTES_GO_ON,
)


def next_number(
    reads: Reads, numbers: InvoiceNumbers, issued_on: date, book: Book = INVOICE_BOOK
) -> Number:
    """The number after the last one taken in the book's series of that year.

    The very first document gets `numbers.next`; later series begin at 1, and so does every one
    after the operator continued the book. A number that another format or the other book took
    already is passed over.
    """
    continued = reads.get(Numbering, book.goes_on)
    if continued is not None and continued.format:
        numbers = replace(numbers, format=continued.format, next=1)
    series = series_of(numbers, issued_on.year, book)
    last = reads.stored_counter(book.last_in(series))
    first = numbers.next if reads.counter(book.issued) == 0 else 1
    ordinal = first if last is None else last + 1
    while _taken(reads, number_text(numbers, issued_on.year, ordinal, book)):
        ordinal += 1
    return Number(number_text(numbers, issued_on.year, ordinal, book), series, ordinal)


def _taken(reads: Reads, number: str) -> bool:
    key = f"number:{number.upper()}"
    return bool(reads.find(Invoice, key) or reads.find(CreditNote, key))


def series_of(numbers: InvoiceNumbers, year: int, book: Book = INVOICE_BOOK) -> str:
    """The year, where the format names it, else one series for ever."""
    number_text(numbers, year, 1, book)
    return str(year) if names_year(numbers.format) else ONE_SERIES


def number_text(numbers: InvoiceNumbers, year: int, ordinal: int, book: Book = INVOICE_BOOK) -> str:
    """A number as it stands on the document. Raises `SettingsInvalid` for an unusable format."""
    return text_of(numbers.format, year, ordinal, setting=book.setting, name=book.name)
