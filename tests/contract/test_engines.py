"""What every engine of wake-ups promises to subscribers, in one process and on several machines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from ledger.crew import Crew
from ledger.domain.events import (
    CaseOpened,
    CaseStuck,
    CaseUnstuck,
    Event,
    MailReceived,
    OperatorSaid,
    RetryOrdered,
    Routed,
    Told,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, derived_id
from ledger.domain.values import DESK
from ledger.jobs import JobOutbox, make_job_tables, wake_job
from ledger.places import keys_at, ledger_url
from ledger.relay import Relay
from ledger.replay import refold
from ledger.stations import Station
from ledger.store import Ledger
from ledger.tables import CURSORS
from ledger.views import InlineViews
from ledger.wakeups import Wakeup

Handle = Callable[[Delivery], tuple[Draft, ...]]
PATIENCE = 60.0


class Clock:
    """Its moment stands, and its waits are short."""

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 10, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))


class Echo:
    """A subscriber that wants some kinds of events and answers by a function."""

    def __init__(self, name: str, wants: tuple[type[Event], ...], answer: Handle) -> None:
        self.name = name
        self.heard: list[Delivery] = []
        self.news = asyncio.Event()
        self._wants = wants
        self._answer = answer

    def wants(self, fact: Fact) -> bool:
        return isinstance(fact.event, self._wants)

    async def handle(self, delivery: Delivery) -> Reaction:
        self.heard.append(delivery)
        self.news.set()
        drafts = self._answer(delivery)
        return Reaction(drafts=drafts, token=f"after {delivery.fact.version}")

    async def heard_so_many(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.heard) < count:
                self.news.clear()
                await self.news.wait()


class Engine(Protocol):
    """Runs subscribers."""

    async def run_until_idle(self) -> None: ...
    async def run(self, stop: asyncio.Event) -> None: ...


class Machine:
    """One process with its own ledger; engines on it."""

    def __init__(self, ledger: Ledger, outbox: JobOutbox | None, url: str) -> None:
        self.ledger = ledger
        self._outbox = outbox
        self._url = url

    def engine(self, *subscribers: Echo, tries: int = 5) -> Engine:
        if self._outbox is None:
            return Relay(self.ledger, subscribers, clock=Clock(), tries=tries)
        station = Station(self.ledger, subscribers, clock=Clock(), tries=tries)
        self._outbox.woken_by = station.woken_by
        return Crew(station, ledger_url(self._url), "acme", clock=Clock(), heartbeat=1.0)


Opener = Callable[[], Any]
SERVER = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(
    params=[
        "in one process, sqlite",
        pytest.param("in one process, postgres", marks=SERVER),
        pytest.param("jobs, postgres", marks=SERVER),
    ]
)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens one more machine on the same data."""
    server = "postgres" in request.param
    place: Path | str = request.getfixturevalue("postgres").fresh() if server else tmp_path
    jobs = "jobs" in request.param
    if isinstance(place, str) and jobs:
        make_job_tables(ledger_url(place))

    @asynccontextmanager
    async def opened() -> AsyncIterator[Machine]:
        keys = keys_at(place if isinstance(place, str) else place / "keys.db", "acme")
        outbox = JobOutbox("acme") if jobs else None
        ledger = await Ledger.open(
            place,
            company="acme",
            keys=keys,
            clock=Clock(),
            projection=InlineViews(),
            outbox=outbox,
        )
        try:
            yield Machine(ledger, outbox, str(place))
        finally:
            await ledger.close()
            keys.close()

    return opened


async def append(ledger: Ledger, case: str, *said: Event, start: int = 0) -> list[Fact]:
    drafts = [
        Draft(case=case, event=event, key=f"{case}/{n}", by="test", person="p-1")
        for n, event in enumerate(said, start=start)
    ]
    return list((await ledger.append(drafts)).facts)


async def everything(ledger: Ledger) -> list[Fact]:
    return [fact async for fact in ledger.facts()]


