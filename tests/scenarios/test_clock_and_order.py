"""Time that jumps, and money that comes too early: cases 10 and 12 of the safety list."""

from __future__ import annotations

from typing import Any

from bot.channel import Verb
from ledger.domain.entities import Approval, ApprovalStatus, Stray
from ledger.domain.events import ActionSucceeded, ApprovalExpired, InvoicePaid
from ledger.replay import refold

LEAD = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n"
SENDERS = ("Ada Example <ada@example.com>", "Bo <bo@example.org>", "Cy <cy@example.net>")


async def three_cards(business: Any) -> list[Approval]:
    for sender in SENDERS:
        await business.mail(LEAD, sender=sender)
    cards: list[Approval] = list(await business.cards())
    assert len(cards) == len(SENDERS)
    return cards


async def test_after_a_jump_forward_nothing_expires_in_a_burst_but_the_operator_is_asked(
    business: Any,
) -> None:
    cards = await three_cards(business)
    business.clock.forward(days=365)
    await business.settle()
    await business.settle()
    assert await business.facts(ApprovalExpired) == []
    assert {card.id for card in await business.cards()} == {card.id for card in cards}
    question = await business.only_question()
    assert "362 days after: the clock jumped, or I did not run." in question.text
    assert "Do cards 1, 2 and 3 still count?" in await business.says("inbox")


async def test_cards_that_the_operator_lets_count_can_be_approved_and_expire_later(
    business: Any,
) -> None:
    cards = await three_cards(business)
    business.clock.forward(days=4)
    await business.settle()
    question = await business.only_question()
    await business.says(f"{question.number} a")
    assert await business.questions() == []
    await business.office.tap(cards[0].id, Verb.APPROVE, cards[0].sha256)
    await business.settle()
    assert len(business.sent()) == 1
    business.clock.forward(hours=71, minutes=59)
    await business.settle()
    assert len(await business.cards()) == 2
    business.clock.forward(minutes=5)
    await business.settle()
    assert await business.cards() == []
    assert len(await business.facts(ApprovalExpired)) == 2
    assert (await refold(business.app.ledger)).identical


async def test_cards_that_the_operator_lets_go_are_paused(business: Any) -> None:
    await three_cards(business)
    business.clock.forward(days=4)
    await business.settle()
    question = await business.only_question()
    await business.says(f"{question.number} b")
    assert await business.cards() == []
    assert len(await business.facts(ApprovalExpired)) == 3
    assert business.sent() == []


async def test_a_jump_that_is_taken_back_leaves_every_card_as_it_was(business: Any) -> None:
    cards = await three_cards(business)
    business.clock.forward(days=365)
    await business.settle()
    business.clock.forward(days=-365)
    await business.settle()
    await business.office.tap(cards[1].id, Verb.APPROVE, cards[1].sha256)
    await business.settle()
    assert len(business.sent()) == 1


async def test_what_has_expired_stays_so_when_the_clock_goes_back(business: Any) -> None:
    await business.mail(LEAD)
    card = await business.only_card()
    business.clock.forward(hours=73)
    await business.settle()
    business.clock.forward(days=-30)
    await business.office.tap(card.id, Verb.APPROVE, card.sha256)
    await business.settle()
    known = await business.app.views.get(Approval, card.id)
    assert known.status is ApprovalStatus.EXPIRED
    assert business.sent() == []


async def test_cards_made_in_one_minute_expire_together_on_an_ordinary_day(business: Any) -> None:
    for sender in SENDERS:
        await business.mail(LEAD, sender=sender)
        business.clock.forward(minutes=-5)
    business.clock.forward(hours=71, minutes=59)
    await business.settle()
    business.clock.forward(minutes=7)
    await business.settle()
    assert len(await business.facts(ApprovalExpired)) == 3
    assert await business.questions() == []


async def test_a_payment_that_comes_before_its_invoice_waits_for_it(business: Any) -> None:
    await business.pays("2856.00", reference="Invoice 2026-0001")
    assert len(await business.app.views.find(Stray, "open")) == 1
    offer = await business.offered()
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    case = await business.case()
    assert (case.closed, case.outcome) == (True, "paid")
    [invoice] = await business.invoices()
    assert (invoice.status, invoice.open.minor) == ("paid", 0)
    assert await business.app.views.find(Stray, "open") == []


async def test_an_early_payment_is_booked_once_however_often_it_is_told(business: Any) -> None:
    for _ in range(3):
        await business.pays("2856.00", reference="Invoice 2026-0001")
    offer = await business.offered()
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    for _ in range(3):
        await business.pays("2856.00", reference="Invoice 2026-0001")
    assert len(await business.facts(InvoicePaid)) == 1
    assert len({one.action for one in await business.facts(ActionSucceeded)}) == len(
        await business.facts(ActionSucceeded)
    )


async def test_an_early_payment_for_another_number_stays_where_it_is(business: Any) -> None:
    await business.pays("2856.00", reference="Invoice 2026-0007")
    await business.invoiced()
    assert len(await business.app.views.find(Stray, "open")) == 1
    assert not (await business.case()).closed
