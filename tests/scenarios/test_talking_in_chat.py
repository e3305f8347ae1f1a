"""A conversation in a chat: everything is answered, once, in order, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from talking_phone import Phone, phone_of

from ledger.domain import events
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
