"""Bank statements in SWIFT MT940, as German, Dutch and other banks write them.

The library `mt-940` reads the tags; what a bank puts into :86: is read by `mt940_details`. Every
statement must add up from its opening to its closing balance, so a line that is read wrongly
never becomes a payment. Source: SWIFT Standards MT940; Deutsche Kreditwirtschaft, DFÜ-Abkommen,
Anlage 3, chapter 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

import mt940

from connectors.mail.charset import decoded_text
from connectors.payments.amounts import Unclear, money
from connectors.payments.entries import MOST_ENTRIES, Entry, payments, refused
from connectors.payments.mt940_details import Details, details_of
from ledger.domain.errors import CooError, InputUnreadable
from ledger.domain.events import PaymentReceived

_ENVELOPE = re.compile(
    r"\{1:[^\r\n]*?\{4:|\{[125]:[^\r\n]*\}|^-\}?(?:\{5:[^\r\n]*)?$", re.MULTILINE
)
_START = re.compile(r"^:20:", re.MULTILINE)
_LINE = re.compile(r"^:61:", re.MULTILINE)
_REMEDY: Final = "Download the statement again, as CAMT.053 (XML) if the bank has it."
_RETURNED_TYPES = frozenset({"NRTI", "SRTI", "FRTI", "NRTN"})
_CREDITS = frozenset({"C", "RD"})


def read_mt940(raw: bytes) -> list[PaymentReceived]:
    """The booked entries. Raises `InputUnreadable` naming the statement and the line."""
    text = decoded_text(raw, "utf-8").text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ENVELOPE.sub("", text.replace("\0", ""))
    starts = [match.start() for match in _START.finditer(text)]
    if not starts:
        raise InputUnreadable("This MT940 file holds no statement (:20:).", _REMEDY)
    if len(_LINE.findall(text)) > MOST_ENTRIES:
        raise InputUnreadable(
            f"The statement has more than {MOST_ENTRIES:,} entries.", "Split it by months."
        )
    parts = [text[at:end] for at, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    found = [entry for at, part in enumerate(parts, start=1) for entry in _entries(at, part)]
    return payments(found, "mt940")


def _entries(at: int, text: str) -> Iterator[Entry]:
    where = f"statement {at}"
    try:
        statement = _parsed(text)
        _refuse_unless_whole(statement, len(_LINE.findall(text)))
    except Unclear as error:
        raise refused(where, error) from error
    for n, line in enumerate(_lines(statement), start=1):
        place = f"{where}, entry {n}"
        try:
            yield _entry(place, line)
        except CooError as error:
            raise refused(place, error) from error


def _parsed(text: str) -> Any:
    """One statement as the library reads it, :86: left as it stands."""
    try:
        return mt940.parse(text.encode(), "utf-8", processors={"post_transaction_details": []})
    except Exception as error:
        # The library raises whatever its patterns and the decimal module raise: it is one answer.
        shown = " ".join(str(error).split())[:120]
        raise Unclear(f"It is no sound MT940: {shown}.", _REMEDY) from error


def _lines(statement: Any) -> list[dict[str, Any]]:
    """The :61: lines; a statement without movements has none."""
    return [each.data for each in statement.transactions if each.data.get("amount") is not None]


def _refuse_unless_whole(statement: Any, lines: int) -> None:
    """Raises `Unclear` where a line is missing or the balances do not agree."""
    found = _lines(statement)
    if len(found) != lines:
        raise Unclear(f"{lines - len(found)} of its {lines} lines could not be read.", _REMEDY)
    opening = _balance(statement, "final_opening_balance", "intermediate_opening_balance")
    closing = _balance(statement, "final_closing_balance", "intermediate_closing_balance")
    total = sum((_signed(line) for line in found), Decimal(0))
    if opening + total != closing:
        raise Unclear(
            f"Its entries sum up to {total}, but its balance went from {opening} to {closing}.",
            _REMEDY,
        )


def _balance(statement: Any, *names: str) -> Decimal:
    for name in names:
        balance = statement.data.get(name)
        if balance is not None:
            amount: Decimal = balance.amount.amount
            return amount
    raise Unclear("Its MT940 balance (:60F:, :62F:) is missing.", _REMEDY)


def _signed(line: dict[str, Any]) -> Decimal:
    """The amount by its mark: C and RD came in, D and RC went out."""
    size = abs(Decimal(line["amount"].amount))
    return size if line["status"] in _CREDITS else -size


def _entry(where: str, line: dict[str, Any]) -> Entry:
    details = details_of(line.get("transaction_details") or "")
    return Entry(
        where=where,
        amount=money(f"{_signed(line):f}", line["amount"].currency or ""),
        booked_on=_booked_on(line),
        bank_id=(line.get("bank_reference") or "").strip(),
        payer=details.name,
        payer_account=details.account,
        reference=details.reference or (line.get("extra_details") or "").strip(),
        end_to_end=details.end_to_end or (line.get("customer_reference") or "").strip(),
        returned=_is_returned(line, details),
    )


def _booked_on(line: dict[str, Any]) -> date:
    day = line.get("entry_date") or line["date"]
    return date(day.year, day.month, day.day)


def _is_returned(line: dict[str, Any], details: Details) -> bool:
    """Whether the bank says that an earlier entry came back."""
    kind = (line.get("id") or "").strip()
    return line["status"].startswith("R") or kind in _RETURNED_TYPES or details.returned
