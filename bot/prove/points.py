"""Crash points: a moment and which time it is. Found in a calm run, then died at, one by one."""

from __future__ import annotations

import os
import signal
from collections import Counter

from msgspec import Struct

from ledger.domain.failpoints import Moment


class Point(Struct, frozen=True):
    """The n-th time (from 1) that a process reaches a moment."""

    moment: Moment
    n: int

    def __str__(self) -> str:
        return f"{self.moment} #{self.n}"


class Recorder:
    """Failpoints that only count: which points there are, in order."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._times: Counter[Moment] = Counter()

    def reached(self, moment: Moment) -> None:
        """Note the point."""
        self._times[moment] += 1
        self.points.append(Point(moment, self._times[moment]))


class Deadly:
    """Failpoints that kill their own process at one point: no cleaning up, no goodbye."""

    def __init__(self, point: Point) -> None:
        self._moment = point.moment
        self._left = point.n

    def reached(self, moment: Moment) -> None:
        """Die, where this is the point."""
        if moment is self._moment:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
