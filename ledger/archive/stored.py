"""Looks at the files of a ledger that nobody has opened: the chain over the stored rows, and
whether every document is the one its name says."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ledger.blobs import opened_copy, sealed_copies
from ledger.chain import Head, StoredFact, Walk
from ledger.database import LedgerUnreadable
from ledger.domain.errors import ChainBroken, CooError
from ledger.seal import KeyLost, Keys

_COLUMNS: Final = ", ".join(StoredFact._fields)
_ROWS: Final = f"SELECT {_COLUMNS} FROM facts WHERE company = ? ORDER BY seq"  # noqa: S608 - our own names
_NOTED: Final = "SELECT seq, hash FROM chain_heads WHERE company = ?"


class DocumentDamaged(CooError):
    """A sealed document is not what its name says."""

    def __init__(self, sha256: str, why: str) -> None:
        super().__init__(
            f"The document {sha256[:12]!r} in it is not what it should be: {why}.",
            "Nothing was put in place. Take the backup before it, or restore the disk first.",
        )


@contextmanager
def readable() -> Iterator[None]:
    """Turns errors of SQLite into ones with cause and remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerUnreadable(str(error)) from error


def walked(ledger: Path, company: str, expected: Head | None = None) -> Head:
    """Walk the whole chain of a ledger file. Raises `ChainBroken`; `expected` must be its head."""
    with readable(), closing(sqlite3.connect(ledger)) as connection:
        noted = connection.execute(_NOTED, (company,)).fetchone()
        walk = Walk(Head(int(noted[0]), bytes(noted[1])) if noted else None)
        try:
            walk.follow(connection.execute(_ROWS, (company,)))
        except sqlite3.DatabaseError as error:
            raise ChainBroken(walk.head.seq + 1, "", f"unreadable row: {error}") from error
    head = walk.finish()
    if expected is not None and head != expected:
        reason = f"the head should be fact {expected.seq}, and this is another"
        raise ChainBroken(head.seq, "", reason)
    return head


def check_documents(folder: Path, keys: Keys) -> int:
    """Open every sealed document and compare it with its name; how many there are.

    Those of erased persons cannot be opened, and are counted all the same. Raises
    `DocumentDamaged`.
    """
    count = 0
    for sha256, person, path in sealed_copies(folder):
        count += 1
        try:
            cipher = keys.opener(person)
            data = opened_copy(path, sha256, cipher) if cipher is not None else None
        except KeyLost as error:
            raise DocumentDamaged(sha256, "its seal does not open") from error
        if data is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise DocumentDamaged(sha256, "it holds something else")
    return count
