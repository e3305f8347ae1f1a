"""Stripe delivers over real connections: in any order, twice, forged, and while its API is away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from stripe_server import KEY, SECRET, Stripe, stripe

from bot.chat_settings import Listen
from bot.setting_values import Secret
from bot.stripe_settings import StripeSettings
from bot.web.health import Health
from bot.web.server import WebServer, web_app
from bot.web.stripe import StripeDoor
from ledger.domain.entities import Invoice, Payout, Stray
from ledger.domain.events import FeeCharged, PaidOut, PaymentReceived
from ledger.domain.values import Money

NUMBER = "Invoice 2026-0001"


@asynccontextmanager
async def heard(business: Any, *, key: str = KEY) -> AsyncIterator[tuple[Stripe, str]]:
    """A Stripe account, and the address where the company hears it."""
    async with stripe(int(business.clock.now().timestamp())) as account:
        settings = StripeSettings(
            secret=Secret(SECRET), api=account.base, key=Secret(key) if key else None
        )
        door = StripeDoor(settings, business.app.intake, business.clock)
        health = Health(business.app.ledger, business.clock, lambda: "here", dict)
        server = WebServer(web_app(health, [door.door]), Listen("127.0.0.1", 0))
        place, stop = server.open(), asyncio.Event()
        serving = asyncio.create_task(server.run(stop))
        try:
            yield account, f"{place}/stripe/"
        finally:
            stop.set()
            await serving
            await door.close()


async def delivered(business: Any, account: Stripe, url: str, events: list[Any]) -> list[int]:
    answers = [await account.deliver(url, event) for event in events]
    await business.settle()
    return answers


async def total(business: Any, number: str = "2026-0001") -> tuple[int, int, str]:
    (invoice,) = await business.app.views.find(Invoice, f"number:{number}")
    return invoice.paid.minor, invoice.open.minor, invoice.status


async def test_a_charge_pays_its_invoice_and_its_fee_and_payout_are_facts(business: Any) -> None:
    await business.invoiced()
    async with heard(business) as (account, url):
        account.charge(285_600, description=NUMBER)
        account.charge(1_000, description="a mug")
        account.payout()
        assert set(await delivered(business, account, url, account.events)) == {200}
    assert await total(business) == (285_600, 0, "paid")
    fees = await business.facts(FeeCharged)
    assert [each.amount for each in fees] == [Money(4_309, "EUR"), Money(40, "EUR")]
    (payout,) = await business.facts(PaidOut)
    assert payout.gross == Money(286_600, "EUR")
    assert payout.fees == Money(4_349, "EUR")
    assert payout.amount == Money(286_600 - 4_349, "EUR")
    assert len(payout.payments) == 2


@pytest.mark.parametrize("seed", range(6))
async def test_in_any_order_and_twice_each_event_counts_once(business: Any, seed: int) -> None:
    await business.invoiced()
    async with heard(business) as (account, url):
        charge = account.charge(285_600, description=NUMBER)
        account.refund(charge, 285_600)
        events = [*account.events, *account.events]
        random.Random(seed).shuffle(events)
        for event in events:
            assert await account.deliver(url, event) == 200
            if seed % 2:
                await business.settle()
        await business.settle()
    received = await business.facts(PaymentReceived)
    assert sorted(each.amount.minor for each in received) == [-285_600, 285_600]
    assert len(await business.facts(FeeCharged)) == 1
    assert await business.app.views.find(Stray, "open") == []
    questions = [each for each in await business.questions() if each.case != "desk"]
    assert len(questions) == 1
    assert "left the account" in questions[0].text


async def test_a_dispute_opens_the_invoice_again_without_a_question(business: Any) -> None:
    await business.invoiced()
    async with heard(business) as (account, url):
        charge = account.charge(285_600, description=NUMBER)
        await delivered(business, account, url, account.events)
        assert await total(business) == (285_600, 0, "paid")
        account.dispute(charge)
        await delivered(business, account, url, account.events[-1:])
    assert await total(business) == (0, 285_600, "sent")
    assert "returned by the bank" in await business.hears()


async def test_what_stripe_did_not_sign_now_is_refused_and_leaves_nothing(business: Any) -> None:
    await business.invoiced()
    async with heard(business) as (account, url):
        account.charge(285_600, description=NUMBER)
        event = account.events[0]
        assert await account.deliver(url, event, secret="whsec_somebody_elses") == 400
        assert await account.deliver(url, event, at=account.now - 301) == 400
        assert await account.deliver(url, event, at=account.now + 301) == 400
        assert await account.deliver(url, {"object": "list"}) == 400
        assert await account.deliver(url, event | {"data": {"object": {"id": "x"}}}) == 400
        assert await account.deliver(url, event | {"type": "customer.created"}) == 200
        assert await business.facts(PaymentReceived) == []
        assert await account.deliver(url, event, at=account.now - 299) == 200
    assert len(await business.facts(PaymentReceived)) == 1


async def test_while_the_api_is_away_the_money_counts_and_the_fee_comes_with_the_repeat(
    business: Any,
) -> None:
    await business.invoiced()
    async with heard(business) as (account, url):
        account.charge(285_600, description=NUMBER)
        account.failing = 10
        assert await delivered(business, account, url, account.events) == [200, 503]
        assert await total(business) == (285_600, 0, "paid")
        assert await business.facts(FeeCharged) == []
        account.failing = 0
        assert await delivered(business, account, url, account.events[-1:]) == [200]
    assert [each.amount for each in await business.facts(FeeCharged)] == [Money(4_309, "EUR")]


async def test_a_wrong_key_is_said_and_without_a_key_money_counts_all_the_same(
    business: Any,
) -> None:
    await business.invoiced()
    async with heard(business, key="rk_wrong") as (account, url):
        account.charge(100, description="a sticker")
        assert await delivered(business, account, url, account.events) == [200, 503]
    async with heard(business, key="") as (account, url):
        account.charge(1, description="another account, so its ids begin anew")
        account.events.clear()
        account.charge(285_600, description=NUMBER)
        assert await delivered(business, account, url, account.events) == [200, 200]
        assert account.calls == []
    assert await total(business) == (285_600, 0, "paid")


def bank(business: Any, minor: int, *, name: str = "B-77", reference: str = "STRIPE-A1B2") -> bytes:
    """An entry of the company's own account, as from a CSV of the bank."""
    day = business.clock.now().date().isoformat()
    return (
        f'{{"id": "{name}", "amount": "{minor / 100:.2f}", "currency": "EUR", "date": "{day}", '
        f'"payer": "Stripe Technology Europe Ltd", "reference": "{reference}"}}'
    ).encode()


