"""Failpoints: the named moments at which a process may die and nothing may be lost or doubled.

Whoever does something durable, or reaches the world, says so right before and right after. In
business nobody listens. `coo prove` listens, and kills the process there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol


class Moment(StrEnum):
    """Every failpoint by name. BEFORE: nothing of it is there. AFTER: it is, and nobody knows."""

    COMMIT_BEFORE = "ledger commit, before"
    COMMIT_AFTER = "ledger commit, after"
    CHECKPOINT_BEFORE = "checkpoint write, before"
    CHECKPOINT_AFTER = "checkpoint write, after"
    CLAIM_BEFORE = "attempt claim, before"
    CLAIM_AFTER = "attempt claim, after"
    CALL_BEFORE = "provider call, before"
    CALL_AFTER = "provider call, after"
    CARD_BEFORE = "card, before"
    CARD_AFTER = "card, after"
    NOTICE_BEFORE = "notice, before"
    NOTICE_AFTER = "notice, after"
    MEMORY_BATCH_BEFORE = "memory batch, before"
    MEMORY_BATCH_UNMARKED = "memory batch, before its mark"
    MEMORY_BATCH_AFTER = "memory batch, after"
    MEMORY_MOVE_BEFORE = "memory move, before"
    MEMORY_MOVE_AFTER = "memory move, after"


class Failpoints(Protocol):
    """Listens to moments. What it raises is the failure of what was being done there."""

    def reached(self, moment: Moment) -> None:
        """A moment has come. Called in whatever thread does the work."""
        ...


class Unwatched:
    """Nobody listens: business as usual."""

    __slots__ = ()

    def reached(self, moment: Moment) -> None:
        """Nothing happens."""


UNWATCHED: Final = Unwatched()
"""The default everywhere. It holds no state."""
