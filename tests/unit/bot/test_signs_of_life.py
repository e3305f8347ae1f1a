from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot import texts
from bot.chat.memory import MemoryChat
from bot.chat.port import Lost
from bot.chat.signs import Signs
from ledger.domain.events import ChatKind, ChatReceived

ASKED = ChatReceived(
    channel="memory",
    chat="D1",
    message="1",
    user="U1",
    kind=ChatKind.MESSAGE,
    direct=True,
    sent=datetime(2026, 11, 22, 9, tzinfo=UTC),
    text="status",
)


class Screen(MemoryChat):
    """A chat that shows what Coo is at."""

    def __init__(self, trouble: Lost | None = None) -> None:
        super().__init__()
        self.signs: list[str] = []
        self.signed = asyncio.Event()
        self._missing = trouble

    async def working(self, chat: str, thread: str, text: str) -> None:
        self.signs.append(text)
        self.signed.set()
        if self._missing:
            raise self._missing


async def test_an_answer_that_takes_longer_than_a_moment_shows_that_coo_is_at_it() -> None:
    screen = Screen()
    async with Signs({"memory": screen}, moment_s=0).around(ASKED):
        await screen.signed.wait()
        assert screen.signs == [texts.WORKING]
    assert screen.signs == [texts.WORKING, ""]


async def test_an_answer_that_comes_at_once_shows_nothing_before_it() -> None:
    screen = Screen()
    async with Signs({"memory": screen}, moment_s=60).around(ASKED):
        pass
    assert screen.signs == []


async def test_what_is_known_to_take_long_shows_it_at_once_and_once() -> None:
    screen = Screen()
    signs = Signs({"memory": screen}, moment_s=60)
    async with signs.around(ASKED):
        await signs.show(ASKED)
        await signs.show(ASKED)
    assert screen.signs == [texts.WORKING, ""]


async def test_a_sign_that_cannot_be_shown_costs_nobody_the_answer() -> None:
    screen = Screen(Lost("The network is gone."))
    signs = Signs({"memory": screen}, moment_s=60)
    async with signs.around(ASKED):
        await signs.show(ASKED)
    assert len(screen.signs) == 2


async def test_a_chat_that_shows_no_signs_is_answered_without_them() -> None:
    signs = Signs({"memory": MemoryChat()}, moment_s=60)
    async with signs.around(ASKED):
        await signs.show(ASKED)
