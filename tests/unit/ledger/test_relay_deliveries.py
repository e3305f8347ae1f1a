"""What the relay promises to subscribers, and what it makes of their answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from ledger.domain.entities import Case, Failure
from ledger.domain.errors import CooError, NotNow
from ledger.domain.events import (
    Approved,
    CaseOpened,
    CaseStuck,
    CaseUnstuck,
    Event,
    MailReceived,
    OperatorSaid,
    Rejected,
    RetryOrdered,
    Routed,
    Tapped,
    TapRefused,
    Told,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, derived_id
from ledger.domain.values import DESK
from ledger.places import keys_at
from ledger.relay import Relay
from ledger.replay import refold
from ledger.store import Ledger, Tx
from ledger.tables import CURSORS
from ledger.views import InlineViews, ReadViews

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
Handle = Callable[[Delivery], tuple[Draft, ...]]


class NoWaitClock:
    """Stands still; a sleep is noted and over at once."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Echo:
    """A subscriber that wants some kinds of events and answers by a function."""

    def __init__(self, name: str, wants: tuple[type[Event], ...], answer: Handle) -> None:
        self.name = name
        self.heard: list[Delivery] = []
        self._wants = wants
        self._answer = answer

    def wants(self, fact: Fact) -> bool:
        return isinstance(fact.event, self._wants)

    async def handle(self, delivery: Delivery) -> Reaction:
        self.heard.append(delivery)
        drafts = self._answer(delivery)
        return Reaction(drafts=drafts, token=f"after {delivery.fact.version}")


@asynccontextmanager
async def opened(folder: Path | str) -> AsyncIterator[Ledger]:
    keys = keys_at(folder if isinstance(folder, str) else folder / "keys.db", "acme")
    ledger = await Ledger.open(
        folder, company="acme", keys=keys, clock=NoWaitClock(), projection=InlineViews()
    )
    try:
        yield ledger
    finally:
        await ledger.close()
        keys.close()


def relay_of(ledger: Ledger, *subscribers: Echo, clock: NoWaitClock | None = None) -> Relay:
    return Relay(ledger, subscribers, clock=clock or NoWaitClock())


async def append(ledger: Ledger, case: str, *said: Event, start: int = 0) -> list[Fact]:
    drafts = [
        Draft(case=case, event=event, key=f"{case}/{n}", by="test", person="p-1")
        for n, event in enumerate(said, start=start)
    ]
    return list((await ledger.append(drafts)).facts)


def mail(n: int) -> MailReceived:
    return MailReceived(raw_sha256=f"{n}", size=1, message_id=f"<{n}>", subject=f"Mail {n}")


def answers(*events: Event, case: str = "", key: str = "") -> Handle:
    return lambda delivery: tuple(Draft(case=case, event=e, key=key, by="") for e in events)


def told(text: str) -> Told:
    return Told(topic="test", text=text)


def opens_a_case(delivery: Delivery) -> tuple[Draft, ...]:
    case = f"lead-{delivery.fact.version}"
    event = CaseOpened(kind="lead", fact=delivery.fact.id)
    return (Draft(case=case, event=event, key=f"case:{case}", by=""),)


async def everything(ledger: Ledger) -> list[Fact]:
    return [fact async for fact in ledger.facts()]


async def drop_cursors(ledger: Ledger) -> None:
    def work(tx: Tx) -> None:
        tx.connection.execute(delete(CURSORS))

    await ledger.transact(work)


async def cursor(ledger: Ledger, subscriber: str, case: str) -> tuple[int, str]:
    return await ledger.transact(lambda tx: tx.cursor(subscriber, case))


async def test_an_answer_is_appended_with_a_derived_id_and_its_cause(database: Path | str) -> None:
    async with opened(database) as ledger:
        (first,) = await append(ledger, DESK, mail(1))
        router = Echo("router", (MailReceived,), answers(told("a"), told("b")))
        await relay_of(ledger, router).run_until_idle()
        _, one, two = await everything(ledger)
        assert one.id == derived_id(first.id, "router", 0)
        assert two.id == derived_id(first.id, "router", 1)
        assert (one.case, one.by, one.cause, one.person) == (DESK, "router", first.id, "p-1")
        assert (one.key, two.key) == (f"router:{first.id}:0", f"router:{first.id}:1")


async def test_facts_come_in_order_with_the_token_of_the_last_answer(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, mail(1), told("not wanted"), mail(2), mail(3))
        router = Echo("router", (MailReceived,), answers())
        await relay_of(ledger, router).run_until_idle()
        heard = [(delivery.fact.version, delivery.token) for delivery in router.heard]
        assert heard == [(1, ""), (3, "after 1"), (4, "after 3")]
        assert await cursor(ledger, "router", DESK) == (4, "after 4")


