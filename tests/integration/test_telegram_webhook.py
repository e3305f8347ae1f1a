"""Telegram calls Coo: web server, route and secret; and what `coo doctor` says of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from telegram_server import Fault, Limited, TelegramServer

from bot.chat.inbound import ChatDoor
from bot.chat_settings import Listen, TelegramSettings
from bot.clock import SystemClock
from bot.company.init import write_company
from bot.company.text import defaults
from bot.findings import Finding, Health
from bot.opening import App, open_app
from bot.setting_values import Secret
from bot.settings import Settings
from bot.telegram.checking import TelegramCheck
from bot.telegram.connection import Connection
from bot.telegram.setup import telegram as telegram_of
from bot.telegram.webhook import HEADER, PATH, Webhook
from bot.web.server import Door, WebServer, web_app
from ledger.domain.errors import SettingsInvalid
from ledger.domain.events import ChatReceived
from ledger.domain.values import DESK

SECRET = "a-secret-that-nobody-guesses"


class Well:
    """A `/healthz` is not what this is about."""

    async def answer(self, _: Any) -> Any:
        raise AssertionError("nobody asked")


@dataclass
class Hooked:
    """A company that Telegram calls."""

    app: App
    server: TelegramServer
    url: str

    async def heard(self) -> list[str]:
        facts = await self.app.ledger.case(DESK)
        return [fact.event.text for fact in facts if isinstance(fact.event, ChatReceived)]

    async def posts(self, body: Any, secret: str | None = SECRET, raw: bytes = b"") -> int:
        headers = {"Content-Type": "application/json"}
        headers |= {HEADER: secret} if secret is not None else {}
        data = BytesIO(raw or json.dumps(body).encode())
        async with (
            ClientSession() as client,
            client.post(self.url + PATH, data=data, headers=headers) as answer,
        ):
            return answer.status


def update(ident: int, text: str) -> dict[str, Any]:
    person = {"id": 7, "is_bot": False, "first_name": "Nora"}
    chat = {"id": 7, "type": "private"}
    message = {"message_id": ident, "date": 1, "chat": chat, "from": person, "text": text}
    return {"update_id": ident, "message": message}


def settings_of(server: TelegramServer, url: str = "", secret: str = "") -> TelegramSettings:
    return TelegramSettings(
        token=Secret(server.token),
        api=server.base_url,
        secret=Secret(secret) if secret else None,
        public_url=url,
    )


@asynccontextmanager
async def hooked(app: App, server: TelegramServer) -> AsyncIterator[Hooked]:
    """The address is known before the adapter is made, as behind a proxy it would be."""
    door = ChatDoor(app.intake, app.ledger, app.keys)
    late: dict[str, Any] = {}

    async def handed_on(scope: Any, receive: Any, send: Any) -> None:
        await late["door"].app(scope, receive, send)

    web = WebServer(_web(handed_on), Listen("127.0.0.1", 0))
    url = web.open()
    made = telegram_of(settings_of(server, url, SECRET), door, SystemClock())
    assert made.webhook is not None
    late["door"] = made.webhook.door
    stop = asyncio.Event()
    running = [asyncio.create_task(made.adapter.run(stop)), asyncio.create_task(web.run(stop))]
    async with asyncio.timeout(20):
        while not server.webhook:
            await server.called()
    try:
        yield Hooked(app, server, url)
    finally:
        stop.set()
        await asyncio.gather(*running)
        await made.adapter.close()


def _web(app: Callable[..., Any]) -> Any:
    return web_app(Well(), [Door(PATH, app)])  # type: ignore[arg-type]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    write_company(tmp_path / "company", defaults())
    async with open_app(Settings(data=tmp_path / "company")) as opened:
        yield opened


@pytest.fixture
async def hook(app: App, telegram: TelegramServer) -> AsyncIterator[Hooked]:
    async with hooked(app, telegram) as found:
        yield found


async def test_telegram_is_told_where_to_call_and_with_which_secret(hook: Hooked) -> None:
    assert hook.server.webhook["url"] == hook.url + PATH
    assert hook.server.webhook["secret_token"] == SECRET
    assert hook.server.webhook["allowed_updates"] == ["message", "edited_message", "callback_query"]


async def test_what_telegram_delivers_is_a_fact_when_it_is_acknowledged(hook: Hooked) -> None:
    nora = hook.server.person(7)
    nora.says("Good morning")
    nora.says("inbox")
    assert await hook.server.deliver() == [200, 200]
    assert await hook.heard() == ["Good morning", "inbox"]


async def test_a_call_that_comes_twice_is_one_fact(hook: Hooked) -> None:
    assert [await hook.posts(update(5, "Hello")) for _ in range(2)] == [200, 200]
    assert await hook.heard() == ["Hello"]


@pytest.mark.parametrize("secret", [None, "", "a-secret-that-nobody-guesse", SECRET + "s", "ä"])
async def test_who_does_not_know_the_secret_is_not_believed(
    hook: Hooked, secret: str | None
) -> None:
    assert await hook.posts(update(5, "approve 1"), secret) == 403
    assert await hook.heard() == []


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"update_id": "x"}', 400),
        (b"\xff\xfe", 400),
        (b"x" * 10 * 1024 * 1024, 413),
        (b'{"update_id": 9, "message": {"message_id": "none"}}', 200),
        (b'{"update_id": 9}', 200),
    ],
    ids=["half", "list", "no number", "no text", "10 MB", "unreadable", "empty"],
)
async def test_junk_is_refused_and_breaks_nothing(hook: Hooked, raw: bytes, status: int) -> None:
    assert await hook.posts(None, raw=raw) == status
    assert await hook.posts(update(10, "Hello")) == 200
    assert await hook.heard() == ["Hello"]


async def test_only_posts_are_taken(hook: Hooked) -> None:
    async with ClientSession() as client, client.get(hook.url + PATH) as answer:
        assert answer.status == 405


async def test_where_nothing_can_be_recorded_telegram_is_asked_to_call_again(
    hook: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(hook.app.intake, "once", full)
        assert await hook.posts(update(5, "Hello")) == 503
    assert await hook.posts(update(5, "Hello")) == 200
    assert await hook.heard() == ["Hello"]


async def test_a_hundred_calls_at_once_are_a_hundred_facts(hook: Hooked) -> None:
    statuses = await asyncio.gather(*(hook.posts(update(n, str(n))) for n in range(1, 101)))
    assert set(statuses) == {200}
    assert sorted(map(int, await hook.heard())) == list(range(1, 101))


def test_without_a_secret_there_is_no_webhook(telegram: TelegramServer) -> None:
    settings = settings_of(telegram, "https://coo.example")
    with pytest.raises(SettingsInvalid) as caught:
        Webhook(Connection(settings), settings, SystemClock())
    assert "COO_TELEGRAM_SECRET" in caught.value.cause


# --- coo doctor -----------------------------------------------------------------------------------


async def looked(settings: TelegramSettings) -> list[Finding]:
    return list(await TelegramCheck(settings).look())


async def test_doctor_names_the_bot_and_the_way_its_messages_take(
    telegram: TelegramServer,
) -> None:
    bot, way = await looked(settings_of(telegram))
    assert "@coo_test_bot" in bot.what
    assert [bot.health, way.health] == [Health.OK, Health.OK]
    assert not telegram.of("getUpdates")


async def test_doctor_says_that_a_token_is_wrong_without_showing_it(
    telegram: TelegramServer,
) -> None:
    wrong = TelegramSettings(token=Secret("1:wrong-and-secret"), api=telegram.base_url)
    [found] = await looked(wrong)
    assert found.health is Health.BROKEN
    assert "wrong, or was revoked" in found.what
    assert "wrong-and-secret" not in found.what + found.remedy


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.DROPPED, Limited(3)])
async def test_doctor_says_that_telegram_does_not_answer(
    telegram: TelegramServer, fault: Any
) -> None:
    telegram.fails("getMe", fault)
    [found] = await looked(settings_of(telegram))
    assert found.health is Health.BROKEN
    assert found.remedy


async def test_doctor_names_a_webhook_that_gets_the_messages_instead(
    telegram: TelegramServer,
) -> None:
    telegram.webhook = {"url": "https://old.example/hook/secret-path"}
    way = (await looked(settings_of(telegram)))[1]
    assert way.health is Health.ADVICE
    assert "old.example" in way.what
    assert "secret-path" not in way.what


async def test_doctor_says_what_keeps_telegram_from_calling(telegram: TelegramServer) -> None:
    settings = settings_of(telegram, "https://coo.example", SECRET)
    way = (await looked(settings))[1]
    assert (way.health, "does not call" in way.what) == (Health.ADVICE, True)
    telegram.webhook = {"url": "https://coo.example/telegram"}
    way = (await looked(settings))[1]
    assert (way.health, "Telegram calls" in way.what) == (Health.OK, True)
    telegram.webhook["last_error_message"] = "SSL error: certificate verify failed"
    telegram.webhook["last_error_date"] = 1
    way = (await looked(settings))[1]
    assert (way.health, "certificate" in way.what) == (Health.BROKEN, True)


async def test_doctor_advises_against_a_short_secret(telegram: TelegramServer) -> None:
    short = await looked(settings_of(telegram, "https://coo.example", "short"))
    assert "less than 16" in short[-1].what


async def test_doctor_says_how_to_get_a_bot_where_there_is_none() -> None:
    [found] = await TelegramCheck(None).look()
    assert found.health is Health.ABSENT
    assert "@BotFather" in found.remedy
