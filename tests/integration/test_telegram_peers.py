"""What both Telegrams on loopback must do alike: our own peer, and another project's emulator."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from telegram import Update
from telegram_emulator import telegram_emulator
from telegram_server import telegram_server

from bot.channel import Button, Card, CardKind, Reply, Row, Table, Verb
from bot.chat.port import Message, Refused
from bot.chat_settings import TelegramSettings
from bot.clock import SystemClock
from bot.setting_values import Secret
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.connection import Connection
from bot.telegram.polling import Polling

NORA = 7
CARD = Card(
    kind=CardKind.APPROVAL,
    about="apr-1",
    number=3,
    title="Send an offer to Ada",
    rows=(Row("To", ("ada@byron.example",)),),
    excerpt="Dear @ada, see https://byron.example 🟡",
    buttons=(Button(label="Approve", typed="approve 3", verb=Verb.APPROVE),),
)
TABLE = Table(("No.", "What"), (("1", "offer"),))


def png(width: int = 4, height: int = 3) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


class Nobody:
    """A door behind which nothing is recorded: these tests only send."""

    async def take(self, received: Any, key: str) -> Any:
        raise AssertionError(f"{key} was not expected: {received}")


@pytest.fixture(params=["own peer", "emulator"])
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:
        if request.param == "emulator":
            yield await stack.enter_async_context(telegram_emulator())
        else:
            server = await stack.enter_async_context(telegram_server())
            server.person(NORA)
            yield server


@pytest.fixture
async def connection(peer: Any) -> AsyncIterator[Connection]:
    settings = TelegramSettings(token=Secret(peer.token), api=peer.base_url)
    made = Connection(settings, call_s=5)
    yield made
    await made.close()


@pytest.fixture
def adapter(connection: Connection) -> TelegramAdapter:
    clock = SystemClock()
    return TelegramAdapter(connection, Nobody(), Polling(connection, clock), clock)


async def test_the_bot_says_who_it_is(connection: Connection) -> None:
    me = await connection.me()
    assert me.username == "coo_test_bot"
    assert not me.reads_groups


async def test_a_card_with_a_table_and_foreign_text_is_taken_as_it_is(
    adapter: TelegramAdapter,
) -> None:
    message = Message(reply=Reply(title="Two things", table=TABLE, cards=(CARD,)),
                      callbacks=(("abcdefghijklmnop:approve",),))  # fmt: skip
    first = await adapter.post(str(NORA), "", message)
    second = await adapter.post(str(NORA), "", message)
    assert int(first) < int(second)


async def test_a_message_is_rewritten_without_its_buttons(adapter: TelegramAdapter) -> None:
    message = Message(reply=Reply(cards=(CARD,)), callbacks=(("n:approve",),))
    sent = await adapter.post(str(NORA), "", message)
    await adapter.edit(str(NORA), sent, Message(reply=Reply(lines=("Approved.",))))
    await adapter.delete(str(NORA), sent)


async def test_a_picture_and_a_document_are_taken(adapter: TelegramAdapter) -> None:
    for name, data in (("card.png", png()), ("offer.pdf", b"%PDF-1.7")):
        assert int(await adapter.upload(str(NORA), "", name, data, "An offer"))


async def test_a_chat_that_is_none_is_named(adapter: TelegramAdapter) -> None:
    with pytest.raises(Exception, match="no such chat"):
        await adapter.post("0", "", Message(reply=Reply(lines=("Hello",))))


async def test_an_empty_file_name_or_a_huge_file_never_leaves(adapter: TelegramAdapter) -> None:
    with pytest.raises(Refused, match="50 MB"):
        await adapter.upload(str(NORA), "", "huge.bin", bytes(50_000_001), "")


async def test_no_message_shows_a_preview_of_a_link(peer: Any, adapter: TelegramAdapter) -> None:
    await adapter.post(str(NORA), "", Message(reply=Reply(lines=("https://x.example",))))
    previews = peer.previews if hasattr(peer, "previews") else [
        each.fields["link_preview_options"] for each in peer.of("sendMessage")
    ]  # fmt: skip
    assert previews == [{"is_disabled": True}]


async def test_an_update_is_polled_and_stays_until_it_is_confirmed(
    peer: Any, connection: Connection
) -> None:
    await _says(peer, "inbox")
    polled = [await connection.bot.get_updates(timeout=1) for _ in range(2)]
    assert [[each.message.text for each in found if each.message] for found in polled] == [
        ["inbox"],
        ["inbox"],
    ]
    [update] = polled[0]
    assert not await connection.bot.get_updates(offset=update.update_id + 1, timeout=0)


async def _says(peer: Any, text: str) -> Update | None:
    if hasattr(peer, "person"):
        peer.person(NORA).says(text)
        return None
    message = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": NORA, "type": "private"},
        "from": {"id": NORA, "is_bot": False, "first_name": "Nora"},
        "text": text,
    }
    await peer.enqueue_update({"message": message}, token=peer.token)
    return None