async def test_what_nobody_wants_is_passed_over_without_a_commit(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, told("x"), told("y"))
        router = Echo("router", (MailReceived,), answers())
        relay = relay_of(ledger, router)
        await relay.run_until_idle()
        assert router.heard == []
        assert await cursor(ledger, "router", DESK) == (0, "")
        await append(ledger, DESK, mail(1), start=9)
        await relay.run_until_idle()
        assert [delivery.fact.version for delivery in router.heard] == [3]


async def test_facts_that_follow_from_facts_are_processed_too(database: Path | str) -> None:
    async with opened(database) as ledger:
        (first,) = await append(ledger, DESK, mail(1))
        router = Echo("router", (MailReceived,), opens_a_case)
        planner = Echo("planner", (CaseOpened,), answers(told("planned")))
        memory = Echo("memory", (Told,), answers())
        await relay_of(ledger, router, planner, memory).run_until_idle()
        assert [fact.case for fact in await everything(ledger)] == [DESK, "lead-1", "lead-1"]
        assert [delivery.fact.version for delivery in memory.heard] == [2]
        source = planner.heard[0].source
        assert source is not None
        assert source.id == first.id
        assert memory.heard[0].source is None


async def test_an_own_key_that_says_the_same_again_is_the_same_fact(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, mail(1), mail(2))
        same = Echo("router", (MailReceived,), answers(told("once"), case="lead-1", key="once"))
        await relay_of(ledger, same).run_until_idle()
        assert len(await ledger.case("lead-1")) == 1
        assert await cursor(ledger, "router", DESK) == (2, "after 2")


async def test_a_subscriber_may_keep_to_the_desk_or_stay_away_from_it(database: Path | str) -> None:
    class DeskOnly(Echo):
        def wants(self, fact: Fact) -> bool:
            return fact.case == DESK

    class CasesOnly(Echo):
        def wants(self, fact: Fact) -> bool:
            return fact.case != DESK

    async with opened(database) as ledger:
        await append(ledger, DESK, told("a"))
        await append(ledger, "lead-1", told("b"))
        desk, cases = DeskOnly("desk", (), answers()), CasesOnly("cases", (), answers())
        await relay_of(ledger, desk, cases).run_until_idle()
        assert [delivery.fact.case for delivery in desk.heard] == [DESK]
        assert [delivery.fact.case for delivery in cases.heard] == ["lead-1"]


async def test_a_delivery_that_comes_again_appends_nothing(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, mail(1), mail(2))
        router = Echo("router", (MailReceived,), opens_a_case)
        planner = Echo("planner", (CaseOpened,), answers(told("planned")))
        await relay_of(ledger, router, planner).run_until_idle()
        before = await everything(ledger)
        await drop_cursors(ledger)
        await relay_of(ledger, router, planner).run_until_idle()
        assert await everything(ledger) == before
        assert len(router.heard) == len(planner.heard) == 4
        assert await cursor(ledger, "planner", "lead-1") == (1, "after 1")
        assert (await refold(ledger)).identical


async def test_a_second_thought_on_a_fact_answered_before_changes_nothing(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, mail(1))
        first = Echo("router", (MailReceived,), opens_a_case)
        await relay_of(ledger, first).run_until_idle()
        before = await everything(ledger)
        for second_thought in (
            answers(told("I know it already"), told("and more")),
            answers(told("decides"), key="decision:1"),
        ):
            await drop_cursors(ledger)
            again = Echo("router", (MailReceived,), second_thought)
            await relay_of(ledger, again).run_until_idle()
            assert len(again.heard) == 1
            assert await everything(ledger) == before


async def test_two_relays_on_one_folder_deliver_the_same_answer_once(database: Path | str) -> None:
    async with opened(database) as one, opened(database) as other:
        await append(one, DESK, mail(1), mail(2), mail(3))
        subscribers = [Echo("router", (MailReceived,), opens_a_case) for _ in range(2)]
        relays = [relay_of(one, subscribers[0]), relay_of(other, subscribers[1])]
        await asyncio.gather(*(relay.run_until_idle() for relay in relays))
        cases = [fact.case for fact in await everything(one)]
        assert sorted(cases) == sorted([DESK] * 3 + ["lead-1", "lead-2", "lead-3"])


