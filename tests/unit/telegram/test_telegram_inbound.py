from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.telegram.connection import Me, update_of
from bot.telegram.inbound import key_of, received
from bot.telegram.menu import menu
from ledger.domain.events import ChatFile, ChatKind, ChatReceived
from ledger.domain.pairing import code_in

ME = Me(4242, "coo_bot", "Coo")
NORA = {"id": 7, "is_bot": False, "first_name": "Nora", "last_name": "L."}
BOT = {"id": 4242, "is_bot": True, "first_name": "Coo", "username": "coo_bot"}
DIRECT = {"id": 7, "type": "private", "first_name": "Nora"}
GROUP = {"id": -100, "type": "supergroup", "title": "Office"}
FORUM = {**GROUP, "is_forum": True}


def update(kind: str = "message", **content: Any) -> Update:
    raw = {"update_id": 9, kind: content}
    found = update_of(raw)
    assert found is not None
    return found


def message(text: str = "", chat: dict[str, Any] = DIRECT, **more: Any) -> dict[str, Any]:
    base = {"message_id": 5, "date": 1_795_000_000, "chat": chat, "from": NORA, **more}
    return {**base, "text": text} if text else base


def heard(text: str = "", chat: dict[str, Any] = DIRECT, **more: Any) -> ChatReceived:
    found = received(update(**message(text, chat, **more)), ME)
    assert found is not None
    return found


def test_a_message_names_who_wrote_what_where_and_when() -> None:
    assert heard("Hello") == ChatReceived(
        channel="telegram",
        chat="7",
        message="5",
        user="7",
        kind=ChatKind.MESSAGE,
        direct=True,
        sent=datetime.fromtimestamp(1_795_000_000, UTC),
        text="Hello",
        user_name="Nora L.",
    )


def test_a_delivery_has_the_same_key_whenever_it_comes_again() -> None:
    assert key_of(ME, update(**message("Hello"))) == "telegram:4242:9"


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("/inbox", "/inbox"),
        ("/as_of 2026-11-01 inbox", "/as-of 2026-11-01 inbox"),
        ("/did_it@coo_bot 3", "/did-it 3"),
        ("/approve   3", "/approve 3"),
        ("/reject 3 too_low", "/reject 3 too_low"),
        ("/start 7QKF-2M9X", "/start 7QKF-2M9X"),
        ("/start", "/start"),
    ],
)
def test_a_command_of_the_menu_is_the_command_that_is_typed_anywhere(
    typed: str, means: str
) -> None:
    event = heard(typed)
    assert (event.kind, event.text) == (ChatKind.COMMAND, means)


def test_the_link_of_a_pairing_code_says_the_code() -> None:
    assert code_in(heard("/start 7QKF-2M9X").text) == "7QKF-2M9X"


def test_every_entry_of_the_menu_is_one_that_telegram_takes_and_coo_knows() -> None:
    names = [each.command for each in menu()]
    assert len(set(names)) == len(names) <= 100
    assert {"start", "inbox", "as_of", "did_it"} <= set(names)
    for each in menu():
        assert 1 <= len(each.description) <= 256
        assert each.command.replace("_", "").isalnum()


def test_a_reply_names_the_message_it_quotes() -> None:
    quoted = {"message_id": 3, "date": 1, "chat": DIRECT, "from": BOT, "text": "Why?"}
    assert heard("too expensive", reply_to_message=quoted).reply_to == "3"


def test_a_tap_names_its_button_its_message_and_its_person() -> None:
    query = {"id": "q", "from": NORA, "chat_instance": "1", "data": "abc:approve"}
    shown = {"message_id": 4, "date": 1_795_000_000, "chat": DIRECT, "from": BOT, "text": "Card"}
    found = received(update("callback_query", **query, message=shown), ME)
    assert found is not None
    assert (found.kind, found.button, found.message, found.chat, found.user, found.direct) == (
        ChatKind.TAP, "abc:approve", "4", "7", "7", True,
    )  # fmt: skip


def test_a_tap_on_a_message_too_old_to_be_shown_still_counts() -> None:
    query = {"id": "q", "from": NORA, "chat_instance": "1", "data": "abc:approve"}
    old = {"message_id": 4, "date": 0, "chat": DIRECT}
    found = received(update("callback_query", **query, message=old), ME)
    assert found is not None
    assert (found.message, found.chat, found.sent) == ("4", "7", None)


def test_a_tap_from_nowhere_is_nothing() -> None:
    query = {"id": "q", "from": NORA, "chat_instance": "1", "data": "abc:approve"}
    assert received(update("callback_query", **query, inline_message_id="i"), ME) is None


