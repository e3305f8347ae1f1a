"""Whether this copy of the company may act: what its own facts say, and what the mailbox says."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from connectors.turns import FIRST, FolderMarkers, Turn, TurnFence
from ledger.domain.entities import Stop
from ledger.domain.events import CopySuperseded, CopyTakenOver
from ledger.domain.folding_copies import COPY_STOP
from ledger.domain.look import GENERATION
from ledger.pauses import pause
from ledger.reads import Reads

if TYPE_CHECKING:
    from bot.opening import App

LOOK_EVERY_S: Final = 2.0

_log = logging.getLogger(__name__)


def turn_key(generation: int) -> str:
    """The key of the fact that this copy took a generation."""
    return f"generation:{generation}"


def markers_of(app: App) -> FolderMarkers:
    """Where the copies of this company note whose turn it is."""
    return FolderMarkers(app.folder.turns(app.company.id))


def fence_of(app: App) -> TurnFence:
    """What keeps this copy from acting out of turn."""
    return TurnFence(markers_of(app), partial(my_turn, app))


async def my_turn(app: App) -> Turn:
    """The generation that this copy took last, by its own facts."""
    generation = await app.ledger.glance(
        lambda connection: Reads(connection, app.ledger.company).counter(GENERATION)
    )
    fact = await app.ledger.by_key(turn_key(generation)) if generation else None
    if fact is None or not isinstance(fact.event, CopyTakenOver):
        return Turn(generation=FIRST)
    return Turn(generation=generation, copy=fact.event.copy, taken_at=fact.at)


async def halted_copy(app: App) -> Stop | None:
    """The stop of a copy that was restored or overtaken and has not taken over, if it is one."""
    stop = await app.views.get(Stop, COPY_STOP)
    return stop if stop is not None and stop.active else None


class TurnWatch:
    """Notices when another copy takes over, and stops this one durably."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._fence = fence_of(app)

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop."""
        while not stop.is_set():
            await self.look()
            await pause(self._app.clock, LOOK_EVERY_S, stop)

    async def look(self) -> None:
        """Record it where another copy has taken over. A copy that is halted claims nothing."""
        if await halted_copy(self._app):
            return
        try:
            newer = await self._fence.overtaken()
        except OSError as error:  # each effect asks again, and waits as long as nobody can say
            _log.warning("Nobody can say whose turn it is: %s", error)
            return
        if newer is not None:
            event = CopySuperseded(generation=newer.generation, by=newer.copy)
            await self._app.intake.once(event, f"superseded:{newer.generation}:{newer.copy}")
