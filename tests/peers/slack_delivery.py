"""How Slack brings things to an app: envelopes over Socket Mode, or signed requests over HTTP.

Every interaction, command and event becomes a `Delivery`, which remembers when it left, when it
was acknowledged and with what. An event that was not acknowledged is brought again on the next
connection, as Slack does; a tap or a command is not, as Slack does not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web
from slack_workspace import Json

T = TypeVar("T")

EVENTS: Final = "events_api"
INTERACTIVE: Final = "interactive"
COMMAND: Final = "slash_commands"
PATIENCE: Final = 3.0
"""Seconds within which an app has to answer a request over HTTP."""


class News:
    """Wakes whoever waits for something to become true."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def __call__(self) -> None:
        self._changed.set()

    async def until(self, found: Callable[[], T], seconds: float = 10.0, what: str = "") -> T:
        """The first true answer of `found`, asked again after every change."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := found()):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"waited {seconds} s in vain for {what or found}") from None
        return value


@dataclass
class Delivery:
    """One thing brought to the app: how often, and what the app said to it."""

    kind: str
    payload: Json
    news: News
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    sent: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    answer: Json = field(default_factory=dict)
    trouble: str = ""
    """Why the person was told that it did not work, or why Slack will try again."""
    on_answer: Callable[[Json], None] = lambda _answer: None
    on_trouble: Callable[[str], None] = lambda _trouble: None

    @property
    def took(self) -> float:
        """Seconds from the last time it was brought to its first acknowledgement after."""
        return next(at for at in self.acknowledged if at >= self.sent[-1]) - self.sent[-1]

    async def acked(self, seconds: float = 10.0) -> Json:
        """Wait until the app acknowledged it; the answer that came along."""
        await self.news.until(lambda: self.acknowledged, seconds, f"an ack of {self.kind}")
        return self.answer

    async def over(self, seconds: float = 10.0) -> str:
        """Wait until it was acknowledged or failed; the trouble, or an empty text."""
        await self.news.until(
            lambda: self.acknowledged or self.trouble, seconds, f"an end of {self.kind}"
        )
        return self.trouble

    def fail(self, trouble: str) -> None:
        """It did not get there, or no answer came."""
        self.trouble = trouble
        self.on_trouble(trouble)
        self.news()

    def take(self, answer: Json) -> None:
        """The app acknowledged; only its first answer counts."""
        first = not self.acknowledged
        self.acknowledged.append(time.monotonic())
        self.trouble = ""
        if first:
            self.answer = answer
            self.on_answer(answer)
        self.news()


class Sockets:
    """Socket Mode: who is connected, and what was not acknowledged yet."""

    def __init__(self, app: str, news: News) -> None:
        self.app = app
        self.news = news
        self.open: list[tuple[web.WebSocketResponse, web.Request]] = []
        self.opened = 0
        self.unacknowledged: dict[str, Delivery] = {}
        self.deaf = False
        """True: acknowledgements are lost on their way."""

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self.open.append((socket, request))
        self.opened += 1
        try:
            await self._greet(socket)
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self.deaf:
                    self._heard(json.loads(message.data))
        finally:
            self.open = [each for each in self.open if each[0] is not socket]
            self.news()
        return socket

    async def _greet(self, socket: web.WebSocketResponse) -> None:
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.open),
                "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
                "connection_info": {"app_id": self.app},
            }
        )
        self.news()
        for delivery in [d for d in self.unacknowledged.values() if d.kind == EVENTS]:
            await self.send(delivery)

    def _heard(self, frame: Json) -> None:
        delivery = self.unacknowledged.pop(str(frame.get("envelope_id", "")), None)
        if delivery is not None:
            delivery.take(frame.get("payload") or {})

    async def send(self, delivery: Delivery) -> None:
        """Bring it on the newest connection; without one an event waits, a tap fails."""
        again = len(delivery.sent)
        if delivery.kind == EVENTS or self.open:
            self.unacknowledged[delivery.id] = delivery
        if not self.open:
            delivery.fail("dispatch_failed")
            return
        retried = {"retry_attempt": again, "retry_reason": "timeout" if again else ""}
        frame = {
            "envelope_id": delivery.id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != EVENTS,
            **(retried if delivery.kind == EVENTS else {}),
        }
        delivery.sent.append(time.monotonic())
        delivery.trouble = ""
        try:
            await self.open[-1][0].send_json(frame)
        except ConnectionError:
            delivery.fail("operation_timeout")

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """The polite way: every client is asked to open a new connection."""
        for socket, _request in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def drop(self) -> None:
        """The other way: every connection is cut."""
        for _socket, request in list(self.open):
            if request.transport is not None:
                request.transport.abort()

    async def close(self) -> None:
        for socket, _request in list(self.open):
            await socket.close()


class Requests:
    """Signed HTTP: the app is a web server at an address."""

    def __init__(self, url: str, secret: str, news: News, *, patience: float = PATIENCE) -> None:
        self.url = url
        self.secret = secret
        self.news = news
        self.patience = patience
        self._session = aiohttp.ClientSession()
        self._running: set[asyncio.Task[None]] = set()

    async def send(self, delivery: Delivery) -> None:
        """Bring it; the answer is taken when it comes."""
        task = asyncio.create_task(self._bring(delivery))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _bring(self, delivery: Delivery) -> None:
        headers, again = {}, len(delivery.sent)
        if again:
            reason = "http_timeout" if delivery.trouble == "operation_timeout" else "http_error"
            headers = {"x-slack-retry-num": str(again), "x-slack-retry-reason": reason}
        delivery.sent.append(time.monotonic())
        try:
            async with asyncio.timeout(self.patience):
                status, body = await self.post(*_encoded(delivery), headers)
        except TimeoutError:
            delivery.fail("operation_timeout")
        except aiohttp.ClientError as error:
            delivery.fail(f"connection_failed: {type(error).__name__}")
        else:
            if 200 <= status < 300:
                delivery.take(_answer(body))
            else:
                delivery.fail(f"http_error: {status}")

    async def post(
        self,
        body: bytes,
        kind: str,
        headers: Json | None = None,
        *,
        timestamp: str = "",
        signature: str = "",
    ) -> tuple[int, str]:
        """One signed request, or one with a wrong stamp; status and body of the answer."""
        stamp = timestamp or str(int(time.time()))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or sign(self.secret, stamp, body),
            **(headers or {}),
        }
        async with self._session.post(self.url, data=body, headers=signed) as response:
            return response.status, await response.text()

    async def verify_url(self) -> bool:
        """The challenge that Slack sends when an address is entered."""
        challenge = uuid.uuid4().hex
        body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
        status, answer = await self.post(body, "application/json")
        return status == 200 and challenge in answer

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._session.close()


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature, version 0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.kind == EVENTS:
        return json.dumps(delivery.payload).encode(), "application/json"
    form = (
        delivery.payload if delivery.kind == COMMAND else {"payload": json.dumps(delivery.payload)}
    )
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _answer(body: str) -> Json:
    """What stands in the body of an acknowledgement: JSON, a text, or nothing."""
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        return {"text": body}
    return found if isinstance(found, dict) else {"text": body}
