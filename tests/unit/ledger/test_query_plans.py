"""What is asked of the ledger again and again is answered from an index, however large it grows."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from ledger import lanes, reads
from ledger.seal import Keys
from ledger.statements import Prepared, Statements
from ledger.store import Ledger
from ledger.views import InlineViews

DIALECT = sqlite.dialect()


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    keys = Keys.open(tmp_path / "keys.db")
    async with await Ledger.open(
        tmp_path, company="acme", keys=keys, clock=Clock(), projection=InlineViews()
    ) as opened:
        yield opened
    keys.close()


def statements(*owners: object) -> dict[str, Prepared]:
    found = {name: one for owner in owners for name, one in vars(owner).items()}
    return {name: one for name, one in found.items() if isinstance(one, Prepared)}


READING = {
    name: one
    for name, one in statements(
        Statements(DIALECT), lanes._Statements(DIALECT), reads._Statements(DIALECT)
    ).items()
    if one._sql.startswith("SELECT")
}
WALKS = {"all_rows", "rows_after", "facts_after", "newer"}
"""These read many facts on purpose, in the order of `seq`."""


def plan(connection: Connection, statement: Prepared) -> list[str]:
    driver: Any = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    values = [1] * statement._sql.count("?")
    return [str(row[3]) for row in driver.execute(f"EXPLAIN QUERY PLAN {statement._sql}", values)]


@pytest.mark.parametrize("name", READING)
async def test_no_question_walks_a_whole_table(ledger: Ledger, name: str) -> None:
    steps = await ledger.read(lambda connection: plan(connection, READING[name]))
    assert not any(step.startswith("SCAN") for step in steps), steps


@pytest.mark.parametrize("name", sorted(READING.keys() - WALKS))
async def test_no_question_about_one_thing_walks_the_facts_by_number(
    ledger: Ledger, name: str
) -> None:
    steps = await ledger.read(lambda connection: plan(connection, READING[name]))
    assert not any("seq<" in step or "seq>" in step for step in steps), steps
