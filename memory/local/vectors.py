"""The vectors of the local store, held in memory and searched exactly.

One vector an episode says what it is about (the episode between its neighbours); it is compared
with every question. Those of its sentences are read from the file for the candidates only. At
100,000 episodes a comparison takes about 15 ms on one core, and nothing is approximated.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from memory.embedder import Vectors

_ROOM: Final = 1_024


class Matrix:
    """Vectors by episode number, in one block that grows by doubling."""

    def __init__(self, dimensions: int) -> None:
        self._rows: Vectors = np.zeros((_ROOM, dimensions), np.float32)
        self._numbers: npt.NDArray[np.int64] = np.zeros(_ROOM, np.int64)
        self._place: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._place)

    def put(self, n: int, vector: Vectors) -> None:
        """Add or replace."""
        place = self._place.get(n)
        if place is None:
            place = self._place[n] = len(self._place)
            self._grow(place)
        self._rows[place] = vector
        self._numbers[place] = n

    def drop(self, n: int) -> None:
        """Remove; the last one moves into the gap."""
        place = self._place.pop(n, None)
        if place is None:
            return
        last = len(self._place)
        if place != last:
            self._rows[place] = self._rows[last]
            self._numbers[place] = self._numbers[last]
            self._place[int(self._numbers[place])] = place

    def best(self, question: Vectors, limit: int) -> dict[int, float]:
        """The `limit` most alike, as n → cosine."""
        count = len(self._place)
        if not count or limit <= 0:
            return {}
        alike = self._rows[:count] @ question
        some = limit < count
        places = np.argpartition(-alike, limit)[:limit] if some else np.arange(count)
        return {int(self._numbers[p]): float(alike[p]) for p in places}

    def likeness(self, question: Vectors, numbers: Iterable[int]) -> dict[int, float]:
        """How alike these are, as n → cosine; those without a vector are left out."""
        known = [n for n in numbers if n in self._place]
        if not known:
            return {}
        alike = self._rows[[self._place[n] for n in known]] @ question
        return dict(zip(known, map(float, alike), strict=True))

    def _grow(self, place: int) -> None:
        if place < len(self._rows):
            return
        self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._numbers = np.concatenate([self._numbers, np.zeros_like(self._numbers)])


def loaded(connection: sqlite3.Connection, dimensions: int) -> Matrix:
    """All vectors that the file holds."""
    matrix = Matrix(dimensions)
    for n, around in connection.execute("SELECT n, around FROM vector"):
        matrix.put(int(n), _floats(around))
    return matrix


def kept(cursor: sqlite3.Cursor, n: int, around: Vectors, sentences: Vectors) -> None:
    """Write the vectors of an episode into the file."""
    blobs = (around.astype(np.float16).tobytes(), sentences.astype(np.float16).tobytes())
    cursor.execute("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", (n, *blobs))


def best_sentences(
    connection: sqlite3.Connection, question: Vectors, numbers: Sequence[int]
) -> dict[int, float]:
    """How alike the best sentence of each is, as n → cosine; none without sentences."""
    marks = ",".join("?" * len(numbers))
    sql = f"SELECT n, sentences FROM vector WHERE n IN ({marks})"  # noqa: S608 - only question marks go in
    found = [(n, blob) for n, blob in connection.execute(sql, tuple(numbers)) if blob]
    if not found:
        return {}
    size = len(question) * np.dtype(np.float16).itemsize
    alike = _floats(b"".join(blob for _, blob in found)).reshape(-1, len(question)) @ question
    starts = np.cumsum([0, *(len(blob) // size for _, blob in found[:-1])])
    best = np.maximum.reduceat(alike, starts)
    return dict(zip((int(n) for n, _ in found), best.tolist(), strict=True))


def _floats(blob: bytes) -> Vectors:
    return np.frombuffer(blob, np.float16).astype(np.float32)
