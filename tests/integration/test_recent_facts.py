"""The last facts are checked when a folder is opened; onto a broken chain nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.domain.errors import ChainBroken, FactUnreadable
from ledger.domain.events import Told
from ledger.domain.facts import Draft
from ledger.seal import Keys
from ledger.store import Ledger

FACTS = 60


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


def told(n: int) -> Draft:
    return Draft(case=f"c{n % 3}", event=Told(topic="x", text=f"t{n}"), key=f"k{n}", by="me")


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    opened = Keys.open(tmp_path / "keys.db")
    yield opened
    opened.close()


class Folder:
    """A ledger of sixty facts, and what somebody with full access may do to its file."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self.path, self._keys = path, keys

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Ledger]:
        ledger = await Ledger.open(self.path, company="acme", keys=self._keys, clock=Clock())
        async with ledger:
            yield ledger

    def damaged(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path / "ledger.db")) as connection:
            for name in ("update", "delete", "replace"):
                connection.execute(f"DROP TRIGGER facts_refuse_{name}")
            connection.execute(statement)
            connection.commit()


@pytest.fixture
async def folder(tmp_path: Path, keys: Keys) -> Folder:
    found = Folder(tmp_path, keys)
    async with found.opened() as ledger:
        await ledger.append([told(n) for n in range(FACTS)])
    return found


async def test_a_sound_chain_is_written_on(folder: Folder) -> None:
    async with folder.opened() as ledger:
        for last in (1, 7, FACTS - 1, FACTS, FACTS + 1, 10_000):
            await ledger.examine(last)
        assert (await ledger.append([told(FACTS)])).new == 1


async def test_an_empty_ledger_is_written_on(tmp_path: Path, keys: Keys) -> None:
    async with Folder(tmp_path, keys).opened() as ledger:
        await ledger.examine()
        assert (await ledger.append([told(0)])).new == 1


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE facts SET said_by = 'you' WHERE seq = 55", 55),
        ("DELETE FROM facts WHERE seq = 54", 55),
        ("UPDATE facts SET version = 99 WHERE seq = 53", 53),
    ],
)
async def test_onto_a_chain_broken_near_its_end_nothing_is_written(
    folder: Folder, statement: str, row: int
) -> None:
    folder.damaged(statement)
    async with folder.opened() as ledger:
        await ledger.examine(10)
        with pytest.raises(ChainBroken) as caught:
            await ledger.append([told(FACTS)])
        assert caught.value.seq == row
        with pytest.raises(ChainBroken):
            await ledger.writable()
        assert (await ledger.head()).seq == FACTS
        assert await ledger.case("c1")


async def test_damage_before_the_last_facts_is_left_to_verify(folder: Folder) -> None:
    folder.damaged("UPDATE facts SET said_by = 'you' WHERE seq = 20")
    async with folder.opened() as ledger:
        await ledger.examine(10)
        assert (await ledger.append([told(FACTS)])).new == 1
        with pytest.raises(ChainBroken) as caught:
            await ledger.verify()
        assert caught.value.seq == 20
        await ledger.examine(FACTS + 1)
        with pytest.raises(ChainBroken):
            await ledger.append([told(FACTS + 1)])


async def test_a_fact_that_cannot_be_read_is_named(folder: Folder) -> None:
    folder.damaged("UPDATE facts SET payload = CAST('{\"type\":' AS BLOB) WHERE seq = 55")
    async with folder.opened() as ledger:
        with pytest.raises(FactUnreadable, match="Row 55"):
            [fact async for fact in ledger.facts()]
