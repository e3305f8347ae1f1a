"""Which models are left alone for a while: what hangs or is overrun gets no better by asking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from connectors.endpoint import ModelFailed
from ledger.domain.reading import Clock

REST: Final = timedelta(seconds=60)
"""How long a model is not asked after it was late or said that it is asked too much."""

_TIRING: Final = frozenset({"deadline", "ratelimit"})


class Resting(Struct, frozen=True, kw_only=True):
    """Why a model is not asked now, and until when."""

    until: datetime
    failed: ModelFailed


class Rests:
    """Remembered for as long as the process runs; nothing depends on it but time and money."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._resting: dict[str, Resting] = {}

    def of(self, model: str) -> Resting | None:
        """The rest a model takes at this moment, or None."""
        resting = self._resting.get(model)
        return resting if resting and self._clock.now() < resting.until else None

    def after(self, model: str, failed: ModelFailed) -> None:
        """Let a model rest where its failure says that the next call would fail as well."""
        if failed.reason in _TIRING:
            self._resting[model] = Resting(until=self._clock.now() + REST, failed=failed)
