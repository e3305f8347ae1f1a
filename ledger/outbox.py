"""What a write transaction leaves for others: hints of whom its facts wake, in the same commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection

from ledger.domain.facts import Fact
from ledger.domain.values import DESK
from ledger.wakeups import Wakeup

WokenBy = Callable[[Fact], Iterable[Wakeup]]
"""Whom a new fact wakes."""

ROUTER = "router"
"""Who reacts to what lies on the desk. Cases are opened by nobody else."""


class Outbox(Protocol):
    """Told of new facts inside the transaction that appends them."""

    def put(self, connection: Connection, facts: Sequence[Fact]) -> None: ...


class NoOutbox:
    """In one process nobody needs it: the relay hears of facts by itself."""

    def put(self, connection: Connection, facts: Sequence[Fact]) -> None:
        """Nothing."""


def desk_only(fact: Fact) -> list[Wakeup]:
    """What a process knows that runs no subscribers: it only puts facts on the desk."""
    return [Wakeup(ROUTER, DESK)] if fact.case == DESK else []
