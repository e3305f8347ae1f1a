"""What goes wrong in chats: doubled, late, in another order, changed, deleted, cut off, crashed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from talking_phone import Phone, phone_of

from bot import texts
from bot.chat.inbound import LONGEST_TEXT, ArrivalRefused, payload
from bot.chat.port import Lost
from ledger.domain import events
from ledger.domain.entities import ChatTurn, Post
from ledger.domain.events import ChatFile, ChatKind, ChatOutcome
from ledger.replay import refold

Business = Any
Founder = Any

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
async def phone(business: Business) -> AsyncIterator[Phone]:
    async with phone_of(business) as found:
        await found.paired()
        yield found


async def outcomes(phone: Phone) -> list[str]:
    """What became of everything that came in, oldest first."""
    found = await phone.business.app.views.all(ChatTurn)
    return [str(each.outcome) for each in found]


# --- duplicate delivery, acknowledgement late, reordering -----------------------------------------


async def test_a_message_delivered_twice_is_answered_once(phone: Phone) -> None:
    for _ in range(3):
        await phone.delivers(text="inbox", key="slack:T1:1", message="1", sent=None)
    await phone.settle()
    await phone.delivers(text="inbox", key="slack:T1:1", message="1", sent=None)
    await phone.settle()
    assert await outcomes(phone) == ["answered"]
    assert len(phone.service.shown) == phone.read + 1


async def test_a_tap_acknowledged_late_and_delivered_again_decides_once(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    where, button = phone.button("Approve")
    tap = {"message": where.id, "button": button, "key": "slack:T1:tap"}
    await phone.delivers(ChatKind.TAP, **tap)
    await phone.settle()
    await phone.delivers(ChatKind.TAP, **tap, sent=None)
    await phone.settle()
    assert len(await phone.business.facts(events.Tapped)) == 1
    assert len(phone.business.sent()) == 1


async def test_what_waits_is_answered_in_the_order_in_which_it_was_written(phone: Phone) -> None:
    now = phone.business.clock.now()
    await phone.delivers(text="say hello", message="3", sent=now.replace(microsecond=3))
    await phone.delivers(text="failures", message="1", sent=now.replace(microsecond=1))
    await phone.delivers(text="inbox", message="2", sent=now.replace(microsecond=2))
    said = await phone.hears()
    places = [said.index(word) for word in (texts.FAILURES_NONE, texts.INBOX_EMPTY, texts.SAID)]
    assert places == sorted(places)


async def test_an_edit_that_overtakes_its_message_is_what_counts(phone: Phone) -> None:
    await phone.writes("books", kind=ChatKind.EDITED, message="m1")
    await phone.writes("inbox", message="m1")
    assert await outcomes(phone) == ["answered", "replaced"]


async def test_a_message_that_was_deleted_before_it_came_in_is_not_acted_upon(
    phone: Phone,
) -> None:
    await phone.delivers(ChatKind.DELETED, message="m1")
    assert await phone.writes("stop", message="m1") == ""
    assert await phone.business.facts(events.StopOrdered) == []
    assert await outcomes(phone) == ["silent", "withdrawn"]


# --- edit race ------------------------------------------------------------------------------------


async def test_an_edit_before_the_message_was_handled_replaces_it(phone: Phone) -> None:
    first = await phone.delivers(text="stop", message="m1")
    await phone.delivers(ChatKind.EDITED, text="inbox", message="m1")
    assert "Nothing waits for you" in await phone.hears()
    assert await phone.business.facts(events.StopOrdered) == []
    assert await outcomes(phone) == ["replaced", "answered"]
    seen = [each for each in await phone.business.facts(events.ChatSeenTo) if each.instead]
    assert [each.received for each in seen] == [first.id]


async def test_of_two_edits_the_last_wording_counts(phone: Phone) -> None:
    await phone.delivers(text="stop", message="m1")
    await phone.delivers(ChatKind.EDITED, text="books", message="m1")
    await phone.delivers(ChatKind.EDITED, text="inbox", message="m1")
    assert "Nothing waits for you" in await phone.hears()
    assert await outcomes(phone) == ["replaced", "replaced", "answered"]


async def test_an_edit_of_what_was_acted_upon_says_what_was_done_and_what_to_do(
    phone: Phone,
) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.writes("reject 1 too dear", message="m1")
    said = await phone.writes("approve 1", kind=ChatKind.EDITED, message="m1")
    assert "acted upon as you first wrote it" in said
    assert "reject, card 1" in said
    assert "undo" in said
    assert await phone.business.facts(events.Approved) == []


async def test_an_edit_of_a_mere_question_is_answered_anew(phone: Phone) -> None:
    await phone.writes("books", message="m1")
    assert "Nothing waits for you" in await phone.writes(
        "inbox", kind=ChatKind.EDITED, message="m1"
    )


async def test_an_edit_that_changes_no_word_is_passed_over(phone: Phone) -> None:
    await phone.writes("inbox", message="m1")
    assert await phone.writes("inbox", kind=ChatKind.EDITED, message="m1") == ""


async def test_deleting_what_was_acted_upon_says_that_it_stays_done(phone: Phone) -> None:
    await phone.writes("stop", message="m1")
    await phone.delivers(ChatKind.DELETED, message="m1")
    said = await phone.hears()
    assert "stays done" in said
    assert "a stop was ordered" in said


async def test_somebody_else_cannot_change_the_wording_of_ones_message(phone: Phone) -> None:
    await phone.delivers(text="inbox", message="m1")
    await phone.delivers(ChatKind.EDITED, text="stop", message="m1", user="U9")
    await phone.settle()
    assert await phone.business.facts(events.StopOrdered) == []
    assert (await outcomes(phone))[0] == "answered"


# --- 10 MB, junk, files ---------------------------------------------------------------------------


async def test_a_payload_of_ten_megabytes_is_refused_and_the_next_message_is_answered(
    phone: Phone,
) -> None:
    with pytest.raises(ArrivalRefused, match="bytes long"):
        payload(b'{"text": "' + b"x" * 10_000_000 + b'"}')
    assert "Nothing waits for you" in await phone.writes("inbox")


async def test_a_text_of_ten_megabytes_is_cut_and_the_person_is_told(phone: Phone) -> None:
    said = await phone.writes("say " + "x" * 10_000_000)
    assert f"{10_000_004 - LONGEST_TEXT} characters at its end were left out" in said


@pytest.mark.parametrize("junk", [{"user": ""}, {"message": "\0"}, {"text": " "}, {"chat": ""}])
async def test_junk_is_refused_and_the_next_message_is_answered(
    phone: Phone, junk: dict[str, str]
) -> None:
    with pytest.raises(ArrivalRefused):
        await phone.delivers(**{"text": "inbox", **junk})
    assert "Nothing waits for you" in await phone.writes("inbox")


async def test_a_mail_attached_to_a_message_is_taken_in_like_any_other(phone: Phone) -> None:
    phone.service.files["F1"] = (
        b"From: Ada <ada@example.com>\r\nTo: hello@studio-nord.example\r\nSubject: Website\r\n"
        b"Message-ID: <f1@example.com>\r\n\r\n" + LEAD.encode()
    )
    file = ChatFile("F1", "../../lead.eml", "message/rfc822", 300)
    said = await phone.writes("", files=(file,))
    assert "1 mail taken in" in said
    assert len(await phone.business.cards()) == 1


async def test_hours_in_an_answer_are_those_of_the_company(founder: Founder) -> None:
    founder.configure(time_zone="Pacific/Auckland")  # 13 hours ahead of the machine
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await business.mail(LEAD)
        await phone.hears()
        assert "26 Nov 22:05" in await phone.writes("show 1")


async def test_a_viewer_hands_in_no_file(founder: Founder) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired("viewer")
        phone.service.files["F1"] = b"From: a@example.com\r\nSubject: x\r\n\r\n" + LEAD.encode()
        said = await phone.writes("", files=(ChatFile("F1", "lead.eml", "message/rfc822", 99),))
        assert "You are viewer here, and that takes approver. Nothing was done." in said
        assert await business.facts(events.MailReceived) == []


async def test_a_file_that_cannot_be_read_is_said_in_words(phone: Phone) -> None:
    phone.service.files["F1"] = b"\x89PNG\r\n\x1a\n" + bytes(100)
    big = ChatFile("F2", "film.mov", "video/quicktime", 900_000_000)
    said = await phone.writes(
        "inbox", files=(ChatFile("F1", "photo.png", "image/png", 108), big, ChatFile("F3", "gone"))
    )
    assert "photo.png was not taken" in said
    assert "film.mov was not taken" in said
    assert "gone was not taken" in said
    assert "Nothing waits for you" in said


# --- crashes --------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process is gone."""


