"""Where threads are kept between deliveries. Disposable: the ledger rebuilds every thread."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from ledger.domain.errors import CooError
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment


class CheckpointsUnavailable(CooError):
    """Where threads are kept cannot be opened at all."""

    def __init__(self, where: Path | str, why: str) -> None:
        super().__init__(
            f"{str(where)!r} cannot be opened: {why}.",
            "Of a file, free space and rights of its folder decide, and the file itself may be "
            "deleted: the threads in it are built again from the ledger. A server must run, and "
            "let Coo in.",
        )


class Checkpoints(Protocol):
    """A saver, and the housekeeping that savers lack."""

    @property
    def saver(self) -> BaseCheckpointSaver[str]: ...

    async def prune(self, thread: str, keep: Collection[str]) -> None:
        """Forget every checkpoint of the thread but these."""
        ...

    async def drop(self, thread: str) -> None:
        """Forget the whole thread."""
        ...

    async def erase(self, threads: Sequence[str]) -> None:
        """Forget whole threads, and leave nothing of them on disk."""
        ...

    async def close(self) -> None:
        """Release files and connections."""
        ...


def strict_serializer() -> JsonPlusSerializer:
    """JSON and the graph's own types, nothing else: a checkpoint file cannot name a class."""
    return JsonPlusSerializer(allowed_msgpack_modules=None)


class MemoryCheckpoints:
    """Threads that live as long as the process: for replays and tests."""

    def __init__(self) -> None:
        self._saver = InMemorySaver(serde=strict_serializer())

    @property
    def saver(self) -> BaseCheckpointSaver[str]:
        return self._saver

    async def prune(self, thread: str, keep: Collection[str]) -> None:
        """Nothing: memory goes with the process."""

    async def drop(self, thread: str) -> None:
        await self._saver.adelete_thread(thread)

    async def erase(self, threads: Sequence[str]) -> None:
        for thread in threads:
            await self.drop(thread)

    async def close(self) -> None:
        """Nothing is held open."""


class WatchedSaver(AsyncSqliteSaver):
    """Says when it writes a checkpoint."""

    def __init__(self, connection: aiosqlite.Connection, failpoints: Failpoints) -> None:
        super().__init__(connection, serde=strict_serializer())
        self._failpoints = failpoints

    async def aput(self, *given: Any, **named: Any) -> RunnableConfig:
        """Write one checkpoint."""
        self._failpoints.reached(Moment.CHECKPOINT_BEFORE)
        written = await super().aput(*given, **named)
        self._failpoints.reached(Moment.CHECKPOINT_AFTER)
        return written


class FileCheckpoints:
    """Threads in a SQLite file of their own, so that they never wait for the ledger's lock."""

    def __init__(self, connection: aiosqlite.Connection, failpoints: Failpoints) -> None:
        self._connection = connection
        self._saver = WatchedSaver(connection, failpoints)

    @classmethod
    async def open(cls, path: Path, failpoints: Failpoints = UNWATCHED) -> FileCheckpoints:
        """Open or create the file. One that is no database any more is replaced by a new one.

        Raises `CheckpointsUnavailable` where the disk refuses.
        """
        try:
            _probe(path)
        except sqlite3.OperationalError as error:
            raise CheckpointsUnavailable(path, str(error)) from error
        except sqlite3.DatabaseError:
            _remove(path)
        return await cls._opened(path, failpoints)

    @classmethod
    async def _opened(cls, path: Path, failpoints: Failpoints) -> FileCheckpoints:
        connection = await aiosqlite.connect(path)
        try:
            opened = cls(connection, failpoints)
            await opened._saver.setup()
            await connection.execute("PRAGMA synchronous=NORMAL")
            await connection.commit()
        except BaseException:
            await connection.close()
            raise
        return opened

    @property
    def saver(self) -> BaseCheckpointSaver[str]:
        return self._saver

    async def prune(self, thread: str, keep: Collection[str]) -> None:
        """One transaction; the saver's lock keeps it off the saver's own statements."""
        marks = ",".join("?" * len(keep))
        rest = f"thread_id = ? AND checkpoint_id NOT IN ({marks})"
        async with self._saver.lock:
            for table in ("writes", "checkpoints"):
                await self._connection.execute(
                    f"DELETE FROM {table} WHERE {rest}",  # noqa: S608 - only ? marks are built
                    (thread, *keep),
                )
            await self._connection.commit()

    async def drop(self, thread: str) -> None:
        await self._saver.adelete_thread(thread)

    async def erase(self, threads: Sequence[str]) -> None:
        """Deleted rows stay in free pages and in the log, so the file is written anew."""
        for thread in threads:
            await self.drop(thread)
        async with self._saver.lock:
            await self._connection.execute("VACUUM")
            await self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        await self._connection.close()


def _probe(path: Path) -> None:
    """Open the file once without a thread behind it, which would outlive a failure."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA schema_version").fetchone()


def _remove(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with contextlib.suppress(FileNotFoundError):
            name.unlink()
