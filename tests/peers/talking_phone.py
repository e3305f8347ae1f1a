"""A phone in the operator's hand: the chats of a company in memory, and what is done there."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.chat.forms import Form
from bot.chat.inbound import ChatDoor
from bot.chat.memory import MemoryChat, Shown
from bot.chat.port import Refused
from bot.chat.running import Chats, chats_of, door_of
from bot.console.render import plain
from bot.work.hosting import Stepping
from ledger.domain.entities import ChatTurn
from ledger.domain.events import ChatFile, ChatKind, ChatPaired, ChatReceived
from ledger.domain.facts import Draft, Fact
from ledger.domain.folding_chat import WAITING
from ledger.domain.values import DESK

Business = Any


class Service(MemoryChat):
    """A chat in memory that also has forms and files."""

    def __init__(self, channel: str = "slack", *, forms: bool = True) -> None:
        super().__init__(channel)
        self.files: dict[str, bytes] = {}
        self.opened: list[Form] = []
        self.forms = forms
        self.signs: list[str] = []

    async def ask(self, key: str, form: Form) -> bool:
        if self.forms:
            self.opened.append(form)
        return self.forms

    async def fetch(self, file: ChatFile, most: int) -> bytes:
        data = self.files.get(file.id)
        if data is None or len(data) > most:
            raise Refused(f"{file.name} is not there.")
        return data

    async def working(self, chat: str, thread: str, text: str) -> None:
        self.signs.append(text)


@dataclass
class Phone:
    """One person in one chat."""

    business: Business
    chats: Chats
    door: ChatDoor
    service: Service
    chat: str = "D1"
    user: str = "U1"
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    read: int = 0

    async def paired(self, role: str = "owner", who: str = "Nora Lindt") -> str:
        """This person is known from now on."""
        name = f"id-{self.service.channel}-{self.user}"
        event = ChatPaired(
            identity=name,
            offer=f"offer-{name}",
            channel=self.service.channel,
            role=role,
            operator=who,
            user=self.user,
            chat=self.chat,
        )
        draft = Draft(case=DESK, event=event, key=f"paired:{name}", by="test")
        await self.business.app.ledger.append([draft])
        await self.business.settle()
        await self.settle()
        self.read = len(self.service.shown)
        return name

    async def delivers(self, kind: ChatKind = ChatKind.MESSAGE, **more: Any) -> Fact:
        """Something is recorded, and nothing has reacted to it yet."""
        number = next(self.numbers)
        key = more.pop("key", f"{self.service.channel}:{self.user}:{number}")
        given = {
            "channel": self.service.channel,
            "chat": self.chat,
            "message": f"{self.user}-{number}",
            "user": self.user,
            "kind": kind,
            "direct": True,
            "sent": self.business.clock.now() + timedelta(milliseconds=number),
            **more,
        }
        return (await self.door.take(ChatReceived(**given), key)).fact

    async def writes(self, text: str, **more: Any) -> str:
        """A message, and all that is answered to it."""
        await self.delivers(text=text, **more)
        return await self.hears()

    async def taps(self, label: str, shown: Shown | None = None, **more: Any) -> str:
        """The button with this label of the newest message that has it."""
        where, button = self.button(label, shown)
        await self.delivers(ChatKind.TAP, **{"message": where.id, "button": button, **more})
        return await self.hears()

    def button(self, label: str, shown: Shown | None = None) -> tuple[Shown, str]:
        for each in [shown] if shown else reversed(self.service.shown):
            message = each.message
            for card, ids in zip(message.reply.cards, message.callbacks, strict=True):
                for button, name in zip(card.buttons, ids, strict=True):
                    if button.label == label:
                        return each, name
        raise AssertionError(f"no button {label!r}")

    async def fills(self, form: Form, **fields: str) -> str:
        """A form comes back."""
        await self.delivers(ChatKind.FORM, button=form.button, fields=fields, message="")
        return await self.hears()

    async def hears(self) -> str:
        """What is new in the chat, after all that follows has happened."""
        await self.settle()
        new = [each for each in self.service.shown[self.read :] if each.chat == self.chat]
        self.read = len(self.service.shown)
        return "\n".join(plain(each.message.reply) for each in new if each.message)

    async def settle(self) -> None:
        for _ in range(3):
            await self.chats.settle()
            await self.business.settle()
        await self.chats.settle()

    async def waiting(self) -> list[ChatTurn]:
        return list(await self.business.app.views.find(ChatTurn, WAITING))


@asynccontextmanager
async def phone_of(
    business: Business, *, forms: bool = True, service: Service | None = None
) -> AsyncIterator[Phone]:
    """The operator's phone, with the chats run in this process."""
    service = service or Service(forms=forms)
    app = business.app
    chats = chats_of(app, Stepping(business.works), [service], pace=0.0)
    yield Phone(business, chats, door_of(app), service)
