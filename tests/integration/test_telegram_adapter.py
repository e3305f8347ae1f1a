"""The Telegram adapter against a Telegram on loopback that fails like the real one."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram_server import TOKEN, Fault, Limited, Person, TelegramServer

from bot import texts
from bot.channel import Button, Card, CardKind, Editor, Prompt, Reply, Verb
from bot.chat.inbound import ChatDoor
from bot.chat.port import Lost, Message, RateLimited, Refused, Unreachable
from bot.chat_settings import TelegramSettings
from bot.company.init import write_company
from bot.company.text import defaults
from bot.intake import Taken
from bot.opening import App, open_app
from bot.setting_values import Secret
from bot.settings import Settings
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.connection import Connection
from bot.telegram.discretion import HIDDEN
from bot.telegram.inbound import received
from bot.telegram.polling import Polling
from bot.telegram.troubles import TwoPolls
from ledger.domain.events import ChatFile, ChatKind, ChatReceived
from ledger.domain.facts import Fact
from ledger.domain.values import DESK

NORA = 7
SECRET_PART = TOKEN.partition(":")[2]


class Stopwatch:
    """Sleeps in no time, and keeps how long it would have been. `after` sleeps it calls back."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.then: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=sum(self.slept))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.then()
        await asyncio.sleep(0)


@dataclass
class Opened:
    """A company that listens to Telegram."""

    app: App
    server: TelegramServer
    nora: Person
    clock: Stopwatch
    connection: Connection
    polling: Polling
    adapter: TelegramAdapter

    async def until(self, count: int) -> list[Fact]:
        """What was heard, once it is so much; then the adapter is stopped."""
        return await self.run(lambda: self.heard_at_least(count))

    async def run(self, enough: Callable[[], Awaitable[bool]]) -> list[Fact]:
        news, stop = asyncio.Event(), asyncio.Event()
        end = self.app.ledger.subscribe(lambda _: news.set())
        running = asyncio.create_task(self.adapter.run(stop))
        try:
            async with asyncio.timeout(30):
                while not await enough():
                    await news.wait()
                    news.clear()
        finally:
            end()
            stop.set()
            await running
        return await self.heard()

    async def heard_at_least(self, count: int) -> bool:
        return len(await self.heard()) >= count

    async def heard(self) -> list[Fact]:
        facts = await self.app.ledger.case(DESK)
        return [fact for fact in facts if isinstance(fact.event, ChatReceived)]


def words(facts: list[Fact]) -> list[str]:
    return [fact.event.text for fact in facts if isinstance(fact.event, ChatReceived)]


@pytest.fixture
async def opened(telegram: TelegramServer, tmp_path: Path) -> AsyncIterator[Opened]:
    write_company(tmp_path / "company", defaults())
    settings = TelegramSettings(token=Secret(telegram.token), api=telegram.base_url)
    clock = Stopwatch()
    async with open_app(Settings(data=tmp_path / "company")) as app:
        door = ChatDoor(app.intake, app.ledger, app.keys)
        connection = Connection(settings, call_s=5)
        polling = Polling(connection, clock, wait_s=1)
        adapter = TelegramAdapter(connection, door, polling, clock)
        yield Opened(app, telegram, telegram.person(NORA), clock, connection, polling, adapter)
        await adapter.close()


def said(*lines: str) -> Message:
    return Message(reply=Reply(lines=lines))


# --- in -------------------------------------------------------------------------------------------


async def test_what_is_said_is_a_fact_before_telegram_is_told_so(opened: Opened) -> None:
    opened.nora.says("Good morning")
    opened.nora.says("inbox")
    assert words(await opened.until(2)) == ["Good morning", "inbox"]
    assert set(opened.server.offsets) <= {0, opened.server.last_update() + 1}
    assert opened.server.commands[0]["command"] == "start"


async def test_a_message_delivered_twice_is_heard_once(opened: Opened) -> None:
    opened.nora.says("Good morning")
    await opened.until(1)
    opened.server.again(opened.server.last_update())
    opened.nora.says("And again")
    assert words(await opened.until(2)) == ["Good morning", "And again"]


async def test_a_crash_between_the_answer_and_the_fact_loses_nothing(opened: Opened) -> None:
    opened.nora.says("Good morning")
    assert await opened.connection.bot.get_updates(timeout=0)  # and the process dies here
    assert words(await opened.until(1)) == ["Good morning"]


