"""The office as it was: it can be looked at, and there is no way to do anything in it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from bot.office.port import Looks, PastLike, PoliciesInForce
from ledger.domain.company import Company
from ledger.domain.reading import Clock


class StoppedClock(Struct, frozen=True):
    """A clock that shows one moment for ever."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Nothing is waited for in the past."""


class PastOffice:
    """Implements `bot.office.port.Looks` for one moment of the past."""

    def __init__(self, office: Looks, past: PastLike, moment: datetime) -> None:
        self._office = office
        self._past = past
        self._clock = StoppedClock(moment)

    @property
    def views(self) -> PastLike:
        return self._past

    @property
    def tallies(self) -> PastLike:
        return self._past

    @property
    def history(self) -> PastLike:
        return self._past

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def company(self) -> Company:
        return self._office.company

    @property
    def policies(self) -> PoliciesInForce:
        """None are named: `audit` says of every verdict which rules gave it."""
        return PoliciesInForce(policy="")

    async def worker(self) -> str:
        return ""
