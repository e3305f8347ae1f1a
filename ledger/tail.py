"""A look at the last facts: whether the chain holds where new facts would be added to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from ledger.books import Books
from ledger.chain import Head, Walk

RECENT: Final = 20_000
"""So many facts are checked when a folder is opened, which takes a tenth of a second at most."""


def check_recent(connection: Connection, books: Books, *, last: int = RECENT) -> None:
    """Walk the chain over the last facts, or all where there are no more. Raises `ChainBroken`."""
    newest = books.statements.last_fact.first(connection, company=books.company, count=1)
    before = 0 if newest is None else max(0, int(newest[1]) - last - 1)
    rows = books.statements.rows_after.all(connection, company=books.company, after=before)
    if not before:
        Walk().follow(rows)
        return
    first, rest = rows[0], rows[1:]
    Walk(start=Head(first[1], first[15]), versions=_versions_before(rest)).follow(rest)


def _versions_before(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """How far each case had come before the first of its rows here."""
    found: dict[str, int] = {}
    for row in rows:
        found.setdefault(row[3], row[4] - 1)
    return found