@pytest.mark.parametrize("first", ["stripe", "bank"])
async def test_a_payout_on_the_bank_statement_is_no_customers_payment_whichever_comes_first(
    business: Any, first: str
) -> None:
    await business.invoiced()
    net = 285_600 - 4_309
    async with heard(business) as (account, url):
        account.charge(285_600, description=NUMBER)
        await delivered(business, account, url, account.events)
        account.payout()
        if first == "bank":
            await business.payment(bank(business, net))
            assert len(await business.app.views.find(Stray, "open")) == 1
        await delivered(business, account, url, account.events[-1:])
        if first == "stripe":
            assert "no bank statement shows it yet" in await business.says("open invoices")
            await business.payment(bank(business, net))
    assert await business.app.views.find(Stray, "open") == []
    (payout,) = await business.app.views.all(Payout)
    assert (payout.arrived, payout.failed) == ("B-77", False)
    assert await total(business) == (285_600, 0, "paid")
    said = await business.says("open invoices")
    assert "stripe holds €0.00: €2,856.00 received, €43.09 kept as fees" in said
    assert "no bank statement" not in said
    assert "stripe kept €43.09 of it" in await business.says("status 1")
    await business.says("match B-77 2026-0001")
    assert "It is payout po_" in await business.hears()


async def test_a_refund_that_fails_came_back_in_whatever_order_it_is_told(business: Any) -> None:
    await business.invoiced()
    async with heard(business) as (account, url):
        charge = account.charge(285_600, description=NUMBER)
        await delivered(business, account, url, account.events)
        told = len(account.events)
        account.refund_fails(account.refund(charge, 285_600))
        assert set(await delivered(business, account, url, account.events[:told:-1])) == {200}
        assert set(await delivered(business, account, url, account.events)) == {200}
    received = await business.facts(PaymentReceived)
    assert [each.amount.minor for each in received] == [285_600, -285_600, 285_600]
    assert await business.app.views.find(Stray, "open") == []
    assert "stripe holds €2,812.91" in await business.says("open invoices")