async def test_a_disk_that_takes_nothing_keeps_the_message_at_telegram(opened: Opened) -> None:
    full = [OSError(28, "No space left on device")]
    real = opened.adapter._door.take

    async def take(received: ChatReceived, key: str) -> Taken:
        if full and received.text == "second":
            raise full.pop()
        return await real(received, key)

    opened.adapter._door.take = take  # type: ignore[method-assign]
    for text in ("first", "second", "third"):
        opened.nora.says(text)
    assert words(await opened.until(3)) == ["first", "second", "third"]
    assert opened.clock.slept == [1.0]


async def test_chats_do_not_wait_for_each_other(opened: Opened) -> None:
    people = [opened.server.person(100 + n, f"P{n}") for n in range(20)]
    for turn in range(5):
        for person in people:
            person.says(f"{turn}")
    facts = await opened.until(100)
    by_chat: dict[str, list[str]] = {}
    for fact in facts:
        assert isinstance(fact.event, ChatReceived)
        by_chat.setdefault(fact.event.chat, []).append(fact.event.text)
    assert list(by_chat.values()) == [["0", "1", "2", "3", "4"]] * 20


async def test_a_tap_is_acknowledged_once_it_is_a_fact(opened: Opened) -> None:
    card = Card(kind=CardKind.APPROVAL, about="apr-1", title="Send",
                buttons=(Button(label="Approve", typed="a", verb=Verb.APPROVE),))  # fmt: skip
    sent = await opened.adapter.post(
        str(NORA), "", Message(reply=Reply(cards=(card,)), callbacks=(("n:approve",),))
    )
    query = opened.nora.taps("Approve")
    old = opened.nora.taps("Approve", inaccessible=True)
    facts = await opened.until(2)
    assert {query, old} == set(opened.server.answered)
    for fact in facts:
        assert isinstance(fact.event, ChatReceived)
        assert (fact.event.kind, fact.event.button) == (ChatKind.TAP, "n:approve")
        assert fact.event.message == sent


async def test_an_update_that_nobody_can_read_holds_up_no_other(opened: Opened) -> None:
    opened.server.put("message", {"message_id": "none", "date": "never"})
    opened.server.put("message", {"message_id": 1, "date": 1})
    opened.nora.says("Good morning")
    assert words(await opened.until(1)) == ["Good morning"]


