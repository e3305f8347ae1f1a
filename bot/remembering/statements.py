"""What is about to be recorded, and what memory answered, as the commands and the office see it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from ledger.domain.knowledge import KnowledgeKind, Value


class Statement(Struct, frozen=True, kw_only=True):
    """Something to remember. `topic` is "" for what gets one of its own; None: from now on, or
    without end. `quote` is the sentence as it was said.
    """

    kind: KnowledgeKind
    subject: str
    topic: str
    value: Value
    text: str = ""
    quote: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class Recollecting(Struct, frozen=True, kw_only=True):
    """What the episodes are asked; `everything`: also what is over, marked as such."""

    text: str
    contacts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    everything: bool = False


class Memory(Struct, frozen=True, kw_only=True):
    """An episode as `memory` shows it."""

    at: datetime
    kind: str
    case: str
    text: str


class Memories(Struct, frozen=True, kw_only=True):
    """What memory answered, best first. `degraded` says in words what was missing; `stale`
    counts what was found and no longer holds.
    """

    episodes: tuple[Memory, ...] = ()
    degraded: str = ""
    stale: int = 0