async def test_a_crash_between_what_was_said_and_its_answer_adds_nothing_twice(
    founder: Founder,
) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await business.mail(LEAD)
        await phone.hears()
        await phone.delivers(text="reject 1 too dear")
        phone.chats.answering._close = _crashes
        with pytest.raises(Crash):
            await phone.chats.answering.settle()
        assert len(await business.facts(events.Tapped)) == 1
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        await again.settle()
        assert len(await business.facts(events.Tapped)) == 1
        assert await again.waiting() == []
        told = [str(each.message) for each in kept.shown]
        assert sum("What was done: reject, card 1" in each for each in told) == 1
        assert (await refold(business.app.ledger)).identical


async def _crashes(*_: object) -> None:
    raise Crash


async def test_an_answer_that_had_not_left_before_a_restart_is_made_again(
    founder: Founder,
) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await phone.delivers(text="inbox")
        await phone.chats.answering.settle()
        assert await phone.waiting() == []
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        again.read = len(kept.shown)
        assert "Nothing waits for you" in await again.hears()


async def test_an_answer_whose_receipt_was_lost_is_there_once(phone: Phone) -> None:
    phone.service.troubles.append(Lost("The connection broke."))
    await phone.delivers(text="inbox")
    await phone.settle()
    await phone.settle()
    assert len(phone.service.shown) == phone.read + 1


# --- many at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("chats", [12, pytest.param(100, marks=pytest.mark.slow)])
async def test_many_chats_are_answered_side_by_side_and_none_waits_for_another(
    phone: Phone, chats: int
) -> None:
    phones = [
        Phone(phone.business, phone.chats, phone.door, phone.service, f"D{n}", f"U{n}")
        for n in range(2, chats + 2)
    ]
    for each in phones:
        await each.paired(who=f"Operator {each.user}")
    await asyncio.gather(
        *(each.delivers(text=text) for text in ("inbox", "books", "help") for each in phones)
    )
    await phone.settle()
    posts = [
        post
        for post in await phone.business.app.views.all(Post)
        if post.subject.startswith("answer:")
    ]
    assert len(posts) == 3 * chats
    assert {each.chat for each in posts} == {each.chat for each in phones}
    assert await phone.waiting() == []
    assert set(await outcomes(phone)) == {ChatOutcome.ANSWERED}


async def test_something_that_breaks_inside_is_said_and_the_next_message_is_answered(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("bot.commands.looking.Looking.inbox", breaks)
        assert "failed inside Coo: ZeroDivisionError" in await phone.writes("inbox")
    assert "Nothing waits for you" in await phone.writes("inbox")
