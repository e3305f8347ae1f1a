"""Whatever comes in between, nobody is reminded twice of a step, or after they paid or wrote."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from ledger.domain.commands import SendReminder
from ledger.domain.entities import Action, ActionStatus, Alarm

DEEDS = ("silence", "silence", "silence", "approve", "approve", "outage", "reply", "part", "pay")
ROUNDS = 9


async def sent(business: Any) -> list[Action]:
    """The reminders that left, in the order in which they did."""
    found = [
        one
        for one in await business.app.views.all(Action)
        if one.name == SendReminder.__name__ and one.status is ActionStatus.SUCCEEDED
    ]
    return sorted(found, key=lambda one: one.attempted_at)


async def passes(business: Any, deed: str, chance: random.Random) -> None:
    """One thing that happens."""
    (invoice,) = await business.invoices()
    mails = [mail for mail in business.sent() if mail["X-Coo-Command"] == "SendInvoice"]
    match deed:
        case "silence":
            waiting = await business.app.views.find(Alarm, "waiting")
            dues = [one.due for one in waiting]
            business.clock.moment = max(
                [business.clock.moment, min(dues, default=business.clock.moment)]
            )
            await business.settle()
        case "outage":
            business.clock.moment += timedelta(days=chance.randint(5, 45))
            await business.settle()
        case "approve":
            for card in await business.cards():
                await business.approves(card)
        case "reply":
            await business.mail("We will look into it.\n\nAda\n", answers=mails[-1])
        case _ if invoice.open.minor > 0:
            part = invoice.open.minor if deed == "pay" else invoice.open.minor // 3
            amount = f"{part // 100}.{part % 100:02d}"
            bank_id = f"B-{chance.random()}"
            await business.pays(amount, reference=invoice.number, bank_id=bank_id)
    for question in await business.questions():
        booked = [option.id for option in question.options if option.id.startswith("match:")]
        answer = "a" if booked else "leave it to me"
        await business.says(f"{question.number} {answer}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
async def test_no_step_comes_twice_and_none_after_the_payment(business: Any, seed: int) -> None:
    chance = random.Random(seed)
    await business.invoiced()
    paid_at: int | None = None
    for _ in range(ROUNDS):
        before = len(await sent(business))
        deed = chance.choice(DEEDS)
        await passes(business, deed, chance)
        (invoice,) = await business.invoices()
        left = await sent(business)
        if deed in {"reply", "part", "pay"}:
            assert len(left) == before
            assert not [card for card in await business.cards() if "Reminder" in card.title]
        if invoice.open.minor <= 0 and paid_at is None:
            paid_at = len(left)
        assert len(await business.cards()) <= 1
    steps = [one.command.step for one in await sent(business) if one.command]
    assert steps == sorted(set(steps))
    assert paid_at is None or paid_at == len(steps)
