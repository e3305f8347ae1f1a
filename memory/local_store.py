"""The local memory: episodes in one SQLite file of their own, found by full-text search.

Two columns are searched: an episode's own text, and at half weight the texts of its neighbours
in the same case, since a short line is often only understood from the lines around it. Words
are stemmed; the same contact and the same items raise a hit; age only breaks ties.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from ledger.domain.errors import CooError
from memory.episodes import Episode, MemoryQuery, Recall
from memory.local_schema import condemned, opened
from memory.local_search import moment, searched
from memory.words import plain

T = TypeVar("T")


class MemoryDamaged(CooError):
    """The file of the memory cannot be written any more."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"The memory file {path.name!r} cannot be used: {cause}.",
            "Nothing is lost: check free space and rights, then restart Coo; if need be the memory "
            "is filled again from the ledger.",
        )


class LocalStore:
    """An `EpisodeStore` in one file. All blocking work runs in threads, one at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    async def open(cls, path: Path) -> LocalStore:
        """The store at `path`. A missing or damaged file is an empty store with watermark 0.

        Raises `MemoryDamaged` where there can be no file at all.
        """
        try:
            return cls(path, await asyncio.to_thread(opened, path))
        except (OSError, sqlite3.Error) as error:
            raise MemoryDamaged(path, str(error)) from error

    async def write(self, episodes: Sequence[Episode]) -> None:
        """Add or replace by id, in one transaction. Raises `MemoryDamaged`."""
        await self._run(lambda cursor: _write(cursor, episodes))

    async def recall(self, query: MemoryQuery) -> Recall:
        """The best eligible episodes. Never raises: what is broken is said in `degraded`."""
        return await asyncio.to_thread(self._recall, query)

    async def forget(self, person: str) -> int:
        """Remove a person's episodes, also from the index's pages and the write-ahead log."""
        gone = await self._run(lambda cursor: _forget(cursor, person))
        if gone:
            await asyncio.to_thread(self._wipe)
        return gone

    async def watermark(self) -> int:
        """The `seq` that `advance` was last told; 0 for a new file."""
        return await self._run(lambda cursor: _number(cursor, "SELECT value FROM mark"))

    async def advance(self, seq: int) -> None:
        """Remember that all facts up to `seq` are in."""
        sql = "UPDATE mark SET value = max(value, ?) WHERE name = 'watermark'"
        await self._run(lambda cursor: cursor.execute(sql, (seq,)))

    async def count(self) -> int:
        """How many episodes are kept."""
        return await self._run(lambda cursor: _number(cursor, "SELECT count(*) FROM episode"))

    async def close(self) -> None:
        """Close the file; a second time does nothing."""
        await asyncio.to_thread(self._connection.close)

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

    def _recall(self, query: MemoryQuery) -> Recall:
        with self._lock:
            return searched(self._connection, query)

    def _wipe(self) -> None:
        # FTS5 only marks deleted words; merging all its segments makes them go. What the log
        # still holds goes with the checkpoint.
        with self._lock:
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


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


def _number(cursor: sqlite3.Cursor, sql: str) -> int:
    return int(cursor.execute(sql).fetchone()[0])


def _write(cursor: sqlite3.Cursor, episodes: Iterable[Episode]) -> None:
    touched: set[int] = set()
    for episode in episodes:
        old = _place(cursor, episode.id)
        if old is not None:
            touched |= set(_neighbours(cursor, *old))
        n = _put(cursor, episode)
        touched |= {n, *_neighbours(cursor, episode.case, moment(episode.at), episode.id)}
    for n in touched:
        _set_context(cursor, n)


def _put(cursor: sqlite3.Cursor, episode: Episode) -> int:
    cursor.execute(
        "INSERT INTO episode (id, case_id, at, kind, person, contact, superseded, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET case_id=excluded.case_id,"
        " at=excluded.at, kind=excluded.kind, person=excluded.person, contact=excluded.contact,"
        " superseded=excluded.superseded, body=excluded.body",
        (
            episode.id,
            episode.case,
            moment(episode.at),
            episode.kind,
            episode.person,
            episode.contact,
            episode.superseded,
            msgspec.json.encode(episode),
        ),
    )
    n = int(cursor.execute("SELECT n FROM episode WHERE id = ?", (episode.id,)).fetchone()[0])
    cursor.execute("DELETE FROM item WHERE n = ?", (n,))
    rows = [(item, n) for item in set(episode.items)]
    cursor.executemany("INSERT INTO item (item, n) VALUES (?, ?)", rows)
    cursor.execute("DELETE FROM words WHERE rowid = ?", (n,))
    own = (n, plain(episode.text))
    cursor.execute("INSERT INTO words (rowid, own, context) VALUES (?, ?, '')", own)
    return n


def _place(cursor: sqlite3.Cursor, episode_id: str) -> tuple[str, int, str] | None:
    sql = "SELECT case_id, at, id FROM episode WHERE id = ?"
    row: tuple[str, int, str] | None = cursor.execute(sql, (episode_id,)).fetchone()
    return row


def _neighbours(cursor: sqlite3.Cursor, case: str, at: int, episode_id: str) -> Iterator[int]:
    """The episodes right before and right after a place in a case."""
    for sign, order in (("<", "DESC"), (">", "ASC")):
        sql = (
            f"SELECT n FROM episode WHERE case_id = ? AND (at, id) {sign} (?, ?)"  # noqa: S608 - sign and order are the two above
            f" ORDER BY at {order}, id {order} LIMIT 1"
        )
        yield from (int(row[0]) for row in cursor.execute(sql, (case, at, episode_id)).fetchall())


def _set_context(cursor: sqlite3.Cursor, n: int) -> None:
    place = cursor.execute("SELECT case_id, at, id FROM episode WHERE n = ?", (n,)).fetchone()
    beside = list(_neighbours(cursor, *place))
    texts = [
        cursor.execute("SELECT own FROM words WHERE rowid = ?", (other,)).fetchone()[0]
        for other in beside
    ]
    cursor.execute("UPDATE words SET context = ? WHERE rowid = ?", ("\n".join(texts), n))


def _forget(cursor: sqlite3.Cursor, person: str) -> int:
    if not person:
        return 0
    sql = "SELECT n, case_id, at, id FROM episode WHERE person = ?"
    rows = cursor.execute(sql, (person,)).fetchall()
    beside = {other for _, *place in rows for other in _neighbours(cursor, *place)}
    gone = [(row[0],) for row in rows]
    for table, key in (("episode", "n"), ("item", "n"), ("words", "rowid")):
        cursor.executemany(f"DELETE FROM {table} WHERE {key} = ?", gone)  # noqa: S608 - names above
    for n in beside - {row[0] for row in rows}:
        _set_context(cursor, n)
    return len(gone)
