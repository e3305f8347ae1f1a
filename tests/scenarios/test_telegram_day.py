"""A day of somebody who runs a company from Telegram, and of somebody who has Slack as well."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import time
from typing import Any

from talking_phone import Phone, Service
from telegram_phone import NORA, TelegramPhone, telegram_phone
from telegram_server import TelegramServer

from bot.chat.running import door_of
from ledger.domain import events
from ledger.domain.company import Attention
from ledger.domain.events import ChatKind
from ledger.replay import refold

Business = Any
Founder = Any

LEAD = "Hello Nora,\n\nwe would like your website design package. An offer, please?\n\nAda\n"


def text_of(phone: TelegramPhone, message: dict[str, Any]) -> str:
    """The words of a message as they are now."""
    return str(phone.server.messages[NORA][message["message_id"]]["text"])


def tappable(phone: TelegramPhone, label: str = "Approve") -> dict[str, Any]:
    """The newest message with this button."""
    shown = reversed(phone.server.shown(NORA))
    return next(each for each in shown if label in phone.labels(each))


async def test_a_lead_becomes_a_paid_invoice_by_two_taps_on_a_phone_whatever_restarts(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        await phone.pairs()
        await business.mail(LEAD)
        assert "Send an offer to Ada Example" in await phone.hears()
        card = tappable(phone)
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        business._count = itertools.count(1)  # the mails of before the restart are not sent again
        await phone.taps("Approve", message=card["message_id"])
        (offer,) = business.sent()
        assert "€2,856.00" in offer.get_content()
        assert "approved by Nora Lindt" in text_of(phone, card)
        await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
        await phone.hears()
        invoice = tappable(phone)
        assert "2026-0001" in text_of(phone, invoice)
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        phone.read = telegram.shown(NORA)[-1]["message_id"]
        await phone.taps("Approve", message=invoice["message_id"])
        assert len(business.sent()) == 2
        await business.pays("2856.00", reference="Invoice 2026-0001")
        told = await phone.hears()
        assert "€2,856.00 is booked on invoice 2026-0001." in told
        assert "is closed: paid" in told
        assert "paid" in await phone.writes("/invoice 2026-0001")
        assert not any("Approve" in phone.labels(each) for each in telegram.shown(NORA))
        assert (await refold(business.app.ledger)).identical


async def test_the_day_ends_with_a_digest_on_the_phone(
    founder: Founder, telegram: TelegramServer
) -> None:
    founder.configure(attention=Attention(zone="UTC", digest_at=time(18)))
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        await phone.pairs()
        await business.mail(LEAD)
        await phone.hears()
        await phone.taps("Approve")
        business.clock.forward(hours=9)
        said = await phone.hears()
        assert "Monday, 23 November: your digest" in said
        assert "Offer to Ada Example, €2,856.00" in said
        business.clock.forward(hours=24)
        assert await phone.hears() == ""


async def test_a_card_of_the_night_is_there_at_breakfast(
    founder: Founder, telegram: TelegramServer
) -> None:
    founder.configure(attention=Attention(zone="UTC", digest_at=None))
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        await phone.pairs()
        business.clock.forward(hours=14)
        await business.mail(LEAD)
        assert await phone.hears() == ""
        business.clock.forward(hours=8)
        assert "Send an offer to Ada Example" in await phone.hears()


async def test_help_is_short_on_a_phone_and_everything_is_one_word_away(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with founder.business() as business, telegram_phone(business, telegram) as phone:
        await phone.pairs()
        few, everything = await phone.writes("/help"), await phone.writes("/help all")
        assert "inbox" in few
        assert "help all" in few
        assert len(few.splitlines()) < 20 < len(everything.splitlines())
        assert "whatif" not in few
        assert "whatif" in everything
        assert "Did you mean approve" in await phone.writes("/aprove 3")


# --- two channels ---------------------------------------------------------------------------------


@dataclass
class Both:
    """One operator with Telegram on the phone and Slack on the desk."""

    business: Business
    phone: TelegramPhone
    desk: Phone

    async def settle(self) -> None:
        await self.phone.hears()
        await self.desk.hears()

    def on_desk(self) -> str:
        """The words and buttons of the newest card in Slack, as they are now."""
        cards = [card for each in self.desk.service.shown for card in each.message.reply.cards]
        return f"{cards[-1].rows} {[button.label for button in cards[-1].buttons]}"


@asynccontextmanager
async def both(founder: Founder, telegram: TelegramServer) -> AsyncIterator[Both]:
    slack = Service("slack")
    async with (
        founder.business() as business,
        telegram_phone(business, telegram, others=[slack]) as phone,
    ):
        await phone.pairs()
        desk = Phone(business, phone.chats, door_of(business.app), slack)
        await desk.paired()
        yield Both(business, phone, desk)


async def test_a_decision_on_the_phone_is_seen_on_the_desk(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with both(founder, telegram) as nora:
        await nora.business.mail(LEAD)
        await nora.settle()
        assert "Approve" in nora.on_desk()
        await nora.phone.taps("Approve")
        await nora.settle()
        assert "approved by Nora Lindt" in nora.on_desk()
        assert "telegram" in nora.on_desk()
        assert "'Approve'" not in nora.on_desk()


async def test_a_decision_on_the_desk_is_seen_on_the_phone(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with both(founder, telegram) as nora:
        await nora.business.mail(LEAD)
        await nora.settle()
        card = nora.phone.card()
        await nora.desk.taps("Approve")
        await nora.settle()
        assert "approved by Nora Lindt" in text_of(nora.phone, card)
        assert nora.phone.labels(nora.phone.card()) == []


async def test_two_taps_at_once_from_both_send_one_mail_and_both_are_answered(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with both(founder, telegram) as nora:
        await nora.business.mail(LEAD)
        await nora.settle()
        where, button = nora.desk.button("Approve")
        nora.phone.person.taps("Approve")
        await nora.desk.delivers(ChatKind.TAP, message=where.id, button=button)
        await nora.settle()
        assert len(nora.business.sent()) == 1
        assert len(await nora.business.facts(events.Approved)) == 1
        assert await nora.desk.waiting() == []
        assert "approved by Nora Lindt" in nora.on_desk()
        assert "approved by Nora Lindt" in text_of(nora.phone, nora.phone.card())


async def test_a_lost_phone_is_revoked_from_the_desk_and_its_cards_are_emptied(
    founder: Founder, telegram: TelegramServer
) -> None:
    async with both(founder, telegram) as nora:
        await nora.business.mail(LEAD)
        await nora.settle()
        card = nora.phone.card()
        (paired,) = [
            each for each in await nora.business.facts(events.ChatPaired) if each.user == "7"
        ]
        assert "Revoked" in await nora.desk.writes(f"revoke {paired.identity}")
        await nora.settle()
        assert nora.phone.labels(telegram.messages[NORA][card["message_id"]]) == []
        assert "Ada" not in text_of(nora.phone, card)
        await nora.phone.writes("approve 1")
        assert nora.business.sent() == []
