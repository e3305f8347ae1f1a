"""A company is restored on a second laptop while the first one still runs: one mail leaves.

The two share nothing but the mailbox through which both would send.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.app import at_work, open_app
from bot.commands import Commands, Session
from bot.copies.copying import backed_up, restored
from bot.copies.turns import TurnWatch
from bot.office.live import LiveOffice
from bot.settings import Secret
from bot.work.hosting import Stepping
from ledger.domain.entities import Action, ActionStatus
from ledger.domain.events import (
    ActionSucceeded,
    ActionWithheld,
    AlarmRang,
    AttemptStarted,
    CopyRestored,
    CopySuperseded,
    CopyTakenOver,
    StopOrdered,
)
from ledger.replay import refold

WORDS = Secret("correct horse battery")
YES = "We accept your offer, please go ahead.\n\nAda\n"
LEAD = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"


@dataclass
class Laptops:
    """The first laptop at work, and how to get a second one out of a backup."""

    first: Any
    founder: Any
    folder: Path
    count: int = 0
    made: list[Path] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, folder: Path) -> AsyncIterator[Any]:
        settings = replace(self.first.app.settings, data=folder)
        clock = self.first.clock
        async with open_app(settings, clock=clock) as app, at_work(app, "second") as works:
            office = LiveOffice(app, Stepping(works), operator="Nora Lindt", channel="console")
            mails = itertools.count(1_000 * self.count)
            yield type(self.first)(app, works, clock, office, Commands(office, Session()), mails)

    def backup(self) -> Path:
        path = self.folder / f"backup-{len(self.made)}.coo"
        backed_up(self.first.app.settings, path, WORDS, work=6)
        self.made.append(path)
        return path

    @asynccontextmanager
    async def second(self, backup: Path | None = None) -> AsyncIterator[Any]:
        self.count += 1
        target = self.folder / f"laptop-{self.count}"
        await restored(target, backup or self.backup(), WORDS, clock=self.first.clock)
        async with self.open(target) as business:
            yield business


@pytest.fixture
async def laptops(founder: Any, tmp_path: Path) -> AsyncIterator[Laptops]:
    mailbox = tmp_path / "shared-mailbox"
    mailbox.mkdir()
    settings = founder.settings()
    founder.settings = lambda model=None: replace(settings, mail=mailbox, model=model)
    async with founder.business() as first:
        yield Laptops(first, founder, tmp_path)


async def test_the_old_and_the_new_laptop_both_run_and_one_mail_leaves(laptops: Laptops) -> None:
    first = laptops.first
    await first.mail(LEAD)
    async with laptops.second() as second:
        await second.approves()
        assert second.sent() == []  # stopped: the yes counts, nothing leaves
        assert "takeover yes" in await second.says("takeover")
        await second.says("takeover yes")
        assert len(second.sent()) == 1
        await first.approves()
        assert len(first.sent()) == 1
        assert await first.facts(ActionWithheld)
        assert not await first.facts(AttemptStarted)
        assert len(await second.facts(ActionSucceeded)) == 1


async def test_what_the_old_laptop_sent_meanwhile_is_found_and_not_sent_again(
    laptops: Laptops,
) -> None:
    first = laptops.first
    await first.mail(LEAD)
    async with laptops.second() as second:
        await first.approves()
        assert len(first.sent()) == 1
        report = await second.says("takeover")
        assert "will not be sent twice" in report
        await second.says("takeover yes")
        await second.approves()
        assert len(second.sent()) == 1
        sent = (await second.facts(ActionSucceeded))[0]
        assert sent.receipt.reference == str(first.sent()[0]["Message-ID"]).strip("<>")


async def test_an_approved_mail_that_was_in_flight_is_looked_up_first(laptops: Laptops) -> None:
    first = laptops.first
    await first.mail(LEAD)
    await first.says("stop")
    await first.approves()  # held back: the backup has it approved and not sent
    backup = laptops.backup()
    await first.says("resume")
    assert len(first.sent()) == 1
    async with laptops.second(backup) as second:
        await second.says("takeover yes")
        await second.says("resume")
        assert len(second.sent()) == 1
        assert [a.status for a in await second.app.views.all(Action)] == [ActionStatus.SUCCEEDED]


async def test_the_old_laptop_notices_and_stops_for_good(laptops: Laptops) -> None:
    first = laptops.first
    async with laptops.second() as second:
        await second.says("takeover yes")
    watch = TurnWatch(first.app)
    await watch.look()
    await watch.look()
    assert len(await first.facts(CopySuperseded)) == 1
    assert "Another copy of this company took over" in await first.hears()
    assert "takeover" in await first.says("resume")
    assert "STOPPED: this copy must not act" in await first.says("status")


async def test_the_old_laptop_may_take_it_back_and_the_new_one_stops(laptops: Laptops) -> None:
    first = laptops.first
    await first.mail(LEAD)
    async with laptops.second() as second:
        await second.says("takeover yes")
        await TurnWatch(first.app).look()
        assert "generation 3" in await first.says("takeover yes")
        await second.approves()
        assert second.sent() == []
        await first.approves()
        assert len(first.sent()) == 1


async def test_a_resume_does_not_let_a_restored_copy_act(laptops: Laptops) -> None:
    await laptops.first.mail(LEAD)
    async with laptops.second() as second:
        await second.says("stop")
        answer = await second.says("resume")
        assert "Still stopped: this copy must not act" in answer
        assert "takeover" in await second.says("resume")
        await second.approves()
        assert second.sent() == []


async def test_nothing_leaves_for_those_whom_the_old_laptop_wrote_to_meanwhile(
    laptops: Laptops,
) -> None:
    first = laptops.first
    offer = await first.offered()
    backup = laptops.backup()
    await first.mail(YES, answers=offer)
    await first.approves()
    assert len(first.sent()) == 2
    async with laptops.second(backup) as second:
        report = await second.says("takeover")
        assert "Sent after this copy was made, and unknown here: 1" in report
        assert "until you `resume` each: Ada Example" in report
        await second.says("takeover yes")
        stops = await second.facts(StopOrdered)
        assert [stop.scope for stop in stops] == ["contact"]
        before = len(second.sent())
        await second.mail(YES, answers=offer)
        for card in await second.cards():
            await second.approves(card)
        assert len(second.sent()) == before
        assert await second.facts(ActionWithheld)
        await second.says("resume ada")
        for card in await second.cards():
            await second.approves(card)
        assert len(second.sent()) > before


async def test_invoice_numbers_that_the_old_laptop_gave_away_are_passed_over(
    laptops: Laptops,
) -> None:
    first = laptops.first
    offer = await first.offered()
    backup = laptops.backup()
    await first.mail(YES, answers=offer)
    await first.approves()
    taken = [invoice.number for invoice in await first.invoices()]
    async with laptops.second(backup) as second:
        theirs = first.app.folder.invoices
        ours = second.app.folder.invoices
        ours.mkdir(exist_ok=True)
        for path in theirs.iterdir():  # the bookkeeper's folder, brought along
            (ours / path.name).write_bytes(path.read_bytes())
        assert f"Invoices unknown here (their numbers are passed over): 1 {taken[0]}" in (
            await second.says("takeover")
        )
        await second.says("takeover yes")
        await second.says("resume ada")
        await second.mail(YES, answers=offer)
        for card in await second.cards():
            await second.approves(card)
        numbers = [invoice.number for invoice in await second.invoices()]
        assert numbers
        assert not set(numbers) & set(taken)


async def test_alarms_wait_in_a_copy_that_must_not_act(laptops: Laptops) -> None:
    await laptops.first.offered()
    async with laptops.second() as second:
        second.clock.forward(days=60)
        assert await second.works.alarms.ring_due() == 0
        assert not await second.facts(AlarmRang)
        await second.says("takeover yes")
        await second.settle()
        assert await second.facts(AlarmRang)


async def test_a_copy_whose_mailbox_is_its_own_wants_to_hear_that_the_other_is_off(
    business: Any, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.coo"
    backed_up(business.app.settings, backup, WORDS, work=6)
    await restored(tmp_path / "second", backup, WORDS, clock=business.clock)
    settings = replace(business.app.settings, data=tmp_path / "second")
    async with open_app(settings, clock=business.clock) as app, at_work(app, "second") as works:
        office = LiveOffice(app, Stepping(works), operator="Nora Lindt", channel="console")
        second = type(business)(app, works, business.clock, office, Commands(office, Session()))
        assert "Switch the other one off" in await second.says("takeover")
        assert "does not take over" in await second.says("takeover yes")
        assert not await second.facts(CopyTakenOver)
        assert "generation 2" in await second.says("takeover the other is off")
        assert "acts already" in await second.says("takeover")
        assert (await refold(app.ledger)).identical


async def test_a_restored_copy_says_what_it_is_made_of(laptops: Laptops) -> None:
    await laptops.first.offered()
    before = [fact.id for fact in await laptops.first.all_facts()]
    async with laptops.second() as second:
        after = [fact.id for fact in await second.all_facts()]
        assert after[: len(before)] == before
        made = (await second.facts(CopyRestored))[0]
        assert (made.facts, made.kind) == (len(before), "backup")
        assert await second.app.ledger.verify()
        assert (await refold(second.app.ledger)).identical
