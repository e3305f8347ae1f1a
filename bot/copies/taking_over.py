"""Taking over: how a copy of the company becomes the one that acts.

The mark in the mailbox comes first and the fact second. A process that dies in between has
stopped every other copy and not started this one: nothing leaves twice, and saying it again
takes the next generation.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from bot import texts
from bot.copies.comparing import Differences
from bot.copies.turns import halted_copy, markers_of, my_turn, turn_key
from connectors.turns import Turn
from ledger.domain.errors import CooError
from ledger.domain.events import CopyTakenOver, StopOrdered

if TYPE_CHECKING:
    from bot.opening import App

_TRIES: Final = 5


class Standing(Struct, frozen=True, kw_only=True):
    """How this copy stands. `halted` says why it must not act, "" where it may."""

    halted: str
    generation: int
    mailbox: Path
    shared: bool


class NotTaken(CooError):
    """The mailbox did not take the mark."""


async def standing(app: App) -> Standing:
    """Whether this copy acts, and whether others could notice a take-over."""
    stop = await halted_copy(app)
    turn = await my_turn(app)
    return Standing(
        halted=stop.reason if stop else "",
        generation=turn.generation,
        mailbox=app.folder.mailbox,
        shared=app.folder.shared,
    )


async def take_over(app: App, differences: Differences, *, operator: str, channel: str) -> str:
    """Let this copy act, and no other; the id of the fact. Raises `NotTaken`."""
    copy = f"copy-{uuid.uuid4().hex[:12]}"
    turn = await _taken(app, copy)
    for contact in differences.contacts:  # first: nothing must leave for them in between
        await _hold(app, contact, turn, operator=operator, channel=channel)
    event = CopyTakenOver(
        copy=copy,
        generation=turn.generation,
        operator=operator,
        channel=channel,
        differences=len(differences.found),
        numbers=differences.numbers,
    )
    return (await app.intake.once(event, turn_key(turn.generation))).fact.id


async def _hold(app: App, contact: str, turn: Turn, *, operator: str, channel: str) -> None:
    """What is planned here for somebody whom another copy dealt with may be out of date."""
    stop = StopOrdered(
        scope="contact",
        target=contact,
        operator=operator,
        channel=channel,
        reason=texts.TAKEOVER_HOLDS,
    )
    await app.intake.once(stop, f"generation:{turn.generation}:{contact}")


async def _taken(app: App, copy: str) -> Turn:
    markers, mine = markers_of(app), await my_turn(app)
    try:
        for _ in range(_TRIES):
            newest = await markers.newest()
            after = max(newest.generation if newest else 0, mine.generation)
            turn = Turn(generation=after + 1, copy=copy, taken_at=app.clock.now())
            if await markers.take(turn):
                return turn
    except OSError as error:
        raise _not_taken(app, error.strerror or str(error)) from error
    raise _not_taken(app, texts.TAKEOVER_OTHERS)


def _not_taken(app: App, why: str) -> NotTaken:
    return NotTaken(*texts.TAKEOVER_UNREACHED.put(path=app.folder.mailbox, why=why))
