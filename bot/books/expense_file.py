"""Expenses in a CSV file: a line each, columns by their names, in English, German or French."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connectors.payments.amounts import (
    Unclear,
    decimal_mark,
    decimal_number,
    money,
    split_currency,
)
from graph.bookkeeping.keeper import missing
from graph.bookkeeping.words import category_of, days_in, said_of, tax_in
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import Spent
from ledger.domain.values import Money

_NAMES: Final = {
    "date": {"date", "datum", "belegdatum", "day", "tag"},
    "amount": {"amount", "gross", "betrag", "brutto", "montant", "total", "ttc", "summe"},
    "currency": {"currency", "währung", "waehrung", "devise"},
    "vendor": {"vendor", "supplier", "lieferant", "empfänger", "fournisseur", "payee", "shop"},
    "category": {"category", "kategorie", "catégorie", "for", "zweck", "type"},
    "rate": {"rate", "vat rate", "tax rate", "mwst", "ust", "steuersatz", "tva", "vat"},
    "number": {"number", "receipt", "nummer", "beleg", "belegnummer", "numéro", "invoice"},
    "note": {"note", "notiz", "text", "description", "beschreibung", "remarque"},
}
_UTF8: Final = "utf-8-sig"
_OLD: Final = "cp1252"
_NEEDED: Final = 2
"""Columns that a file of expenses must at least have: an amount, and one more."""


class Row(Struct, frozen=True, kw_only=True):
    """One line. `key` is the same for the same line in any file, and counts equal ones apart."""

    key: str
    spent: Spent
    vendor: str = ""
    number: str = ""
    note: str = ""
    unclear: tuple[str, ...] = ()


def read_expenses(name: str, raw: bytes, currency: str, *, deducts: bool) -> list[Row]:
    """Every line of the file. What a line does not say for certain is `unclear` on it.

    Raises `InputUnreadable` where it is no table of expenses.
    """
    table = _table(raw)
    columns = _columns(table[0]) if table else {}
    if "amount" not in columns or len(columns) < _NEEDED:
        raise InputUnreadable(
            f"{name!r} has no first line with the names of its columns; nothing of it was taken.",
            "Name them like `date,amount,currency,vendor,category,rate,number`.",
        )
    lines = [
        {key: cells[place].strip() for key, place in columns.items() if place < len(cells)}
        for cells in table[1:]
        if any(cell.strip() for cell in cells)
    ]
    mark = _mark([line.get("amount", "") for line in lines])
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        plain = "\x1f".join(f"{key}={line[key]}" for key in sorted(line))
        digest = hashlib.sha256(plain.encode()).hexdigest()[:24]
        seen[digest] += 1
        key = f"expense-line:{digest}:{seen[digest]}"
        found.append(_row(line, key, mark, currency, deducts=deducts))
    return found


def _row(line: dict[str, str], key: str, mark: str, currency: str, *, deducts: bool) -> Row:
    amount = _amount(line, mark, currency)
    rate = said_of(f"{line.get('rate', '').rstrip('% ')}%", currency).spent.rate_bp
    rate = rate if deducts and line.get("rate") else None
    days = set(days_in(line.get("date", "")))
    spent = Spent(
        amount=amount,
        tax=tax_in(amount, rate) if amount and rate else None,
        on=days.pop() if len(days) == 1 else None,
        category=category_of(line.get("category", "")),
        rate_bp=rate,
    )
    row = Row(
        key=key,
        spent=spent,
        vendor=line.get("vendor", ""),
        number=line.get("number", ""),
        note=line.get("note", "") or ("" if amount else line.get("amount", "")),
    )
    return replace(row, unclear=missing(spent))


def _amount(line: dict[str, str], mark: str, currency: str) -> Money | None:
    """What was spent: files of banks and cards write it with a minus."""
    try:
        number, written = split_currency(line.get("amount", ""))
        code = written or line.get("currency", "") or currency
        found = money(decimal_number(number, mark), code)
    except Unclear:
        return None
    return Money(abs(found.minor), found.currency) if found.minor else None


def _mark(cells: Sequence[str]) -> str:
    try:
        return decimal_mark(split_currency(cell)[0] for cell in cells if cell)
    except Unclear:
        return ""


def _table(raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode(_UTF8)
    except UnicodeDecodeError:
        text = raw.decode(_OLD, errors="replace")
    first = text.split("\n", 1)[0]
    comma = max(";,\t", key=first.count)
    return list(csv.reader(io.StringIO(text), delimiter=comma))


def _columns(names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        plain = name.strip().casefold()
        for key, known in _NAMES.items():
            if plain in known and key not in found:
                found[key] = place
    return found
