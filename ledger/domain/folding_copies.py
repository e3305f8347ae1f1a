"""The fold of copies: one that was restored, or overtaken by another, is stopped as a whole."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.domain.entities import Entity, Stop
from ledger.domain.events import BackedUp, CopyRestored, CopySuperseded, CopyTakenOver
from ledger.domain.facts import Fact
from ledger.domain.look import BACKUPS, GENERATION, Look, credit_note_series, invoice_series
from ledger.domain.roles import allowed

COPY: Final = "copy"
COPY_STOP: Final = "copy:"
"""The scope and the id of the stop that only a take-over lifts; `resume` does not."""


def fold_copies(fact: Fact, look: Look) -> list[Entity]:
    """Whether this copy may act, and its generation."""
    match fact.event:
        case BackedUp():
            look.add(BACKUPS)
            return []
        case CopyRestored() as event:
            why = f"it was made from a {event.kind} of {event.made_at:%Y-%m-%d %H:%M} UTC"
            return [_stopped(event.kind, why, fact)]
        case CopySuperseded() as event:
            why = f"another copy took over, generation {event.generation}"
            return [_stopped("another copy", why, fact)]
        case CopyTakenOver() as event if allowed(event, look):
            look.add(GENERATION, event.generation - look.add(GENERATION, 0))
            _pass_over(event.numbers, look)
            stop = look.get(Stop, COPY_STOP)
            return [replace(stop, active=False)] if stop else []
        case _:
            return []


def _pass_over(numbers: tuple[tuple[str, int], ...], look: Look) -> None:
    """What another copy gave away is not given again."""
    for series, ordinal in numbers:
        own = series.startswith(credit_note_series(""))
        counter = series if own else invoice_series(series)
        look.add(counter, max(0, ordinal - look.add(counter, 0)))


def _stopped(by: str, why: str, fact: Fact) -> Stop:
    return Stop(id=COPY_STOP, scope=COPY, target="", by=by, since=fact.at, active=True, reason=why)
