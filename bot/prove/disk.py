"""A disk that is full for a while, as the ledger's writer meets it."""

from __future__ import annotations

import random
import sqlite3
from typing import Final

from ledger.domain.failpoints import Moment

_FURTHEST: Final = 25
"""The disk is full after at most so many commits of a process."""

_COMMITS_OF_AN_OPENING: Final = 5


class FullDisk:
    """Failpoints that refuse every commit after some, over and over.

    Each process gets a little further: `most` bounds how many processes that takes.
    """

    most: Final = 12

    def __init__(self, seed: int) -> None:
        self._chosen = random.Random(f"{seed}:disk")  # noqa: S311 - a schedule, not a secret
        self._left = self._next()

    def reached(self, moment: Moment) -> None:
        """Raises what SQLite raises on a full disk."""
        if moment is not Moment.COMMIT_BEFORE:
            return
        self._left -= 1
        if self._left < 0:
            raise sqlite3.OperationalError("database or disk is full")

    def emptied(self) -> None:
        """Somebody made room: so many commits more."""
        self._left = self._next()

    def _next(self) -> int:
        return _COMMITS_OF_AN_OPENING + self._chosen.randrange(_FURTHEST)
