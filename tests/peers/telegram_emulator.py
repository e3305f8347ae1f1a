"""The Bot API emulator of another project (`lo-bot-api-emulator`), on a free port of loopback.

What is added to it: the bot's name, which python-telegram-bot wants, and an ear for
`link_preview_options`, which it does not know. It has no drafts, no forced replies, no faults.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator

TOKEN: Final = "4242:AAH-synthetic_token_of_the_tests_0123456"


class Emulator(LoBotApiEmulator):  # type: ignore[misc]  # it carries no types
    """It keeps `sent`: the parameters of each call that was answered."""

    def __init__(self) -> None:
        super().__init__(allow_insecure_loopback_webhooks=True)
        self.port = 0
        self.token = TOKEN
        self.previews: list[Any] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def read_request(self, request: web.Request) -> tuple[dict[str, Any], dict[str, Any]]:
        fields, uploads = await super().read_request(request)
        if (preview := fields.pop("link_preview_options", None)) is not None:
            self.previews.append(self.decoded(preview))
        self.sent.append((request.match_info["method"], dict(fields)))
        return fields, uploads

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        answer = super().validate(method, fields, uploads)
        return {**answer, "username": "coo_test_bot"} if method == "getMe" else answer


@asynccontextmanager
async def telegram_emulator() -> AsyncIterator[Emulator]:
    """The emulator on a free port of this machine, until the block ends."""
    found = Emulator()
    app = found.app()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    try:
        yield found
    finally:
        await runner.cleanup()
