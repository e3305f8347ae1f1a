"""What every chat adapter must do, whichever service it speaks to.

A service is added in `RIGS`: a `Rig` opens its adapter on a server on loopback (or in memory), and
says what a person in the chat sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest
from msgspec.structs import replace
from slack_server import SlackServer, slack_server
from telegram_server import Fault, Limited, TelegramServer, telegram_server

from bot.channel import Button, Card, CardKind, Reply, Row, Table, Verb
from bot.chat.buttons import callbacks
from bot.chat.memory import MemoryChat, text_of
from bot.chat.port import (
    CALLBACK_BYTES,
    Adapter,
    ChatTrouble,
    Lost,
    Message,
    RateLimited,
    Refused,
    Unreachable,
)
from bot.chat_settings import SlackSettings, TelegramSettings
from bot.clock import SystemClock
from bot.intake import Taken
from bot.setting_values import Secret
from bot.slack.adapter import SlackAdapter
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.setup import telegram
from ledger.domain.events import ChatReceived

NONCE = "abcdefghijklmnop"


class Rig(Protocol):
    """One service, as a test drives it. `chat` is there; `gone` is a chat that is not."""

    adapter: Adapter
    chat: str
    gone: str

    async def texts(self) -> list[str]:
        """The words of every message in `chat` as they stand now, oldest first."""
        ...

    async def buttons(self) -> list[str]:
        """The ids of the buttons of the newest message in `chat`."""
        ...

    async def files(self) -> list[bytes]:
        """The files in `chat`, oldest first."""
        ...

    def busy(self, seconds: int) -> None:
        """The next call is answered with the service's way to ask for a pause."""
        ...

    def deaf(self) -> None:
        """The next call is carried out, and its answer lost."""
        ...


class MemoryRig:
    """The adapter in memory."""

    def __init__(self, adapter: MemoryChat) -> None:
        self.adapter: Adapter = adapter
        self._memory = adapter
        self.chat, self.gone = "C1", "C404"
        adapter.gone.add(self.gone)

    async def texts(self) -> list[str]:
        return [text_of(shown.message) for shown in self._memory.shown if shown.message]

    async def buttons(self) -> list[str]:
        message = self._memory.shown[-1].message
        return [name for ids in message.callbacks for name in ids] if message else []

    async def files(self) -> list[bytes]:
        return [shown.file.data for shown in self._memory.shown if shown.file]

    def busy(self, seconds: int) -> None:
        self._memory.troubles.append(RateLimited(seconds))

    def deaf(self) -> None:
        self._memory.troubles.append(Lost("The connection broke."))


@asynccontextmanager
async def in_memory() -> AsyncIterator[Rig]:
    yield MemoryRig(MemoryChat())


@asynccontextmanager
async def in_memory_unreadable() -> AsyncIterator[Rig]:
    yield MemoryRig(MemoryChat("memory-unreadable", can_read_back=False))


class SlackRig:
    """Slack's own client against a Slack on loopback."""

    def __init__(self, adapter: SlackAdapter, slack: SlackServer) -> None:
        self.adapter: Adapter = adapter
        self._slack, self._nora = slack, slack.person("nora")
        self.chat, self.gone = self._nora.dm.id, "C404"

    async def texts(self) -> list[str]:
        return [seen.text for seen in self._nora.reads() if not seen.raw.get("files")]

    async def buttons(self) -> list[str]:
        return [str(each.element["value"]) for each in self._nora.reads()[-1].controls]

    async def files(self) -> list[bytes]:
        return [each.data for each in self._slack.world.files.values() if each.data is not None]

    def busy(self, seconds: int) -> None:
        self._slack.faults.limit("chat.postMessage", retry_after=seconds)

    def deaf(self) -> None:
        self._slack.faults.lose("chat.postMessage")


class Unheard:
    """Nothing comes in where only posting is asked about."""

    async def take(self, received: ChatReceived, key: str) -> Taken:
        raise AssertionError(f"{key} came in: {received}")