def mail(n: int) -> MailReceived:
    return MailReceived(raw_sha256=f"{n}", size=1, message_id=f"<{n}>", subject=f"Mail {n}")


def said(text: str) -> OperatorSaid:
    return OperatorSaid(operator="olga", channel="console", text=text)


def nothing(_delivery: Delivery) -> tuple[Draft, ...]:
    return ()


def tells(delivery: Delivery) -> tuple[Draft, ...]:
    return (Draft(case="", event=Told(topic="t", text=delivery.fact.id), key="", by=""),)


def opens_a_case(delivery: Delivery) -> tuple[Draft, ...]:
    case = f"lead-{delivery.fact.version}"
    event = CaseOpened(kind="lead", fact=delivery.fact.id)
    return (Draft(case=case, event=event, key=f"case:{case}", by=""),)


@asynccontextmanager
async def running(*engines: Engine) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(engine.run(stop)) for engine in engines]
    try:
        async with asyncio.timeout(PATIENCE):
            yield
            stop.set()
            await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --- until idle ----------------------------------------------------------------------------------


async def test_an_answer_has_a_derived_id_and_its_cause(machine: Opener) -> None:
    async with machine() as one:
        [fact] = await append(one.ledger, DESK, mail(1))
        await one.engine(Echo("router", (MailReceived,), tells)).run_until_idle()
        answer = (await everything(one.ledger))[1]
        assert (answer.case, answer.by, answer.cause) == (DESK, "router", fact.id)
        assert answer.id == derived_id(fact.id, "router", 0)


async def test_facts_come_in_order_with_the_token_of_the_last_answer(machine: Opener) -> None:
    async with machine() as one:
        echo = Echo("planner", (OperatorSaid,), nothing)
        engine = one.engine(echo)
        await append(one.ledger, "lead-1", *(said(str(n)) for n in range(5)))
        await engine.run_until_idle()
        assert [d.fact.version for d in echo.heard] == [1, 2, 3, 4, 5]
        assert [d.token for d in echo.heard] == ["", *(f"after {n}" for n in range(1, 5))]


async def test_facts_that_follow_from_facts_are_processed_too(machine: Opener) -> None:
    async with machine() as one:
        planner = Echo("planner", (CaseOpened,), tells)
        engine = one.engine(Echo("router", (MailReceived,), opens_a_case), planner)
        facts = await append(one.ledger, DESK, mail(1), mail(2))
        await engine.run_until_idle()
        assert {d.fact.case for d in planner.heard} == {"lead-1", "lead-2"}
        assert {d.source for d in planner.heard if d.source} == set(facts)
        assert len(await everything(one.ledger)) == 6
        assert (await refold(one.ledger)).identical


async def test_lost_cursors_append_nothing_new(machine: Opener) -> None:
    async with machine() as one:
        engine = one.engine(Echo("router", (MailReceived,), opens_a_case))
        await append(one.ledger, DESK, mail(1))
        await engine.run_until_idle()
        before = await everything(one.ledger)
        await one.ledger.transact(lambda tx: tx.connection.execute(CURSORS.delete()).close())
        again = Echo("router", (MailReceived,), opens_a_case)
        await one.engine(again).run_until_idle()
        assert len(again.heard) == 1
        assert await everything(one.ledger) == before


async def test_a_case_that_is_stuck_says_so_once_and_goes_on_when_ordered(
    machine: Opener,
) -> None:
    healed = False

    def fails(delivery: Delivery) -> tuple[Draft, ...]:
        if delivery.fact.case == "lead-1" and not healed:
            raise ValueError("cannot be handled")
        return tells(delivery)

    async with machine() as one:
        engine = one.engine(Echo("planner", (OperatorSaid,), fails), tries=2)
        await append(one.ledger, "lead-1", said("a"))
        await append(one.ledger, "lead-2", said("b"))
        await engine.run_until_idle()
        await engine.run_until_idle()
        kinds = [type(fact.event) for fact in await everything(one.ledger)]
        assert (kinds.count(CaseStuck), kinds.count(Told)) == (1, 1)
        healed = True
        await append(one.ledger, "lead-1", Routed(fact="", kind="retry", why="ordered"), start=9)
        await engine.run_until_idle()
        kinds = [type(fact.event) for fact in await everything(one.ledger)]
        assert (kinds.count(CaseStuck), kinds.count(CaseUnstuck), kinds.count(Told)) == (1, 1, 2)


