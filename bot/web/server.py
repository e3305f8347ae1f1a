"""One web server for everything that comes in over HTTP: `/healthz`, and what chats deliver."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator, Sequence
from typing import Final

import uvicorn
from msgspec import Struct
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bot import texts
from bot.chat_settings import Listen
from bot.web.bounds import Bounded
from bot.web.health import Health
from ledger.domain.errors import CooError

GRACE_S: Final = 5
"""Seconds that requests under way get when the server is told to stop."""

MOST_AT_ONCE: Final = 200


class Door(Struct, frozen=True):
    """Where a chat delivers: an ASGI application, and the path under which it is mounted.

    It verifies what comes (signature, secret) before it believes a word of it.
    """

    path: str
    app: ASGIApp


class CannotListen(CooError):
    """The place to listen at is taken, or not this machine's."""


def web_app(health: Health, doors: Sequence[Door] = ()) -> ASGIApp:
    """The whole application. A path that nobody has is answered with 404."""
    mounts = [Mount(door.path, door.app) for door in doors]
    routes = [Route("/healthz", health.answer, methods=["GET"]), *mounts]
    return Bounded(Starlette(routes=routes))


class WebServer:
    """Serves from `opened` until it is told to stop; requests under way are finished first."""

    def __init__(self, app: ASGIApp, listen: Listen) -> None:
        self._listen = listen
        self._server = _Quiet(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                ws="none",
                limit_concurrency=MOST_AT_ONCE,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._socket: socket.socket | None = None
        self.place = ""
        """Where it listens, as an address; "" until it is open."""

    def open(self) -> str:
        """Bind, and say where. Raises `CannotListen`."""
        self._socket = _bound(self._listen)
        host, port = self._socket.getsockname()[:2]
        self.place = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self.place

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; opened first, where nobody has."""
        if self._socket is None:
            self.open()
        bound = [self._socket] if self._socket else []
        serving = asyncio.create_task(self._server.serve(sockets=bound))
        told = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._server.should_exit = True
            told.cancel()
            await asyncio.gather(told, return_exceptions=True)
            await serving
            self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()


class _Quiet(uvicorn.Server):
    """Leaves signals to `coo run`, which stops everything in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((listen.host, listen.port))
        bound.listen()
    except OSError as error:
        bound.close()
        place = f"{listen.host}:{listen.port}"
        known = texts.WEB_TAKEN if error.errno == errno.EADDRINUSE else texts.WEB_NOT_OURS
        why = error.strerror or str(error)
        raise CannotListen(*known.put(place=place, why=why)) from error
    bound.setblocking(False)
    return bound
