"""Keeps the overviews of the chats (Slack's App Home) as current as the ledger, within seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final, Protocol

from bot.chat.forms import Overviewing
from bot.chat.port import Adapter
from ledger.chain import Head
from ledger.domain.reading import Clock
from ledger.pauses import pause

LOOK_S: Final = 1.0
"""How often it is looked whether there are new facts, of this process or another."""

_log = logging.getLogger(__name__)


class Heads(Protocol):
    """Says how long the ledger is; `ledger.store.Ledger` does."""

    async def head(self) -> Head: ...


class KeepingUp:
    """Tells the services that show overviews when those are out of date."""

    def __init__(self, ledger: Heads, services: Iterable[Adapter], clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self._shown = [each for each in services if isinstance(each, Overviewing)]
        self._seq = -1

    async def run(self, stop: asyncio.Event) -> None:
        """Look again and again, until `stop`."""
        while self._shown and not stop.is_set():
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - an overview is not worth the chats around it
                _log.warning("It cannot be seen now what is new: %s", type(error).__name__)
            await pause(self._clock, LOOK_S, stop)

    async def look(self) -> None:
        """Whatever is new since the last look may stand on an overview."""
        seq = (await self._ledger.head()).seq
        if seq != self._seq:
            self._seq = seq
            for service in self._shown:
                service.stale()
