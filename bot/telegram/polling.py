"""Asking Telegram for updates. One counts as taken when it is on disk, and not before.

Telegram keeps every update until a later call names a higher number. So after a crash between the
answer and the fact, the same update comes again; after the fact, its key makes it the same fact.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from functools import partial
from typing import Final

from telegram import Update

from bot.telegram.connection import Connection
from bot.telegram.failing import asked
from bot.telegram.inbound import WANTED
from bot.telegram.troubles import Take, Troubles, first
from ledger.domain.reading import Clock

WAIT_S: Final = 25
"""Seconds that Telegram may keep a call open until there is something."""


class Polling:
    """Long polling, with each update taken before the next call says so."""

    def __init__(self, connection: Connection, clock: Clock, *, wait_s: int = WAIT_S) -> None:
        self._connection, self._wait_s = connection, wait_s
        self._offset: int | None = None
        self.troubles = Troubles(clock)

    @property
    def hears(self) -> bool:
        return self.troubles.none

    async def run(self, take: Take, stop: asyncio.Event) -> None:
        """Until `stop` is set. What goes wrong is logged once, and tried again after a pause."""
        await self.troubles.until_done(self._begin, stop)
        while not stop.is_set():
            await self.troubles.once(partial(self._round, take, stop), stop)

    async def _begin(self) -> None:
        """A webhook of earlier days would keep all messages to itself; what waits is kept."""
        await self._connection.me()
        await asked(self._connection.bot.delete_webhook(drop_pending_updates=False))

    async def _round(self, take: Take, stop: asyncio.Event) -> None:
        """What was answered is taken to its end, even where `stop` is set meanwhile."""
        await self._take(take, await first(stop, self._asked()) or ())

    async def _asked(self) -> Sequence[Update]:
        return await self._connection.bot.get_updates(
            offset=self._offset, timeout=self._wait_s, allowed_updates=list(WANTED)
        )

    async def _take(self, take: Take, updates: Sequence[Update]) -> None:
        """Chats side by side, each in order; the offset goes up to the first that failed."""
        taken: set[int] = set()
        lanes = itertools.groupby(sorted(updates, key=_lane), key=_lane)
        tasks = [_in_order(take, list(each), taken) for _, each in lanes]
        found = await asyncio.gather(*tasks, return_exceptions=True)
        for update in updates:
            if update.update_id not in taken:
                break
            self._offset = update.update_id + 1
        for error in found:
            if isinstance(error, BaseException):
                raise error


async def _in_order(take: Take, updates: Sequence[Update], taken: set[int]) -> None:
    for update in updates:
        await take(update)
        taken.add(update.update_id)


def _lane(update: Update) -> int:
    """The chat; what has none comes first."""
    return update.effective_chat.id if update.effective_chat else 0
