"""A company that is talked to in Slack: the real adapter and chats, and Slack on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from slack_delivery import Delivery
from slack_person import Person
from slack_seen import Seen
from slack_server import SlackServer, slack_server

from bot.chat.homes import Overviews
from bot.chat.running import Chats, chats_of, door_of
from bot.chat.services import SlackHomes
from bot.chat_settings import SlackSettings
from bot.clock import SystemClock
from bot.setting_values import Secret
from bot.slack.adapter import SlackAdapter
from bot.slack.setup import slack as slack_of
from bot.work.hosting import Stepping
from ledger.domain.events import ChatPaired, ChatReceived, Event
from ledger.domain.facts import Draft, Fact
from ledger.domain.values import DESK

Business = Any


@dataclass
class SlackOffice:
    """One company, its Slack, and the operator's phone."""

    business: Business
    slack: SlackServer
    adapter: SlackAdapter
    chats: Chats
    nora: Person
    greeted: int = 0

    def answers(self) -> list[Seen]:
        """What Coo wrote to the operator, but for the greeting."""
        return self.nora.reads()[self.greeted :]

    async def pair(self, person: Person, role: str = "owner", who: str = "Nora Lindt") -> None:
        """This person is known from now on."""
        name = f"id-slack-{person.id}"
        event = ChatPaired(
            identity=name,
            offer=f"offer-{name}",
            channel="slack",
            role=role,
            operator=who,
            user=person.id,
            chat=person.dm.id,
        )
        draft = Draft(case=DESK, event=event, key=f"paired:{name}", by="test")
        await self.business.app.ledger.append([draft])
        await self.settle()
        self.greeted = len(self.nora.reads())

    async def settle(self) -> None:
        """Everything that follows from what came in happens, and is posted."""
        for _ in range(3):
            await self.business.settle()
            await self.chats.settle()

    async def said(self, delivery: Delivery | None = None) -> Delivery:
        """Wait until the last thing brought to Coo is acknowledged, and let follow what follows."""
        last = delivery or self.slack.deliveries[-1]
        await last.acked()
        await self.settle()
        return last

    async def writes(self, text: str, **more: Any) -> str:
        """The operator writes, and reads what is new from Coo after that."""
        before = len(self.nora.reads())
        await self.nora.writes(text, **more)
        await self.said()
        return "\n".join(seen.text for seen in self.nora.reads()[before:])

    async def taps(self, button: str, **more: Any) -> None:
        """The newest message that has this button is tapped."""
        shown = next(s for s in reversed(self.nora.reads()) if button in s.buttons)
        await self.said(await self.nora.taps(shown, button, **more))

    async def came_in(self) -> list[ChatReceived]:
        """All that was recorded of what people did."""
        return [fact.event for fact in await self.facts() if isinstance(fact.event, ChatReceived)]

    async def facts(self, kind: type[Event] | None = None) -> list[Fact]:
        found = [fact async for fact in self.business.app.ledger.facts(0)]
        return [fact for fact in found if kind is None or isinstance(fact.event, kind)]


def settings_of(server: SlackServer, url: str = "") -> SlackSettings:
    """How Coo reaches this Slack: by Socket Mode, or at `url`."""
    return SlackSettings(
        bot_token=Secret(server.bot_token),
        api=server.api.rstrip("/"),
        app_token=None if url else Secret(server.app_token),
        signing_secret=Secret(server.signing_secret) if url else None,
        public_url=url,
    )


@asynccontextmanager
async def slack_office(business: Business, records: Any = None) -> AsyncIterator[SlackOffice]:
    """Socket Mode, connected, with the operator paired. `records` stands before the real door."""
    async with slack_server() as server:
        door = door_of(business.app)
        taking = records(door) if records else door
        worker = Stepping(business.works)
        homes = SlackHomes(Overviews(business.app, worker))
        made = slack_of(settings_of(server), taking, SystemClock(), homes, ping_s=0.2)
        chats = chats_of(business.app, worker, [made.adapter], pace=0.0)
        office = SlackOffice(business, server, made.adapter, chats, server.person("nora"))
        stop = asyncio.Event()
        running = asyncio.create_task(made.adapter.run(stop))
        try:
            await server.connected()
            await office.pair(office.nora)
            yield office
        finally:
            stop.set()
            await running