@asynccontextmanager
async def slack() -> AsyncIterator[Rig]:
    async with slack_server() as server:
        settings = SlackSettings(
            bot_token=Secret(server.bot_token),
            api=server.api.rstrip("/"),
            app_token=Secret(server.app_token),
        )
        yield SlackRig(SlackAdapter(settings, Unheard(), SystemClock()), server)


class TelegramRig:
    """The Telegram adapter on a Telegram on loopback."""

    def __init__(self, server: TelegramServer, adapter: TelegramAdapter) -> None:
        self.adapter: Adapter = adapter
        self._server = server
        self.chat, self.gone = str(server.person(7).chat), "404"

    async def texts(self) -> list[str]:
        return [shown["text"] for shown in self._server.shown(int(self.chat)) if "text" in shown]

    async def buttons(self) -> list[str]:
        markup = self._server.shown(int(self.chat))[-1].get("reply_markup", {})
        return [key["callback_data"] for row in markup.get("inline_keyboard", []) for key in row]

    async def files(self) -> list[bytes]:
        shown = self._server.shown(int(self.chat))
        ids = [each["document"]["file_id"] for each in shown if "document" in each]
        return [self._server.files[ident][1] for ident in ids]

    def busy(self, seconds: int) -> None:
        self._server.fails("sendMessage", Limited(seconds))

    def deaf(self) -> None:
        self._server.fails("sendMessage", Fault.LOST)


@asynccontextmanager
async def on_telegram() -> AsyncIterator[Rig]:
    async with telegram_server() as server:
        settings = TelegramSettings(token=Secret(server.token), api=server.base_url)
        adapter = telegram(settings, Unheard(), SystemClock()).adapter
        try:
            yield TelegramRig(server, adapter)
        finally:
            await adapter.close()


RIGS: dict[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    "memory": in_memory,
    "memory that cannot be read back": in_memory_unreadable,
    "slack": slack,
    "telegram": on_telegram,
}
"""How to open each service; another one is added here and passes the same tests."""


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as opened:
        yield opened


CARD = Card(
    kind=CardKind.APPROVAL,
    about="apr-1",
    number=3,
    title="Send the offer to Ada",
    rows=(Row("What", ("Offer A-1",)), Row("How much", ("1.190,00 EUR",), important=True)),
    excerpt="Dear Ada, here is our offer.",
    buttons=(
        Button(label="Approve", typed="approve 3", verb=Verb.APPROVE),
        Button(label="Reject", typed="reject 3 WHY", verb=Verb.REJECT),
    ),
    sha256="aa" * 32,
)


def message(reply: Reply, *, post: str = "post-1", n: int = 1) -> Message:
    return Message(reply=reply, callbacks=callbacks(NONCE, reply.cards), post=post, n=n)


def said(*lines: str) -> Message:
    return message(Reply(lines=lines))


async def test_a_message_is_posted_and_has_an_id_of_its_own(rig: Rig) -> None:
    first = await rig.adapter.post(rig.chat, "", said("Good morning."))
    second = await rig.adapter.post(rig.chat, "", said("Good evening."))
    assert first
    assert first != second
    texts = await rig.texts()
    assert ["morning" in texts[0], "evening" in texts[1]] == [True, True]


async def test_a_card_shows_its_words_and_carries_the_ids_of_its_buttons(rig: Rig) -> None:
    await rig.adapter.post(rig.chat, "", message(Reply(cards=(CARD,))))
    [text] = await rig.texts()
    for words in ("Send the offer to Ada", "Offer A-1", "1.190,00 EUR", "Dear Ada"):
        assert words in text
    ids = await rig.buttons()
    assert ids == [f"{NONCE}:approve", f"{NONCE}:reject"]
    assert all(len(each.encode()) <= CALLBACK_BYTES for each in ids)


async def test_a_table_and_hints_are_shown(rig: Rig) -> None:
    table = Table(("Case", "Who"), (("1", "Ada"), ("2", "Bo")))
    reply = Reply(title="Status", table=table, hints=("`inbox` lists them.",))
    await rig.adapter.post(rig.chat, "", message(reply))
    [text] = await rig.texts()
    for words in ("Status", "Ada", "Bo", "inbox"):
        assert words in text


