"""Time: the system's clock, and the one who rings the alarms that cases have set."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from ledger.domain.entities import Alarm, Approval, ApprovalStatus, Stop
from ledger.domain.errors import CooError
from ledger.domain.folding_copies import COPY_STOP
from ledger.domain.reading import Clock, Views
from ledger.pauses import pause

SEEN_LATE: Final = timedelta(minutes=10)
"""Who looks every second sees an alarm at once. So much later, time has jumped or nobody looked."""

BURST: Final = 2
"""So many cards that would expire in one look are asked about, where one of them is seen late."""

_UNDECIDED: Final = (ApprovalStatus.PENDING, ApprovalStatus.POSTPONED)
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

    async def missed(self, alarms: Sequence[Alarm], approvals: Sequence[str]) -> object: ...


class AlarmClock:
    """Records `AlarmRang` for every alarm that is due, oldest first, each once.

    Cards do not expire in a burst, after the clock jumped or the machine slept: they are recorded
    as missed, and the operator is asked.
    """

    def __init__(self, views: Views, intake: Rings, clock: Clock) -> None:
        self._views = views
        self._intake = intake
        self._clock = clock

    async def ring_due(self) -> int:
        """Ring what is due now; returns how many alarms were due.

        In a copy that must not act alarms wait: what follows from them happens in the other one.
        """
        halted = await self._views.get(Stop, COPY_STOP)
        if halted is not None and halted.active:
            return 0
        now = self._clock.now()
        waiting = await self._views.find(Alarm, "waiting")
        due = sorted((alarm for alarm in waiting if alarm.due <= now), key=lambda it: it.due)
        missed = await self._missed(due, now)
        if missed:
            await self._intake.missed(list(missed.values()), list(missed))
        for alarm in due:
            if alarm not in missed.values():
                await self._intake.alarm(alarm)
        return len(due)

    async def _missed(self, due: Sequence[Alarm], now: datetime) -> dict[str, Alarm]:
        """The alarms that would end cards in a burst, by approval; none where that is no burst."""
        ending: dict[str, Alarm] = {}
        for alarm in due:
            approval = await self._views.get(Approval, alarm.ends) if alarm.ends else None
            if approval is not None and approval.status in _UNDECIDED:
                ending[approval.id] = alarm
        late = any(now - alarm.due > SEEN_LATE for alarm in ending.values())
        return ending if late and len(ending) >= BURST else {}

    async def run(self, stop: asyncio.Event, *, every: float = 1.0) -> None:
        """Ring until told to stop; looks `every` seconds."""
        while not stop.is_set():
            try:
                await self.ring_due()
            except CooError:
                _log.exception("Alarms cannot be rung now.")  # the disk may be back soon
            await pause(self._clock, every, stop)
