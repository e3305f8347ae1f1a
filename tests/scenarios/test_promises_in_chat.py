"""What is due, in a chat: one list, with buttons, rewritten when a promise is settled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from talking_phone import Phone, phone_of

from bot.channel import Card
from bot.chat.memory import Shown
from ledger.domain.entities import Commitment, CommitmentStatus

Founder = Any


@pytest.fixture
async def phone(founder: Founder) -> AsyncIterator[Phone]:
    async with founder.business() as business, phone_of(business) as found:
        await found.paired()
        yield found


def due_lists(phone: Phone) -> list[tuple[Shown, Card]]:
    return [
        (each, card)
        for each in phone.service.shown
        if each.message
        for card in each.message.reply.cards
        if card.about.startswith("promises:")
    ]


def told(card: Card) -> str:
    return "\n".join(line for row in card.rows for line in row.lines)


async def test_a_tap_on_the_list_settles_a_promise_and_the_list_then_says_so(phone: Phone) -> None:
    business = phone.business
    await business.mail("Hello,\n\nI'll send you our team photos by Friday.\n\nAda\n")
    business.clock.moment = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    await phone.settle()
    ((shown, card),) = due_lists(phone)
    assert "nothing came" in told(card)
    assert card.buttons[0].command == "kept p1"
    assert "what became of the promise was noted" in await phone.taps("p1 kept", shown)
    (one,) = await business.app.views.all(Commitment)
    assert one.status is CommitmentStatus.KEPT
    ((_, after),) = due_lists(phone)
    assert "nothing came" not in told(after)
    assert "kept" in told(after)
    assert after.buttons == ()
