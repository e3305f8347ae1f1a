"""What may act through a chat, and what only looks as if it did: attacks, haste and restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from talking_phone import Phone, phone_of

from ledger.domain import events
from ledger.domain.events import ChatKind
from ledger.domain.facts import Draft
from ledger.domain.values import DESK

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


# --- an answer that is made again only says -------------------------------------------------------


async def test_an_answer_made_again_after_a_restart_orders_nothing(founder: Founder) -> None:
    """`resume` found nothing to resume; the stop came later, and holds."""
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await phone.delivers(text="resume")
        await phone.chats.answering.settle()
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        await business.says("stop")
        again.read = len(kept.shown)
        said = await again.hears()
        assert await business.facts(events.ResumeOrdered) == []
        assert "Nothing was done" in said


async def test_a_code_is_not_made_by_an_answer_that_is_made_again(founder: Founder) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        name = await phone.paired("viewer")
        await phone.delivers(text="pair owner Mallory")
        await phone.chats.answering.settle()
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        await business.says(f"role {name} owner")
        await again.settle()
        assert await business.facts(events.PairingOffered) == []


async def test_an_old_button_answers_no_other_question(founder: Founder) -> None:
    """`inbox` had shown the first question; what it would show now is another one."""
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await _asks(business, "first")
        await phone.hears()
        await phone.writes("inbox")
        where, button = phone.button("Yes")
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        await business.says("1 no")
        await _asks(business, "second")
        await again.hears()
        await again.delivers(ChatKind.TAP, key="old", message=where.id, button=button)
        said = await again.hears()
        answered = await business.facts(events.QuestionAnswered)
        assert [(each.question, each.choice) for each in answered] == [("que-first", "no")]
        assert "settled meanwhile" in said


async def _asks(business: Business, name: str) -> None:
    options = (events.Option(id="yes", label="Yes"), events.Option(id="no", label="No"))
    asked = events.QuestionAsked(
        question=f"que-{name}", about=name, why="because", options=options, text=f"The {name}?"
    )
    await business.app.ledger.append([Draft(case=DESK, event=asked, key=f"ask:{name}", by="test")])
    await business.settle()


# --- haste ----------------------------------------------------------------------------------------


async def test_a_yes_right_after_an_edit_waits_for_the_preview(phone: Phone) -> None:
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.delivers(text="edit 1 body Dear Ada, not like that.")
    await phone.delivers(text="approve 1")
    said = await phone.hears()
    assert phone.business.sent() == []
    assert "not like that" in said
    await phone.writes("approve 1")
    assert "not like that" in phone.business.sent()[0].get_body().get_content()


# --- in front of others ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ChatKind.MESSAGE, ChatKind.EDITED])
async def test_a_code_is_never_shown_where_others_read(phone: Phone, kind: ChatKind) -> None:
    await phone.delivers(kind, text="pair owner Nora", chat="C1", direct=False)
    await phone.settle()
    offered = await phone.business.facts(events.PairingOffered)
    shown = [str(each.message) for each in phone.service.shown if each.chat == "C1"]
    assert offered == []
    assert any("direct message" in each for each in shown)


async def test_a_code_asked_for_by_a_command_in_front_of_others_comes_in_private(
    phone: Phone,
) -> None:
    await phone.delivers(ChatKind.COMMAND, text="/coo pair", chat="C1", direct=False)
    await phone.settle()
    assert len(await phone.business.facts(events.PairingOffered)) == 1
    assert {each.chat for each in phone.service.shown} == {"D1"}


async def test_the_place_of_a_button_never_stands_for_a_verb(phone: Phone) -> None:
    """`c0` was the button of another card; on this one Approve stands in its place."""
    await phone.business.mail(LEAD)
    await phone.hears()
    await phone.writes("show 1")
    shown = phone.service.shown[-1]
    nonce = shown.message.callbacks[0][0].split(":")[0]
    for place in range(9):
        await phone.delivers(ChatKind.TAP, message=shown.id, button=f"{nonce}:o{place}")
    await phone.delivers(ChatKind.TAP, message=shown.id, button=f"{nonce}:c0")
    await phone.hears()
    assert await phone.business.facts(events.Tapped) == []


async def test_nobody_sends_the_edit_that_somebody_else_was_shown(phone: Phone) -> None:
    """Two operators in one channel: what one of them edits is the other's to see first."""
    await phone.business.mail(LEAD)
    await phone.hears()
    phone.user, phone.chat = "U2", "D2"
    await phone.paired("approver", "Bea")
    phone.user, phone.chat = "U1", "C1"
    await phone.writes("edit 1 body Dear Ada, my words.", direct=False)
    phone.user = "U2"
    said = await phone.writes("approve 1", direct=False)
    assert "You have not seen this one here yet" in said
    assert phone.business.sent() == []
    assert await phone.business.facts(events.Tapped) == []


# --- which case is meant --------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["2 days later, please", "later 2 hours", "reject 2 days late"])
async def test_a_number_in_a_reply_is_not_taken_for_another_card(phone: Phone, words: str) -> None:
    first = await _two_cards(phone)
    assert "Nothing was done" in await phone.writes(words, thread=first)
    assert await phone.business.facts(events.Tapped) == []
    assert await phone.business.facts(events.OperatorSaid) == []


async def test_a_card_that_is_named_with_its_sign_is_meant_in_any_thread(phone: Phone) -> None:
    first = await _two_cards(phone)
    await phone.writes("reject #2 too late", thread=first)
    assert [each.reason for each in await phone.business.facts(events.Rejected)] == ["too late"]
    assert (await phone.business.only_card()).number == 1


async def test_a_thread_belongs_to_the_case_of_the_wording_that_holds(phone: Phone) -> None:
    await _two_cards(phone)
    first, second = [each.case for each in await phone.business.cards()]
    await phone.writes(f"status {first}", message="root")
    await phone.delivers(ChatKind.EDITED, text=f"status {second}", message="root")
    await phone.hears()
    await phone.writes("and keep it short", thread="root")
    facts = await phone.business.all_facts()
    told = [each.case for each in facts if isinstance(each.event, events.Instructed)]
    assert told == [second]


async def _two_cards(phone: Phone) -> str:
    """The message that shows the first of them."""
    await phone.business.mail(LEAD)
    await phone.business.mail(LEAD, sender="Bob <bob@example.org>", subject="Another one")
    await phone.hears()
    shown = [each for each in phone.service.shown if each.message and each.message.reply.cards]
    return next(each.id for each in shown if each.message.reply.cards[0].number == 1)
