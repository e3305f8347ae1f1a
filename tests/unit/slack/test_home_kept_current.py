"""App Home stays current whatever Slack answers, and Slack's pauses are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.keeping_up import KeepingUp
from bot.chat.memory import MemoryChat
from bot.chat.port import RateLimited
from bot.slack.home import HomePage, HomeTabs
from ledger.chain import Head

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    """Time stands still; what was waited for is kept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Answer:
    """What Slack answers when all is well."""

    data: dict[str, Any] = {}
    headers: dict[str, str] = {}


class Slack:
    """Refuses the first call for half a minute; `done` is set by the first that works."""

    def __init__(self) -> None:
        self.calls = 0
        self.done = asyncio.Event()

    async def views_publish(self, **_: object) -> Answer:
        self.calls += 1
        if self.calls == 1:
            raise RateLimited(30.0)
        self.done.set()
        return Answer()


class Homes:
    """One viewer; whose overview cannot be made the first `broken` times."""

    def __init__(self, broken: int = 0) -> None:
        self._broken = broken

    async def viewers(self, channel: str) -> Sequence[str]:
        return ["U1"]

    async def page(self, channel: str, user: str) -> HomePage | None:
        self._broken -= 1
        if self._broken >= 0:
            raise KeyError(user)
        return None


async def kept_current(homes: Homes) -> tuple[Slack, Clock]:
    slack, clock, stop = Slack(), Clock(), asyncio.Event()
    tabs = HomeTabs(cast("AsyncWebClient", slack), homes, clock, "slack")
    running = asyncio.create_task(tabs.run(stop))
    try:
        async with asyncio.timeout(10):
            while not slack.done.is_set():
                if homes._broken >= 0:
                    tabs.stale()  # the next fact
                await asyncio.sleep(0)
    finally:
        stop.set()
        await running
    return slack, clock


async def test_an_overview_comes_after_the_pause_that_slack_asks_for() -> None:
    slack, clock = await kept_current(Homes())
    assert clock.slept[0] == 30.0
    assert slack.calls == 2


async def test_an_overview_that_could_not_be_made_once_is_made_with_the_next_fact() -> None:
    slack, _ = await kept_current(Homes(broken=1))
    assert slack.calls == 2


class Ledger:
    """Cannot be read the first time."""

    def __init__(self) -> None:
        self.asked = 0
        self.read = asyncio.Event()

    async def head(self) -> Head:
        self.asked += 1
        if self.asked == 1:
            raise OSError("disk I/O error")
        self.read.set()
        return Head(1, b"")


class Overview(MemoryChat):
    """A service with an overview."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def opened(self, user: str) -> None: ...

    def stale(self) -> None:
        self.told += 1


async def test_a_disk_that_fails_once_does_not_end_the_overviews() -> None:
    service, ledger, stop = Overview(), Ledger(), asyncio.Event()
    running = asyncio.create_task(KeepingUp(ledger, [service], Clock()).run(stop))
    async with asyncio.timeout(10):
        await ledger.read.wait()
    stop.set()
    await running
    assert service.told == 1
