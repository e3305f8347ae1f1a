"""One generation of the local store: a file of its own, with the marks a migration needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from memory.embeddings import forget_texts
from memory.episodes import Episode, StoreStatus
from memory.generations import Mark
from memory.local.store import LocalStore
from memory.local.writing import number
from memory.surroundings import LAYOUT

NEVER_LARGE: Final = 2**62
"""For a file that others may clean beside us: it gets its index of words when it is through."""

_CHOICE: Final = "embedder"
_PUT: Final = (
    "INSERT INTO mark VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


class LocalGeneration(LocalStore):
    """Implements `memory.generations.GenerationStore`."""

    embeddings: Path | None = None
    """The file of vectors that were computed once, also where this generation computes none."""

    looking: bool = False
    """Whether another process writes to it: that one keeps the vectors in memory, and would not
    learn of those that are put in the file from here."""

    def only_words(self, why: str) -> None:
        """Say with each answer why there are only words."""
        self._words_only = why

    async def mark(self, mark: Mark) -> int:
        """What was put last; 0 before."""
        return await self._run(lambda cursor: _marked(cursor, mark))

    async def put_mark(self, mark: Mark, value: int) -> None:
        """Durable when it returns."""
        await self._run(lambda cursor: cursor.execute(_PUT, (mark.value, value)))

    async def ids(self) -> frozenset[str]:
        """The ids of all episodes."""
        sql = "SELECT id FROM episode"
        return await self._run(lambda cursor: frozenset(row[0] for row in cursor.execute(sql)))

    async def sample(self, most: int) -> Sequence[Episode]:
        """Episodes that hold, evenly over all by their ids."""
        return await self._run(lambda cursor: _sampled(cursor, most))

    async def status(self) -> StoreStatus:
        """Looked at from outside, what waits counts though nothing is embedded here."""
        status = await super().status()
        if not self.looking:
            return status
        waits = "SELECT count(*) FROM unembedded"
        return replace(status, lag=await self._run(lambda cursor: number(cursor, waits)))

    async def note_embedder(self, choice: str) -> None:
        """Remember the choice of embedder that this file's vectors come from."""
        await self._run(lambda cursor: cursor.execute(_PUT, (_CHOICE, choice)))

    async def _embed(self, most: int) -> int:
        return 0 if self.looking else await super()._embed(most)

    async def _forget_vectors(self, embedded: Sequence[str], person: str) -> None:
        await super()._forget_vectors(embedded, person)
        if self.embeddings is not None:
            await forget_texts(self.embeddings, embedded, person)


class Made(Struct, frozen=True):
    """How a file was made, as it notes itself; "" where it does not."""

    fingerprint: str = ""
    layout: int = LAYOUT
    embedder: str = ""


def way_it_was_made(path: Path) -> Made:
    """Of no file, or a damaged one, as of one that is made now."""
    if not path.exists():
        return Made()
    connection = sqlite3.connect(path, timeout=10)
    try:
        rows = dict(connection.execute("SELECT name, value FROM mark").fetchall())
        return Made(
            str(rows.get("fingerprint", "")), int(rows.get("layout", 1)), str(rows.get(_CHOICE, ""))
        )
    except (sqlite3.DatabaseError, ValueError):
        return Made()
    finally:
        connection.close()


def _marked(cursor: sqlite3.Cursor, mark: Mark) -> int:
    row = cursor.execute("SELECT value FROM mark WHERE name = ?", (mark.value,)).fetchone()
    return int(row[0]) if row else 0


def _sampled(cursor: sqlite3.Cursor, most: int) -> list[Episode]:
    sql = "SELECT n FROM episode WHERE superseded = 0 ORDER BY id"
    numbers = [int(row[0]) for row in cursor.execute(sql)]
    step = max(-(-len(numbers) // max(most, 1)), 1)
    bodies = [
        cursor.execute("SELECT body FROM episode WHERE n = ?", (n,)).fetchone()[0]
        for n in numbers[::step]
    ]
    return [msgspec.json.decode(body, type=Episode) for body in bodies]
