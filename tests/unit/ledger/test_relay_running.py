"""The relay while it runs: side by side, woken from anywhere, and stopped in good order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.domain.events import CaseStuck, Event, OperatorSaid, Routed
from ledger.domain.facts import Delivery, Draft, Fact, Reaction
from ledger.places import keys_at
from ledger.relay import Relay
from ledger.store import Ledger, Tx, WriteFailed
from ledger.views import InlineViews
from ledger.wakeups import InProcessWakeups, Wakeup

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PATIENCE = 20.0


class HandClock:
    """Its sleeps end when `tick` is called."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        await self._beat.wait()

    def tick(self) -> None:
        self._beat.set()
        self._beat = asyncio.Event()


class Gate:
    """A subscriber that waits, in some cases, until it is let through."""

    def __init__(self, name: str, *slow: str) -> None:
        self.name = name
        self.done: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.entered = asyncio.Event()
        self.open = asyncio.Event()
        self._slow = slow

    def wants(self, fact: Fact) -> bool:
        return isinstance(fact.event, OperatorSaid)

    async def handle(self, delivery: Delivery) -> Reaction:
        fact = delivery.fact
        assert isinstance(fact.event, OperatorSaid)
        if fact.case in self._slow:
            self.entered.set()
            await self.open.wait()
        self.done.put_nowait((fact.case, fact.event.text))
        return Reaction()


@asynccontextmanager
async def opened(folder: Path | str) -> AsyncIterator[Ledger]:
    keys = keys_at(folder if isinstance(folder, str) else folder / "keys.db", "acme")
    ledger = await Ledger.open(
        folder, company="acme", keys=keys, clock=HandClock(), projection=InlineViews()
    )
    try:
        yield ledger
    finally:
        await ledger.close()
        keys.close()


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    try:
        async with asyncio.timeout(PATIENCE):
            yield stop
            stop.set()
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def say(ledger: Ledger, case: str, text: str) -> None:
    event: Event = OperatorSaid(operator="olga", channel="console", text=text)
    await ledger.append([Draft(case=case, event=event, key=f"{case}/{text}", by="test")])


