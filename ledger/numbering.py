"""Invoice numbers: without gaps within a series, taken inside the transaction that issues."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

from ledger.domain.company import InvoiceNumbers
from ledger.domain.entities import Invoice
from ledger.domain.errors import SettingsInvalid
from ledger.domain.look import INVOICES, invoice_series
from ledger.reads import Reads

ONE_SERIES: Final = "all"
"""The series of a format that does not name the year: it never begins again."""

_ANY_YEAR: Final = 2000


class Number(Struct, frozen=True):
    """A number as it stands on the invoice, and its place in its series."""

    text: str
    series: str
    ordinal: int


def next_number(reads: Reads, numbers: InvoiceNumbers, issued_on: date) -> Number:
    """The number after the last one taken in the series of that year.

    The very first invoice gets `numbers.next`; later series begin at 1. A number that another
    format took already is passed over.
    """
    series = series_of(numbers, issued_on.year)
    last = reads.stored_counter(invoice_series(series))
    first = numbers.next if reads.counter(INVOICES) == 0 else 1
    ordinal = first if last is None else last + 1
    while reads.find(Invoice, f"number:{number_text(numbers, issued_on.year, ordinal).upper()}"):
        ordinal += 1
    return Number(number_text(numbers, issued_on.year, ordinal), series, ordinal)


def series_of(numbers: InvoiceNumbers, year: int) -> str:
    """The year, where the format names it, else one series for ever."""
    names_year = number_text(numbers, _ANY_YEAR, 1) != number_text(numbers, _ANY_YEAR + 11, 1)
    return str(year) if names_year else ONE_SERIES


def number_text(numbers: InvoiceNumbers, year: int, ordinal: int) -> str:
    """A number as it stands on the invoice. Raises `SettingsInvalid` for an unusable format."""
    try:
        text = numbers.format.format(year=year, number=ordinal)
        distinct = text != numbers.format.format(year=year, number=ordinal + 1)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise _unusable(numbers, str(error)) from error
    if not distinct:
        raise _unusable(numbers, "it does not contain the number")
    return text


def _unusable(numbers: InvoiceNumbers, why: str) -> SettingsInvalid:
    return SettingsInvalid(
        f"Invoice numbers cannot be made from {numbers.format!r}: {why}.",
        "Set `invoice_numbers.format` to something like '{year}-{number:04d}'.",
    )
