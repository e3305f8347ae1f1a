"""Appending: one by one, by many at once, and in bulk; beside it the same rows by hand."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

from benchmarks.ledger.business import drafts
from benchmarks.ledger.places import PAGE, ledger_in
from benchmarks.ledger.rounds import ROUNDS, taking_turns
from ledger.domain.facts import Draft
from ledger.store import Ledger

APPENDERS: Final = 128
_SINGLES: Final = 60
"""Commits a round."""
_EACH: Final = 16
"""Facts of each appender in a round."""
_BULK: Final = 20_000
"""Facts a round."""
_BEFORE: Final = 2_000
"""Facts that are there before anything is measured."""


class RawCommits:
    """The same rows with the same indexes, one durable commit each, by hand."""

    def __init__(self, path: Path, like: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        model = sqlite3.connect(like)
        shape = "SELECT sql FROM sqlite_master WHERE tbl_name = 'facts' AND type <> 'trigger'"
        for (statement,) in model.execute(shape).fetchall():
            if statement:
                self._database.execute(statement)
        self._row = model.execute("SELECT * FROM facts ORDER BY seq LIMIT 1").fetchone()
        model.close()
        marks = ",".join("?" * len(self._row))
        self._insert = f"INSERT INTO facts VALUES ({marks})"  # noqa: S608 - only marks are built
        self._numbers = count(1)
        self._database.execute("BEGIN")
        for _ in range(_BEFORE):
            self._database.execute(self._insert, self._next())
        self._database.execute("COMMIT")

    async def commits(self) -> None:
        """One round."""
        for _ in range(_SINGLES):
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute(self._insert, self._next())
            self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()

    def _next(self) -> tuple[Any, ...]:
        number = next(self._numbers)
        company, _, _, _, _, *rest = self._row
        rest[3] = f"planner:{number:08d}:1"
        return (company, number, f"{number:032x}", f"lead-{number % 50:08d}", number, *rest)


async def measure(folder: Path) -> dict[str, Any]:
    """All figures of appending. Every round makes raw commits, single appends and group commits."""
    async with ledger_in(folder / "appends") as ledger:
        source = drafts(10**9)
        await ledger.append(list(islice(source, _BEFORE)))
        raw = RawCommits(folder / "raw.db", folder / "appends" / "ledger.db")
        raw_s, one_s, many_s = await taking_turns(
            raw.commits,
            partial(_one_by_one, ledger, source),
            partial(_side_by_side, ledger, source),
        )
        raw.close()
        (bulk_s,) = await taking_turns(partial(_in_bulk, ledger, source), rounds=ROUNDS // 2)
    raw_ms, one_ms = raw_s / _SINGLES * 1000, one_s / _SINGLES * 1000
    per_s = APPENDERS * _EACH / many_s
    return {
        "raw_commit_ms": round(raw_ms, 3),
        "append_ratio": round(one_ms / raw_ms, 3),
        "append_overhead_ms": round(one_ms - raw_ms, 3),
        "concurrent_ratio": round(per_s * raw_ms / 1000, 2),
        "concurrent_per_s": round(per_s),
        "bulk_events_per_s": round(_BULK / bulk_s),
    }


async def _one_by_one(ledger: Ledger, source: Iterator[Draft]) -> None:
    for draft in islice(source, _SINGLES):
        await ledger.append([draft])


async def _side_by_side(ledger: Ledger, source: Iterator[Draft]) -> None:
    async def appender(own: list[Draft]) -> None:
        for draft in own:
            await ledger.append([draft])

    shares = [list(islice(source, _EACH)) for _ in range(APPENDERS)]
    await asyncio.gather(*map(appender, shares))


async def _in_bulk(ledger: Ledger, source: Iterator[Draft]) -> None:
    """Chained, sealed and folded into the read tables, as everything that is appended."""
    for _ in range(_BULK // PAGE):
        await ledger.append(list(islice(source, PAGE)))