async def test_a_message_is_rewritten_in_place_and_loses_its_buttons(rig: Rig) -> None:
    posted = await rig.adapter.post(rig.chat, "", message(Reply(cards=(CARD,))))
    decided = replace(CARD, kind=CardKind.DECIDED, buttons=(), footer="approved by Nora")
    await rig.adapter.edit(rig.chat, posted, message(Reply(cards=(decided,)), n=2))
    [text] = await rig.texts()
    assert "approved by Nora" in text
    assert await rig.buttons() == []


async def test_rewriting_a_message_to_what_it_says_already_is_success(rig: Rig) -> None:
    posted = await rig.adapter.post(rig.chat, "", said("The same."))
    await rig.adapter.edit(rig.chat, posted, said("The same."))
    assert len(await rig.texts()) == 1


async def test_a_message_that_is_not_there_cannot_be_rewritten(rig: Rig) -> None:
    posted = await rig.adapter.post(rig.chat, "", said("Away with it."))
    await rig.adapter.delete(rig.chat, posted)
    with pytest.raises(Refused):
        await rig.adapter.edit(rig.chat, posted, said("Too late."))


async def test_a_message_is_taken_away_and_once_more_is_no_trouble(rig: Rig) -> None:
    posted = await rig.adapter.post(rig.chat, "", said("Away with it."))
    await rig.adapter.delete(rig.chat, posted)
    await rig.adapter.delete(rig.chat, posted)
    assert await rig.texts() == []


async def test_a_file_is_put_into_the_chat_as_it_is(rig: Rig) -> None:
    data = bytes(range(256)) * 10
    assert await rig.adapter.upload(rig.chat, "", "invoice.pdf", data, "Invoice 1")
    assert await rig.files() == [data]


async def test_a_post_is_found_by_its_number_where_the_service_can_be_read(rig: Rig) -> None:
    posted = await rig.adapter.post(rig.chat, "", message(Reply(lines=("x",)), post="post-7", n=2))
    found = await rig.adapter.find(rig.chat, "", "post-7", 2)
    assert found == (posted if rig.adapter.can_read_back else None)
    assert await rig.adapter.find(rig.chat, "", "post-7", 1) is None
    assert await rig.adapter.find(rig.chat, "", "post-8", 2) is None


async def test_a_service_that_asks_for_a_pause_has_done_nothing(rig: Rig) -> None:
    rig.busy(7)
    with pytest.raises(RateLimited) as caught:
        await rig.adapter.post(rig.chat, "", said("Later."))
    assert caught.value.retry_after == 7
    assert await rig.texts() == []


async def test_a_lost_answer_is_lost_and_never_repeated_by_the_adapter(rig: Rig) -> None:
    rig.deaf()
    with pytest.raises(Lost):
        await rig.adapter.post(rig.chat, "", said("Did it arrive?"))
    assert len(await rig.texts()) == 1


async def test_a_chat_that_is_gone_is_unreachable_with_a_remedy(rig: Rig) -> None:
    with pytest.raises(Unreachable) as caught:
        await rig.adapter.post(rig.gone, "", said("Hello?"))
    assert caught.value.cause
    assert caught.value.remedy


async def test_a_repeated_message_says_that_it_may_be_one(rig: Rig) -> None:
    await rig.adapter.post(rig.chat, "", replace(said("Once more."), repeated=True))
    [text] = await rig.texts()
    assert "possibly repeated" in text


async def test_the_longest_text_that_it_allows_arrives_whole(rig: Rig) -> None:
    limit = rig.adapter.limits.text
    words = " ".join("word" for _ in range(limit // 5 - 1))
    await rig.adapter.post(rig.chat, "", said(words))
    assert sum(text.count("word") for text in await rig.texts()) == words.count("word")


async def test_it_ends_when_it_is_told_to(rig: Rig) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(rig.adapter.run(stop))
    stop.set()
    await asyncio.wait_for(running, timeout=20)


@pytest.mark.parametrize(
    "trouble", [RateLimited(1), Lost("x"), Refused("x"), Unreachable("x", "y")]
)
def test_every_trouble_says_what_was_wrong_and_what_to_do(trouble: ChatTrouble) -> None:
    assert trouble.cause
    assert trouble.remedy
