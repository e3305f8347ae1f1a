"""App Home: how things stand, with the same buttons as everywhere; rendered from views, no fact."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from msgspec import Struct
from slack_sdk.models.blocks import Block, DividerBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot import texts
from bot.channel import Button, Card
from bot.chat.port import ChatTrouble, Lost, RateLimited
from bot.home.overview import Home, Item, Section
from bot.slack import blocks, rich
from bot.slack.calls import asked
from bot.slack.inbound import COMMANDED
from ledger.domain.errors import CooError
from ledger.domain.reading import Clock
from ledger.pauses import first_of, pause

PACE_S: Final = 1.0
"""Changes are gathered for so long: Home is current within seconds, not drawn at every fact."""

LOST_S: Final = 10.0
"""How long to wait where Slack did not say whether it took one."""

MOST_CARDS: Final = 8
MOST_ITEMS: Final = 20
_log = logging.getLogger(__name__)

Ids = Mapping[tuple[str, str], str]
"""(what the card is about, what typing does the same) → what a tap brings back."""


class HomePage(Struct, frozen=True, kw_only=True):
    """One person's overview. A button without an id is shown as what to type."""

    home: Home
    ids: Ids


class Homes(Protocol):
    """Who has an overview, and what stands on it."""

    async def viewers(self, channel: str) -> Sequence[str]:
        """Everybody paired in this channel, by the channel's own ids."""
        ...

    async def page(self, channel: str, user: str) -> HomePage | None:
        """How things stand for one of them; None for somebody who is not paired."""
        ...


def home_view(page: HomePage) -> dict[str, Any]:
    """The overview as a Home view, cut where Slack would not take it."""
    made = [*_heading(page.home.title, page.home.line)]
    for section in page.home.sections:
        part = list(_section(section, page.ids))
        if len(made) + len(part) > blocks.VIEW.blocks - 2:
            made.append(blocks.note(texts.SLACK_HOME_CUT))
            break
        made += part
    return _view(made)


def stranger_view() -> dict[str, Any]:
    """What somebody sees who is not paired."""
    return _view(list(_heading(*texts.SLACK_HOME_STRANGER.put())))


class HomeTabs:
    """Keeps App Home current for everybody who may see one."""

    def __init__(self, client: AsyncWebClient, homes: Homes, clock: Clock, channel: str) -> None:
        self._client, self._homes, self._clock, self._channel = client, homes, clock, channel
        self._shown: dict[str, str] = {}
        self._looking: dict[str, None] = {}
        self._again: dict[str, None] = {}
        self._wait = PACE_S
        self._stale = True
        self._news = asyncio.Event()

    def opened(self, user: str) -> None:
        """Somebody looks now."""
        self._shown.pop(user, None)
        self._looking[user] = None
        self._news.set()

    def stale(self) -> None:
        """Something changed that may stand on it."""
        self._stale = True
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish what changed, until `stop`."""
        while not stop.is_set():
            self._news.clear()
            await self.publish()
            if self._again:
                await pause(self._clock, self._wait, stop)
                continue
            await first_of(self._news.wait(), stop.wait())
            if not self._looking:
                await pause(self._clock, PACE_S, stop)

    async def publish(self) -> None:
        """Publish once what is stale now."""
        looking, stale = [*self._looking, *self._again], self._stale
        self._looking.clear()
        self._again.clear()
        self._stale = False
        try:
            if stale:
                looking += await self._homes.viewers(self._channel)
            for user in dict.fromkeys(looking):
                await self._published(user)
        except (CooError, OSError) as error:  # it is drawn anew at the next look
            _log.info("App Home was not drawn: %s", error)
        except Exception as error:  # noqa: BLE001 - one look that fails must not be the last one
            _log.error("App Home was not drawn: %s", type(error).__name__)

    async def _published(self, user: str) -> None:
        page = await self._homes.page(self._channel, user)
        view = home_view(page) if page else stranger_view()
        digest = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
        if self._shown.get(user) == digest:
            return
        try:
            await asked(self._client.views_publish(user_id=user, view=view))
        except (RateLimited, Lost) as trouble:
            self._again[user] = None
            self._wait = trouble.retry_after if isinstance(trouble, RateLimited) else LOST_S
            return
        except ChatTrouble as trouble:
            _log.info("App Home was not published: %s", trouble.cause)
            return
        self._shown[user] = digest


def _heading(title: str, line: str) -> Iterator[Block]:
    yield from blocks.title_blocks(title)
    yield from rich.blocks([rich.own_words(line)] if line else [])


def _section(section: Section, ids: Ids) -> Iterator[Block]:
    yield DividerBlock()
    yield from rich.blocks([rich.own_words(section.heading, bold=True)])
    yield from rich.blocks([rich.own_words(line) for line in section.lines if line])
    for card in section.cards[:MOST_CARDS]:
        yield from blocks.card_with_buttons(card, [_id_of(card, b, ids) for b in card.buttons])
    for item in section.items[:MOST_ITEMS]:
        yield from _item(item, ids)
    left = max(0, len(section.cards) - MOST_CARDS) + max(0, len(section.items) - MOST_ITEMS)
    if left:
        yield blocks.note(texts.SLACK_HOME_MORE.format(number=left))
    if section.hint:
        yield blocks.note(section.hint)


def _item(item: Item, ids: Ids) -> Iterator[Block]:
    yield from rich.blocks([rich.own_words(f"• {item.text}")])
    bound = [(button, ids.get(("", button.typed), "") or _said(button)) for button in item.buttons]
    yield from blocks.button_blocks(bound)


def _id_of(card: Card, button: Button, ids: Ids) -> str:
    return _said(button) or ids.get((card.about, button.typed), "")


def _said(button: Button) -> str:
    """A button that stands for a command says it, as if it had been typed."""
    return f"{COMMANDED}{button.command}" if button.command else ""


def _view(made: Sequence[Block]) -> dict[str, Any]:
    checked = blocks.checked(made, blocks.VIEW.blocks)
    return {**View(type="home", blocks=checked).to_dict(), "blocks": list(checked)}