async def test_a_slow_case_holds_up_neither_other_cases_nor_other_subscribers(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        planner, dispatcher = Gate("planner", "lead-1"), Gate("dispatcher")
        async with running(Relay(ledger, [planner, dispatcher], clock=HandClock())):
            await say(ledger, "lead-1", "slow")
            await planner.entered.wait()
            await say(ledger, "lead-1", "next")
            await say(ledger, "lead-2", "quick")
            assert await planner.done.get() == ("lead-2", "quick")
            heard = {await dispatcher.done.get() for _ in range(3)}
            assert heard == {("lead-1", "slow"), ("lead-1", "next"), ("lead-2", "quick")}
            planner.open.set()
            assert await planner.done.get() == ("lead-1", "slow")
            assert await planner.done.get() == ("lead-1", "next")


async def test_who_goes_first_in_a_case_is_let_ahead_and_holds_up_nobody_for_long(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        clock = HandClock()
        planner, dispatcher = Gate("planner"), Gate("dispatcher", "lead-1")
        relay = Relay(ledger, [planner, dispatcher], clock=clock, first=["dispatcher"])
        async with running(relay):
            await say(ledger, "lead-1", "approved")
            await dispatcher.entered.wait()
            await say(ledger, "lead-2", "elsewhere")
            assert await planner.done.get() == ("lead-2", "elsewhere")
            assert planner.done.empty()
            clock.tick()
            assert await planner.done.get() == ("lead-1", "approved")
            dispatcher.open.set()
            heard = {await dispatcher.done.get() for _ in range(2)}
            assert heard == {("lead-1", "approved"), ("lead-2", "elsewhere")}


async def test_whoever_follows_begins_as_soon_as_the_first_is_through(database: Path | str) -> None:
    async with opened(database) as ledger:
        planner, dispatcher = Gate("planner"), Gate("dispatcher", "lead-1")
        relay = Relay(ledger, [planner, dispatcher], clock=HandClock(), first=["dispatcher"])
        async with running(relay):
            await say(ledger, "lead-1", "approved")
            await dispatcher.entered.wait()
            dispatcher.open.set()
            assert await planner.done.get() == ("lead-1", "approved")


async def test_no_more_cases_than_allowed_are_handled_at_a_time(database: Path | str) -> None:
    async with opened(database) as ledger:
        cases = [f"lead-{n}" for n in range(6)]
        most = 0
        now = 0

        class Counting(Gate):
            async def handle(self, delivery: Delivery) -> Reaction:
                nonlocal most, now
                now += 1
                most = max(most, now)
                reaction = await super().handle(delivery)
                now -= 1
                return reaction

        planner = Counting("planner", *cases)
        async with running(Relay(ledger, [planner], clock=HandClock(), side_by_side=2)):
            for case in cases:
                await say(ledger, case, "hello")
            await planner.entered.wait()
            planner.open.set()
            assert {(await planner.done.get())[0] for _ in cases} == set(cases)
        assert most <= 2


async def test_facts_of_another_process_are_noticed_at_the_next_look(database: Path | str) -> None:
    async with opened(database) as here, opened(database) as elsewhere:
        clock, planner = HandClock(), Gate("planner")
        async with running(Relay(here, [planner], clock=clock)):
            await say(here, "lead-1", "mine")
            assert await planner.done.get() == ("lead-1", "mine")
            await say(elsewhere, "lead-1", "theirs")
            assert planner.done.empty()
            clock.tick()
            assert await planner.done.get() == ("lead-1", "theirs")


async def test_a_stop_lets_the_present_delivery_end_and_the_next_start_goes_on(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        planner = Gate("planner", "lead-1")
        relay = Relay(ledger, [planner], clock=HandClock())
        async with running(relay) as stop:
            await say(ledger, "lead-1", "one")
            await planner.entered.wait()
            await say(ledger, "lead-1", "two")
            stop.set()
            planner.open.set()
            assert await planner.done.get() == ("lead-1", "one")
        assert planner.done.empty()
        assert await ledger.transact(lambda tx: tx.cursor("planner", "lead-1")) == (1, "")
        await relay.run_until_idle()
        assert await planner.done.get() == ("lead-1", "two")


async def test_a_ledger_that_cannot_be_written_is_tried_again_and_nothing_is_lost(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        clock, planner = NoWait(), Gate("planner")
        full = FullDisk(ledger)
        async with running(Relay(full, [planner], clock=clock)):  # type: ignore[arg-type]  # stands in for a Ledger
            await say(ledger, "lead-1", "hello")
            await full.refused.wait()
            full.is_full = False
            assert await planner.done.get() == ("lead-1", "hello")
            await until(ledger, lambda tx: tx.cursor("planner", "lead-1")[0] == 1)
        facts = [fact async for fact in ledger.facts()]
        assert not [fact for fact in facts if isinstance(fact.event, CaseStuck)]


class NoWait(HandClock):
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class FullDisk:
    """A ledger whose disk is full, for as long as `is_full`."""

    def __init__(self, ledger: Ledger) -> None:
        self.is_full = True
        self.refused = asyncio.Event()
        self._ledger = ledger
        self._refusals = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)

    async def transact(self, work: object) -> object:
        if not self.is_full:
            return await self._ledger.transact(work)  # type: ignore[arg-type]  # handed through
        self._refusals += 1
        if self._refusals > 10:
            self.refused.set()
        raise WriteFailed("disk full")


async def test_a_halted_case_goes_on_while_running_when_a_retry_reaches_it(
    database: Path | str,
) -> None:
    class Failing(Gate):
        failing = True

        async def handle(self, delivery: Delivery) -> Reaction:
            if self.failing:
                raise ValueError("boom")
            return await super().handle(delivery)

    async with opened(database) as ledger:
        planner = Failing("planner")
        async with running(Relay(ledger, [planner], clock=NoWait(), tries=2)):
            await say(ledger, "lead-1", "hello")
            await until(ledger, is_stuck)
            planner.failing = False
            retry = Routed(fact="", kind="retry", why="olga")
            while planner.done.empty():
                # Ordered until it is heard: the relay may still be writing that it is stuck.
                key = f"retry/{len(await ledger.case('lead-1'))}"
                await ledger.append([Draft(case="lead-1", event=retry, key=key, by="router")])
                await asyncio.sleep(0)


async def until(ledger: Ledger, holds: Callable[[Tx], bool]) -> None:
    """Look again and again; the ledger's own thread sets the pace."""
    while not await ledger.transact(holds):
        continue


def is_stuck(tx: Tx) -> bool:
    return any(isinstance(fact.event, CaseStuck) for fact in tx.case("lead-1"))


def test_waking_twice_is_waking_once_and_never_side_by_side() -> None:
    wakeups = InProcessWakeups()
    one, other = Wakeup("planner", "lead-1"), Wakeup("planner", "lead-2")
    for wakeup in (one, one, other):
        wakeups.wake(wakeup)
    assert wakeups.take() == one
    wakeups.wake(one)
    assert wakeups.take() == other
    assert wakeups.take() is None
    wakeups.done(one)
    assert not wakeups.idle
    assert wakeups.take() == one
    wakeups.done(one)
    wakeups.done(other)
    assert wakeups.idle


async def test_what_hangs_is_broken_off_some_time_after_a_stop_and_delivered_at_the_next_start(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        hanging = Gate("planner", "lead-1")
        async with running(Relay(ledger, [hanging], clock=HandClock(), last_seconds=0.01)):
            await say(ledger, "lead-1", "slow")
            await hanging.entered.wait()
        assert hanging.done.empty()
        again = Gate("planner")
        await Relay(ledger, [again], clock=HandClock()).run_until_idle()
        assert again.done.get_nowait() == ("lead-1", "slow")
        assert [fact async for fact in ledger.facts() if isinstance(fact.event, CaseStuck)] == []


async def test_a_relay_that_saw_many_cases_remembers_few_and_misses_nothing(
    database: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.relay.MOST_LANES", 3)
    async with opened(database) as ledger:
        planner = Gate("planner")
        relay = Relay(ledger, [planner], clock=HandClock())
        for text in ("first", "second"):
            for number in range(10):
                await say(ledger, f"lead-{number}", text)
            await relay.run_until_idle()
            assert len(relay._lanes) == 3
        assert planner.done.qsize() == 20


class Choosy(Gate):
    """Counts how often it is asked whether it wants a fact."""

    asked = 0

    def wants(self, fact: Fact) -> bool:
        self.asked += 1
        return super().wants(fact) and fact.case != "desk"


async def test_a_start_does_not_read_again_what_the_subscriber_never_wanted(
    database: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.relay._FACTS_A_WATERMARK", 10)
    async with opened(database) as ledger:
        for number in range(30):
            await say(ledger, "desk", f"word {number}")
        await Relay(ledger, [Choosy("planner")], clock=HandClock()).run_until_idle()
        await say(ledger, "desk", "news")
        later = Choosy("planner")
        await Relay(ledger, [later], clock=HandClock()).run_until_idle()
        assert later.asked == 1
