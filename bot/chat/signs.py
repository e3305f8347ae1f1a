"""A sign of life while an answer is being made, where a service can show one. Never a fact."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from bot import texts
from bot.chat.forms import Signalling
from bot.chat.port import Adapter, ChatTrouble
from ledger.domain.events import ChatReceived

MOMENT_S: Final = 1.0
"""An answer that comes sooner needs no sign before it."""

_log = logging.getLogger(__name__)

Place = tuple[str, str, str]
"""Channel, chat, thread."""


class Signs:
    """Shows that Coo is at it: at once where that is known, else after a moment. Lost unharmed."""

    def __init__(self, services: Mapping[str, Adapter], moment_s: float = MOMENT_S) -> None:
        self._services, self._moment_s = services, moment_s
        self._shown: set[Place] = set()

    @asynccontextmanager
    async def around(self, received: ChatReceived) -> AsyncIterator[None]:
        """While this is being answered; what was shown is taken away at the end."""
        late = asyncio.create_task(self._late(received))
        try:
            yield
        finally:
            late.cancel()
            await asyncio.gather(late, return_exceptions=True)
            if _place(received) in self._shown:
                self._shown.discard(_place(received))
                await self._put(received, "")

    async def show(self, received: ChatReceived) -> None:
        """Show it now, once."""
        if _place(received) not in self._shown:
            self._shown.add(_place(received))
            await self._put(received, texts.WORKING)

    async def _late(self, received: ChatReceived) -> None:
        await asyncio.sleep(self._moment_s)  # what a person waits: no clock that a test moves
        await self.show(received)

    async def _put(self, received: ChatReceived, text: str) -> None:
        service = self._services.get(received.channel)
        if isinstance(service, Signalling):
            try:
                await service.working(received.chat, received.thread, text)
            except ChatTrouble as trouble:
                _log.info("A sign of life is missing, or stays: %s", trouble)


def _place(received: ChatReceived) -> Place:
    return received.channel, received.chat, received.thread
