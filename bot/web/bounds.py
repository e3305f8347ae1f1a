"""What the web server takes in: never more than a chat delivers, and never for long."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 1024 * 1024
"""Of one request. Slack and Telegram deliver far less; files are fetched, not delivered."""

PATIENCE_S: Final = 10.0
"""So long a request may take to arrive."""

TOO_LARGE: Final = 413
TOO_SLOW: Final = 408


class Bounded:
    """Reads a request whole before anybody handles it; refuses what is too large or too slow.

    The size that a request claims is refused before it is sent; one that lies is cut off.
    """

    def __init__(
        self, app: ASGIApp, *, most: int = MOST_BYTES, patience_s: float = PATIENCE_S
    ) -> None:
        self._app, self._most, self._patience = app, most, patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _claimed(scope) > self._most:
            await _refusal(TOO_LARGE)(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._patience):
                body = await self._body(receive)
        except TimeoutError:
            await _refusal(TOO_SLOW)(scope, receive, send)
            return
        if body is None:
            await _refusal(TOO_LARGE)(scope, receive, send)
            return
        await self._app(scope, _Again(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        """All of it, None where it is too much."""
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > self._most:
                return None
            more = message.get("more_body", False)
        return b"".join(parts)


class _Again:
    """Hands out a body that was read already; then whatever else the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _claimed(scope: Scope) -> int:
    claimed = dict(scope["headers"]).get(b"content-length", b"0")
    return int(claimed) if claimed.isdigit() else 0


def _refusal(status: int) -> PlainTextResponse:
    words = {TOO_LARGE: "Too large.", TOO_SLOW: "Too slow."}
    return PlainTextResponse(words[status], status, headers={"connection": "close"})