def decides(decided: dict[str, str]) -> Handle:
    """Like a router: the first tap decides; it only learns what stands after it was asked."""

    def handle(delivery: Delivery) -> tuple[Draft, ...]:
        tap = delivery.fact.event
        assert isinstance(tap, Tapped)
        who = {"operator": tap.operator, "channel": tap.channel, "tap": delivery.fact.id}
        if "apr-1" in decided:
            event: Event = TapRefused(
                tap=delivery.fact.id, approval="apr-1", operator="o", channel="c", why="too late"
            )
            return (Draft(case="lead-1", event=event, key="", by=""),)
        if tap.verb == "approve":
            event = Approved(approval="apr-1", action="act-1", sha256="s", **who)
        else:
            event = Rejected(approval="apr-1", action="act-1", **who)
        return (Draft(case="lead-1", event=event, key="decision:apr-1", by=""),)

    return handle


async def test_taps_from_two_processes_make_one_decision_and_both_are_answered(
    database: Path | str,
) -> None:
    def tap(verb: str, operator: str) -> Tapped:
        return Tapped(approval="apr-1", verb=verb, sha256="s", operator=operator, channel="c")

    async with opened(database) as one, opened(database) as other:
        await asyncio.gather(
            append(one, DESK, tap("approve", "phone"), start=1),
            append(other, DESK, tap("reject", "laptop"), start=2),
        )
        decided: dict[str, str] = {}
        taps = decides(decided)

        def handle(delivery: Delivery) -> tuple[Draft, ...]:
            stale = taps(delivery)
            if delivery.fact.version == 2:
                decided["apr-1"] = "known from now on"
            return stale

        router = Echo("router", (Tapped,), handle)
        await relay_of(one, router).run_until_idle()
        said = [fact.event for fact in await one.case("lead-1")]
        assert [type(event) for event in said] in ([Approved, TapRefused], [Rejected, TapRefused])
        assert len(router.heard) == 3


async def test_one_decision_key_that_always_clashes_ends_as_a_stuck_case(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, mail(1), mail(2))
        clash = Echo(
            "router",
            (MailReceived,),
            lambda d: (Draft(case="", event=told(d.fact.id), key="decision:apr-1", by=""),),
        )
        clock = NoWaitClock()
        await relay_of(ledger, clash, clock=clock).run_until_idle()
        stuck = [f.event for f in await everything(ledger) if isinstance(f.event, CaseStuck)]
        assert len(stuck) == 1
        assert "decision:apr-1" in stuck[0].cause
        assert clock.slept == []


class Moody(CooError):
    """A trouble with a remedy of its own."""


class Broken:
    """Fails while it is told to, for one case only."""

    def __init__(self, name: str, case: str, error: Exception) -> None:
        self.name = name
        self.failing = True
        self.handled: list[tuple[str, int]] = []
        self._case = case
        self._error = error

    def wants(self, fact: Fact) -> bool:
        return isinstance(fact.event, OperatorSaid | Routed)

    async def handle(self, delivery: Delivery) -> Reaction:
        if self.failing and delivery.fact.case == self._case:
            raise self._error
        self.handled.append((delivery.fact.case, delivery.fact.version))
        return Reaction()


def said(text: str) -> OperatorSaid:
    return OperatorSaid(operator="olga", channel="console", text=text)


async def two_cases(ledger: Ledger) -> None:
    for case in ("lead-1", "lead-2"):
        await append(ledger, case, CaseOpened(kind="lead", fact=""), said("a"), said("b"))


async def test_a_stuck_case_says_so_and_does_not_hold_up_the_others(database: Path | str) -> None:
    async with opened(database) as ledger:
        await two_cases(ledger)
        planner = Broken("planner", "lead-1", ValueError("no such item"))
        memory = Broken("memory", "none", ValueError())
        clock = NoWaitClock()
        relay = Relay(ledger, [planner, memory], clock=clock)
        await relay.run_until_idle()
        assert planner.handled == [("lead-2", 2), ("lead-2", 3)]
        assert len(memory.handled) == 4
        assert clock.slept == [0.2, 0.4, 0.8, 1.6]
        (stuck,) = [f for f in await everything(ledger) if isinstance(f.event, CaseStuck)]
        event = stuck.event
        assert isinstance(event, CaseStuck)
        assert (stuck.case, stuck.by, event.tries) == ("lead-1", "relay", 5)
        assert event.cause == "ValueError: no such item"
        assert "retry lead-1" in event.remedy
        case = await ReadViews(ledger).get(Case, "lead-1")
        assert case is not None
        assert case.stuck == event.cause


async def test_an_error_with_a_remedy_keeps_it_in_the_report(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, "lead-1", said("a"))
        planner = Broken("planner", "lead-1", Moody("The price list is gone.", "Restore it."))
        await Relay(ledger, [planner], clock=NoWaitClock()).run_until_idle()
        event = (await everything(ledger))[-1].event
        assert isinstance(event, CaseStuck)
        assert event.cause == "The price list is gone."
        assert event.remedy.startswith("Restore it.")


