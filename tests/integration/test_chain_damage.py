"""Whatever is done to the file behind Coo's back is found, and named by its row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.chain import EMPTY, Head, StoredFact, link
from ledger.domain.errors import ChainBroken
from ledger.domain.events import Told
from ledger.domain.facts import Draft
from ledger.seal import Keys
from ledger.store import Ledger, LedgerUnreadable

FACTS = 40


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


def told(n: int) -> Draft:
    return Draft(case=f"c{n % 3}", event=Told(topic="x", text=f"t{n}"), key=f"k{n}", by="me")


@pytest.fixture
def keys(tmp_path: Path):
    opened = Keys.open(tmp_path / "keys.db")
    yield opened
    opened.close()


@pytest.fixture
async def folder(tmp_path: Path, keys: Keys) -> Path:
    """A folder with a ledger of forty facts that nobody holds open."""
    async with await opening(tmp_path, keys) as ledger:
        await ledger.append([told(n) for n in range(FACTS)])
    return tmp_path


def opening(folder: Path, keys: Keys):
    return Ledger.open(folder, company="acme", keys=keys, clock=Clock())


def damage(folder: Path, *statements: str) -> None:
    """Change the file as somebody with full access could: the triggers are gone first."""
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        for name in ("update", "delete", "replace"):
            connection.execute(f"DROP TRIGGER IF EXISTS facts_refuse_{name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


MIDDLE = {
    "a corrupted byte of the payload": (
        "UPDATE facts SET payload = CAST(replace(payload, 'x', 'y') AS BLOB) WHERE seq = 20",
        "hash: the stored bytes",
    ),
    "a corrupted seal": (
        "UPDATE facts SET sealed = iif(hex(sealed) LIKE '00%', x'01', x'00') WHERE seq = 20",
        "hash: the stored bytes",
    ),
    "a seal taken away": ("UPDATE facts SET sealed = NULL WHERE seq = 20", "hash: the stored"),
    "another speaker": ("UPDATE facts SET said_by = 'you' WHERE seq = 20", "hash: the stored"),
    "another time": (
        "UPDATE facts SET recorded_at = recorded_at + 1 WHERE seq = 20",
        "hash: the stored",
    ),
    "another hash": ("UPDATE facts SET hash = x'00' WHERE seq = 20", "hash: the stored bytes"),
    "another past": ("UPDATE facts SET prev_hash = x'00' WHERE seq = 20", "does not follow"),
}


@pytest.mark.parametrize(("statement", "reason"), MIDDLE.values(), ids=MIDDLE)
async def test_a_changed_row_is_named(
    folder: Path, keys: Keys, statement: str, reason: str
) -> None:
    damage(folder, statement)
    async with await opening(folder, keys) as ledger:
        with pytest.raises(ChainBroken, match=reason) as caught:
            await ledger.verify()
    assert caught.value.seq == 20
    assert len(caught.value.fact) == 32


async def test_a_row_that_the_database_cannot_read_is_named(folder: Path, keys: Keys) -> None:
    damage(folder, "UPDATE facts SET said_by = CAST(x'fffe' AS TEXT) WHERE seq = 20")
    async with await opening(folder, keys) as ledger:
        with pytest.raises(ChainBroken, match="unreadable row") as caught:
            await ledger.verify()
        assert caught.value.seq == 20
        with pytest.raises(LedgerUnreadable, match="backup"):
            await ledger.case("c1")


async def test_a_file_that_is_no_ledger_is_told_with_a_remedy(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "ledger.db").write_bytes(b"certainly not a database" * 100)
    with pytest.raises(LedgerUnreadable, match="not a database"):
        await opening(tmp_path, keys)


async def test_a_deleted_row_is_a_gap(folder: Path, keys: Keys) -> None:
    damage(folder, "DELETE FROM facts WHERE seq = 20")
    async with await opening(folder, keys) as ledger:
        with pytest.raises(ChainBroken, match="gap in seq: 20 is missing") as caught:
            await ledger.verify()
    assert caught.value.seq == 21


async def test_a_row_that_was_renumbered_does_not_match(folder: Path, keys: Keys) -> None:
    damage(folder, "DELETE FROM facts WHERE seq = 20", "UPDATE facts SET seq = 20 WHERE seq = 21")
    async with await opening(folder, keys) as ledger:
        with pytest.raises(ChainBroken, match="does not follow"):
            await ledger.verify()


async def test_a_gap_in_a_case_is_found_though_the_chain_was_made_to_fit(
    folder: Path, keys: Keys
) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        last = StoredFact._make(connection.execute("SELECT * FROM facts WHERE seq=40").fetchone())
        forged = last._replace(seq=41, version=99, fact_id="z" * 32, fact_key="z")
        digest = link(last.hash, forged[:-2])
        row = forged._replace(prev_hash=last.hash, hash=digest)
        connection.execute("INSERT INTO facts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
        connection.execute("UPDATE chain_heads SET seq = 41, hash = ?", (digest,))
        connection.commit()
    async with await opening(folder, keys) as ledger:
        with pytest.raises(ChainBroken, match="gap in case version: 'c0' has 99, not 15"):
            await ledger.verify()


ENDS = {
    "a cut tail": ("DELETE FROM facts WHERE seq > 37", 38, "missing row: 40 facts were noted"),
    "all gone": ("DELETE FROM facts", 1, "missing row: 40 facts were noted"),
    "a changed head": ("UPDATE facts SET said_by = 'you' WHERE seq = 40", 40, "stored bytes"),
    "another head": ("UPDATE facts SET hash = x'00' WHERE seq = 40", 40, "head noted is fact 40"),
    "the note gone": ("DELETE FROM chain_heads", 40, "head noted is fact 0"),
}


@pytest.mark.parametrize(("statement", "seq", "reason"), ENDS.values(), ids=ENDS)
async def test_a_broken_head_stops_the_ledger_when_it_opens(
    folder: Path, keys: Keys, statement: str, seq: int, reason: str
) -> None:
    damage(folder, statement)
    with pytest.raises(ChainBroken, match=reason) as caught:
        await opening(folder, keys)
    assert caught.value.seq == seq


async def test_a_head_that_breaks_while_open_stops_all_writing(folder: Path, keys: Keys) -> None:
    async with await opening(folder, keys) as ledger:
        await ledger.append([told(100)])
        damage(folder, "DELETE FROM facts WHERE seq = 41")
        for number in (101, 102):
            with pytest.raises(ChainBroken, match="missing row"):
                await ledger.append([told(number)])
        assert [fact.seq async for fact in ledger.facts(38)] == [39, 40]
        with pytest.raises(ChainBroken, match="missing row"):
            await ledger.verify()


async def test_a_foreign_row_behind_the_head_stops_all_writing(folder: Path, keys: Keys) -> None:
    async with await opening(folder, keys) as ledger:
        damage(
            folder,
            "INSERT INTO facts SELECT company, 41, 'z', case_id, 99, recorded_at, event_type, "
            "event_schema, 'z', said_by, cause_id, person, payload, sealed, prev_hash, hash "
            "FROM facts WHERE seq = 40",
        )
        with pytest.raises(ChainBroken, match="head noted is fact 40"):
            await ledger.append([told(101)])


async def test_a_head_written_down_elsewhere_shows_a_tail_cut_with_its_note(
    folder: Path, keys: Keys
) -> None:
    async with await opening(folder, keys) as ledger:
        elsewhere = await ledger.head()
        await ledger.append([told(100)])
        assert (await ledger.verify(elsewhere)).seq == 41
        with pytest.raises(ChainBroken, match="head noted is fact 40") as caught:
            await ledger.verify(Head(40, bytes(32)))
        assert caught.value.seq == 40
    damage(
        folder,
        "DELETE FROM facts WHERE seq > 30",
        "UPDATE chain_heads SET seq = 30, hash = (SELECT hash FROM facts WHERE seq = 30)",
    )
    async with await opening(folder, keys) as ledger:
        assert (await ledger.verify()).seq == 30
        with pytest.raises(ChainBroken, match="missing row: 40 facts were noted"):
            await ledger.verify(elsewhere)


async def test_an_empty_ledger_verifies(tmp_path: Path, keys: Keys) -> None:
    async with await opening(tmp_path, keys) as ledger:
        assert await ledger.verify() == await ledger.head() == EMPTY
