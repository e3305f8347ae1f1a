"""A company at work whose operator sits in Slack: the real application, adapter and Slack clients.

`running(business, slack)` connects it; `settle` lets everything happen that follows from what was
done, on both sides, and returns when nothing is left to do.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from slack_person import Person
from slack_seen import Seen
from slack_server import SlackServer

from bot.chat.homes import Overviews
from bot.chat.running import Chats, chats_of, door_of
from bot.chat_settings import SlackSettings
from bot.settings import Secret
from bot.slack.adapter import SlackAdapter
from bot.slack.manifest import manifest
from bot.work.hosting import Stepping

_CODE = re.compile(r"One-time code: (\S+?)\.")
_MOST_ROUNDS = 60


class Waiting:
    """The company's time for what runs beside it, whose waits take as long as they say: time in
    the test's hand moves when the test moves it, and not with every round of a loop."""

    def __init__(self, clock: Any) -> None:
        self.now = clock.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Company:
    """The company, its Slack, and everything that happens between them."""

    business: Any
    slack: SlackServer
    chats: Chats
    adapter: SlackAdapter

    async def settle(self) -> None:
        """Let happen what follows, until neither side has anything to say."""
        for _ in range(_MOST_ROUNDS):
            before = await self._state()
            await self._delivered()
            await self.business.settle()
            await self.chats.settle()
            await self._delivered()
            if await self._state() == before:
                return
        raise AssertionError("there is no end to it")

    async def _state(self) -> tuple[int, int, int]:
        head = await self.business.app.ledger.head()
        return head.seq, len(self.slack.deliveries), len(self.slack.calls)

    async def _delivered(self) -> None:
        waiting = [each for each in self.slack.deliveries if each.sent]
        for delivery in waiting:
            await delivery.over()

    # --- what a person does, and what comes of it -----------------------------------------------

    async def pairs(self, person: Person, role: str = "") -> str:
        """The person types the one-time code that the console shows; what they are told."""
        said = await self.business.says(f"pair {role}".strip())
        code = _CODE.search(said)
        assert code, said
        return await self.tells(person, f"pair {code[1]}")

    async def tells(self, person: Person, text: str, **more: Any) -> str:
        """A message, and everything that is new in the chat after it."""
        before = {each.ts for each in person.sees()}
        await person.writes(text, **more)
        return await self.news(person, before)

    async def types(self, person: Person, line: str) -> str:
        """A slash command, and everything that is new after it."""
        before = {each.ts for each in person.sees()}
        await person.types_command(line)
        return await self.news(person, before)

    async def news(self, person: Person, before: set[str]) -> str:
        await self.settle()
        return "\n\n".join(each.text for each in person.reads() if each.ts not in before)

    async def taps(self, person: Person, label: str, card: Seen | None = None) -> str:
        """A button of this card, or of the newest message that has it; what is new after it."""
        before = {each.ts for each in person.sees()}
        await person.taps(card or self.card(person, label), label)
        return await self.news(person, before)

    async def fills(self, person: Person, **fields: str) -> str:
        """The form on top is sent; what is new after it."""
        before = {each.ts for each in person.sees()}
        await person.submits(fields)
        return await self.news(person, before)

    def card(self, person: Person, label: str) -> Seen:
        """The newest message with this button."""
        for seen in reversed(person.reads()):
            if label in seen.buttons:
                return seen
        shown = "\n".join(map(str, person.reads()))
        raise AssertionError(f"no button {label!r} in:\n{shown}")

    def well(self) -> None:
        """Slack took everything it was given, and nothing was refused on either side."""
        bad = [
            f"{call.method}: {call.error} {(call.answer or {}).get('errors', '')}"
            for call in self.slack.calls
            if call.error.startswith(("invalid_", "msg_", "unknown_", "missing_", "no_text"))
        ]
        assert bad == []
        assert self.slack.complaints == []


@asynccontextmanager
async def in_slack(business: Any, slack: SlackServer, **more: Any) -> AsyncIterator[Company]:
    """The company, connected to Slack by Socket Mode until the end."""
    settings = SlackSettings(
        bot_token=Secret(slack.bot_token),
        app_token=Secret(slack.app_token),
        api=slack.api.rstrip("/"),
    )
    slack.install(manifest())
    app, worker = business.app, Stepping(business.works)
    homes = Overviews(app, worker)
    adapter = SlackAdapter(settings, door_of(app), Waiting(app.clock), homes, ping_s=0.2, **more)
    chats = chats_of(app, worker, [adapter], pace=0.0)
    stop = asyncio.Event()
    running = asyncio.create_task(adapter.run(stop))
    try:
        await slack.connected()
        yield Company(business, slack, chats, adapter)
    finally:
        stop.set()
        await running
