"""Slack over HTTP: one address for events, buttons, forms and commands.

Every request is verified by its signature before anybody reads it. A timestamp that is no number
and a signature that is no text are refused like wrong ones; Bolt itself would stumble over them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from typing import Final

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.internals import parse_body
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

MOUNTED: Final = "/slack"
EVENTS: Final = "/events"
"""Slack is told `<COO_PUBLIC_URL>/slack/events` as the address of everything."""

WINDOW_S: Final = 300
"""A request that is older is one that somebody kept."""

_STAMP: Final = re.compile(r"\d{1,12}", re.ASCII)
_REFUSED, _JUNK, _NOT_YET = 401, 400, 503


def slack_web(
    app: Callable[[], AsyncApp],
    secret: str,
    ready: Callable[[], bool],
    now: Callable[[], float] = time.time,
) -> Starlette:
    """The ASGI application to mount at `MOUNTED`."""
    handlers: list[AsyncSlackRequestHandler] = []

    async def receive(request: Request) -> Response:
        body = await request.body()
        if not verified(request.headers, body, secret, now()):
            return PlainTextResponse("", _REFUSED)
        if not _readable(body, request.headers.get("content-type", "")):
            return PlainTextResponse("", _JUNK)
        if not ready():
            return PlainTextResponse("", _NOT_YET)  # Slack brings it again
        if not handlers:
            handlers.append(AsyncSlackRequestHandler(app()))
        return await handlers[0].handle(request)

    return Starlette(routes=[Route(EVENTS, receive, methods=["POST"])])


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Whether Slack signed this, just now. Never raises, whatever stands in the headers."""
    stamp = headers.get("x-slack-request-timestamp", "")
    if not secret or not _STAMP.fullmatch(stamp) or abs(now - int(stamp)) > WINDOW_S:
        return False
    base = b"v0:" + stamp.encode() + b":" + body
    wanted = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    given = headers.get("x-slack-signature", "")
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


def _readable(body: bytes, content_type: str) -> bool:
    try:
        found = parse_body(body.decode("utf-8"), content_type.split(";", maxsplit=1)[0].strip())
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)
