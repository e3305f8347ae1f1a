"""Threads in PostgreSQL, for several machines. As disposable as those in a file.

A machine that was stopped and goes on may prune a thread that another one works on, and take
away parts of a checkpoint that was written meanwhile. So a checkpoint notes which parts it has,
and counts only while all of them are there; else it is missing, and the thread is built again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from graph.checkpoints import CheckpointsUnavailable, strict_serializer
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment

CONNECTIONS: Final = 2
"""The saver itself does one thing at a time."""

CONNECT_S: Final = 5
"""How long one connection may take to come about; then the next is tried."""

WAIT_S: Final = 90.0
"""How long a server may be away before a delivery fails."""

_PARTS: Final = "coo_parts"
_MAKING_TABLES: Final = 7_006_652_071
"""The advisory lock of whoever does; a number like any other."""
_AGAIN_S: Final = 0.05

Connections = AsyncConnectionPool[psycopg.AsyncConnection[DictRow]]

_PRUNE: Final = (
    "DELETE FROM checkpoint_writes WHERE thread_id = %s AND checkpoint_id <> ALL(%s)",
    "DELETE FROM checkpoints WHERE thread_id = %s AND checkpoint_id <> ALL(%s)",
)
_PRUNE_PARTS: Final = """
DELETE FROM checkpoint_blobs b WHERE b.thread_id = %s AND NOT EXISTS (
    SELECT 1 FROM checkpoints c
    WHERE c.thread_id = b.thread_id AND c.checkpoint_ns = b.checkpoint_ns
    AND c.checkpoint -> 'channel_versions' ->> b.channel = b.version)
"""


class WholeSaver(AsyncPostgresSaver):
    """A checkpoint that lost a part is none. Says when it writes one."""

    def __init__(self, connections: Connections, failpoints: Failpoints) -> None:
        super().__init__(connections, serde=strict_serializer())
        self._failpoints = failpoints

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Write one checkpoint, with a note of its parts."""
        self._failpoints.reached(Moment.CHECKPOINT_BEFORE)
        noted: Any = {**metadata, _PARTS: sorted(checkpoint["channel_values"])}
        written = await super().aput(config, checkpoint, noted, new_versions)
        self._failpoints.reached(Moment.CHECKPOINT_AFTER)
        return written

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint, or None where it or a part of it is missing."""
        found = await super().aget_tuple(config)
        return found if found is not None and _whole(found) else None


class ServerCheckpoints:
    """Implements `graph.checkpoints.Checkpoints` on a server."""

    def __init__(self, connections: Connections, failpoints: Failpoints) -> None:
        self._connections = connections
        self._saver = WholeSaver(connections, failpoints)

    @classmethod
    async def open(
        cls, conninfo: str, failpoints: Failpoints = UNWATCHED, *, wait: float = WAIT_S
    ) -> ServerCheckpoints:
        """Connect, making the tables where they are missing.

        Raises `CheckpointsUnavailable` where the server does not answer within `wait` seconds.
        """
        connections = _pool(conninfo, wait)
        try:
            await connections.open(wait=True, timeout=wait)
            opened = cls(connections, failpoints)
            async with _alone(connections):
                await opened._saver.setup()
        except (psycopg.Error, PoolTimeout) as error:
            await connections.close()
            where = str(psycopg.conninfo.conninfo_to_dict(conninfo).get("host", "localhost"))
            raise CheckpointsUnavailable(f"PostgreSQL at {where}", str(error)) from error
        except BaseException:
            await connections.close()
            raise
        return opened

    @property
    def saver(self) -> BaseCheckpointSaver[str]:
        return cast("BaseCheckpointSaver[str]", self._saver)

    async def prune(self, thread: str, keep: Collection[str]) -> None:
        """One transaction, so that nobody finds a checkpoint without its parts."""
        async with self._connections.connection() as connection, connection.transaction():
            for statement in _PRUNE:
                await connection.execute(statement, (thread, list(keep)))
            await connection.execute(_PRUNE_PARTS, (thread,))

    async def drop(self, thread: str) -> None:
        await self._saver.adelete_thread(thread)

    async def erase(self, threads: Sequence[str]) -> None:
        """Deleted rows stay in the files of a table until it is written anew."""
        for thread in threads:
            await self.drop(thread)
        async with self._connections.connection() as connection:
            for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
                await connection.execute(f"VACUUM (FULL) {table}")

    async def close(self) -> None:
        await self._connections.close()


def _pool(conninfo: str, wait: float) -> Connections:
    """Connections that are looked at before use: one that a restart cut off is made anew."""
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=CONNECTIONS,
        open=False,
        timeout=wait,
        check=AsyncConnectionPool.check_connection,
        kwargs={
            "autocommit": True,
            "row_factory": dict_row,
            "prepare_threshold": 0,
            "application_name": "coo checkpoints",
            # Unset, a connection that a restart swallowed is waited for 130 seconds.
            "connect_timeout": CONNECT_S,
            "keepalives_idle": 10,
            "tcp_user_timeout": 20_000,
        },
    )


@asynccontextmanager
async def _alone(connections: Connections) -> AsyncIterator[None]:
    """One process at a time makes tables. It asks again and again instead of waiting in the
    server: an index made concurrently waits for all who wait there, and they would for it.
    """
    async with connections.connection() as connection:
        while not await _locked(connection):  # noqa: ASYNC110 - the other one is elsewhere
            await asyncio.sleep(_AGAIN_S)
        try:
            yield
        finally:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (_MAKING_TABLES,))


async def _locked(connection: psycopg.AsyncConnection[DictRow]) -> bool:
    query = "SELECT pg_try_advisory_lock(%s) AS taken"
    row = await (await connection.execute(query, (_MAKING_TABLES,))).fetchone()
    return bool(row and row["taken"])


def _whole(found: CheckpointTuple) -> bool:
    metadata: Any = found.metadata
    return set(metadata.get(_PARTS, ())) <= found.checkpoint["channel_values"].keys()
