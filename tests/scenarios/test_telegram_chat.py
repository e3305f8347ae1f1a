"""A company run from Telegram: the real client against a Telegram on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram_phone import TelegramPhone, telegram_phone
from telegram_server import Fault, TelegramServer

from ledger.domain import events
from ledger.replay import refold

Business = Any
Founder = Any

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
async def phone(business: Business, telegram: TelegramServer) -> AsyncIterator[TelegramPhone]:
    async with telegram_phone(business, telegram) as found:
        await found.pairs()
        yield found


async def test_a_phone_is_paired_by_the_link_with_the_code(
    business: Business, telegram: TelegramServer
) -> None:
    async with telegram_phone(business, telegram) as phone:
        assert "paired" in await phone.pairs()
        [paired] = await business.facts(events.ChatPaired)
        assert (paired.channel, paired.user, paired.chat) == ("telegram", "7", "7")
        assert "Nothing waits" in await phone.writes("/inbox")


async def test_start_shows_how_things_stand(phone: TelegramPhone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    assert "For you: 1 card." in await phone.writes("/start")


async def test_an_offer_is_approved_with_one_tap_and_its_card_loses_its_buttons(
    phone: TelegramPhone,
) -> None:
    await phone.business.mail(LEAD)
    assert "Send an offer to Ada Example" in await phone.hears()
    card = phone.card()
    assert phone.labels(card)[:2] == ["Approve", "Edit"]
    await phone.taps("Approve")
    assert len(phone.business.sent()) == 1
    rewritten = phone.server.messages[7][card["message_id"]]
    assert "approved by Nora Lindt" in rewritten["text"]
    assert phone.labels(rewritten) == []
    assert (await refold(phone.business.app.ledger)).identical


async def test_a_rejection_asks_why_and_the_reply_is_the_reason(phone: TelegramPhone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.taps("Reject")
    assert phone.newest()["reply_markup"]["force_reply"]
    await phone.replies("Too dear for a first customer.")
    [rejected] = await phone.business.facts(events.Rejected)
    assert rejected.reason == "Too dear for a first customer."


async def test_tell_me_how_makes_a_new_draft(phone: TelegramPhone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.taps("Tell me how")
    await phone.replies("friendlier, 5 % off")
    [instructed] = await phone.business.facts(events.Instructed)
    assert instructed.text == "friendlier, 5 % off"


async def test_texts_are_edited_field_by_field_and_exactly_the_preview_is_sent(
    phone: TelegramPhone,
) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    asked = await phone.taps("Edit")
    assert "subject" in asked
    assert "Reply to this message" in asked
    shown = await phone.replies("subject: Your own offer")
    assert "Your own offer" in shown
    assert phone.labels()[0] == "Send exactly this"
    await phone.taps("Edit again")
    assert "Your own offer" in phone.newest()["text"]
    shown = await phone.replies("Dear Ada, as you wish.\n\nNora")
    assert "as you wish" in shown
    assert phone.business.sent() == []
    await phone.taps("Send exactly this")
    [mail] = phone.business.sent()
    assert mail["Subject"] == "Your own offer"
    assert "as you wish" in mail.get_body().get_content()


async def test_a_card_a_question_and_a_preview_work_after_a_restart(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        await phone.pairs()
        await business.mail(LEAD)
        await phone.hears()
        await phone.taps("Edit")
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        phone.read = telegram.shown(7)[-1]["message_id"]
        assert "as you wish" in await phone.replies("Dear Ada, as you wish.")
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        await phone.taps("Send exactly this")
        assert "as you wish" in business.sent()[0].get_body().get_content()


async def test_a_message_whose_answer_was_lost_comes_once_more_and_says_so(
    phone: TelegramPhone,
) -> None:
    phone.server.fails("sendMessage", Fault.LOST)
    await phone.business.mail(LEAD)
    await phone.hears()
    phone.business.clock.forward(minutes=2)
    await phone.hears()
    first, second = phone.cards()
    assert "possibly repeated" not in first["text"]
    assert "possibly repeated" in second["text"]


async def test_the_copy_that_nobody_knew_of_can_be_tapped(phone: TelegramPhone) -> None:
    phone.server.fails("sendMessage", Fault.LOST)
    await phone.business.mail(LEAD)
    await phone.hears()
    [card] = phone.cards()
    await phone.taps("Approve", message=card["message_id"])
    assert len(phone.business.sent()) == 1
    phone.business.clock.forward(minutes=2)
    await phone.hears()
    assert [phone.labels(each) for each in phone.cards()] == [[]]


async def test_a_stranger_gets_one_polite_line_and_nothing_is_done(
    phone: TelegramPhone, telegram: TelegramServer
) -> None:
    mallory = telegram.person(66, "Mallory")
    for text in ("/inbox", "approve 1", "hello?"):
        mallory.says(text)
    await phone.settle()
    shown = telegram.shown(66)
    assert len(shown) == 1
    assert "I work only for the people who set me up" in shown[0]["text"]
    assert "Mallory" in await phone.hears() or "Mallory" in phone.newest()["text"]


async def test_a_button_that_somebody_else_taps_decides_nothing(
    phone: TelegramPhone, telegram: TelegramServer
) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    card = phone.card()
    data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert len(data.encode()) <= 64
    mallory = telegram.person(66, "Mallory")
    copied = {**card, "chat": {"id": 66, "type": "private"}}
    query = telegram.tap(mallory, data, copied)
    await phone.settle()
    assert query in telegram.answered
    assert phone.business.sent() == []


async def test_forwarded_words_of_a_customer_are_no_order(phone: TelegramPhone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Ada"}
    await phone.writes("approve 1", forward_origin=origin)
    assert phone.business.sent() == []
    assert len(await phone.business.cards()) == 1


async def test_a_message_that_was_changed_before_it_was_seen_counts_as_changed(
    phone: TelegramPhone,
) -> None:
    message = phone.person.says("inbxo")
    phone.person.edits(message, "inbox")
    assert "Nothing waits" in await phone.hears()


async def test_a_sticker_is_answered_in_words(phone: TelegramPhone) -> None:
    sticker = {"file_id": "s", "file_unique_id": "u", "width": 1, "height": 1, "type": "regular",
               "is_animated": False, "is_video": False}  # fmt: skip
    content = {"message_id": 900, "date": 1, "sticker": sticker}
    person = {"id": 7, "is_bot": False, "first_name": "Nora"}
    chat = {"id": 7, "type": "private"}
    phone.server.put("message", {**content, "from": person, "chat": chat})
    assert "a sticker, which Coo cannot read" in await phone.hears()


async def test_a_file_is_taken_in_and_said_so(phone: TelegramPhone) -> None:
    phone.person.sends("lead.eml", b"From: ada@example.com\r\nSubject: Hello\r\n\r\nHello\r\n")
    assert "lead.eml" in await phone.hears()


async def test_an_offer_comes_with_its_pages_as_pictures_and_the_file(
    phone: TelegramPhone,
) -> None:
    offer = await phone.business.offered()
    await phone.hears()
    await phone.business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    await phone.hears()
    kinds = [
        "photo" if "photo" in each else "document" if "document" in each else "text"
        for each in phone.server.shown(7)
    ]
    assert kinds[-1] == "text"
    assert {"photo", "document"} <= set(kinds)


async def test_a_phone_that_blocked_the_bot_is_reported_and_nothing_is_lost(
    phone: TelegramPhone,
) -> None:
    phone.server.blocked.add(7)
    await phone.business.mail(LEAD)
    await phone.settle()
    failures = await phone.business.says("failures")
    assert "telegram" in failures.lower()
    assert len(await phone.business.cards()) == 1
