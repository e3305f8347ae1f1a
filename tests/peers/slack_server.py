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
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from aiohttp import web
from slack_blocks import faults_of_message, faults_of_view
from slack_delivery import COMMAND, EVENTS, INTERACTIVE, Delivery, News, Requests, Sockets
from slack_methods import METHODS
from slack_person import Person
from slack_workspace import (
    RESPONSE_LIFE,
    RESPONSE_USES,
    Channel,
    Clock,
    Json,
    Refused,
    Workspace,
    now,
)

T = TypeVar("T")

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
_JSON_ARGUMENTS: Final = (
    "attachments",
    "blocks",
    "chunks",
    "files",
    "metadata",
    "prompts",
    "view",
)
_LARGEST: Final = 64 * 1024 * 1024


@dataclass
class Call:
    """One call of a method: what was asked, when, and what was answered."""

    method: str
    args: Json
    at: float = field(default_factory=time.monotonic)
    answer: Json | None = None
    """None: the caller got none (limited, cut, lost)."""
    executed: bool = False

    @property
    def error(self) -> str:
        return str((self.answer or {}).get("error", ""))


@dataclass
class Fault:
    """Something that goes wrong with the next calls of a method ("*": of any)."""

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    error: str = ""
    wait: Callable[[], Awaitable[object]] | None = None
    matching: Callable[[Json], bool] = lambda _args: True


class Faults:
    """What a test lets go wrong. Faults are used up in the order they were given."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.pace = 0.0
        """Seconds between two posts in one conversation; sooner ones are limited."""

    def limit(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        """429 with Retry-After."""
        self.waiting.append(Fault(method, "limit", times, retry_after=retry_after))

    def fail(self, method: str, *, times: int = 1) -> None:
        """500, and nothing was done."""
        self.waiting.append(Fault(method, "fail", times))

    def lose(
        self, method: str, *, times: int = 1, matching: Callable[[Json], bool] = lambda _: True
    ) -> None:
        """The call is carried out, and the connection cut before the answer."""
        self.waiting.append(Fault(method, "lose", times, matching=matching))

    def cut(self, method: str, *, times: int = 1) -> None:
        """The connection is cut, and nothing was done."""
        self.waiting.append(Fault(method, "cut", times))

    def slow(self, method: str, wait: Callable[[], Awaitable[object]], *, times: int = 1) -> None:
        """The call is carried out, and its answer waits for `wait`."""
        self.waiting.append(Fault(method, "slow", times, wait=wait))

    def refuse(self, method: str, error: str, *, times: int = 1) -> None:
        """`ok: false` with an error of the test's choice."""
        self.waiting.append(Fault(method, "refuse", times, error=error))

    def next(self, method: str, args: Json) -> Fault | None:
        for fault in self.waiting:
            if fault.method in {method, "*"} and fault.matching(args):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


