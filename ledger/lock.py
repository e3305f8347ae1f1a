"""One process at a time runs the subscribers of a data folder; it says who it is."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec
from filelock import FileLock, Timeout
from msgspec import Struct

from ledger.domain.errors import FolderLocked
from ledger.domain.reading import Clock

FILE_NAME: Final = "run.lock"

_A_MOMENT: Final = 0.005


class Holder(Struct, frozen=True):
    """Who runs a folder. `since` is an ISO 8601 moment, UTC."""

    pid: int
    command: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command}, since {self.since})"


class FolderLock:
    """Held while a process runs the subscribers; the operating system lets go if it dies.

    A context manager; entering it raises `FolderLocked`, which names the holder.
    """

    def __init__(
        self, folder: Path | str, *, command: str, clock: Clock, name: str = FILE_NAME
    ) -> None:
        """`name` is the lock's file, where it guards something else than the subscribers."""
        self._folder = Path(folder)
        self._path = self._folder / name
        self._command = command
        self._clock = clock
        # The lock is the process's, not a thread's: any thread may let go.
        self._lock = FileLock(self._path, thread_local=False)

    def acquire(self) -> None:
        """Take it, or raise `FolderLocked` at once."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._taken() or self._taken_a_moment_later()):
            raise FolderLocked(str(self._folder), str(holder(self._folder, self._path.name)))
        since = self._clock.now().isoformat(timespec="seconds")
        note = Holder(pid=os.getpid(), command=self._command, since=since)
        self._path.write_bytes(msgspec.json.encode(note))

    def _taken(self) -> bool:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def _taken_a_moment_later(self) -> bool:
        """Who only looks (`held_by`) holds the lock while looking, which says nothing."""
        time.sleep(_A_MOMENT)
        return self._taken()

    def release(self) -> None:
        """Let go; once more does nothing."""
        if self._lock.is_locked:
            self._path.write_bytes(b"")
            self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def holder(folder: Path | str, name: str = FILE_NAME) -> Holder | str:
    """Who noted themselves last; in words where that cannot be read."""
    try:
        return msgspec.json.decode((Path(folder) / name).read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return "another process"


def held_by(folder: Path | str) -> str:
    """Who runs the folder now, in words; "" where nobody does. A dead holder holds nothing."""
    path = Path(folder) / FILE_NAME
    if not path.exists():
        return ""
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return str(holder(folder))
    lock.release()
    return ""
