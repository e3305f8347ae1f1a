"""Tables as CSV that a spreadsheet opens rightly and cannot be tricked by.

UTF-8 with a mark at its start, so that names keep their letters; amounts with the decimal sign of
the company's language. A text that a spreadsheet would take for a formula gets an apostrophe before
it: what customers write must not be run on an accountant's machine.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from ledger.domain.amounts import plain_amount
from ledger.domain.company import Language
from ledger.domain.values import Money

Cell = str | int | date | Money | None

_MARK: Final = "\ufeff"
_FORMULA: Final = frozenset("=+-@\t\r\n|%")
_SIGNS: Final = {
    Language.ENGLISH: (",", "."),
    Language.GERMAN: (";", ","),
    Language.FRENCH: (";", ","),
}
"""What parts cells, and what parts whole units from their decimals."""


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Cell]], language: Language) -> bytes:
    """One table, its names first."""
    comma, point = _SIGNS[language]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=comma, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(each, point) for each in row] for row in rows)
    return f"{_MARK}{out.getvalue()}".encode()


def _cell(value: Cell, point: str) -> str:
    match value:
        case None:
            return ""
        case Money():
            return plain_amount(value).replace(".", point)
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return harmless(value)


def harmless(text: str) -> str:
    """The text on one line, so that no spreadsheet takes it for a formula."""
    flat = " ".join(text.split())
    return f"'{flat}" if text[:1] in _FORMULA or flat[:1] in _FORMULA else flat
