"""The Slack on loopback brings things by signed HTTP, as to an app with a public address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_delivery import sign
from slack_sdk.web.async_client import AsyncWebClient
from slack_server import SlackServer

CARD = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "yes",
                "text": {"type": "plain_text", "text": "Approve"},
            }
        ],
    }
]


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """The address under which an application answers."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@pytest.fixture
async def bolt(slack: SlackServer) -> AsyncIterator[AsyncApp]:
    """An app of Slack's own framework behind a web server, to which the peer delivers."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.api)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    async with served(app.web_app("/slack/events")) as address:
        slack.deliver_to(address)
        yield app


@pytest.fixture
async def answering(slack: SlackServer) -> AsyncIterator[Any]:
    """A web server that answers as the test says, and keeps the headers it was sent."""

    class Answering:
        def __init__(self) -> None:
            self.headers: list[dict[str, str]] = []
            self.answer: Callable[[], Awaitable[web.Response]] = self.well

        async def well(self) -> web.Response:
            return web.Response(text="")

        async def broken(self) -> web.Response:
            return web.Response(status=500)

        async def never(self) -> web.Response:
            await asyncio.Event().wait()
            return web.Response()

        async def handle(self, request: web.Request) -> web.Response:
            await request.read()
            self.headers.append({k.lower(): v for k, v in request.headers.items()})
            return await self.answer()

    found = Answering()
    application = web.Application()
    application.router.add_post("/slack/events", found.handle)
    async with served(application) as address:
        slack.deliver_to(address, patience=0.3)
        yield found


async def test_an_address_is_taken_after_its_challenge_was_answered(
    slack: SlackServer, bolt: AsyncApp
) -> None:
    assert slack.requests is not None
    assert await slack.requests.verify_url()


async def test_messages_taps_forms_and_commands_come_signed_and_are_answered(
    slack: SlackServer, bolt: AsyncApp
) -> None:
    @bolt.event("message")
    async def hear(event: dict[str, Any], say: Any) -> None:
        await say("A card", blocks=CARD)

    @bolt.action("yes")
    async def approve(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Approved", replace_original=True, blocks=[])

    @bolt.command("/coo")
    async def command(ack: Any) -> None:
        await ack("Nothing waits for you.")

    nora = slack.person("nora")
    await nora.writes("Hello")
    await slack.until(nora.reads)
    tap = await nora.taps(nora.reads()[-1], "Approve")
    assert tap is not None
    await tap.acked()
    await nora.sees_soon("Approved")
    await (await nora.types_command("/coo status")).acked()
    await nora.sees_soon("Nothing waits for you.")
    assert slack.complaints == []


async def test_a_wrong_signature_an_old_stamp_and_another_apps_secret_are_turned_away(
    slack: SlackServer, bolt: AsyncApp
) -> None:
    assert slack.requests is not None
    body, kind = b"{}", "application/json"
    old = str(int(time.time()) - 600)
    wrong, _ = await slack.requests.post(body, kind, signature="v0=" + "0" * 64)
    stale, _ = await slack.requests.post(body, kind, timestamp=old)
    now = str(int(time.time()))
    foreign, _ = await slack.requests.post(
        body, kind, timestamp=now, signature=sign("another secret", now, body)
    )
    assert (wrong, stale, foreign) == (401, 401, 401)


async def test_an_event_that_was_not_taken_comes_again_and_says_that_it_does(
    slack: SlackServer, answering: Any
) -> None:
    answering.answer = answering.broken
    await slack.person("nora").writes("Hello")
    event = slack.deliveries[0]
    assert await event.over() == "http_error: 500"
    answering.answer = answering.well
    assert await slack.redeliver() == 1
    await event.acked()
    assert await slack.redeliver() == 0
    first, second = answering.headers
    assert "x-slack-retry-num" not in first
    assert (second["x-slack-retry-num"], second["x-slack-retry-reason"]) == ("1", "http_error")


async def test_a_command_that_is_not_answered_in_time_fails_before_the_persons_eyes(
    slack: SlackServer, answering: Any
) -> None:
    answering.answer = answering.never
    typed = await slack.person("nora").types_command("/coo status")
    assert await typed.over() == "operation_timeout"
    assert slack.person("nora").warnings == ["operation_timeout"]
