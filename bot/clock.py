"""Time: the system's clock, and the one who rings the alarms that cases have set."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Protocol

from ledger.domain.entities import Alarm
from ledger.domain.errors import CooError
from ledger.domain.reading import Clock, Views
from ledger.pauses import pause

_log = logging.getLogger(__name__)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking others."""
        await asyncio.sleep(seconds)


class Rings(Protocol):
    """Who records that an alarm rang."""

    async def alarm(self, alarm: Alarm) -> object: ...


class AlarmClock:
    """Records `AlarmRang` for every alarm that is due, oldest first, each once."""

    def __init__(self, views: Views, intake: Rings, clock: Clock) -> None:
        self._views = views
        self._intake = intake
        self._clock = clock

    async def ring_due(self) -> int:
        """Ring what is due now; returns how many alarms that were."""
        now = self._clock.now()
        waiting = await self._views.find(Alarm, "waiting")
        due = sorted((alarm for alarm in waiting if alarm.due <= now), key=lambda it: it.due)
        for alarm in due:
            await self._intake.alarm(alarm)
        return len(due)

    async def run(self, stop: asyncio.Event, *, every: float = 1.0) -> None:
        """Ring until told to stop; looks `every` seconds."""
        while not stop.is_set():
            try:
                await self.ring_due()
            except CooError:
                _log.exception("Alarms cannot be rung now.")  # the disk may be back soon
            await pause(self._clock, every, stop)
