"""Router and planner over the real ledger, relay and checkpoint file, with nodes of a few lines."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graph.build import case_graph
from graph.chapters import Nodes
from graph.checkpoints import Checkpoints, FileCheckpoints
from graph.ports import (
    GateDecision,
    ModelAnswer,
    ModelRequest,
    RecallRequest,
    Remembered,
    World,
)
from graph.replayer import Replayer
from graph.rerun import Reruns
from graph.router import Router
from graph.runner import Runner
from graph.server_checkpoints import ServerCheckpoints
from graph.state import CaseState, Json, said
from graph.threads import GraphMaker, Threads
from ledger.domain.commands import SendReply, command_sha
from ledger.domain.company import Bank, Company, Operator
from ledger.domain.entities import Approval, ApprovalStatus, Case
from ledger.domain.events import (
    ActionProposed,
    Approved,
    CaseStuck,
    DeliveryRecorded,
    Event,
    FailureReported,
    MailReceived,
    PlanMade,
    Tapped,
    TapRefused,
    Told,
)
from ledger.domain.facts import Delivery, Draft, Fact
from ledger.domain.verdicts import Ask, FiredRule
from ledger.places import keys_at
from ledger.relay import Relay
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews

COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Street 1",),
    email="me@acme.example",
    operator=Operator(name="Ada", email="ada@acme.example"),
    bank=Bank(holder="Acme", iban="DE02120300000000202051"),
)
PLANNER_WORDS = "a test"


class Ticking:
    """A clock that moves a second a look and never waits."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Asking:
    """A world in which every action is asked about."""

    def __init__(self, clock: Ticking) -> None:
        self._clock = clock

    async def now(self) -> datetime:
        return self._clock.now()

    async def company(self) -> Company:
        return COMPANY

    async def recall(self, request: RecallRequest) -> Remembered:
        return Remembered(episodes=(), degraded=str(self._clock.now()))

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        fired = (FiredRule("test", "ask", "because"),)
        return GateDecision(verdict=Ask(fired, "v1@x"), input_json=f'"{self._clock.now()}"')

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        return None

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return []

    async def known(self, contact: str) -> tuple[Any, ...]:
        return ()

    async def workday(self, on: date, after: int, country: str) -> datetime:
        return datetime.combine(on + timedelta(days=after), time(9), UTC)

    async def promised(self, contact: str) -> tuple[Any, ...]:
        return ()

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        raise NotImplementedError


def counted(deal: Json, kind: str, person: str) -> Json:
    return {"heard": [*deal.get("heard", []), kind], "person": deal.get("person") or person}


async def understand(state: CaseState, world: World) -> dict[str, Any]:
    fact = state["fact"]
    deal = counted(state.get("deal", {}), fact["event"]["type"], fact["person"])
    return {"deal": deal}


async def recall(state: CaseState, world: World) -> dict[str, Any]:
    return {"recalled": {"degraded": (await world.recall(RecallRequest(text="x"))).degraded}}


async def plan(state: CaseState, world: World) -> dict[str, Any]:
    """Says what it was given, so that a mixed-up answer shows."""
    event = state["fact"]["event"]
    goal = f"{event['type']} {event.get('approval', '')}".strip()
    why = str((state["recalled"] or {})["degraded"])
    made = PlanMade(goal=goal, planner=PLANNER_WORDS, steps=(), why=why)
    return {"out": [said(made)], "briefs": [{"n": 1}] if event["type"] == "Routed" else []}


async def delegate(state: CaseState, world: World) -> dict[str, Any]:
    text = (state["source"] or {})["event"]["text"]
    return {"drafted": [{"text": f"You wrote {text!r}, we saw it {await world.now()}."}]}


async def review(state: CaseState, world: World) -> dict[str, Any]:
    return {"proposed": [proposal(state["fact"]["id"], one) for one in state.get("drafted", [])]}


