"""Waits that end early: a pause, but not beyond the moment when a process is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from ledger.domain.reading import Clock


async def first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of several; the others are given up. An error of the first comes out."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def pause(clock: Clock, seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until `stop`."""
    await first_of(clock.sleep(seconds), stop.wait())
