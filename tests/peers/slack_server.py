"""A stateful Slack on loopback, for the unmodified clients of Slack.

    async with slack_server() as slack:
        nora = slack.person("nora")
        client = AsyncWebClient(slack.bot_token, base_url=slack.api)
        ...
        await nora.writes("hello")
        await nora.taps(nora.sees()[-1], "Approve")

The Web API lives under `slack.api`; Socket Mode is reached through `apps.connections.open`, and
`slack.deliver_to(url)` switches to signed HTTP. `slack.faults` makes it as bad as a test wants,
`slack.calls` holds every call, `slack.until(...)` waits for something to become true.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from slack_blocks import faults_of_message, faults_of_view
from slack_delivery import COMMAND, EVENTS, INTERACTIVE, Delivery, News, Requests, Sockets
from slack_faults import Call, Faults
from slack_methods import EVENT_SCOPES
from slack_person import Person
from slack_web import SlackWeb
from slack_workspace import (
    Channel,
    Clock,
    Json,
    Workspace,
    now,
)

BOT_SCOPES: Final = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "team:read",
    "users:read",
)
SUBSCRIBED: Final = ("app_home_opened", "app_mention", "message.im")


class SlackServer:
    """One workspace, one installed app, and the ways between them."""

    def __init__(self, clock: Clock = now) -> None:
        self.world = Workspace(clock)
        self.bot_token = f"xoxb-{secrets.token_hex(8)}"
        self.app_token = f"xapp-1-{self.world.app}-{secrets.token_hex(8)}"
        self.config_token = f"xoxe.xoxp-1-{secrets.token_hex(8)}"
        self.signing_secret = secrets.token_hex(16)
        self.scopes = set(BOT_SCOPES)
        self.subscribed = set(SUBSCRIBED)
        self.revoked: set[str] = set()
        self.faults = Faults()
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.complaints: list[str] = []
        """What Slack would have dropped silently: acknowledgements with invalid content."""
        self.news = News()
        self.until = self.news.until
        self.sockets = Sockets(self.world.app, self.news)
        self.requests: Requests | None = None
        self.copies = 1
        self._held: list[Delivery] | None = None
        self._runner: web.AppRunner | None = None
        self._people: dict[str, Person] = {}

    # --- its life --------------------------------------------------------------------------------

    async def start(self) -> None:
        app = SlackWeb(self).application()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.world.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self.requests is not None:
            await self.requests.close()
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api(self) -> str:
        """The base address of the Web API."""
        return f"{self.world.url}/api/"

    def deliver_to(self, url: str, *, patience: float = 3.0) -> Requests:
        """From now on things are brought by signed HTTP to this address."""
        self.requests = Requests(url, self.signing_secret, self.news, patience=patience)
        return self.requests

    # --- what a test asks ------------------------------------------------------------------------

    def person(self, name: str, real_name: str = "") -> Person:
        """Somebody in the workspace, made on first mention."""
        if name not in self._people:
            self._people[name] = Person(self, self.world.add_user(name, real_name))
        return self._people[name]

    def channel(self, name: str, *people: Person, bot: bool = True) -> Channel:
        """A new channel with these people in it, and the app unless it is left out."""
        members = [person.id for person in people]
        return self.world.add_channel(name, *members, *([self.world.bot.id] if bot else []))

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def connected(self) -> None:
        """Wait until a Socket Mode client is there."""
        await self.until(lambda: self.sockets.open, what="a connection")

    def install(self, manifest: Json) -> None:
        """The app has the scopes and the events of this manifest, and no others."""
        self.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        self.subscribed = set(manifest["settings"]["event_subscriptions"]["bot_events"])

    def revoke(self) -> None:
        """The app is uninstalled: its bot token is worth nothing."""
        self.revoked.add(self.bot_token)

    # --- bringing things -------------------------------------------------------------------------

    async def deliver(
        self,
        kind: str,
        payload: Json,
        on_answer: Callable[[Json], None] = lambda _: None,
        on_trouble: Callable[[str], None] = lambda _: None,
    ) -> Delivery:
        """Bring something to the app, or keep it while deliveries are held."""
        delivery = Delivery(kind, payload, self.news, on_answer=on_answer, on_trouble=on_trouble)
        self.deliveries.append(delivery)
        if self._held is not None:
            self._held.append(delivery)
            return delivery
        for _copy in range(self.copies):
            await self._send(delivery)
        return delivery

    async def _send(self, delivery: Delivery) -> None:
        await (self.requests or self.sockets).send(delivery)

    async def again(self, delivery: Delivery) -> None:
        """Bring it once more, whether or not it was acknowledged."""
        await self._send(delivery)

    async def redeliver(self) -> int:
        """Bring every event once more that was not acknowledged; how many those were."""
        late = [d for d in self.deliveries if d.kind == EVENTS and not d.acknowledged]
        for delivery in late:
            await self._send(delivery)
        return len(late)

    def hold(self) -> None:
        """Keep deliveries back until `release`."""
        self._held = []

    async def release(self, *, backwards: bool = False) -> None:
        """Bring what was kept back, in order or backwards."""
        kept, self._held = self._held or [], None
        for delivery in reversed(kept) if backwards else kept:
            await self._send(delivery)

    async def event(self, event: Json) -> Delivery:
        """Bring an event in the wrapper that Slack puts around it."""
        world = self.world
        bot = {"team_id": world.team, "user_id": world.bot.id, "is_bot": True}
        payload = {
            "token": "verification",
            "team_id": world.team,
            "api_app_id": world.app,
            "event": event,
            "type": "event_callback",
            "event_id": world.new_id("Ev"),
            "event_time": int(world.clock().timestamp()),
            "authorizations": [{**bot, "enterprise_id": None, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
        }
        return await self.deliver(EVENTS, payload)

    async def interaction(self, payload: Json, **told: Callable[[Any], None]) -> Delivery:
        """Bring a tap, a submitted form or a closed one."""
        world = self.world
        common = {
            "team": {"id": world.team, "domain": world.domain},
            "api_app_id": world.app,
            "token": "verification",
            "enterprise": None,
            "is_enterprise_install": False,
        }
        return await self.deliver(INTERACTIVE, {**common, **payload}, **told)

    async def command(self, payload: Json, **told: Callable[[Any], None]) -> Delivery:
        """Bring a slash command."""
        world = self.world
        common = {
            "token": "verification",
            "team_id": world.team,
            "team_domain": world.domain,
            "api_app_id": world.app,
            "is_enterprise_install": "false",
        }
        return await self.deliver(COMMAND, {**common, **payload}, **told)

    async def message_event(self, channel: Channel, event: Json) -> Delivery | None:
        """Bring a message event, if the app is in the conversation and asked for such."""
        kind = "message.im" if channel.direct else "message.channels"
        if kind not in self.subscribed or self.world.bot.id not in channel.members:
            return None
        if EVENT_SCOPES[kind] not in self.scopes:
            return None
        place = "im" if channel.direct else "channel"
        return await self.event({**event, "channel": channel.id, "channel_type": place})

    # --- what an app answers ---------------------------------------------------------------------

    def say(self, channel: str, user: str, content: Json, message: str = "") -> None:
        """Post what an app answered to an interaction: to one person, or to all."""
        found = self.world.channels[channel]
        original = found.find(message)
        kept = {k: v for k, v in content.items() if k in {"text", "blocks", "thread_ts"}}
        if content.get("delete_original") and original:
            original.deleted = True
        elif content.get("replace_original") and original:
            self.world.rewrite(original, kept, self.world.bot.id)
        else:
            only = "" if content.get("response_type") == "in_channel" else user
            self.world.post(found, self.world.bot, {"text": "", **kept}, only_for=only)
        self.news()

    def check_answer(self, answer: Json) -> list[str]:
        """The faults in an acknowledgement's content; they are kept as complaints."""
        faults: list[str] = []
        if "blocks" in answer:
            faults += faults_of_message(answer["blocks"])
        if "view" in answer:
            faults += faults_of_view(answer["view"])
        self.complaints += faults
        return faults


@asynccontextmanager
async def slack_server(clock: Clock = now) -> AsyncIterator[SlackServer]:
    """A workspace at work."""
    server = SlackServer(clock)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
        await asyncio.sleep(0)
