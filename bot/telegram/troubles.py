"""When Telegram cannot be heard: said once, tried again after a pause, never given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError

from bot import texts
from bot.chat.port import ChatTrouble, RateLimited, Unreachable
from bot.telegram.failing import Busy, trouble_of
from ledger.domain.errors import CooError
from ledger.domain.reading import Clock

T = TypeVar("T")
Take = Callable[[Update], Awaitable[None]]
"""Records an update; it counts as taken when this returns."""

log: Final = logging.getLogger(__name__)

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""After failures in a row; the last one for all further ones."""

LONG_S: Final = 10.0
"""The least pause where only a person can mend it: a wrong token, a second process."""


class TwoPolls(ChatTrouble):
    """Another process asks Telegram for the same bot's messages."""


class Troubles:
    """Keeps a work going whatever happens to it. `now` is what is wrong at the moment, or None."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._worked = False
        self.now: CooError | None = None

    @property
    def none(self) -> bool:
        """Whether it worked the last time, and at least once."""
        return self._worked and self.now is None

    async def until_done(self, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Do it until it worked once, or `stop` is set."""
        done = False
        while not done and not stop.is_set():
            done = await self.once(lambda: first(stop, work()), stop)

    async def once(self, work: Callable[[], Awaitable[object]], stop: asyncio.Event) -> bool:
        """Do it; where it goes wrong, say so and wait. Whether it worked."""
        try:
            await work()
        except (CooError, OSError, TelegramError) as error:
            await self._pause(error, stop)
            return False
        if self.now is not None:
            log.warning("%s", texts.TELEGRAM_WELL)
        self._failures, self.now, self._worked = 0, None, True
        return True

    async def _pause(self, error: Exception, stop: asyncio.Event) -> None:
        pause = self._length(error)
        self._failures += 1
        trouble = _told(error, pause)
        if self.now is None or type(self.now) is not type(trouble):
            log.warning("%s", trouble)
        self.now = trouble
        await first(stop, self._clock.sleep(pause))

    def _length(self, error: Exception) -> float:
        pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        match error:
            case Busy(seconds=asked):
                return asked
            case RateLimited():
                return max(pause, error.retry_after)
            case InvalidToken() | Conflict() | Unreachable():
                return max(pause, LONG_S)
            case _:
                return pause


def _told(error: Exception, pause: float) -> CooError:
    match error:
        case Conflict():
            return TwoPolls(*texts.TELEGRAM_TWO_POLLS.put(seconds=f"{pause:g}"))
        case TelegramError():
            return trouble_of(error)
        case CooError():
            return error
        case _:
            return CooError(*texts.TELEGRAM_NOT_KEPT.put(what=error))


async def first(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """What `work` gives, or None where `stop` is set before that; then the work is called off."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for each in (working, stopping):
            each.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
