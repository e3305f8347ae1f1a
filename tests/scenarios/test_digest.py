"""The digest: once a day at the operator's hour, about what happened, and never on an empty day."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import time
from typing import Any

import pytest
from msgspec.structs import replace

from bot.channel import Card
from bot.chat.checks import PairedCheck
from bot.chat.inbound import ChatDoor
from bot.digest.telling import Digests
from bot.findings import Health
from bot.zones import zone_of_attention
from ledger.domain.company import Attention
from ledger.domain.entities import Alarm, Post
from ledger.domain.events import ChatKind, ChatReceived, DigestMade
from ledger.replay import refold

BERLIN = Attention(zone="Europe/Berlin", digest_at=time(18))
LEAD = "Hello, we would like your website design package. Could you send an offer?\n\nAda\n"


@pytest.fixture
def founder(founder: Any) -> Any:
    founder.configure(attention=BERLIN)
    return founder


@pytest.fixture
async def paired(founder: Any) -> AsyncIterator[Any]:
    async with founder.business() as business:
        await pair(business)
        yield business


async def pair(business: Any, channel: str = "telegram", user: str = "4711") -> None:
    shown = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", await business.says("pair owner Nora Lindt"))
    assert shown is not None
    received = ChatReceived(
        channel=channel,
        chat=f"dm-{user}",
        message="1",
        user=user,
        kind=ChatKind.MESSAGE,
        direct=True,
        text=f"pair {shown[0]}",
    )
    door = ChatDoor(business.app.intake, business.app.ledger, business.app.keys)
    await door.take(received, f"{channel}:{user}:1")
    await business.settle()


async def evening(business: Any, day: int = 23, hour: int = 18) -> list[DigestMade]:
    """It gets late on that day of November; all digests so far."""
    local = business.clock.now().astimezone(zone_of_attention(business.app.company))
    there = local.replace(day=day, hour=hour, minute=0, second=1)
    business.clock.forward(seconds=(there - local).total_seconds())
    await business.settle()
    digests: list[DigestMade] = await business.facts(DigestMade)
    return digests


async def read(business: Any, digest: DigestMade) -> str:
    now = business.clock.now().astimezone(zone_of_attention(business.app.company))
    card: Card = await Digests(business.app.views, business.app.ledger).card(digest, now)
    return "\n".join(f"{row.label}: {' | '.join(row.lines)}" for row in card.rows)


async def test_at_the_operators_hour_one_digest_says_what_was_done_and_what_waits(
    paired: Any,
) -> None:
    await paired.mail(LEAD)
    await paired.approves()
    await paired.mail("We accept your offer, please go ahead.\n", answers=paired.sent()[-1])
    assert await paired.facts(DigestMade) == []
    (digest,) = await evening(paired)
    said = await read(paired, digest)
    assert "Done: Offer to Ada Example, €2,856.00" in said
    assert "1 case opened" in said
    waits = r"Waits for you: \d · Invoice 2026-0001 over €2,856.00 to ada@example.com, until"
    assert re.search(waits, said)
    assert "Failed: Nothing." in said
    assert "Cost: Nothing for models." in said


async def test_an_empty_day_has_no_digest(paired: Any) -> None:
    await paired.mail(LEAD)
    assert len(await evening(paired, 23)) == 1
    assert len(await evening(paired, 24)) == 1
    assert len(await evening(paired, 25)) == 1


async def test_the_digest_of_a_second_day_tells_only_of_that_day(paired: Any) -> None:
    await paired.mail(LEAD)
    await evening(paired, 23)
    await paired.approves()
    _, second = await evening(paired, 24)
    assert (second.opened, second.done_in_all, second.decided) == (0, 1, 1)


async def test_after_five_days_of_sleep_there_is_one_digest_and_it_holds_them_all(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await pair(business)
        await business.mail(LEAD)
        await business.approves()
    founder.clock.forward(days=5)
    async with founder.business() as business:
        await business.settle()
        (digest,) = await business.facts(DigestMade)
        assert digest.done_in_all == 1
        assert f"{digest.day:%d}" == "28"
        assert len(await evening(business, 28, 20)) == 1


async def test_the_same_evening_a_second_time_adds_no_second_digest(paired: Any) -> None:
    """The clock is set back by an hour, and the hour comes again."""
    await paired.mail(LEAD)
    await evening(paired, 23)
    paired.clock.forward(hours=-1)
    await paired.mail(LEAD, sender="Ben Sample <ben@example.org>")
    assert len(await evening(paired, 23, 19)) == 1
    assert len(await evening(paired, 24)) == 2


async def test_with_nobody_paired_there_is_no_alarm_and_no_digest(business: Any) -> None:
    await business.mail(LEAD)
    business.clock.forward(days=2)
    await business.settle()
    assert await business.facts(DigestMade) == []
    waiting = await business.app.views.find(Alarm, "waiting")
    assert not [alarm for alarm in waiting if alarm.purpose.startswith("digest")]


async def test_a_moved_hour_counts_from_the_next_start_on_and_loses_nothing(founder: Any) -> None:
    async with founder.business() as business:
        await pair(business)
        await business.mail(LEAD)
    founder.configure(attention=replace(BERLIN, digest_at=time(20)))
    async with founder.business() as business:
        assert await evening(business, 23, 18) == []
        (digest,) = await evening(business, 23, 20)
        assert digest.opened == 1


async def test_no_digests_are_wanted(founder: Any) -> None:
    founder.configure(attention=replace(BERLIN, digest_at=None))
    async with founder.business() as business:
        await pair(business)
        await business.mail(LEAD)
        assert await evening(business) == []


async def test_an_operator_with_two_channels_gets_one_digest(paired: Any) -> None:
    await pair(paired, "slack", "U1")
    await paired.mail(LEAD)
    await evening(paired)
    (fact,) = [f for f in await paired.all_facts() if isinstance(f.event, DigestMade)]
    posts = [p for p in await paired.app.views.all(Post) if p.subject == f"fact:{fact.id}"]
    assert len(posts) == 1


async def test_the_console_tells_the_digest_too(paired: Any) -> None:
    await paired.mail(LEAD)
    await paired.hears()
    await evening(paired)
    assert "Monday, 23 November: your digest" in await paired.hears()


async def test_asked_for_it_says_what_happened_since_the_last_one(paired: Any) -> None:
    await paired.mail(LEAD)
    await evening(paired)
    assert "Nothing has happened since the last digest." in await paired.says("digest")
    await paired.approves()
    assert "Offer to Ada Example, €2,856.00" in await paired.says("digest")
    assert len(await paired.facts(DigestMade)) == 1


async def test_a_digest_names_nobody_who_was_erased(paired: Any) -> None:
    await paired.mail(LEAD)
    await paired.approves()
    (digest,) = await evening(paired)
    contact = (await paired.says("contact ada")).split()
    assert "Ada" in contact
    await paired.says("erase ada@example.com")
    await paired.says("erase ada@example.com confirm")
    said = await read(paired, digest)
    assert "Ada" not in said
    assert "somebody who was erased" in said


async def test_what_the_digester_said_survives_a_fold_from_scratch(paired: Any) -> None:
    await paired.mail(LEAD)
    await evening(paired)
    assert (await refold(paired.app.ledger)).identical


async def test_doctor_says_whether_anybody_may_decide_in_chat(founder: Any) -> None:
    async with founder.business() as business:
        (nobody,) = await PairedCheck(business.app).look()
        await pair(business)
        (somebody,) = await PairedCheck(business.app).look()
    assert (nobody.health, somebody.health) == (Health.ADVICE, Health.OK)
    assert "`pair`" in nobody.remedy
    assert somebody.what == "1 chat of 1 person"
