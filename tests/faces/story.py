"""A company with one of everything that a person may come to see."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

from bot.cards.listing import Listed, list_card
from bot.cards.loading import CardLoader
from bot.channel import Attached, Card, CardKind, Reply
from bot.home.gathering import home
from bot.home.overview import Home
from bot.notices.announcer import Announcer
from bot.pictures.attaching import opened
from ledger.domain.entities import Action, Approval

SCENARIOS = Path(__file__).parents[1] / "scenarios" / "conftest.py"
NAMES = ("Cleo", "Dan", "Eve", "Finn")
BEN = "Ben Sample <ben@byron.example>"
ZONE = UTC


def founder_at(folder: Path) -> Any:
    """The company that the scenarios use, in `folder`."""
    spec = importlib.util.spec_from_file_location("scenario_company", SCENARIOS)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    founder = module.Founder(folder)
    founder.configure()
    return founder, module


class Album:
    """What a person saw, by name, in the order of the story."""

    def __init__(self, business: Any) -> None:
        self.business = business
        self.seen: dict[str, Reply] = {}
        self.homes: dict[str, Home] = {}

    async def add(self, name: str, reply: Reply) -> None:
        self.seen[name] = await opened(reply, self.business.app.blobs)

    async def says(self, name: str, line: str) -> Reply:
        """The answer to a line, kept where it has a name."""
        reply: Reply = await self.business.commands.answer(line)
        if name:
            await self.add(name, reply)
        await self.business.settle()
        return reply

    async def told(self, name: str, kind: CardKind) -> None:
        """The newest card of a kind that Coo showed of its own accord."""
        app = self.business.app
        announcer = Announcer(app.views, app.ledger, me="Nora Lindt", channel="slack")
        facts = [fact async for fact in app.ledger.facts()]
        replies = [
            reply
            for fact in facts
            for reply in await announcer.announce([fact], self.business.clock.now())
        ]
        cards: list[Card] = [card for reply in replies for card in reply.cards if card.kind is kind]
        await self.add(name, Reply(cards=(cards[-1],)))

    async def home(self, name: str) -> None:
        now = self.business.clock.now().astimezone(ZONE)
        self.homes[name] = await home(self.business.office, now)


async def story(folder: Path) -> tuple[dict[str, Reply], dict[str, Home]]:
    """Everything there is to see, by name: answers, and overviews."""
    founder, module = founder_at(folder)
    async with founder.business() as business:
        album = Album(business)
        await _deal(album, module)
        await _trouble(album, module)
        return album.seen, album.homes


async def _deal(album: Album, module: Any) -> None:
    """One lead becomes an invoice, with the other answers to a card on the way."""
    business = album.business
    await business.mail(module.LEAD)
    await album.says("offer", "show 1")
    await album.says("more", "more 1")
    await album.says(
        "preview", "edit 1 body Hello Ada,\\n\\nhere is our offer.\\n\\nBest wishes\\nNora"
    )
    await album.says("", "show 1")
    await album.says("", "approve 1")
    await album.says("decided", "show 1")
    await album.told("sent", CardKind.OUTCOME)
    business.clock.forward(hours=20)
    offer = business.sent()[-1]
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    await album.says("invoice", "show 2")
    await album.says("", "approve 2")
    await album.told("issued", CardKind.OUTCOME)


async def _trouble(album: Album, module: Any) -> None:
    """Questions, failures, a credit note, and the overview with all of them."""
    business = album.business
    business.clock.forward(days=1)
    await business.mail(module.LEAD.replace("Ada", "Ben"), sender=BEN, subject="Our web shop")
    await business.mail(
        "Hello, we need something for our shop, what could you do?\n\nCarl\n",
        sender="Carl Example <carl@shop.example>",
        subject="Something for our shop",
    )
    await album.says("", "undo 2026-0001 wrong quantity")
    for question in await business.questions():
        await album.says("question", f"show {question.number}")
    for card in await business.cards():
        if "redit" in card.title:
            await album.says("credit-note", f"show {card.number}")
    await _failure(album)
    await album.home("home")
    await album.says("digest", "digest")
    await album.says("timeline", "timeline 1")
    await album.says("report", "report")
    business.clock.forward(days=9)
    await business.settle()
    await album.says("expired", "show 5")
    await _alike(album, module)


async def _alike(album: Album, module: Any) -> None:
    """Four asks alike as one list, the first of them decided meanwhile."""
    business = album.business
    for name in NAMES:
        await business.mail(
            module.LEAD.replace("Ada", name),
            sender=f"{name} Sample <{name.lower()}@{name.lower()}.example>",
            subject=f"A website for {name}",
        )
    cards = sorted(await business.cards(), key=lambda each: each.number)[-len(NAMES) :]
    await album.says("", f"show {cards[0].number}")
    await album.says("", f"approve {cards[0].number}")
    views, now = business.app.views, business.clock.now()
    loader = CardLoader(views, business.app.ledger)
    listed = []
    for each in cards:
        approval = await views.get(Approval, each.id)
        action, card = await views.get(Action, each.action), await loader.card(approval, now)
        listed.append(Listed(approval, action, card))
    await album.add("list", Reply(cards=(list_card("group:1", listed, now),)))


async def _failure(album: Album) -> None:
    """The outbox is not where it was, so a mail cannot leave."""
    outbox = album.business.app.folder.outbox
    away = outbox.with_name("elsewhere")
    outbox.rename(away)
    outbox.write_text("not a folder\n")
    await album.says("", "show 3")
    await album.says("", "approve 3")
    await album.told("failure", CardKind.FAILURE)
    outbox.unlink()
    away.rename(outbox)


def files_of(reply: Reply) -> tuple[Attached, ...]:
    """What hangs on a reply, in the order in which it leaves."""
    return (*reply.attachments, *(file for card in reply.cards for file in card.attachments))