async def test_a_stuck_desk_goes_on_when_its_retry_is_ordered(machine: Opener) -> None:
    healed = False

    def fails(_delivery: Delivery) -> tuple[Draft, ...]:
        if not healed:
            raise ValueError("cannot be handled")
        return ()

    async with machine() as one:
        router = Echo("router", (MailReceived,), fails)
        engine = one.engine(router, tries=1)
        await append(one.ledger, DESK, mail(1))
        await engine.run_until_idle()
        healed = True
        order = RetryOrdered(target=DESK, operator="olga", channel="console")
        await append(one.ledger, DESK, order, start=9)
        await engine.run_until_idle()
        assert len(router.heard) == 2


# --- while running -------------------------------------------------------------------------------


async def test_what_is_appended_while_running_is_handled(machine: Opener) -> None:
    async with machine() as one:
        planner = Echo("planner", (CaseOpened,), nothing)
        async with running(one.engine(Echo("router", (MailReceived,), opens_a_case), planner)):
            for n in range(5):
                await append(one.ledger, DESK, mail(n), start=n)
            await planner.heard_so_many(5)
        assert len({d.fact.case for d in planner.heard}) == 5


async def test_what_another_machine_appends_is_handled(machine: Opener) -> None:
    async with machine() as here, machine() as elsewhere:
        router = Echo("router", (MailReceived,), opens_a_case)
        async with running(here.engine(router)):
            await append(elsewhere.ledger, DESK, mail(1))
            await router.heard_so_many(1)


async def test_two_machines_give_one_answer_and_keep_the_order_of_a_case(machine: Opener) -> None:
    async with AsyncExitStack() as closing:
        machines = [await closing.enter_async_context(machine()) for _ in range(2)]
        echoes = [Echo("planner", (OperatorSaid,), tells) for _ in machines]
        engines = [one.engine(echo) for one, echo in zip(machines, echoes, strict=True)]
        ledger = machines[0].ledger
        async with running(*engines):
            for n in range(10):
                for case in range(4):
                    await append(ledger, f"lead-{case}", said(str(n)), start=n)
            async with asyncio.timeout(PATIENCE):
                while (await ledger.head()).seq < 80:
                    pass
        for case in range(4):
            facts = await ledger.case(f"lead-{case}")
            asked = [fact.id for fact in facts if isinstance(fact.event, OperatorSaid)]
            told = [fact.event.text for fact in facts if isinstance(fact.event, Told)]
            assert told == asked
        assert (await ledger.verify()).seq == 80
        assert (await refold(ledger)).identical


# --- jobs are only hints -------------------------------------------------------------------------


@pytest.fixture
def url(postgres: Any) -> str:
    found: str = postgres.fresh()
    make_job_tables(ledger_url(found))
    return found


@asynccontextmanager
async def served(url: str) -> AsyncIterator[Machine]:
    keys, outbox = keys_at(url, "acme"), JobOutbox("acme")
    ledger = await Ledger.open(url, company="acme", keys=keys, clock=Clock(), outbox=outbox)
    yield Machine(ledger, outbox, url)
    await ledger.close()
    keys.close()