def proposal(fact: str, drafted: Json) -> Json:
    command = SendReply(
        contact="con-1", to="jo@x.example", subject="Hi", body=drafted["text"], purpose="hello"
    )
    event = ActionProposed(
        action=f"act-{fact}",
        name="SendReply",
        risk="irreversible",
        sha256=command_sha(command),
        agent="test",
        command=command,
    )
    entry: Json = said(event)["event"]
    return entry


async def report(state: CaseState, world: World) -> dict[str, Any]:
    return {"out": [said(Told(topic="done", text=str(len(state["deal"]["heard"]))))]}


NODES = Nodes(
    understand=understand, recall=recall, plan=plan, delegate=delegate, review=review, report=report
)


def maker(nodes: Nodes) -> GraphMaker:
    return lambda saver: case_graph(nodes, saver)


def fold(deal: Json, fact: Fact, source: Fact | None) -> Json:
    if fact.by == "planner":
        return deal
    return counted(deal, type(fact.event).__name__, fact.person)


class Office:
    """A data folder with router and planner running on it."""

    def __init__(
        self, ledger: Ledger, checkpoints: Checkpoints, clock: Ticking, nodes: Nodes
    ) -> None:
        self.ledger = ledger
        self.views = ReadViews(ledger)
        threads = Threads(maker(nodes), checkpoints, ledger.company)
        self.planner = Runner(
            threads=threads,
            reruns=Reruns(threads, fold),
            history=ledger,
            world=Asking(clock),
        )
        self.router = Router(
            views=self.views,
            history=ledger,
            clock=clock,
            pseudonym=lambda mark: f"p-{mark}",
            country="DE",
        )
        self.relay = Relay(ledger, [self.router, self.planner], clock=clock)

    async def happens(self, *events: Event) -> list[Fact]:
        """Facts on the desk, appended but not handled."""
        number = (await self.ledger.head()).seq
        drafts = [
            Draft(case="desk", event=event, key=f"test:{number}:{n}", by="intake", person="p-jo")
            for n, event in enumerate(events)
        ]
        return list((await self.ledger.append(drafts)).facts)

    async def facts(self) -> list[Fact]:
        return [fact async for fact in self.ledger.facts(after_seq=0)]

    async def of(self, kind: type[Event]) -> list[Any]:
        return [fact.event for fact in await self.facts() if isinstance(fact.event, kind)]

    async def pending(self) -> list[Approval]:
        return list(await self.views.find(Approval, f"status:{ApprovalStatus.PENDING}"))

    async def cursor(self, case: str) -> tuple[int, str]:
        return await self.ledger.transact(lambda tx: tx.cursor("planner", case))

    async def case(self) -> str:
        [case] = await self.views.all(Case)
        return case.id


Opener = Callable[..., Any]


def beside(database: Path | str, name: str) -> Path | str:
    return database / name if isinstance(database, Path) else database


async def opened_checkpoints(database: Path | str) -> Checkpoints:
    if isinstance(database, Path):
        return await FileCheckpoints.open(database / "checkpoints.db")
    return await ServerCheckpoints.open(conninfo(database))


def conninfo(url: str) -> str:
    return url.replace("+psycopg", "")


@pytest.fixture
def folder(database: Path | str) -> Opener:
    """Opens the same data again and again, as a process that is restarted does."""
    clock = Ticking()

    @asynccontextmanager
    async def opened(nodes: Nodes = NODES) -> AsyncIterator[Office]:
        keys = keys_at(beside(database, "keys.db"), "acme")
        checkpoints = await opened_checkpoints(database)
        ledger = await Ledger.open(
            database, company="acme", keys=keys, clock=clock, projection=InlineViews()
        )
        try:
            yield Office(ledger, checkpoints, clock, nodes)
        finally:
            await ledger.close()
            await checkpoints.close()
            keys.close()

    return opened


def mail(n: int, **fields: Any) -> MailReceived:
    return MailReceived(
        raw_sha256=f"{n:064x}",
        size=10,
        message_id=f"m{n}@x.example",
        sender="jo@x.example",
        sender_name="Jo",
        subject="A logo",
        text=f"mail {n}",
        **fields,
    )


