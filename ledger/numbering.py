"""Numbers of invoices and credit notes: without gaps within a series, each kind in a book of its
own, taken inside the transaction that issues.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from msgspec import Struct

from ledger.domain.company import InvoiceNumbers
from ledger.domain.entities import CreditNote, Invoice
from ledger.domain.errors import SettingsInvalid
from ledger.domain.look import CREDIT_NOTES, INVOICES, credit_note_series, invoice_series
from ledger.reads import Reads

ONE_SERIES: Final = "all"
"""The series of a format that does not name the year: it never begins again."""

_ANY_YEAR: Final = 2000


class Number(Struct, frozen=True):
    """A number as it stands on the invoice, and its place in its series."""

    text: str
    series: str
    ordinal: int


class Book(NamedTuple):
    """One kind of numbered document: its counters, and where its format is set."""

    name: str
    issued: str
    last_in: Callable[[str], str]
    setting: str


INVOICE_BOOK: Final = Book("Invoice", INVOICES, invoice_series, "invoices.number_format")
CREDIT_NOTE_BOOK: Final = Book(
    "Credit note", CREDIT_NOTES, credit_note_series, "invoices.credit_note_format"
)


def next_number(
    reads: Reads, numbers: InvoiceNumbers, issued_on: date, book: Book = INVOICE_BOOK
) -> Number:
    """The number after the last one taken in the book's series of that year.

    The very first document gets `numbers.next`; later series begin at 1. A number that another
    format or the other book took already is passed over.
    """
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
    names_year = number_text(numbers, _ANY_YEAR, 1, book) != number_text(
        numbers, _ANY_YEAR + 11, 1, book
    )
    return str(year) if names_year else ONE_SERIES


def number_text(numbers: InvoiceNumbers, year: int, ordinal: int, book: Book = INVOICE_BOOK) -> str:
    """A number as it stands on the document. Raises `SettingsInvalid` for an unusable format."""
    try:
        text = numbers.format.format(year=year, number=ordinal)
        distinct = text != numbers.format.format(year=year, number=ordinal + 1)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise _unusable(numbers, str(error), book) from error
    if not distinct:
        raise _unusable(numbers, "it does not contain the number", book)
    return text


def _unusable(numbers: InvoiceNumbers, why: str, book: Book) -> SettingsInvalid:
    return SettingsInvalid(
        f"{book.name} numbers cannot be made from {numbers.format!r}: {why}.",
        f"Set `{book.setting}` to something like '{{year}}-{{number:04d}}'.",
    )
