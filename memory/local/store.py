"""The local memory: episodes in one SQLite file, found by words and by likeness.

The file is the truth of the store. What was written is found by its words at once. Embedding
takes ten milliseconds a text, so it happens after the write (`catch_up`, `tend`); until then an
episode is found by its words alone, and `status` says how many wait. Without an embedder words
must do. A large store has a second index of words beside it, which follows in the same way.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TypeVar

import numpy as np

from ledger.domain.errors import CooError
from memory.embedder import Vectors
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, MemoryQuery, Recall, StoreStatus
from memory.local import vectors, writing
from memory.local.lexical import LexicalIndex
from memory.local.schema import condemned, generation, opened
from memory.local.search import Place, searched
from memory.local.vectors import Matrix
from memory.surroundings import Surroundings, embedded_of, whose_of

T = TypeVar("T")

LARGE: Final = 3_000
"""From so many episodes on the index beside the file is used for words."""
BATCH: Final = 2_000
"""Episodes taken into that index at once."""
MOST_NEW: Final = 2_000
"""So many may not be in that index yet for it to be used."""
EMBEDDED_AT_ONCE: Final = 16
"""Episodes embedded in one go: half a second, between which others have their turn."""
EMBEDDED_FIRST: Final = 2
"""So few that wait for their vectors are embedded before a recall; more are left for later."""


class MemoryDamaged(CooError):
    """The file of the memory cannot be written any more."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"The memory file {path.name!r} cannot be used: {cause}.",
            "Nothing is lost: check free space and rights, then restart Coo; if need be the memory "
            "is filled again from the ledger.",
        )


