"""How things are measured: several rounds, what is compared takes turns, and medians are told."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable
from statistics import median, quantiles
from typing import Final

ROUNDS: Final = 7
READS: Final = 3
"""Rounds of what takes seconds."""


async def taking_turns(
    *works: Callable[[], Awaitable[object]], rounds: int = ROUNDS
) -> list[float]:
    """The median seconds of each work; they run one after the other, round after round."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, seconds, strict=True):
            taken.append(await clocked(work))
    return [median(taken) for taken in seconds]


async def clocked(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of wall time; what earlier work left for the collector is not its fault."""
    gc.collect()
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1]
