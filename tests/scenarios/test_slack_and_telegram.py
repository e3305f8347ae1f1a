"""One operator with both: Slack's own client and Telegram's, each at its service on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from slack_company import Company, in_slack
from slack_person import Person
from slack_server import slack_server
from telegram_phone import TelegramPhone, telegram_phone
from telegram_server import TelegramServer

from ledger.domain import events

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda"
)
CARD = "Send an offer to Ada Example"


@dataclass
class Both:
    """Slack on the desk, Telegram on the phone, and the business behind both."""

    business: Any
    company: Company
    nora: Person
    phone: TelegramPhone

    async def settle(self) -> None:
        for _ in range(2):
            await self.phone.hears()
            await self.company.settle()

    def in_slack(self) -> str:
        """The card in Slack as it is now, buttons included."""
        card = next(each for each in self.nora.reads() if CARD in each.text)
        return f"{card.text} {card.buttons}"

    def on_phone(self) -> str:
        """The card in Telegram as it is now, buttons included."""
        card = self.phone.cards()[0]
        return f"{card['text']} {self.phone.labels(card)}"


@pytest.fixture
async def both(founder: Any, telegram: TelegramServer) -> AsyncIterator[Both]:
    async with opened(founder, telegram) as found:
        yield found
        found.company.well()


@asynccontextmanager
async def opened(founder: Any, telegram: TelegramServer) -> AsyncIterator[Both]:
    async with (
        founder.business() as business,
        slack_server(founder.clock.now) as server,
        in_slack(business, server) as alone,
        telegram_phone(business, telegram, others=[alone.adapter]) as phone,
    ):
        company = replace(alone, chats=phone.chats)
        nora = server.person("nora", "Nora Lindt")
        await company.pairs(nora)
        await phone.pairs()
        found = Both(business, company, nora, phone)
        await business.mail(LEAD)
        await found.settle()
        yield found


async def test_two_taps_at_once_from_slack_and_telegram_are_one_decision_on_both_cards(
    both: Both,
) -> None:
    both.phone.person.taps("Approve")
    await both.nora.taps(both.company.card(both.nora, "Approve"), "Approve")
    await both.settle()
    assert len(await both.business.facts(events.Tapped)) == 2
    assert len(await both.business.facts(events.Approved)) == 1
    assert len(both.business.sent()) == 1
    for shown in (both.in_slack(), both.on_phone()):
        assert "approved by Nora Lindt" in shown
        assert "Tell me how" not in shown


async def test_a_decision_in_slack_takes_the_buttons_from_the_phone_and_the_other_way_round(
    both: Both,
) -> None:
    await both.company.taps(both.nora, "Approve")
    await both.settle()
    assert "approved by Nora Lindt" in both.on_phone()
    assert both.phone.labels(both.phone.card()) == []
    offer = both.business.sent()[-1]
    await both.business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    await both.settle()
    await both.phone.taps("Approve")
    await both.settle()
    assert [each for each in both.nora.reads() if "Approve" in each.buttons] == []
    assert len(both.business.sent()) == 2


async def test_an_approved_mail_is_held_on_either_and_its_button_goes_when_it_has_left(
    founder: Any, telegram: TelegramServer
) -> None:
    founder.configure(hold_seconds=60)
    async with opened(founder, telegram) as both:
        await both.company.taps(both.nora, "Approve")
        await both.settle()
        for shown in (both.in_slack(), both.on_phone()):
            assert "Leaves at " in shown
            assert "'Hold'" in shown
        await both.phone.taps("Hold", message=both.phone.cards()[0]["message_id"])
        await both.settle()
        for shown in (both.in_slack(), both.on_phone()):
            assert "You held it" in shown
            assert "'Hold'" not in shown
        assert "Approve" in both.phone.labels(both.phone.card())
        await both.company.taps(both.nora, "Approve")
        await both.company.taps(both.nora, "Hold")
        both.business.clock.forward(minutes=5)
        await both.settle()
        assert len(await both.business.facts(events.HoldOrdered)) == 2
        assert both.business.sent() == []
        await both.phone.taps("Approve", message=both.phone.card()["message_id"])
        await both.settle()
        card = both.company.card(both.nora, "Hold")
        assert "Hold" in both.phone.labels(both.phone.card())
        both.business.clock.forward(seconds=60)
        await both.settle()
        assert len(both.business.sent()) == 1
        assert "Sent to" in both.nora.now(card).text
        assert "Hold" not in both.nora.now(card).buttons
        assert both.phone.labels(both.phone.card()) == []
        both.company.well()
