"""An approved mail waits a moment, in which its operator can still hold it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.domain.entities import Action, ActionStatus, Approval
from ledger.domain.events import ActionSucceeded, AttemptStarted

A_MOMENT = 60
LEAD = "Hello Nora,\n\nwe would like your website design package. An offer, please?\n\nAda\n"


@pytest.fixture
def founder(founder: Any) -> Any:
    founder.configure(hold_seconds=A_MOMENT)
    return founder


@pytest.fixture
async def business(founder: Any) -> AsyncIterator[Any]:
    async with founder.business() as business:
        yield business


async def approved(business: Any) -> Approval:
    """A lead came in, and its offer was approved; it has not left."""
    await business.mail(LEAD)
    await business.hears()
    card = await business.approves()
    assert business.sent() == []
    return card


async def test_an_approved_mail_says_when_it_leaves_and_leaves_then(business: Any) -> None:
    card = await approved(business)
    assert re.search(r"leaves at \d\d:\d\d:\d\d. `hold 1` stops it", await business.hears())
    assert "[ Hold ]" in await business.says("show 1") or "hold 1" in await business.says("show 1")
    business.clock.forward(seconds=A_MOMENT - 1)
    await business.settle()
    assert business.sent() == []
    business.clock.forward(seconds=1)
    await business.settle()
    assert len(business.sent()) == 1
    assert "Sent to" in await business.says(f"show {card.number}")


async def test_a_held_mail_never_leaves_and_is_asked_again(business: Any) -> None:
    held = await approved(business)
    assert "Your stop is recorded" in await business.says("hold")
    again = await business.only_card()
    assert again.id != held.id
    business.clock.forward(hours=1)
    await business.settle()
    assert business.sent() == []
    assert await business.facts(AttemptStarted) == []
    assert "already" in await business.says(f"approve {held.number}")
    await business.approves(again)
    business.clock.forward(seconds=A_MOMENT)
    await business.settle()
    assert len(business.sent()) == 1


async def test_what_has_left_cannot_be_held(business: Any) -> None:
    card = await approved(business)
    business.clock.forward(seconds=A_MOMENT)
    await business.settle()
    answer = await business.says(f"hold {card.number}")
    assert "already" in answer
    assert "Sent to" in answer
    assert "nothing to hold" in await business.says("hold")
    assert await business.cards() == []


async def test_a_mail_that_waits_when_coo_ends_leaves_once_afterwards(founder: Any) -> None:
    async with founder.business() as business:
        await approved(business)
    founder.clock.forward(days=1)
    for _ in range(2):
        async with founder.business() as business:
            await business.settle()
            assert len(business.sent()) == 1
            assert len(await business.facts(ActionSucceeded)) == 1


async def test_a_reply_in_the_waiting_time_keeps_the_mail_here(business: Any) -> None:
    await approved(business)
    await business.mail("Sorry, we need two of them.\n\nAda\n", subject="A new website")
    business.clock.forward(hours=1)
    await business.settle()
    assert business.sent() == []


async def test_a_stop_in_the_waiting_time_keeps_the_mail_here(
    business: Any,
) -> None:
    await approved(business)
    await business.says("stop")
    business.clock.forward(hours=1)
    await business.settle()
    assert business.sent() == []
    await business.says("resume")
    assert len(business.sent()) == 1


async def test_an_undo_in_the_waiting_time_keeps_the_mail_here(business: Any) -> None:
    await approved(business)
    await business.says("undo 1")
    business.clock.forward(hours=1)
    await business.settle()
    assert business.sent() == []


async def test_a_mail_that_waits_when_watching_begins_stays_and_is_asked_again(
    business: Any,
) -> None:
    card = await approved(business)
    await business.says("watch")
    assert "WATCHING since" in await business.says("status")
    business.clock.forward(hours=1)
    await business.settle()
    assert business.sent() == []
    assert await business.facts(AttemptStarted) == []
    action = await business.app.views.get(Action, card.action)
    assert (action.status, action.held) == (ActionStatus.WITHHELD, "watching")
    assert "WATCHING since" in await business.says("digest")
    await business.says("go-live confirm")
    assert "WATCHING" not in await business.says("status")
    assert business.sent() == []
    await business.approves()
    business.clock.forward(seconds=A_MOMENT)
    await business.settle()
    assert len(business.sent()) == 1
