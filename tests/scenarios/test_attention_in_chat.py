"""A phone that is not torn to pieces: quiet nights, few cards an hour, many asks in one list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from talking_phone import Phone, phone_of

from bot.channel import Card, CardKind, Verb
from bot.chat.attending import MOST_LISTED
from bot.chat.memory import Shown
from bot.chat.posts import requests_of
from bot.chat.requests import home_of
from ledger.domain.company import Attention
from ledger.domain.entities import Alarm, Approval, ApprovalStatus
from ledger.domain.events import ChatKind, ChatPaired, PostsGrouped, Tapped, TapRefused
from ledger.domain.facts import Draft
from ledger.domain.pairing import ChatIdentity
from ledger.domain.values import DESK
from ledger.replay import refold

Business = Any
Founder = Any

LEAD = "Hello, we would like your website design package. Could you send us an offer?\n"
FEW = Attention(cards_per_hour=2, cards_per_day=20, zone="UTC")
NAMES = ("Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hal", "Ida", "Jo", "Kim", "Lea", "Mo")


@pytest.fixture
def founder(founder: Founder) -> Founder:
    founder.configure(attention=FEW)
    return founder


@pytest.fixture
async def phone(founder: Founder) -> AsyncIterator[Phone]:
    async with founder.business() as business, phone_of(business) as found:
        await found.paired()
        yield found


async def leads(phone: Phone, count: int, start: int = 0) -> None:
    """So many strangers want the same, one right after the other."""
    for name in NAMES[start : start + count]:
        sender = f"{name} Sample <{name.lower()}@{name.lower()}.example>"
        raw = f"From: {sender}\nTo: hello@studio-nord.example\nSubject: A website for {name}\n"
        mail = f"{raw}Message-ID: <{name}@x.example>\n\n{LEAD}"
        await phone.business.app.intake.mail(mail.encode(), f"{name}.eml")
    await phone.business.settle()


def shown(phone: Phone, kind: CardKind) -> list[Shown]:
    return [
        each
        for each in phone.service.shown
        if each.message and any(card.kind is kind for card in each.message.reply.cards)
    ]


def card_on(phone: Phone, found: Shown) -> Card:
    """The card of a message as it stands there now."""
    (here,) = [each for each in phone.service.shown if each.id == found.id]
    assert here.message is not None
    (card,) = here.message.reply.cards
    return card


async def approved(phone: Phone) -> list[Approval]:
    found = await phone.business.app.views.all(Approval)
    return [each for each in found if each.status is ApprovalStatus.APPROVED]


async def a_list(phone: Phone) -> Shown:
    """Two cards fill the hour; the next five come as one list when it is over."""
    await leads(phone, 2)
    await phone.settle()
    await leads(phone, 5, start=2)
    await phone.settle()
    assert len(shown(phone, CardKind.APPROVAL)) == 2
    assert shown(phone, CardKind.LIST) == []
    phone.business.clock.forward(hours=1)
    await phone.settle()
    (found,) = shown(phone, CardKind.LIST)
    assert len(shown(phone, CardKind.APPROVAL)) == 2
    return found


async def test_after_an_outage_missed_alarms_ring_in_order_and_come_as_attention_allows(
    phone: Phone,
) -> None:
    for at in range(5):
        await leads(phone, 1, start=at)
        await phone.business.approves()
        phone.business.clock.forward(days=1)
    await phone.settle()
    alarms = await phone.business.app.views.find(Alarm, "waiting")
    due = {one.due: one.case for one in alarms if one.purpose.startswith("follow-up:")}
    assert len(due) == 5
    mails, before = len(phone.business.sent()), len(shown(phone, CardKind.APPROVAL))
    phone.business.clock.forward(days=9)
    await phone.settle()
    cards = sorted(await phone.business.cards(), key=lambda one: one.number)
    assert [one.case for one in cards] == [due[at] for at in sorted(due)]
    assert len(shown(phone, CardKind.APPROVAL)) == before
    (one_message,) = shown(phone, CardKind.LIST)
    assert list(card_on(phone, one_message).binds) == [one.id for one in cards]
    assert len(phone.business.sent()) == mails


async def test_a_card_that_comes_at_night_is_shown_in_the_morning(phone: Phone) -> None:
    phone.business.clock.forward(hours=14)
    await leads(phone, 1)
    await phone.settle()
    assert shown(phone, CardKind.APPROVAL) == []
    phone.business.clock.forward(hours=7, minutes=59)
    await phone.settle()
    assert shown(phone, CardKind.APPROVAL) == []
    phone.business.clock.forward(minutes=2)
    await phone.settle()
    assert len(shown(phone, CardKind.APPROVAL)) == 1


async def test_who_asks_at_night_is_answered_at_night(phone: Phone) -> None:
    phone.business.clock.forward(hours=14)
    await leads(phone, 1)
    await phone.settle()
    assert "Ben Sample" in await phone.writes("inbox")


async def test_who_asks_at_night_is_answered_however_much_waits_for_the_morning(
    phone: Phone,
) -> None:
    phone.business.clock.forward(hours=14)
    app = phone.business.app
    (who,) = await app.views.find(ChatIdentity, "active")
    (paired,) = [one async for one in app.ledger.facts() if isinstance(one.event, ChatPaired)]
    for number in range(30):
        asked = requests_of(app).post(f"fact:{paired.id}", f"news-{number}", home_of(who))
        draft = Draft(case=DESK, event=asked, key=f"news:{number}", by="test")
        await app.ledger.append([draft])
    await phone.settle()
    before = len(phone.service.shown)
    assert "waits" in await phone.writes("inbox")
    assert len(phone.service.shown) == before + 1
    phone.business.clock.forward(hours=9)
    await phone.settle()
    assert len(phone.service.shown) == before + 31


async def test_what_a_rule_marks_as_urgent_comes_at_night(founder: Founder) -> None:
    rules = founder.folder / "policies"
    rules.mkdir(exist_ok=True)
    (rules / "mine.yaml").write_text(
        'version: "mine"\nrules:\n  - id: soon\n    effect: ask\n    on: [SendProposal]\n'
        '    when: "true"\n    reason: "They will not wait."\n    urgency: urgent\n'
    )
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        business.clock.forward(hours=14)
        await leads(phone, 1)
        await phone.settle()
        assert len(shown(phone, CardKind.APPROVAL)) == 1


async def test_asks_alike_that_had_to_wait_come_as_one_list(phone: Phone) -> None:
    found = await a_list(phone)
    card = card_on(phone, found)
    assert card.title == "5 cards alike: Send an offer"
    assert [row.label for row in card.rows] == ["3", "4", "5", "6", "7"]
    assert "dan@dan.example" in str(card.rows)
    assert "€2,856.00" in str(card.rows)
    assert len(card.binds) == 5
    (grouped,) = await phone.business.facts(PostsGrouped)
    assert len(grouped.subjects) == 5
    assert (await refold(phone.business.app.ledger)).identical


async def test_a_flood_of_asks_comes_in_lists_and_each_ask_is_on_exactly_one(phone: Phone) -> None:
    await leads(phone, len(NAMES))
    for _ in range(3):
        await phone.settle()
        phone.business.clock.forward(minutes=61)
    lists = [card_on(phone, each) for each in shown(phone, CardKind.LIST)]
    alone = [card_on(phone, each) for each in shown(phone, CardKind.APPROVAL)]
    listed = [name for card in lists for name in card.binds] + [card.about for card in alone]
    assert len(listed) == len(set(listed)) == len(NAMES)
    assert max(len(card.binds) for card in lists) <= MOST_LISTED


async def test_a_tap_on_one_of_a_list_decides_that_one_and_the_others_keep_their_buttons(
    phone: Phone,
) -> None:
    found = await a_list(phone)
    before = phone.button("Approve 6", found)[1]
    await phone.taps("Approve 4", found)
    (here,) = [each for each in phone.service.shown if each.id == found.id]
    assert [each.number for each in await approved(phone)] == [4]
    card = card_on(phone, found)
    assert "approved by Nora Lindt" in str(card.rows[1])
    assert "Sent to" in str(card.rows[1])
    assert "Approve 4" not in [button.label for button in card.buttons]
    assert phone.button("Approve 6", here)[1] == before


async def test_a_tap_on_a_list_as_it_was_shown_before_still_means_the_same_card(
    phone: Phone,
) -> None:
    found = await a_list(phone)
    button = phone.button("Approve 6", found)[1]
    await phone.taps("Approve 3", found)
    await phone.taps("Approve 4", found)
    await phone.delivers(ChatKind.TAP, message=found.id, button=button)
    await phone.settle()
    assert [each.number for each in await approved(phone)] == [3, 4, 6]


async def test_approve_all_approves_exactly_what_is_listed_one_by_one(phone: Phone) -> None:
    found = await a_list(phone)
    await leads(phone, 1, start=7)
    await phone.taps("Approve all 5 shown", found)
    assert [each.number for each in await approved(phone)] == [3, 4, 5, 6, 7]
    taps = await phone.business.facts(Tapped)
    card = card_on(phone, found)
    assert {each.approval: each.sha256 for each in taps} == card.binds
    assert len(phone.business.sent()) == 5
    assert card.buttons == ()


async def test_approve_all_leaves_alone_what_has_changed_since_it_was_shown(phone: Phone) -> None:
    found = await a_list(phone)
    button = phone.button("Approve all 5 shown", found)[1]
    fifth = await phone.business.app.views.find(Approval, "number:5")
    await phone.business.office.tap(fifth[0].id, Verb.REJECT, fifth[0].sha256, "not them")
    await phone.business.settle()
    await phone.delivers(ChatKind.TAP, message=found.id, button=button)
    await phone.settle()
    assert [each.number for each in await approved(phone)] == [3, 4, 6, 7]
    assert len(phone.business.sent()) == 4


async def test_a_list_is_whole_again_after_a_restart(founder: Founder) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        found = await a_list(phone)
        button = phone.button("Approve 5", found)[1]
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        await again.delivers(ChatKind.TAP, message=found.id, button=button, key="later")
        await again.settle()
        assert [each.number for each in await approved(again)] == [5]


async def test_what_waits_for_its_hour_waits_on_after_a_restart(founder: Founder) -> None:
    async with founder.business() as business, phone_of(business) as phone:
        await phone.paired()
        await leads(phone, 2)
        await phone.settle()
        await leads(phone, 1, start=2)
        await phone.settle()
        assert len(shown(phone, CardKind.APPROVAL)) == 2
        kept = phone.service
    async with founder.business() as business, phone_of(business, service=kept) as again:
        await again.settle()
        assert len(shown(again, CardKind.APPROVAL)) == 2
        business.clock.forward(hours=1)
        await again.settle()
        assert len(shown(again, CardKind.APPROVAL)) == 3


async def test_a_card_decided_in_the_console_meanwhile_is_not_shown_any_more(phone: Phone) -> None:
    await leads(phone, 2)
    await phone.settle()
    await leads(phone, 1, start=2)
    await phone.settle()
    third = (await phone.business.app.views.find(Approval, "number:3"))[0]
    await phone.business.office.tap(third.id, Verb.REJECT, third.sha256, "no")
    await phone.business.settle()
    phone.business.clock.forward(hours=2)
    await phone.settle()
    assert len(shown(phone, CardKind.APPROVAL)) == 2


async def test_nobody_taps_a_list_twice(phone: Phone) -> None:
    found = await a_list(phone)
    button = phone.button("Approve 5", found)[1]
    for _ in range(2):
        await phone.delivers(ChatKind.TAP, message=found.id, button=button, key="same")
    await phone.settle()
    assert len(await phone.business.facts(Tapped)) == 1
    assert await phone.business.facts(TapRefused) == []
    await phone.delivers(ChatKind.TAP, message=found.id, button=button)
    assert "approved by Nora Lindt" in await phone.hears()
    assert len(phone.business.sent()) == 1


async def test_at_the_console_several_numbers_are_approved_as_they_were_seen(
    business: Business,
) -> None:
    for name in NAMES[:2]:
        await business.mail(LEAD, sender=f"{name} <{name}@{name}.example>".lower())
    assert "have not seen 1, 2 here" in await business.says("approve 1 2")
    await business.says("inbox")
    assert "Your yes is recorded" in await business.says("approve 1 2")
    assert len(business.sent()) == 2