async def test_a_form_of_message_that_nobody_foresaw_holds_up_no_other(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(update: Any, me: Any) -> ChatReceived | None:
        if update.message.text == "a new form":
            raise AttributeError("from_user")
        return received(update, me)

    monkeypatch.setattr("bot.telegram.adapter.received", stumbles)
    opened.nora.says("a new form")
    opened.nora.says("Good morning")
    assert words(await opened.until(1)) == ["Good morning"]
    assert "is passed over: AttributeError" in caplog.text


async def test_a_message_is_changed_and_the_change_is_a_fact_of_its_own(opened: Opened) -> None:
    message = opened.nora.says("Good mroning")
    opened.nora.edits(message, "Good morning")
    facts = await opened.until(2)
    assert words(facts) == ["Good mroning", "Good morning"]
    kinds = [fact.event.kind for fact in facts if isinstance(fact.event, ChatReceived)]
    assert kinds == [ChatKind.MESSAGE, ChatKind.EDITED]


async def test_a_second_process_with_the_token_is_named_and_waited_for(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    opened.server.fails("getUpdates", Fault.CONFLICT, Fault.CONFLICT)
    opened.nora.says("Good morning")
    assert words(await opened.until(1)) == ["Good morning"]
    assert opened.clock.slept == [10.0, 10.0]
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "Another process reads this bot's messages" in told[0]
    assert told[1:] == [texts.TELEGRAM_WELL]


async def test_a_real_second_process_gets_the_messages_and_this_one_says_so(
    opened: Opened,
) -> None:
    other = Connection(
        TelegramSettings(token=Secret(opened.server.token), api=opened.server.base_url), call_s=5
    )
    told = asyncio.Event()
    opened.clock.then = told.set
    stop = asyncio.Event()
    running = asyncio.create_task(opened.adapter.run(stop))
    async with asyncio.timeout(30):
        while not told.is_set():
            await other.bot.get_updates(timeout=0)
    found = opened.polling.troubles.now
    stop.set()
    await running
    await other.close()
    assert isinstance(found, TwoPolls)


async def test_a_pause_that_telegram_asks_for_is_kept(opened: Opened) -> None:
    opened.server.fails("getUpdates", Limited(17), Fault.BROKEN, Fault.GARBAGE, Fault.DROPPED)
    opened.nora.says("Good morning")
    assert words(await opened.until(1)) == ["Good morning"]
    assert opened.clock.slept == [17.0, 2.0, 5.0, 10.0]


async def test_a_token_that_was_revoked_is_tried_again_and_never_shown(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened.server.token = "4242:another"

    def replaced() -> None:
        if len(opened.clock.slept) == 3:
            opened.server.token = TOKEN

    opened.clock.then = replaced
    opened.nora.says("Good morning")
    assert words(await opened.until(1)) == ["Good morning"]
    assert "Telegram refuses the token" in caplog.text
    assert SECRET_PART not in caplog.text
    assert HIDDEN in caplog.text


async def test_a_webhook_of_earlier_days_is_taken_away_and_its_messages_are_kept(
    opened: Opened,
) -> None:
    await opened.connection.bot.set_webhook("https://old.example/hook")
    opened.nora.says("Good morning")
    assert words(await opened.until(1)) == ["Good morning"]
    assert opened.server.webhook == {}


async def test_while_coo_works_on_a_message_it_says_so(opened: Opened) -> None:
    opened.nora.says("inbox")
    await opened.until(1)
    assert [call.fields["action"] for call in opened.server.of("sendChatAction")] == ["typing"]


# --- out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (Limited(9), RateLimited),
        (Fault.LOST, Lost),
        (Fault.DROPPED, Lost),
        (Fault.BROKEN, Lost),
        (Fault.GARBAGE, Lost),
    ],
)
async def test_what_became_of_a_message_is_said_as_it_is_known(
    opened: Opened, fault: Any, trouble: type[Exception]
) -> None:
    opened.server.fails("sendMessage", fault)
    with pytest.raises(trouble) as caught:
        await opened.adapter.post(str(NORA), "", said("Hello"))
    assert len(opened.server.shown(NORA)) == int(fault is Fault.LOST)
    assert SECRET_PART not in repr(caught.value)
    assert caught.value.__cause__ is None


async def test_where_telegram_cannot_be_reached_nothing_was_sent_and_that_is_known() -> None:
    settings = TelegramSettings(token=Secret(TOKEN), api="http://127.0.0.1:1")
    connection = Connection(settings, call_s=5)
    adapter = TelegramAdapter(connection, Nobody(), Polling(connection, Stopwatch()), Stopwatch())
    with pytest.raises(RateLimited, match="nothing was sent"):
        await adapter.post(str(NORA), "", said("Hello"))
    await adapter.close()


class Nobody:
    async def take(self, received: ChatReceived, key: str) -> Taken:
        raise AssertionError(key)


async def test_a_bot_that_was_blocked_cannot_reach_its_person(opened: Opened) -> None:
    opened.server.blocked.add(NORA)
    with pytest.raises(Unreachable, match="blocked") as caught:
        await opened.adapter.post(str(NORA), "", said("Hello"))
    assert "Unblock" in caught.value.remedy


async def test_somebody_who_never_started_the_bot_cannot_be_written_to(opened: Opened) -> None:
    opened.server.person(8, "Ben", started=False)
    with pytest.raises(Unreachable, match="initiate"):
        await opened.adapter.post("8", "", said("Hello"))


async def test_a_token_that_was_revoked_is_named_without_being_shown(opened: Opened) -> None:
    opened.server.token = "4242:another"
    with pytest.raises(Unreachable, match="refuses the token") as caught:
        await opened.adapter.post(str(NORA), "", said("Hello"))
    assert "COO_TELEGRAM_TOKEN" in caught.value.remedy
    assert SECRET_PART not in str(caught.value)


async def test_a_text_longer_than_a_message_goes_on_and_a_pause_in_between_repeats_nothing(
    opened: Opened,
) -> None:
    opened.server.fails("sendMessage", None, Limited(3))
    sent = await opened.adapter.post(str(NORA), "", said("a" * 4000, "b" * 4000, "c" * 4000))
    shown = opened.server.shown(NORA)
    assert [each["text"][0] for each in shown] == ["a", "b", "c"]
    assert str(shown[-1]["message_id"]) == sent
    assert opened.clock.slept == [3.0]
    silent = [call.fields.get("disable_notification") for call in opened.server.of("sendMessage")]
    assert silent == ["true", "true", "true", None]


async def test_a_very_long_answer_comes_as_a_file(opened: Opened) -> None:
    lines = tuple(f"line {n} {'x' * 100}" for n in range(400))
    await opened.adapter.post(str(NORA), "", said(*lines))
    document, first, last = opened.server.shown(NORA)
    assert document["document"]["file_name"] == texts.TELEGRAM_FILE
    assert b"line 399" in opened.server.files[document["document"]["file_id"]][1]
    assert first["text"].startswith("line 0")
    assert last["text"] == texts.TELEGRAM_CUT


async def test_a_question_opens_the_keyboard_of_the_phone(opened: Opened) -> None:
    await opened.adapter.post(
        str(NORA), "", Message(reply=Reply(prompt=Prompt(question="Why not?", command="reject 3")))
    )
    markup = opened.server.of("sendMessage")[0].fields["reply_markup"]
    assert markup == {
        "force_reply": True,
        "selective": True,
        "input_field_placeholder": "Why not?",
    }


async def test_texts_to_change_are_shown_so_that_a_tap_copies_them(opened: Opened) -> None:
    editor = Editor(approval="apr-1", number=3, fields={"subject": "Your offer", "body": "Dear"})
    reply = Reply(lines=("subject: Your offer",), editor=editor, hints=("Reply to this.",))
    await opened.adapter.post(str(NORA), "", Message(reply=reply))
    call = opened.server.of("sendMessage")[0]
    assert call.fields["text"] == "subject\nYour offer\n\nbody\nDear\n\nReply to this."
    assert [each["type"] for each in call.fields["entities"]] == [
        "bold", "pre", "bold", "pre", "italic",
    ]  # fmt: skip
    assert call.fields["reply_markup"]["force_reply"]


async def test_a_message_that_says_so_already_is_no_trouble(opened: Opened) -> None:
    sent = await opened.adapter.post(str(NORA), "", said("Hello"))
    await opened.adapter.edit(str(NORA), sent, said("Hello"))
    await opened.adapter.edit(str(NORA), sent, said("Bye"))
    assert [each["text"] for each in opened.server.shown(NORA)] == ["Bye"]


async def test_a_picture_too_long_for_a_photo_comes_as_a_file(opened: Opened) -> None:
    wide = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 9_000, 100)
    await opened.adapter.upload(str(NORA), "", "timeline.png", wide, "The case")
    [shown] = opened.server.shown(NORA)
    assert shown["document"]["file_name"] == "timeline.png"
    assert shown["caption"] == "The case"


