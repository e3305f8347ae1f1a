"""The operator's phone with Telegram on it: a whole company, the real client, a loopback server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram_server import Person, TelegramServer

from bot.chat.port import Adapter
from bot.chat.running import Chats, chats_of, door_of
from bot.chat_settings import TelegramSettings
from bot.setting_values import Secret
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.connection import Connection
from bot.telegram.polling import Polling
from bot.work.hosting import Stepping

Business = Any
NORA = 7


@dataclass
class TelegramPhone:
    """What happens in one direct chat with the bot."""

    business: Business
    chats: Chats
    server: TelegramServer
    person: Person
    adapter: TelegramAdapter
    connection: Connection
    read: int = 0

    async def pairs(self, role: str = "owner", name: str = "Nora Lindt") -> str:
        """The code that the console shows, typed into this phone by way of its link."""
        shown = await self.business.says(f"pair {role} {name}")
        code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", shown)
        assert code, shown
        return await self.writes(f"/start {code[0]}")

    async def writes(self, text: str, *, reply_to: int = 0, **more: Any) -> str:
        self.person.says(text, reply_to=reply_to, **more)
        return await self.hears()

    async def taps(self, label: str, *, message: int = 0) -> str:
        self.person.taps(label, message=message)
        return await self.hears()

    async def replies(self, text: str) -> str:
        """An answer to the newest message, as the phone's own reply field makes it."""
        return await self.writes(text, reply_to=self.newest()["message_id"])

    async def hears(self) -> str:
        """What is new in the chat after all that follows has happened."""
        await self.settle()
        shown = self.server.shown(self.person.chat)
        new = [each for each in shown if each["message_id"] > self.read]
        self.read = max([self.read, *(each["message_id"] for each in shown)])
        return "\n".join(str(each.get("text", each.get("caption", ""))) for each in new)

    async def settle(self) -> None:
        """Everything that waits at Telegram comes in, and all that follows goes out."""
        offset = 0
        while updates := await self.connection.bot.get_updates(offset=offset, timeout=0):
            for update in updates:
                await self.adapter.take(update)
            offset = updates[-1].update_id + 1
        for _ in range(3):
            await self.business.settle()
            await self.chats.settle()
        await self.adapter.settled()

    def newest(self) -> dict[str, Any]:
        return self.server.shown(self.person.chat)[-1]

    def cards(self) -> list[dict[str, Any]]:
        """The messages about an offer, as they are now."""
        shown = self.server.shown(self.person.chat)
        return [each for each in shown if "Send an offer" in each.get("text", "")]

    def card(self) -> dict[str, Any]:
        """The newest of them."""
        return self.cards()[-1]

    def labels(self, message: dict[str, Any] | None = None) -> list[str]:
        """The buttons of a message, default: the newest."""
        rows = (message or self.newest()).get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]


@asynccontextmanager
async def telegram_phone(
    business: Business,
    server: TelegramServer,
    person: int = NORA,
    others: Sequence[Adapter] = (),
) -> AsyncIterator[TelegramPhone]:
    """The chats of a company, run in this process step by step; `others` are beside Telegram."""
    settings = TelegramSettings(token=Secret(server.token), api=server.base_url)
    connection = Connection(settings, call_s=5)
    polling = Polling(connection, business.clock)
    adapter = TelegramAdapter(connection, door_of(business.app), polling, business.clock)
    chats = chats_of(business.app, Stepping(business.works), [adapter, *others], pace=0.0)
    name = "Nora" if person == NORA else f"P{person}"
    try:
        yield TelegramPhone(
            business, chats, server, server.person(person, name), adapter, connection
        )
    finally:
        await adapter.close()
