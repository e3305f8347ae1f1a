"""A conversation in a chat: everything is answered, once, in order, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from talking_phone import Phone, phone_of

from bot.channel import Verb
from bot.chat.forms import Form
from ledger.domain import events
from ledger.domain.events import ChatKind
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


async def test_a_message_is_answered_as_in_the_console(phone: Phone) -> None:
    assert "Nothing waits for you" in await phone.writes("inbox")
    assert await phone.waiting() == []
    assert (await refold(phone.business.app.ledger)).identical


async def test_a_lead_is_approved_with_one_tap_and_its_card_says_so(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    assert "Send an offer to Ada Example" in await phone.hears()
    assert await phone.taps("Approve") == ""
    assert len(phone.business.sent()) == 1
    tapped = (await phone.business.facts(events.Tapped))[0]
    assert (tapped.by, tapped.channel, tapped.operator) == ("id-slack-U1", "slack", "Nora Lindt")
    assert any("approved by Nora Lindt" in str(each.message) for each in phone.service.shown)


# --- taps and forms -------------------------------------------------------------------------------


async def test_rejecting_opens_a_form_and_its_reason_is_recorded(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    assert await phone.taps("Reject") == ""
    form = phone.service.opened[0]
    assert form.title == "Reject card 1"
    await phone.fills(form, text="too dear")
    rejected = (await phone.business.facts(events.Rejected))[0]
    assert rejected.reason == "too dear"
    assert await phone.waiting() == []


async def test_what_is_edited_in_a_form_is_previewed_and_exactly_that_is_sent(
    phone: Phone,
) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.taps("Edit")
    form = phone.service.opened[0]
    fields = {each.name: each.text for each in form.fields}
    assert set(fields) >= {"subject", "body"}
    shown = await phone.fills(form, **{**fields, "body": "Dear Ada, all of it for you."})
    assert "all of it for you" in shown
    assert phone.business.sent() == []
    await phone.taps("Send exactly this")
    assert "all of it for you" in phone.business.sent()[0].get_body().get_content()


async def test_a_preview_can_be_sent_after_a_restart(founder: Founder) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await business.mail(LEAD)
        await phone.hears()
        await phone.taps("Edit")
        await phone.fills(phone.service.opened[0], body="Dear Ada, as you wish.")
        where, button = phone.button("Send exactly this")
    async with founder.business() as business, phone_of(business) as again:
        await again.delivers(ChatKind.TAP, key="later", message=where.id, button=button)
        await again.settle()
        assert "as you wish" in business.sent()[0].get_body().get_content()


async def test_a_preview_of_a_preview_holds_both_changes_after_any_restart(
    founder: Founder,
) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await business.mail(LEAD)
        await phone.hears()
        await phone.taps("Edit")
        await phone.fills(phone.service.opened[0], body="Dear Ada, as you wish.")
        await phone.taps("Edit again")
        assert dict(_texts(phone.service.opened[1]))["body"] == "Dear Ada, as you wish."
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        both = {**dict(_texts(kept.opened[1])), "subject": "Your own offer"}
        await again.delivers(ChatKind.FORM, key="f2", button=kept.opened[1].button, fields=both)
        await again.settle()
    async with founder.business() as business, phone_of(business, service=kept) as third:
        await third.taps("Send exactly this", key="t3")
        mail = business.sent()[0]
        assert mail["Subject"] == "Your own offer"
        assert "as you wish" in mail.get_body().get_content()


def _texts(form: Form) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in form.fields]


async def test_where_there_are_no_forms_a_reply_to_the_question_is_the_reason(
    business: Business,
) -> None:
    async with phone_of(business, forms=False) as phone:
        await phone.paired()
        await business.mail(LEAD)
        await phone.hears()
        asked = await phone.taps("Reject")
        assert "Give the reason" in asked
        question = phone.service.shown[-1].id
        await phone.writes("far too dear", reply_to=question)
        assert (await business.facts(events.Rejected))[0].reason == "far too dear"


async def test_where_there_are_no_forms_a_reply_holds_the_new_text(business: Business) -> None:
    async with phone_of(business, forms=False) as phone:
        await phone.paired()
        await business.mail(LEAD)
        await phone.hears()
        assert "begin with its name" in await phone.taps("Edit")
        question = phone.service.shown[-1].id
        preview = await phone.writes("subject: Your own offer", reply_to=question)
        assert "Your own offer" in preview
        await phone.taps("Send exactly this")
        assert business.sent()[0]["Subject"] == "Your own offer"


async def test_tell_me_how_makes_a_new_draft(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.taps("Tell me how")
    await phone.fills(phone.service.opened[0], text="5 % off")
    told = (await phone.business.facts(events.Instructed))[0]
    assert told.text == "5 % off"
    assert len(await phone.business.cards()) == 1


async def test_an_empty_form_does_nothing_and_says_so(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.taps("Reject")
    assert "came back empty" in await phone.fills(phone.service.opened[0], text="  ")
    assert await phone.business.facts(events.Tapped) == []


async def test_a_form_that_comes_back_after_the_decision_is_answered_with_it(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.taps("Edit")
    await phone.business.approves()
    said = await phone.fills(phone.service.opened[0], body="Dear Ada, otherwise.")
    assert "approved by Nora Lindt" in said
    assert len(phone.business.sent()) == 1


async def test_a_tap_on_a_decided_card_is_answered_with_who_decided(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    where, button = phone.button("Approve")
    await phone.business.approves()
    await phone.delivers(ChatKind.TAP, message=where.id, button=button)
    assert "approved by Nora Lindt" in await phone.hears()


async def test_of_two_taps_at_once_one_counts_and_the_other_is_told_so(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    where, button = phone.button("Approve")
    await phone.delivers(ChatKind.TAP, message=where.id, button=button)
    await phone.chats.settle()
    card = await phone.business.only_card()
    await phone.business.office.tap(card.id, Verb.REJECT, card.sha256, "no")
    await phone.business.settle()
    await phone.hears()
    assert len(await phone.business.facts(events.TapRefused)) == 1
    assert len(phone.business.sent()) == 1


async def test_the_tap_that_lost_is_answered_in_words(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    where, button = phone.button("Approve")
    card = await phone.business.only_card()
    await phone.business.office.tap(card.id, Verb.REJECT, card.sha256, "no")
    await phone.delivers(ChatKind.TAP, message=where.id, button=button)
    await phone.chats.settle()
    said = await phone.hears()
    assert "rejected" in said
    assert phone.business.sent() == []


async def test_a_button_copied_into_another_chat_does_nothing_there(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    _, button = phone.button("Approve")
    phone.chat = "C9"
    assert "another chat" in await phone.taps("Approve", message="x", button=button)
    assert await phone.business.facts(events.Tapped) == []


async def test_several_cards_of_an_answer_are_messages_of_their_own(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.business.mail(LEAD, sender="Bob <bob@example.org>", subject="Another one")
    await phone.hears()
    before = len(phone.service.shown)
    await phone.writes("inbox")
    answers = [each.message.reply for each in phone.service.shown[before:] if each.message]
    assert [len(each.cards) for each in answers] == [0, 1, 1]


# --- context --------------------------------------------------------------------------------------


async def test_a_reply_to_a_card_is_about_that_card(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    card, _ = phone.button("Approve")
    await phone.writes("please a bit friendlier", thread=card.id)
    told = (await phone.business.facts(events.Instructed))[0]
    assert (told.text, bool(told.approval)) == ("please a bit friendlier", True)


async def test_a_command_in_the_thread_of_a_card_needs_no_number(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.business.mail(LEAD, sender="Bob <bob@example.org>", subject="Another one")
    await phone.hears()
    cards = [each for each in phone.service.shown if each.message and each.message.reply.cards]
    first = next(each for each in cards if each.message.reply.cards[0].number == 1)
    await phone.writes("reject far too dear", thread=first.id)
    rejected = await phone.business.facts(events.Rejected)
    assert [each.reason for each in rejected] == ["far too dear"]
    assert (await phone.business.only_card()).number == 2


async def test_a_thread_goes_on_about_its_case_after_the_decision(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    card, _ = phone.button("Approve")
    await phone.taps("Approve")
    case = await phone.business.case()
    assert case.id in await phone.writes("status", thread=card.id)
    await phone.writes("keep it short with them", thread=card.id)
    said = (await phone.business.facts(events.OperatorSaid))[-1]
    assert (said.about, said.text) == (case.id, "keep it short with them")


async def test_words_in_a_thread_that_began_with_ones_own_message_stay_with_its_case(
    phone: Phone,
) -> None:
    await phone.business.mail(LEAD)
    case = await phone.business.case()
    root = await phone.delivers(text=f"status {case.id}", message="root")
    await phone.hears()
    assert root.key
    await phone.writes("and keep it short", thread="root")
    instructed = await phone.business.facts(events.Instructed)
    assert [each.text for each in instructed] == ["and keep it short"]


async def test_a_command_in_front_of_others_is_answered_in_private(phone: Phone) -> None:
    await phone.delivers(ChatKind.COMMAND, text="status", chat="C1", direct=False)
    await phone.hears()
    assert {each.chat for each in phone.service.shown} == {"D1"}


async def test_a_mention_is_answered_in_its_thread(phone: Phone) -> None:
    await phone.delivers(text="inbox", chat="C1", direct=False, message="m-7")
    await phone.settle()
    answer = phone.service.shown[-1]
    assert (answer.chat, answer.thread) == ("C1", "m-7")


async def test_what_cannot_be_answered_by_any_means_keeps_back_no_other_answer(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    wordings = phone.chats.answering._wordings
    overtaken = wordings.overtaken
    stumbles = iter([True, False, True])

    async def broken(turn: Any) -> Any:
        if next(stumbles, False):
            raise KeyError(turn.id)
        return await overtaken(turn)

    await phone.delivers(text="status")
    await phone.delivers(text="inbox")
    monkeypatch.setattr(wordings, "overtaken", broken)
    await phone.chats.answering.settle()
    assert len(await phone.waiting()) == 1
    await phone.hears()
    assert await phone.waiting() == []


async def test_all_that_waits_is_looked_through_only_where_an_answer_waits_for_the_router(
    phone: Phone,
) -> None:
    answering, ledger = phone.chats.answering, phone.business.app.ledger
    heard = ledger.subscribe(answering._heard)
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.writes("tell 1 friendlier")
    assert await phone.business.facts(events.Instructed)
    assert not answering._news.is_set()
    phone.user, phone.chat = "U9", "D9"
    await phone.delivers(text="Who are you?")
    await answering.settle()
    assert not answering._news.is_set()
    await phone.business.settle()  # now the router says that this is a stranger
    assert answering._news.is_set()
    assert "only for the people who set me up" in await phone.hears()
    heard()
