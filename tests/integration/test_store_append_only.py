"""Nobody changes or removes a fact, whatever program opens the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.domain.events import Told
from ledger.domain.facts import Draft
from ledger.seal import Keys
from ledger.store import Ledger

COLUMNS = (
    "company, seq, fact_id, case_id, version, recorded_at, event_type, event_schema, "
    "fact_key, said_by, cause_id, person, payload, sealed, prev_hash, hash"
)


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A ledger with three facts, and no process that holds it."""
    keys = Keys.open(tmp_path / "keys.db")
    async with await Ledger.open(tmp_path, company="acme", keys=keys, clock=Clock()) as ledger:
        drafts = [Draft(case="c", event=Told(topic="x"), key=f"k{n}", by="me") for n in range(3)]
        await ledger.append(drafts)
    keys.close()
    return tmp_path / "ledger.db"


def copied(changes: str, *, verb: str = "INSERT OR REPLACE INTO") -> str:
    """Write the second fact once more, with some columns replaced."""
    replaced = dict(part.split("=") for part in changes.split(";"))
    values = ", ".join(replaced.get(name, name) for name in COLUMNS.split(", "))
    # No input from outside comes near this statement.
    return f"{verb} facts ({COLUMNS}) SELECT {values} FROM facts WHERE seq = 2"  # noqa: S608 - see above


FRESH = "seq=9;fact_id='z';version=9;fact_key='z'"

REFUSED = {
    "update": "UPDATE facts SET payload = x'00' WHERE seq = 2",
    "update of nothing much": "UPDATE facts SET said_by = said_by",
    "delete": "DELETE FROM facts WHERE seq = 3",
    "delete of all": "DELETE FROM facts",
    "replace the whole row": copied("seq=2"),
    "replace by number": copied(FRESH.replace("seq=9", "seq=2")),
    "replace by key": copied(FRESH.replace("fact_key='z'", "fact_key='k1'")),
    "replace by id": copied(FRESH.replace("fact_id='z'", "fact_id=fact_id")),
    "replace by version": copied(FRESH.replace("version=9", "version=2")),
    "replace by row": copied(FRESH).replace("(company", "(rowid, company").replace(
        "SELECT ", "SELECT rowid, "
    ),
    "quiet update of a conflict": copied("seq=2", verb="INSERT INTO").replace(
        "WHERE seq = 2", "WHERE seq = 2 ON CONFLICT DO UPDATE SET payload = x'00'"
    ),
    "update or replace": "UPDATE OR REPLACE facts SET seq = 1 WHERE seq = 2",
}  # fmt: skip


@pytest.mark.parametrize("recursive", ["OFF", "ON"])
@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_a_fact_is_never_changed_removed_or_replaced(
    path: Path, statement: str, recursive: str
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA recursive_triggers={recursive}")
        before = connection.execute("SELECT * FROM facts ORDER BY seq").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
        connection.commit()
        assert connection.execute("SELECT * FROM facts ORDER BY seq").fetchall() == before


def test_a_row_that_replaces_nothing_may_be_added(path: Path) -> None:
    """The check of this file's own statements: only what they replace makes them refused."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(copied(FRESH))
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (4,)


async def test_the_ledgers_own_connection_refuses_too(tmp_path: Path, path: Path) -> None:
    keys = Keys.open(tmp_path / "keys.db")
    async with await Ledger.open(tmp_path, company="acme", keys=keys, clock=Clock()) as ledger:
        for statement in ("DELETE FROM facts", REFUSED["replace by key"]):
            with pytest.raises(Exception, match="append-only"):
                await ledger.transact(
                    lambda tx, sql=statement: tx.connection.exec_driver_sql(sql).close()
                )
        pragmas = ("recursive_triggers", "synchronous", "journal_mode")
        found = await ledger.transact(
            lambda tx: [tx.connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in pragmas]
        )
        assert found == [1, 2, "wal"]
        assert (await ledger.verify()).seq == 3
    keys.close()
