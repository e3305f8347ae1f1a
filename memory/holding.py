"""Holding something alone, among the tasks of a process and the processes of a machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

_LOOK_S: Final = 0.02


class Hold:
    """A file that one task of one process holds; the system lets go where that one dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = asyncio.Lock()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until it is ours, and keep it as long as this goes on."""
        async with self._held:
            lock = FileLock(self._path, thread_local=False)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            while not _taken(lock):  # noqa: ASYNC110 - another process lets go, and tells nobody
                await asyncio.sleep(_LOOK_S)
            try:
                yield
            finally:
                lock.release()


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