async def test_a_stuck_case_waits_for_a_retry_and_then_goes_on_where_it_was(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await two_cases(ledger)
        planner = Broken("planner", "lead-1", ValueError("boom"))
        relay = Relay(ledger, [planner], clock=NoWaitClock())
        await relay.run_until_idle()
        planner.failing = False
        await append(ledger, "lead-1", said("more"), start=7)
        await relay.run_until_idle()
        assert ("lead-1", 2) not in planner.handled
        await append(ledger, "lead-1", Routed(fact="", kind="retry", why="olga"), start=8)
        await relay.run_until_idle()
        versions = [version for case, version in planner.handled if case == "lead-1"]
        assert versions == [2, 3, 5, 6]
        recovered = [f.event for f in await everything(ledger) if isinstance(f.event, CaseUnstuck)]
        assert len(recovered) == 1
        assert await ReadViews(ledger).find(Failure, "broken") == []


async def test_after_a_restart_a_stuck_case_is_tried_again_and_counted(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await append(ledger, "lead-1", CaseOpened(kind="lead", fact=""), said("a"))
        planner = Broken("planner", "lead-1", ValueError("boom"))
        for _ in range(2):
            await Relay(ledger, [planner], clock=NoWaitClock()).run_until_idle()
        assert (await ReadViews(ledger).find(Failure, "broken"))[0].count == 2
        planner.failing = False
        for _ in range(2):
            await Relay(ledger, [planner], clock=NoWaitClock()).run_until_idle()
        kinds = [type(fact.event) for fact in await everything(ledger)]
        assert kinds.count(CaseUnstuck) == 1
        assert await ReadViews(ledger).find(Failure, "broken") == []


async def test_a_stuck_desk_goes_on_when_its_retry_is_ordered(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, said("a"))
        router = Broken("router", DESK, ValueError("boom"))
        relay = Relay(ledger, [router], clock=NoWaitClock())
        await relay.run_until_idle()
        router.failing = False
        again = RetryOrdered(target=DESK, operator="olga", channel="console")
        await append(ledger, DESK, again, start=5)
        await relay.run_until_idle()
        assert router.handled == [(DESK, 1)]


async def test_a_fact_that_is_gone_makes_its_case_stuck_and_nothing_else(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await append(ledger, "lead-1", Routed(fact="f" * 32, kind="mail", why="thread"))
        planner = Broken("planner", "none", ValueError())
        await Relay(ledger, [planner], clock=NoWaitClock()).run_until_idle()
        event = (await everything(ledger))[-1].event
        assert isinstance(event, CaseStuck)
        assert "There is no fact" in event.cause


async def test_cancelling_a_delivery_is_no_failure_of_the_case(database: Path | str) -> None:
    async with opened(database) as ledger:
        await append(ledger, "lead-1", said("a"))
        begun = asyncio.Event()

        class Slow(Broken):
            async def handle(self, delivery: Delivery) -> Reaction:
                begun.set()
                await asyncio.Event().wait()
                return Reaction()

        relay = Relay(ledger, [Slow("planner", "", ValueError())], clock=NoWaitClock())
        running = asyncio.create_task(relay.run_until_idle())
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(await everything(ledger)) == 1


async def test_a_long_history_is_not_looked_through_again_at_every_start(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, *(told(str(n)) for n in range(600)))
        router = Echo("router", (MailReceived,), answers())
        await relay_of(ledger, router).run_until_idle()
        marks = await ledger.read(lambda c: list(c.execute(select(CURSORS.c.position))))
        assert marks == [(600,)]
        await append(ledger, DESK, mail(1), start=700)
        await relay_of(ledger, router).run_until_idle()
        assert [delivery.fact.version for delivery in router.heard] == [601]


class Away(Echo):
    """A subscriber whose store is away as long as `away` is set."""

    away = True

    async def handle(self, delivery: Delivery) -> Reaction:
        if self.away:
            raise NotNow("The store is away.", "Wait.")
        return await super().handle(delivery)


async def test_what_needs_a_thing_that_is_away_waits_and_no_case_gets_stuck(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await append(ledger, DESK, mail(1), mail(2))
        memory = Away("memory", (MailReceived,), answers())
        other = Echo("other", (MailReceived,), answers(told("done")))
        relay = relay_of(ledger, memory, other)
        await relay.run_until_idle()
        assert relay.idle
        assert len(other.heard) == 2  # nobody waits for the one that waits
        assert (await cursor(ledger, "memory", DESK))[0] == 0
        memory.away = False
        await relay.run_until_idle()
        assert [delivery.fact.event for delivery in memory.heard] == [mail(1), mail(2)]
        assert not [f for f in await everything(ledger) if isinstance(f.event, CaseStuck)]