async def test_a_file_is_fetched_up_to_the_size_that_is_wanted(opened: Opened) -> None:
    opened.nora.sends("offer.pdf", b"%PDF-1.7 " * 1000, caption="Please book")
    [fact] = await opened.until(1)
    assert isinstance(fact.event, ChatReceived)
    [file] = fact.event.files
    assert await opened.adapter.fetch(file, 10_000) == b"%PDF-1.7 " * 1000
    with pytest.raises(Refused, match=r"offer\.pdf"):
        await opened.adapter.fetch(file, 100)
    with pytest.raises(Refused):
        await opened.adapter.fetch(ChatFile(file.id, "offer.pdf"), 100)  # its size is not known
    with pytest.raises(Unreachable, match="does not hand out"):
        await opened.adapter.fetch(ChatFile("gone", "x"), 100)


async def test_a_draft_is_shown_where_telegram_can_and_else_nothing_breaks(opened: Opened) -> None:
    stream = opened.adapter.stream(str(NORA), "")
    await stream.show("Looking")
    await stream.show("Looking at the invoices")
    assert opened.server.drafts[NORA] == ["Looking", "Looking at the invoices"]
    opened.server.in_group(opened.nora, -100)
    other = opened.adapter.stream("-100", "")
    await other.show("Looking")
    await other.show("Looking at the invoices")
    assert opened.server.drafts[-100] == []
    assert len(opened.server.of("sendMessageDraft")) == 3
    assert [call.fields["chat_id"] for call in opened.server.of("sendChatAction")] == [
        "-100", "-100",
    ]  # fmt: skip


async def test_no_log_of_any_library_shows_the_token(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened.nora.sends("offer.pdf", b"%PDF")
    [fact] = await opened.until(1)
    assert isinstance(fact.event, ChatReceived)
    await opened.adapter.fetch(fact.event.files[0], 100)
    opened.server.fails("sendMessage", Fault.GARBAGE)
    with pytest.raises(Lost):
        await opened.adapter.post(str(NORA), "", said("Hello"))
    Connection(TelegramSettings(token=Secret(TOKEN), api=opened.server.base_url))
    assert "HTTP Request: POST" in caplog.text
    assert SECRET_PART not in caplog.text
