"""Slack over HTTP: one address for events, buttons, forms and commands.

Every request is verified by its signature before anybody reads it. A timestamp that is no number
is refused like a wrong signature; Bolt itself would stumble over it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

MOUNTED: Final = "/slack"
EVENTS: Final = "/events"
"""Slack is told `<COO_PUBLIC_URL>/slack/events` as the address of everything."""

_STAMP: Final = re.compile(r"\d{1,12}", re.ASCII)
_REFUSED, _JUNK, _NOT_YET = 401, 400, 503


def slack_web(app: Callable[[], AsyncApp], ready: Callable[[], bool]) -> Starlette:
    """The ASGI application to mount at `MOUNTED`."""
    handlers: list[AsyncSlackRequestHandler] = []

    async def receive(request: Request) -> Response:
        if not _STAMP.fullmatch(request.headers.get("x-slack-request-timestamp", "")):
            return PlainTextResponse("", _REFUSED)
        if not _readable(await request.body()):
            return PlainTextResponse("", _JUNK)
        if not ready():
            return PlainTextResponse("", _NOT_YET)  # Slack brings it again
        if not handlers:
            handlers.append(AsyncSlackRequestHandler(app()))
        return await handlers[0].handle(request)

    return Starlette(routes=[Route(EVENTS, receive, methods=["POST"])])


def _readable(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