def jobs(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        query = "SELECT status::text, lock, queueing_lock FROM procrastinate_jobs ORDER BY id"
        return other.execute(query).fetchall()


def changed(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(statement.encode())


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_fact_and_its_job_are_there_together_or_not_at_all(url: str) -> None:
    async with served(url) as one:
        with pytest.raises(ZeroDivisionError):
            await one.ledger.transact(
                lambda tx: (tx.append([_draft("lost", DESK)]), 1 // 0)  # type: ignore[arg-type]
            )
        assert jobs(url) == []
        await one.ledger.append([_draft("kept", DESK)])
        assert jobs(url) == [("todo", "acme/router:desk", "acme/router:desk")]


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_second_fact_of_a_case_needs_no_second_job_and_is_not_lost(url: str) -> None:
    async with served(url) as one:
        done = await one.ledger.append([_draft("a", DESK), _draft("b", DESK)])
        again = await one.ledger.append([_draft("c", DESK)])
        assert (done.new, again.new) == (2, 1)
        assert len(jobs(url)) == 1
        assert (await one.ledger.verify()).seq == 3


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_job_that_comes_between_aborts_no_append(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(url) as one:
        outbox = one._outbox
        assert outbox is not None
        without_waiting = outbox._without_waiting

        def somebody_is_quicker(connection: Any, wanted: list[Any]) -> list[Any]:
            left = without_waiting(connection, wanted)
            changed(url, "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('acme-router', 'coo.wake', "
                    "0, 'acme/router:desk', 'acme/router:desk', '{}', NULL)"
                    "::procrastinate_job_to_defer_v1])") if not jobs(url) else None  # fmt: skip
            return left

        monkeypatch.setattr(outbox, "_without_waiting", somebody_is_quicker)
        await one.ledger.append([_draft("a", DESK), _draft("b", "lead-1")])
        assert (await one.ledger.verify()).seq == 2
        assert len(jobs(url)) == 1


@pytest.mark.postgres
@pytest.mark.slow
async def test_lost_jobs_are_found_by_the_sweep(url: str) -> None:
    async with served(url) as one:
        router = Echo("router", (MailReceived,), tells)
        engine = one.engine(router)
        await append(one.ledger, DESK, mail(1), mail(2))
        changed(url, "TRUNCATE procrastinate_jobs CASCADE")
        async with running(engine):
            await router.heard_so_many(2)


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_job_of_a_machine_that_died_goes_to_another(url: str) -> None:
    async with served(url) as one:
        router = Echo("router", (MailReceived,), tells)
        engine = one.engine(router)
        await append(one.ledger, DESK, mail(1))
        changed(url, "INSERT INTO procrastinate_workers (last_heartbeat) "
                "VALUES (now() - interval '1 hour')")  # fmt: skip
        changed(url, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = "
                "(SELECT max(id) FROM procrastinate_workers)")  # fmt: skip
        async with running(engine):
            await router.heard_so_many(1)


@pytest.mark.postgres
@pytest.mark.slow
async def test_the_queue_goes_on_after_a_restart_of_the_server(postgres: Any, url: str) -> None:
    async with served(url) as one:
        router = Echo("router", (MailReceived,), tells)
        async with running(one.engine(router)):
            await append(one.ledger, DESK, mail(0))
            await router.heard_so_many(1)
            await asyncio.to_thread(postgres.restart)
            await append(one.ledger, DESK, mail(1), start=1)
            await router.heard_so_many(2)
        facts = await everything(one.ledger)
        assert [type(fact.event) for fact in facts].count(Told) == 2


def test_companies_and_subscribers_have_locks_and_queues_of_their_own() -> None:
    one = wake_job("acme", Wakeup("planner", "lead-1"))
    assert one.lock == one.queueing_lock == "acme/planner:lead-1"
    other = wake_job("a" * 100, Wakeup("planner", "lead-1"))
    assert one.queue != wake_job("acme", Wakeup("router", "lead-1")).queue
    assert len(f"procrastinate_queue_v1#{other.queue}") <= 63


def _draft(key: str, case: str) -> Draft:
    return Draft(case=case, event=Told(topic="x", text=key), key=key, by="test")