class LocalStore:
    """An `EpisodeStore` beside the ledger. All blocking work runs in threads, one at a time."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        embedder: EmbeddingCache | None,
        large: int,
    ) -> None:
        self._path, self._connection = path, connection
        self._cache = self._embedder = embedder
        self._words_only = ""
        self._large = large
        self._index: LexicalIndex | None = None
        self._matrix: Matrix | None = None
        self._lock = threading.Lock()
        self._embedding = asyncio.Lock()
        self._news = asyncio.Event()

    @classmethod
    async def open(
        cls, path: Path, embedder: EmbeddingCache | None = None, *, large: int = LARGE
    ) -> Self:
        """The store at `path`. A missing or damaged file is an empty store with watermark 0.

        The embedder is closed with the store. Raises `MemoryDamaged` where there can be no file.
        """
        try:
            return await asyncio.to_thread(cls._opened, path, embedder, large)
        except (OSError, sqlite3.Error) as error:
            raise MemoryDamaged(path, str(error)) from error

    @classmethod
    def _opened(cls, path: Path, embedder: EmbeddingCache | None, large: int) -> Self:
        store = cls(path, opened(path), embedder, large)
        store._transaction(store._set_right)
        return store

    def _set_right(self, cursor: sqlite3.Cursor) -> None:
        """Load the vectors. Where another embedder made them, words must do: vectors of two are
        never compared, and what is there is replaced by a migration only."""
        if self._embedder is None:
            return
        known = cursor.execute("SELECT value FROM mark WHERE name = 'fingerprint'").fetchone()[0]
        if known not in ("", self._embedder.fingerprint):
            self._embedder = None
            self._words_only = f"Only words were searched: memory was embedded with {known}."
            return
        if not known:
            writing.everything_waits(cursor, "unembedded")
            sql = "UPDATE mark SET value = ? WHERE name = 'fingerprint'"
            cursor.execute(sql, (self._embedder.fingerprint,))
        self._matrix = vectors.loaded(self._connection, self._embedder.dimensions)

    # --- the port ---------------------------------------------------------------------------------

    async def write(self, episodes: Sequence[Episode]) -> None:
        """Add or replace by id, in one transaction. Raises `MemoryDamaged`."""
        if episodes:
            await self._run(lambda cursor: writing.write(cursor, episodes))
            self._news.set()

    async def recall(self, query: MemoryQuery) -> Recall:
        """The best eligible episodes. Never raises: what is broken is said in `degraded`."""
        asked, why = await self._asked(query)
        found = await asyncio.to_thread(self._recall, query, asked)
        return Recall(hits=found.hits, degraded=" ".join(filter(None, (why, found.degraded))))

    async def forget(self, person: str) -> int:
        """Remove a person's episodes, also from the files' pages, the index and the vectors."""
        if not person:
            return 0
        async with self._embedding:  # else what is being embedded would be kept afterwards
            gone, stood = await self._run(lambda cursor: writing.forget(cursor, person))
            texts = [text for each in stood for text in embedded_of(each)]
            await self._forget_vectors(texts, person)
            # Also where a crash came between: nothing is there to be removed then, but traces.
            if gone or await self._run(lambda cursor: writing.number(cursor, writing.UNWIPED)):
                await asyncio.to_thread(self._wipe)
        if gone:
            self._news.set()
        return gone

    async def watermark(self) -> int:
        """The `seq` that `advance` was last told; 0 for a new file."""
        sql = "SELECT value FROM mark WHERE name = 'watermark'"
        return await self._run(lambda cursor: writing.number(cursor, sql))

    async def advance(self, seq: int) -> None:
        """Remember that all facts up to `seq` are in."""
        sql = "UPDATE mark SET value = max(value, ?) WHERE name = 'watermark'"
        await self._run(lambda cursor: cursor.execute(sql, (seq,)))

    async def count(self) -> int:
        """How many episodes are kept."""
        sql = "SELECT count(*) FROM episode"
        return await self._run(lambda cursor: writing.number(cursor, sql))

    async def revision(self) -> str:
        """The file, what was changed in it by us, and by others."""
        return await asyncio.to_thread(self._revision)

    def _revision(self) -> str:
        with self._lock:
            (others,) = self._connection.execute("PRAGMA data_version").fetchone()
            return f"{self._path.name}:{self._connection.total_changes}:{others}"

    async def status(self) -> StoreStatus:
        """What the store runs on, and what it has not caught up with yet."""
        waits = "SELECT count(*) FROM unembedded"
        embedder = self._embedder
        return StoreStatus(
            store="local",
            fingerprint=embedder.fingerprint if embedder else "",
            episodes=await self.count(),
            lag=await self._run(lambda cursor: writing.number(cursor, waits)) if embedder else 0,
            watermark=await self.watermark(),
            embeddings_found=embedder.hits if embedder else 0,
            embeddings_made=embedder.misses if embedder else 0,
        )

    async def close(self) -> None:
        """Close the files; a second time does nothing."""
        async with self._embedding:
            await asyncio.to_thread(self._closed)
            if self._cache is not None:
                await self._cache.close()

    async def _forget_vectors(self, embedded: Sequence[str], person: str) -> None:
        """Drop what was kept of embedding these texts, and of this person."""
        if self._cache is not None:
            await self._cache.forget(embedded, person)

    # --- catching up ------------------------------------------------------------------------------

    async def catch_up(self, most: int | None = None) -> int:
        """Index and embed what waits, at most `most` episodes; how many are embedded now.

        Raises what the embedder raises; what was done until then stays.
        """
        try:
            await self._run(self._taken_in)
        except (OSError, ValueError) as error:  # tantivy says what is wrong by a ValueError
            raise MemoryDamaged(self._path.with_suffix(".index"), str(error)) from error
        done = 0
        while some := await self._embed(_next_batch(most, done)):
            done += some
        return done

    async def tend(self, stop: asyncio.Event) -> None:
        """Catch up whenever something was written, until `stop`."""
        ended = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._news.clear()
                await self.catch_up()
                news = asyncio.create_task(self._news.wait())
                await asyncio.wait({news, ended}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
        finally:
            ended.cancel()

    async def _embed(self, most: int) -> int:
        async with self._embedding:
            if self._embedder is None or most <= 0:
                return 0
            waiting = await self._run(lambda cursor: writing.waiting(cursor, "unembedded", most))
            if not waiting:
                return 0
            around = await self._run(
                lambda cursor: [writing.surroundings(cursor, n) for n in waiting]
            )
            there = [each for each in around if each is not None and await self._shown(each)]
            needed = [embedded_of(each) for each in there]
            whose = [persons for each in there for persons in whose_of(each)]
            made = await self._embedder.embed([text for some in needed for text in some], whose)
            ends = np.cumsum([len(some) for some in needed])
            parts = np.split(made, ends[:-1]) if needed else []
            await self._run(lambda cursor: self._keep(cursor, waiting, there, parts))
            return len(waiting)

    async def _shown(self, around: Surroundings) -> bool:
        """Whether the embedder may see this episode, and what its vectors are made of besides."""
        embedder = self._embedder
        return embedder is not None and await embedder.permitted(around.own, *around.beside(1))

    def _keep(
        self,
        cursor: sqlite3.Cursor,
        waiting: Sequence[int],
        there: Sequence[Surroundings],
        parts: Sequence[Vectors],
    ) -> None:
        cursor.executemany("DELETE FROM unembedded WHERE n = ?", [(n,) for n in waiting])
        present = {each.n for each in there}
        for n in waiting:
            if n not in present:
                cursor.execute("DELETE FROM vector WHERE n = ?", (n,))
                if self._matrix is not None:
                    self._matrix.drop(n)
        for each, part in zip(there, parts, strict=True):
            vectors.kept(cursor, each.n, part[0], part[1:])
            if self._matrix is not None:
                self._matrix.put(each.n, part[0])

    def _taken_in(self, cursor: sqlite3.Cursor) -> None:
        """Let the index of a large store know what was written."""
        if writing.number(cursor, "SELECT count(*) FROM episode") < self._large:
            return
        if self._index is None:
            folder = self._path.with_suffix(".index")
            self._index = LexicalIndex(folder, generation(self._connection))
            if self._index.fresh:
                writing.everything_waits(cursor, "unindexed")
        while some := writing.waiting(cursor, "unindexed", BATCH):
            around = [writing.surroundings(cursor, n) for n in some]
            entries = [writing.entry_of(each) for each in around if each is not None]
            self._index.put(some, entries)
            cursor.executemany("DELETE FROM unindexed WHERE n = ?", [(n,) for n in some])

    async def _asked(self, question: MemoryQuery) -> tuple[Vectors | None, str]:
        """The question as a vector, or why there is none."""
        if self._embedder is None or not question.text.strip():
            return None, self._words_only
        try:
            await self._embed_the_last()
            return (await self._embedder.once(question))[0], ""
        except CooError as error:
            return None, f"Only words were searched: {error.cause}"

    async def _embed_the_last(self) -> None:
        waiting = await self._run(
            lambda cursor: writing.waiting(cursor, "unembedded", EMBEDDED_FIRST + 1)
        )
        if 0 < len(waiting) <= EMBEDDED_FIRST:
            await self._embed(EMBEDDED_FIRST)

    # --- the file ---------------------------------------------------------------------------------

    async def _run(self, work: Callable[[sqlite3.Cursor], T]) -> T:
        return await asyncio.to_thread(self._transaction, work)

    def _transaction(self, work: Callable[[sqlite3.Cursor], T]) -> T:
        with self._lock:
            try:
                with _committed(self._connection) as cursor:
                    return work(cursor)
            except sqlite3.OperationalError as error:
                raise MemoryDamaged(self._path, str(error)) from error
            except sqlite3.DatabaseError as error:
                condemned(self._connection)
                raise MemoryDamaged(self._path, str(error)) from error

    def _recall(self, query: MemoryQuery, asked: Vectors | None) -> Recall:
        with self._lock:
            return searched(Place(self._connection, self._usable(), self._matrix), query, asked)

    def _usable(self) -> LexicalIndex | None:
        """The index of a large store, where it knows nearly everything."""
        new = self._connection.execute("SELECT count(*) FROM unindexed").fetchone()[0]
        return self._index if new <= MOST_NEW else None

    def _wipe(self) -> None:
        """Nothing of what was removed stays: the index is made anew, the log and free pages go."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None
            shutil.rmtree(self._path.with_suffix(".index"), ignore_errors=True)
            # FTS5 only marks deleted words; merging all its segments makes them go.
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._connection.execute("VACUUM")
            self._connection.execute("DELETE FROM mark WHERE name = 'unwiped'")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if self._embedder is not None:
                self._matrix = vectors.loaded(self._connection, self._embedder.dimensions)

    def _closed(self) -> None:
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._connection.close()


@contextmanager
def _committed(connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    try:
        yield cursor
        cursor.execute("COMMIT")
    finally:
        if connection.in_transaction:
            cursor.execute("ROLLBACK")


def _next_batch(most: int | None, done: int) -> int:
    return EMBEDDED_AT_ONCE if most is None else min(EMBEDDED_AT_ONCE, most - done)