def tap(approval: Approval, operator: str = "ada") -> Tapped:
    return Tapped(
        approval=approval.id,
        verb="approve",
        sha256=approval.sha256,
        operator=operator,
        channel="console",
    )


async def lived(office: Office) -> None:
    """Two mails, two cards, both approved."""
    for n in (1, 2):
        await office.happens(mail(n))
        await office.relay.run_until_idle()
        [pending] = await office.pending()
        await office.happens(tap(pending))
        await office.relay.run_until_idle()


def forget_checkpoints(database: Path | str) -> None:
    if isinstance(database, Path):
        for path in database.glob("checkpoints.db*"):
            path.unlink()
    else:
        changed(database, "TRUNCATE checkpoints, checkpoint_blobs, checkpoint_writes")


def changed(database: Path | str, statement: str) -> None:
    """As another program would change the tables, past Coo."""
    if isinstance(database, Path):
        with closing(sqlite3.connect(database / "ledger.db", isolation_level=None)) as raw:
            raw.execute(statement)
    else:
        with psycopg.connect(conninfo(database), autocommit=True) as server:
            server.execute(statement.encode())


GOALS = ["CaseOpened", "Routed", "Approved", "Routed", "Approved"]


async def goals(office: Office) -> list[str]:
    return [made.goal.split()[0] for made in await office.of(PlanMade)]


async def healthy(office: Office) -> None:
    assert not await office.of(CaseStuck)
    assert not await office.of(FailureReported)
    await office.ledger.verify()


async def test_mails_and_taps_walk_through_router_and_planner(folder: Opener) -> None:
    async with folder() as office:
        await lived(office)
        assert await goals(office) == GOALS
        assert len(await office.of(Approved)) == 2
        await healthy(office)


async def test_a_kill_between_checkpoint_and_ledger_commit_mixes_up_no_answers(
    folder: Opener,
) -> None:
    async with folder() as office:
        for n in (1, 2):
            await office.happens(mail(n))
            await office.relay.run_until_idle()
        first, second = await office.pending()
        await office.happens(tap(first), tap(second))
        await office.relay._start()
        case = await office.case()
        for fact in await office.ledger.case("desk"):
            if isinstance(fact.event, Tapped):
                reaction = await office.router.handle(Delivery(fact=fact))
                await office.ledger.append(reaction.drafts)
        _, token = await office.cursor(case)
        one = next(f for f in await office.facts() if isinstance(f.event, Approved))
        lost = await office.planner.handle(Delivery(fact=one, token=token))
        assert lost.token != token
    async with folder() as office:
        await office.relay.run_until_idle()
        made = [plan.goal for plan in await office.of(PlanMade)]
        assert made[-2:] == [f"Approved {first.id}", f"Approved {second.id}"]
        assert len(await office.of(DeliveryRecorded)) == len(made)
        assert [one.text for one in await office.of(Told)] == ["1", "2", "3", "4", "5"]
        await healthy(office)


async def test_a_checkpoint_file_deleted_half_way_changes_nothing(
    folder: Opener, database: Path | str
) -> None:
    async with folder() as office:
        await office.happens(mail(1))
        await office.relay.run_until_idle()
    forget_checkpoints(database)
    async with folder() as office:
        [pending] = await office.pending()
        await office.happens(tap(pending), mail(2))
        await office.relay.run_until_idle()
        [second] = await office.pending()
        await office.happens(tap(second))
        await office.relay.run_until_idle()
        assert await goals(office) == GOALS
        told = [one.text for one in await office.of(Told)]
        assert told == ["1", "2", "3", "4", "5"]
        await healthy(office)