class SlackServer:
    """One workspace, one installed app, and the ways between them."""

    def __init__(self, clock: Clock = now) -> None:
        self.world = Workspace(clock)
        self.bot_token = f"xoxb-{secrets.token_hex(8)}"
        self.app_token = f"xapp-1-{self.world.app}-{secrets.token_hex(8)}"
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
        self._posted: dict[str, float] = {}
        self._runner: web.AppRunner | None = None
        self._people: dict[str, Person] = {}

    # --- its life --------------------------------------------------------------------------------

    async def start(self) -> None:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self.sockets.connect)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{place}/{rest:.*}", self._download)
        app.router.add_post("/response/{id}", self._respond)
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

    def revoke(self) -> None:
        """The app is uninstalled: its bot token is worth nothing."""
        self.revoked.add(self.bot_token)

    # --- bringing things -------------------------------------------------------------------------

    async def deliver(
        self, kind: str, payload: Json, on_answer: Callable[[Json], None] | None = None
    ) -> Delivery:
        """Bring something to the app, or keep it while deliveries are held."""
        delivery = Delivery(kind, payload, self.news)
        delivery.on_answer = on_answer or delivery.on_answer
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

    async def interaction(
        self, payload: Json, on_answer: Callable[[Json], None] | None = None
    ) -> Delivery:
        """Bring a tap, a submitted form or a closed one."""
        world = self.world
        common = {
            "team": {"id": world.team, "domain": world.domain},
            "api_app_id": world.app,
            "token": "verification",
            "enterprise": None,
            "is_enterprise_install": False,
        }
        return await self.deliver(INTERACTIVE, {**common, **payload}, on_answer)

    async def command(
        self, payload: Json, on_answer: Callable[[Json], None] | None = None
    ) -> Delivery:
        """Bring a slash command."""
        world = self.world
        common = {
            "token": "verification",
            "team_id": world.team,
            "team_domain": world.domain,
            "api_app_id": world.app,
            "is_enterprise_install": "false",
        }
        return await self.deliver(COMMAND, {**common, **payload}, on_answer)

    async def message_event(self, channel: Channel, event: Json) -> Delivery | None:
        """Bring a message event, if the app is in the conversation and asked for such."""
        kind = "message.im" if channel.direct else "message.channels"
        if kind not in self.subscribed or self.world.bot.id not in channel.members:
            return None
        place = "im" if channel.direct else "channel"
        return await self.event({**event, "channel": channel.id, "channel_type": place})

    # --- the Web API -----------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        args, token = await _arguments(request)
        call = Call(request.match_info["method"], args)
        self.calls.append(call)
        fault = self.faults.next(call.method, args) or self._too_fast(call)
        if fault and fault.kind in {"limit", "fail", "cut"}:
            return self._broken(fault, request)
        refused = fault and fault.kind == "refuse"
        call.answer = (
            {"ok": False, "error": fault.error} if fault and refused else self._run(call, token)
        )
        call.executed = not refused
        await self._tell()
        self.news()
        if fault and fault.kind == "lose":
            call.answer = None
            return self._cut(request)
        if fault and fault.wait:
            await fault.wait()
        return web.json_response(call.answer, headers=self._headers(call))

    def _broken(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        self.news()
        if fault.kind == "cut":
            return self._cut(request)
        if fault.kind == "fail":
            return web.Response(status=500, text="fatal_error")
        after = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=after)

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _too_fast(self, call: Call) -> Fault | None:
        """Slack takes about one message a second in a conversation."""
        if not self.faults.pace or call.method != "chat.postMessage":
            return None
        channel, moment = str(call.args.get("channel")), self.world.clock().timestamp()
        if moment - self._posted.get(channel, 0.0) < self.faults.pace:
            return Fault(call.method, "limit", retry_after=1)
        self._posted[channel] = moment
        return None

    def _run(self, call: Call, token: str) -> Json:
        method = METHODS.get(call.method)
        if method is None:
            return {"ok": False, "error": "unknown_method", "req_method": call.method}
        try:
            self._let_in(token, method.token, method.scopes)
            return {"ok": True, **method.run(self.world, call.args)}
        except Refused as refused:
            return {"ok": False, "error": refused.error, **refused.more}

    def _let_in(self, token: str, kind: str, scopes: tuple[str, ...]) -> None:
        if not kind:
            return
        if not token:
            raise Refused("not_authed")
        if token in self.revoked:
            raise Refused("token_revoked")
        if token not in {self.bot_token, self.app_token}:
            raise Refused("invalid_auth")
        if not token.startswith(kind):
            raise Refused("not_allowed_token_type")
        if kind == "xoxb-" and scopes and not self.scopes & set(scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(self.scopes)))

    def _headers(self, call: Call) -> dict[str, str]:
        method = METHODS.get(call.method)
        return {
            "x-oauth-scopes": ",".join(sorted(self.scopes)),
            "x-accepted-oauth-scopes": ",".join(method.scopes if method else ()),
        }

    async def _tell(self) -> None:
        """What the app did itself comes back to it as events, as Slack has it."""
        told, self.world.told = self.world.told, []
        for channel, event in told:
            await self.message_event(channel, event)

    # --- files and answers to interactions -------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="not found")
        if request.content_type.startswith("multipart/"):
            parts = [part async for part in await request.multipart()]
            data = b"".join([bytes(await part.read()) for part in parts])
        else:
            data = await request.read()
        if len(data) != file.length:
            return web.Response(status=400, text="length mismatch")
        file.data = data
        return web.Response(text=f"OK - {len(data)}")

    async def _download(self, request: web.Request) -> web.Response:
        """A private file; without a good token Slack shows its sign-in page, with status 200."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != self.bot_token or token in self.revoked or "files:read" not in self.scopes:
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        file = self.world.files.get(request.match_info["place"].rpartition("-")[2])
        if file is None or file.data is None:
            return web.Response(status=404)
        kind = self.world.file_json(file)["mimetype"]
        return web.Response(body=file.data, content_type=kind)

    async def _respond(self, request: web.Request) -> web.Response:
        response = self.world.responses.get(request.match_info["id"])
        if response is None or self.world.passed(response.given) > RESPONSE_LIFE:
            return web.Response(status=404, text="expired_url")
        if response.used >= RESPONSE_USES:
            return web.Response(status=404, text="used_url")
        response.used += 1
        content: Json = json.loads(await request.text())
        if faults := faults_of_message(content.get("blocks") or []):
            self.complaints += faults
            return web.Response(status=400, text="invalid_blocks")
        self.say(response.channel, response.user, content, response.message)
        return web.json_response({"ok": True})

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


async def _arguments(request: web.Request) -> tuple[Json, str]:
    """The arguments of a call, from the query, a form or JSON; and the token."""
    args: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            text = await request.text()
            args |= json.loads(text) if text else {}
        else:
            args |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    for name in _JSON_ARGUMENTS:
        if isinstance(args.get(name), str):
            args[name] = _parsed(args[name])
    given = str(args.pop("token", "") or "")
    return args, request.headers.get("Authorization", "").removeprefix("Bearer ") or given


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


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
