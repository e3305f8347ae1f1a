"""How often a cache had what was wanted: counted across restarts, in a small file of its own."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

FILE: Final = "memory.tally"
"""Beside the memory; disposable."""
EVERY: Final = 100
"""So many counts may be lost to a crash."""


class Count(Struct, frozen=True):
    """How often it was found, and how often it had to be made."""

    found: int = 0
    made: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was found, or None where nothing was ever asked."""
        asked = self.found + self.made
        return self.found / asked if asked else None


class Tally:
    """Counts by name. A file that cannot be read or written costs the counts, and nothing else."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._counts = tallied(path) if path else {}
        self._unsaved = 0
        self._lock = threading.Lock()

    def found(self, name: str, times: int = 1) -> None:
        """What was wanted was there."""
        self._count(name, Count(found=times))

    def made(self, name: str, times: int = 1) -> None:
        """What was wanted had to be made."""
        self._count(name, Count(made=times))

    def of(self, name: str) -> Count:
        """What was counted under a name."""
        return self._counts.get(name, Count())

    def save(self) -> None:
        """Write the counts down."""
        with self._lock:
            self._save()

    def _count(self, name: str, more: Count) -> None:
        with self._lock:
            known = self.of(name)
            self._counts[name] = Count(known.found + more.found, known.made + more.made)
            self._unsaved += more.found + more.made
            if self._unsaved >= EVERY:
                self._save()

    def _save(self) -> None:
        if self._path is None or not self._unsaved:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        with contextlib.suppress(OSError):
            beside.write_bytes(msgspec.json.encode(self._counts))
            beside.replace(self._path)
            self._unsaved = 0


def tallied(path: Path) -> dict[str, Count]:
    """The counts in a file; none where there is no such file, or nothing to be read in it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Count])
    except (OSError, msgspec.MsgspecError):
        return {}
