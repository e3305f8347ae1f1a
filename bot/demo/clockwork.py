"""Time of a scenario: it stands still until the next thing happens. Waiting moves it on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ScriptedClock:
    """A clock that never goes back."""

    def __init__(self, start: datetime) -> None:
        self._moment = start.astimezone(UTC)

    def now(self) -> datetime:
        """The present moment of the scenario, in UTC."""
        return self._moment

    async def sleep(self, seconds: float) -> None:
        """Somebody waits, so the time passes at once."""
        self._moment += timedelta(seconds=seconds)

    def reach(self, moment: datetime) -> None:
        """Let it be `moment`, unless it is later already."""
        self._moment = max(self._moment, moment.astimezone(UTC))
