"""Which kind of payment file bytes are: by what they hold; the name only helps the message."""

from __future__ import annotations

import re

from connectors.payments.camt053 import read_camt053
from connectors.payments.csv_file import read_csv
from connectors.payments.entries import MOST_BYTES
from connectors.payments.json_file import read_json
from connectors.payments.mt940 import read_mt940
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import PaymentReceived

_KNOWN = "Coo reads payments as JSON, CAMT.053 (XML), MT940 or CSV, and mail as .eml or mbox."
_FOREIGN = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
}

_SWIFT = re.compile(rb"^:20:[^\r\n]*[\r\n]+:(?:21|25|28C?):", re.MULTILINE)
"""A statement's first two tags, behind whatever a bank puts above them."""


def payment_kind(raw: bytes) -> str:
    """`json`, `camt053`, `mt940` or `csv` by the first signs; `csv` also stands for "perhaps"."""
    head = raw[:2_000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith((b"{1:", b":20:", b":25:")) or _SWIFT.search(head):
        return "mt940"
    if head.startswith((b"{", b"[")):
        return "json"
    return "camt053" if head.startswith(b"<") else "csv"


def read_payments(name: str, raw: bytes) -> list[PaymentReceived]:
    """The payments in a file, in its order.

    Raises `InputUnreadable` naming the file, the row or element, and what to do; then nothing
    of the file counts.
    """
    try:
        _refuse_foreign(raw)
        match payment_kind(raw):
            case "json":
                return read_json(raw.removeprefix(b"\xef\xbb\xbf"))
            case "camt053":
                return read_camt053(raw)
            case "mt940":
                return read_mt940(raw)
            case _:
                return read_csv(raw)
    except InputUnreadable as error:
        raise InputUnreadable(f"{name[:120]!r}: {error.cause}", error.remedy) from error


def _refuse_foreign(raw: bytes) -> None:
    if not raw.strip(b"\0 \t\r\n"):
        raise InputUnreadable("The file is empty.", _KNOWN)
    if len(raw) > MOST_BYTES:
        raise InputUnreadable(
            f"The file has {len(raw):,} bytes, more than {MOST_BYTES:,}.", "Split it by months."
        )
    for start, what in _FOREIGN.items():
        if raw.lstrip()[: len(start)] == start:
            raise InputUnreadable(f"This is {what}.", f"{_KNOWN} Download one of these.")
