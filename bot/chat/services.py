"""The chats that the environment configures, and the web server that some of them need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from msgspec import Struct

from bot.chat.homes import Overviews
from bot.chat.port import Adapter
from bot.chat.running import door_of
from bot.opening import App
from bot.settings import Settings
from bot.slack.adapter import SlackAdapter
from bot.slack.home import HomePage
from bot.telegram.setup import telegram
from bot.web.health import Health
from bot.web.server import Door, WebServer, web_app
from bot.web.stripe import StripeDoor
from bot.work.worker import Worker


@runtime_checkable
class Readiness(Protocol):
    """A service that knows whether it is there."""

    @property
    def ready(self) -> bool: ...


class Services(Struct, frozen=True):
    """The adapters, and what is to be mounted on the web server for them."""

    adapters: tuple[Adapter, ...]
    doors: tuple[Door, ...] = ()
    stripe: StripeDoor | None = None

    async def close(self) -> None:
        """Let go of what the web server's doors hold."""
        if self.stripe is not None:
            await self.stripe.close()

    def states(self) -> Mapping[str, bool]:
        """The state of each channel: whether it is there now."""
        return {
            each.channel: each.ready if isinstance(each, Readiness) else True
            for each in self.adapters
        }


def wanted(settings: Settings) -> bool:
    """Whether any chat, or the web server, is configured."""
    return bool(settings.slack or settings.telegram or settings.listen or settings.stripe)


def services_of(app: App, worker: Worker) -> Services:
    """Every chat that is configured."""
    records, settings = door_of(app), app.settings
    adapters: list[Adapter] = []
    doors: list[Door] = []
    if settings.slack is not None:
        homes = SlackHomes(Overviews(app, worker))
        slack = SlackAdapter(settings.slack, records, app.clock, homes)
        adapters.append(slack)
        doors += [slack.door()] if settings.slack.over_http else []
    if settings.telegram is not None:
        other = telegram(settings.telegram, records, app.clock)
        adapters.append(other.adapter)
        doors += [other.webhook.door] if other.webhook else []
    stripe = StripeDoor(settings.stripe, app.intake, app.clock) if settings.stripe else None
    doors += [stripe.door] if stripe else []
    return Services(tuple(adapters), tuple(doors), stripe)


def web_server(app: App, worker: Worker, services: Services) -> WebServer | None:
    """The web server, where one is wanted; it is to be opened."""
    if app.settings.listen is None:
        return None
    health = Health(app.ledger, app.clock, worker.worker, services.states)
    return WebServer(web_app(health, services.doors), app.settings.listen)


class SlackHomes:
    """The overviews as App Home wants them."""

    def __init__(self, overviews: Overviews) -> None:
        self._overviews = overviews
        self.viewers = overviews.viewers

    async def page(self, channel: str, user: str) -> HomePage | None:
        """One person's overview."""
        found = await self._overviews.page(channel, user)
        return HomePage(home=found.home, ids=found.ids) if found else None
