"""What is said of copies of the company: backups, and which copy may act on the world.

All on the desk. Of several copies only the one with the highest generation acts (see
docs/backup.md); the generation is 1 until a restored copy takes over.
"""

from __future__ import annotations

from datetime import datetime

from ledger.domain.events.base import Event


class BackedUp(Event, frozen=True, kw_only=True):
    """A backup or an export was finished. `head` and `facts` say how far it reaches."""

    kind: str
    facts: int
    head: str
    size: int


class CopyRestored(Event, frozen=True, kw_only=True):
    """This ledger is a copy: everything before it was restored or imported. It starts stopped.

    `copy` is the id of this copy; `made_at` is when the backup was made.
    """

    copy: str
    kind: str
    facts: int
    head: str
    made_at: datetime


class CopyTakenOver(Event, frozen=True, kw_only=True):
    """The operator let this copy act from now on; every copy with a lower generation may not.

    `differences` counts what was found out there that the copy does not know. `numbers` are the
    last invoice numbers that another copy gave away, by series: they are passed over here.
    """

    copy: str
    generation: int
    operator: str
    channel: str
    by: str = ""
    differences: int = 0
    numbers: tuple[tuple[str, int], ...] = ()


class CopySuperseded(Event, frozen=True, kw_only=True):
    """Another copy took over: this one halts every effect."""

    generation: int
    by: str
