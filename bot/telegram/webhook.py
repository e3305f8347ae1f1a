"""Letting Telegram call: a route that believes nobody who does not know the secret."""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot import texts
from bot.chat.inbound import ArrivalRefused, payload, refuse_oversized
from bot.chat_settings import TelegramSettings
from bot.telegram.connection import Connection, update_of
from bot.telegram.failing import asked
from bot.telegram.inbound import WANTED
from bot.telegram.troubles import Take, Troubles
from bot.web.server import Door
from ledger.domain.errors import CooError, SettingsInvalid
from ledger.domain.reading import Clock

log: Final = logging.getLogger(__name__)

PATH: Final = "/telegram"
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


class Webhook:
    """Receives what Telegram posts. It is acknowledged when it is on disk, so nothing is lost.

    Raises `SettingsInvalid` without a secret: then anybody could speak in the operator's name.
    """

    def __init__(self, connection: Connection, settings: TelegramSettings, clock: Clock) -> None:
        if settings.secret is None:
            raise SettingsInvalid(*texts.TELEGRAM_WEBHOOK_SECRET.put())
        self._connection, self._secret = connection, settings.secret
        self._url = settings.public_url + PATH
        self._take: Take | None = None
        self.troubles = Troubles(clock)

    @property
    def door(self) -> Door:
        """Where the web server hands over what Telegram posts."""
        return Door(path=PATH, app=self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        request = Request(scope, receive)
        posted = request.method == "POST"
        answer = await self.receive(request) if posted else Response(status_code=405)
        await answer(scope, receive, send)

    @property
    def hears(self) -> bool:
        return self.troubles.none

    async def run(self, take: Take, stop: asyncio.Event) -> None:
        """Ask Telegram to call, and take calls until `stop` is set. Later ones wait at Telegram."""
        self._take = take
        try:
            await self.troubles.until_done(self._announce, stop)
            await stop.wait()
        finally:
            self._take = None

    async def receive(self, request: Request) -> Response:
        """One call: 200 when it is recorded; 403, 400 or 413 and nothing recorded; 503: later."""
        if not self._known(request.headers.get(HEADER, "")):
            log.warning("%s %s", *texts.TELEGRAM_FOREIGN.put())
            return PlainTextResponse(texts.TELEGRAM_FOREIGN.cause, 403)
        try:
            await self._receive(await _body(request))
        except ArrivalRefused as refused:
            log.warning("%s", refused)
            return PlainTextResponse(refused.cause, refused.status)
        except (CooError, OSError) as error:
            log.warning("%s", error)
            return Response(status_code=503)
        except ClientDisconnect:
            return Response(status_code=400)
        return Response()

    async def _receive(self, raw: bytes) -> None:
        update = update_of(payload(raw))
        if update is None:
            raise ArrivalRefused(texts.TELEGRAM_BAD_UPDATE)
        if self._take is None:
            raise CooError(*texts.TELEGRAM_NOT_TAKING.put())
        await self._take(update)

    async def _announce(self) -> None:
        call = self._connection.bot.set_webhook(
            self._url, secret_token=self._secret.reveal(), allowed_updates=list(WANTED)
        )
        await asked(call)
        await self._connection.me()

    def _known(self, given: str) -> bool:
        """Compared in constant time, so that nobody finds the secret sign by sign."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.reveal().encode())


async def _body(request: Request) -> bytes:
    """The body, read no further than a delivery may be long."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        refuse_oversized(len(raw))
    return bytes(raw)
