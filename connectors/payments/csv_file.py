"""Bank statements as CSV: German and English headings, encodings, separators, number formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from msgspec import Struct

from connectors.mail.charset import decoded_text
from connectors.payments.amounts import (
    Unclear,
    decimal_mark,
    decimal_number,
    money,
    split_currency,
)
from connectors.payments.columns import Layout, layout_of
from connectors.payments.dates import booking_date, day_first
from connectors.payments.entries import MOST_ENTRIES, Entry, payments, refused
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import PaymentReceived
from ledger.domain.values import Money

_SEPARATORS = ";,\t"
_PREAMBLE = 40
"""Lines a bank may put above the headings."""

_BOOKED = frozenset({"", "gebucht", "umsatz gebucht", "booked", "completed", "settled", "posted"})
_PENDING = frozenset(
    {"vorgemerkt", "umsatz vorgemerkt", "offen", "pending", "reverted", "declined", "failed"}
    | {"cancelled", "canceled", "storniert", "abgelehnt"}
)
_SIGNS = {
    **dict.fromkeys(("h", "haben", "c", "cr", "credit", "crdt", "in", "+"), ""),
    **dict.fromkeys(("s", "soll", "d", "dr", "debit", "dbit", "out", "-"), "-"),
}
_HEADINGS = (
    "The file needs headings with at least a date, an amount and a currency, such as "
    "Date;Amount;Currency;Payer;IBAN;Reference."
)


class _Row(Struct, frozen=True):
    """One row of payments; `number` counts the file's lines as a person does."""

    number: int
    cells: list[str]

    @property
    def where(self) -> str:
        return f"row {self.number}"


class _Formats(Struct, frozen=True):
    """What the columns show about themselves as a whole."""

    mark: str
    days_first: bool | None


def read_csv(raw: bytes) -> list[PaymentReceived]:
    """The booked rows. Raises `InputUnreadable` naming the row and the value."""
    rows = _rows(_decoded(raw))
    layout, below = _layout(rows)
    booked = [row for row in below if _is_booked(row, layout)]
    formats = _formats(booked, layout)
    return payments([_entry(row, layout, formats) for row in booked], "csv")


def _decoded(raw: bytes) -> str:
    wide = (
        raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw[:200].count(b"\0") > len(raw[:200]) // 4
    )
    if not wide:
        return decoded_text(raw, "utf-8").text.replace("\0", "")
    big = raw.startswith((b"\xfe\xff", b"\0"))
    try:
        return raw.decode("utf-16-be" if big else "utf-16-le").lstrip("\ufeff").replace("\0", "")
    except UnicodeDecodeError as error:
        raise InputUnreadable(
            f"The text of the file breaks off at byte {error.start}.", "Export it again as UTF-8."
        ) from error


def _rows(text: str) -> list[_Row]:
    """The rows under the separator whose headings make sense."""
    head = "\n".join(text.splitlines()[:_PREAMBLE])
    for separator in _SEPARATORS:
        if any(layout_of(cells) for _, cells in _split(head, separator)):
            return [_Row(number, cells) for number, cells in _split(text, separator)]
    raise InputUnreadable("No headings of a bank statement were found.", _HEADINGS)


def _split(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ENTRIES:
                raise InputUnreadable(
                    f"The file has more than {MOST_ENTRIES:,} rows.", "Split it by months."
                )
            yield reader.line_num, cells
    except csv.Error as error:
        raise InputUnreadable(
            f"Row {reader.line_num}: {error}.", "Export the file again; a quote may be missing."
        ) from error


def _layout(rows: list[_Row]) -> tuple[Layout, list[_Row]]:
    """The layout, and the rows below the headings."""
    for at, row in enumerate(rows):
        if layout := layout_of(row.cells):
            return layout, rows[at + 1 :]
    raise InputUnreadable("No headings of a bank statement were found.", _HEADINGS)


def _is_booked(row: _Row, layout: Layout) -> bool:
    """Empty and pending rows are passed over; a status nobody knows is refused."""
    if not any(cell.strip() for cell in row.cells):
        return False
    status = layout.cell(row.cells, "status").casefold()
    if status in _PENDING:
        return False
    if status not in _BOOKED:
        error = Unclear(f"The status {status[:30]!r} is not known.", "Remove rows not yet booked.")
        raise refused(row.where, error)
    return True


def _formats(rows: list[_Row], layout: Layout) -> _Formats:
    cells = [layout.cell(row.cells, name) for row in rows for name in ("amount", "credit", "debit")]
    dates = [layout.cell(row.cells, "date") for row in rows]
    try:
        mark = decimal_mark(split_currency(cell)[0] for cell in cells if cell)
        return _Formats(mark, day_first(dates))
    except Unclear as error:
        raise InputUnreadable(error.cause, f"Nothing was taken over. {error.remedy}") from error


def _entry(row: _Row, layout: Layout, formats: _Formats) -> Entry:
    try:
        amount = _amount(row.cells, layout, formats)
        booked_on = booking_date(layout.cell(row.cells, "date"), days_first=formats.days_first)
    except Unclear as error:
        raise refused(row.where, error) from error
    return Entry(
        where=row.where,
        amount=amount,
        booked_on=booked_on,
        bank_id=layout.cell(row.cells, "id"),
        payer=layout.cell(row.cells, "payer"),
        payer_account=layout.cell(row.cells, "account"),
        reference=layout.cell(row.cells, "reference"),
        end_to_end=layout.cell(row.cells, "end_to_end"),
    )


def _amount(cells: list[str], layout: Layout, formats: _Formats) -> Money:
    """The signed amount: one column, two columns, or one with the direction beside it."""
    text, sign = _signed_cell(cells, layout)
    number, written = split_currency(text)
    currencies = {written, layout.cell(cells, "currency").upper() or layout.currency} - {""}
    if len(currencies) != 1:
        found = " and ".join(sorted(currencies)) or "no currency"
        raise Unclear(f"It names {found}.", "Add a column Currency with codes such as EUR.")
    plain = decimal_number(number, formats.mark)
    if sign and plain.startswith("-"):
        plain = plain.removeprefix("-")  # a debit column may or may not repeat the minus
    return money(sign + plain, currencies.pop())


def _signed_cell(cells: list[str], layout: Layout) -> tuple[str, str]:
    """The cell that holds the amount, and "-" where its place says that money went out."""
    if amount := layout.cell(cells, "amount"):
        return amount, _direction(layout.cell(cells, "direction"))
    credit, debit = layout.cell(cells, "credit"), layout.cell(cells, "debit")
    if bool(credit) == bool(debit):
        raise Unclear("There is no single amount.", "Correct the row, or remove it.")
    return (credit, "") if credit else (debit, "-")


def _direction(text: str) -> str:
    if not text:
        return ""
    if text.casefold() not in _SIGNS:
        raise Unclear(f"{text[:20]!r} is neither credit nor debit.", "Write S or H, C or D.")
    return _SIGNS[text.casefold()]