@pytest.mark.parametrize("also_checkpoints", [False, True])
async def test_lost_cursors_append_nothing_and_the_case_goes_on(
    folder: Opener, database: Path | str, also_checkpoints: bool
) -> None:
    async with folder() as office:
        await lived(office)
        before = (await office.ledger.head()).seq
    changed(database, "DELETE FROM cursors")
    if also_checkpoints:
        forget_checkpoints(database)
    async with folder() as office:
        await office.relay.run_until_idle()
        assert (await office.ledger.head()).seq == before
        await office.happens(mail(3))
        await office.relay.run_until_idle()
        assert await goals(office) == [*GOALS, "Routed"]
        assert [one.text for one in await office.of(Told)][-1] == "6"
        await healthy(office)


async def test_two_taps_make_one_decision_and_both_are_answered(folder: Opener) -> None:
    async with folder() as office:
        await office.happens(mail(1))
        await office.relay.run_until_idle()
        [pending] = await office.pending()
        await office.happens(tap(pending), tap(pending, operator="bob"))
        await office.relay.run_until_idle()
        [approved] = await office.of(Approved)
        [refused] = await office.of(TapRefused)
        assert (approved.operator, refused.operator) == ("ada", "bob")
        assert refused.why.startswith("already approved at 10:")
        assert refused.why.endswith("by ada")
        await healthy(office)


async def test_a_replay_of_the_ledger_is_identical_after_a_restart(folder: Opener) -> None:
    async with folder() as office:
        await lived(office)
        case = await office.case()
    async with folder() as office:
        found = await Replayer(office.ledger, maker(NODES), fold).replay(case)
        assert (found.identical, found.deliveries) == (True, 5), found.first_difference


async def test_a_changed_node_is_named_by_a_replay_and_does_not_stop_the_case(
    folder: Opener, database: Path | str
) -> None:
    async def shouts(state: CaseState, world: World) -> dict[str, Any]:
        changed = await plan(state, world)
        changed["out"][0]["event"]["goal"] = changed["out"][0]["event"]["goal"].upper()
        return changed

    new = replace(NODES, plan=shouts)
    async with folder() as office:
        await lived(office)
        case = await office.case()
        found = await Replayer(office.ledger, maker(new), fold).replay(case)
        assert found.first_difference.startswith("Delivery 1 (CaseOpened, fact ")
        assert found.first_difference.endswith(
            "(PlanMade) had goal = 'CaseOpened', has now 'CASEOPENED'."
        )
    forget_checkpoints(database)
    async with folder(new) as office:
        await office.happens(mail(3))
        await office.relay.run_until_idle()
        [reported] = await office.of(FailureReported)
        assert reported.failure == f"divergence:{case}"
        assert [made.goal for made in await office.of(PlanMade)][-1] == "ROUTED"
        assert [one.text for one in await office.of(Told)][-1] == "6"
        assert not await office.of(CaseStuck)


async def test_the_same_mail_in_two_files_opens_one_case(folder: Opener) -> None:
    async with folder() as office:
        await office.happens(mail(1), mail(1))
        await office.relay.run_until_idle()
        assert len(await office.views.all(Case)) == 1
        assert await goals(office) == ["CaseOpened", "Routed"]
        await healthy(office)


Handle = Callable[[Delivery], Coroutine[Any, Any, Any]]


async def test_a_planner_killed_at_every_delivery_loses_and_doubles_nothing(
    folder: Opener,
) -> None:
    async def once_lost(office: Office) -> None:
        """Every delivery runs twice; the first reaction never reaches the ledger."""
        handle: Handle = office.planner.handle

        async def twice(delivery: Delivery) -> Any:
            await handle(delivery)
            return await handle(delivery)

        office.planner.handle = twice  # type: ignore[method-assign]  # a crash, at every boundary

    async with folder() as office:
        await once_lost(office)
        await lived(office)
        assert await goals(office) == GOALS
        assert [one.text for one in await office.of(Told)] == ["1", "2", "3", "4", "5"]
        found = await Replayer(office.ledger, maker(NODES), fold).replay(await office.case())
        assert found.identical, found.first_difference
        await healthy(office)