def test_a_changed_message_is_an_edit_at_the_time_it_was_changed() -> None:
    changed = message("Hello again", edit_date=1_795_000_060)
    found = received(update("edited_message", **changed), ME)
    assert found is not None
    assert (found.kind, found.text, found.message) == (ChatKind.EDITED, "Hello again", "5")
    assert found.sent == datetime.fromtimestamp(1_795_000_060, UTC)


def test_what_bots_write_is_no_message() -> None:
    assert received(update(**message("Hello") | {"from": BOT}), ME) is None
    other = {"id": 99, "is_bot": True, "first_name": "Other"}
    assert received(update(**message("Hello") | {"from": other}), ME) is None
    assert received(update(**message("Hello", via_bot=other)), ME) is None


@pytest.mark.parametrize(
    ("text", "more", "means"),
    [
        ("@coo_bot inbox", {"entities": [{"type": "mention", "offset": 0, "length": 8}]}, "inbox"),
        ("/inbox@coo_bot", {}, "/inbox"),
        ("/inbox@COO_bot", {}, "/inbox"),
        (
            "yes please",
            {"reply_to_message": {"message_id": 3, "date": 1, "chat": GROUP, "from": BOT}},
            "yes please",
        ),
    ],
)
def test_in_a_group_coo_hears_what_is_addressed_to_it(
    text: str, more: dict[str, Any], means: str
) -> None:
    event = heard(text, GROUP, **more)
    assert (event.text, event.direct, event.chat) == (means, False, "-100")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Lunch?", {}),
        ("/inbox", {}),
        ("/inbox@other_bot", {}),
        ("@coo_bot_fan hello", {"entities": [{"type": "mention", "offset": 0, "length": 12}]}),
    ],
)
def test_in_a_group_other_talk_is_none_of_coos_business(text: str, more: dict[str, Any]) -> None:
    assert received(update(**message(text, GROUP, **more)), ME) is None


def test_in_a_topic_the_answer_goes_there_and_its_beginning_is_no_reply() -> None:
    begun = {"message_id": 30, "date": 1, "chat": FORUM, "from": NORA}
    topic = {"message_thread_id": 30, "is_topic_message": True, "reply_to_message": begun}
    event = heard("/inbox@coo_bot", FORUM, **topic)
    assert (event.thread, event.reply_to) == ("topic:30", "")


def test_a_forwarded_message_is_quoted_and_never_an_order() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Mallory"}
    event = heard("approve 3", forward_origin=origin)
    assert (event.kind, event.text) == (ChatKind.MESSAGE, "Forwarded from Mallory: approve 3")
    event = heard("/approve 3", forward_origin=origin)
    assert event.kind is ChatKind.MESSAGE
    assert event.text.startswith("Forwarded from")


@pytest.mark.parametrize(
    ("content", "file"),
    [
        (
            {
                "document": {
                    "file_id": "d",
                    "file_unique_id": "u",
                    "file_name": "offer.pdf",
                    "mime_type": "application/pdf",
                    "file_size": 9,
                }
            },
            ChatFile("d", "offer.pdf", "application/pdf", 9),
        ),
        (
            {
                "photo": [
                    {"file_id": "s", "file_unique_id": "1", "width": 9, "height": 9},
                    {
                        "file_id": "l",
                        "file_unique_id": "2",
                        "width": 90,
                        "height": 90,
                        "file_size": 8,
                    },
                ]
            },
            ChatFile("l", "photo.jpg", "image/jpeg", 8),
        ),
        (
            {"voice": {"file_id": "v", "file_unique_id": "u", "duration": 3}},
            ChatFile("v", "voice.ogg", "", 0),
        ),
    ],
    ids=["document", "photo", "voice"],
)
def test_a_file_comes_with_its_caption_and_can_be_fetched_by_its_id(
    content: dict[str, Any], file: ChatFile
) -> None:
    event = heard(caption="Please book this", **content)
    assert event.files == (file,)
    assert event.text == "Please book this"


def test_what_coo_cannot_read_is_named() -> None:
    place = {"latitude": 1.0, "longitude": 2.0}
    assert heard(location=place).notes == ("a location, which Coo cannot read",)


def test_somebody_joining_is_no_message() -> None:
    assert received(update(**message(new_chat_members=[NORA])), ME) is None


def test_an_update_that_nobody_can_read_keeps_its_number_and_says_nothing() -> None:
    broken = update_of({"update_id": 8, "message": {"message_id": "x"}})
    assert broken is not None
    assert (broken.update_id, received(broken, ME)) == (8, None)
    assert update_of({"update_id": "8"}) is None
    assert update_of({}) is None
