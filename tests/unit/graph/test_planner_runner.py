"""The planner as a subscriber, over a ledger in memory and nodes of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
import pytest_asyncio
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.errors import NodeTimeoutError
from langsmith.utils import get_env_var, tracing_is_enabled

from graph.build import case_graph
from graph.chapters import Nodes
from graph.checkpoints import (
    Checkpoints,
    CheckpointsUnavailable,
    FileCheckpoints,
    MemoryCheckpoints,
    strict_serializer,
)
from graph.past import record_of
from graph.ports import (
    GateDecision,
    ModelAnswer,
    ModelRequest,
    ModelUnavailable,
    RecallRequest,
    Remembered,
    World,
    call_id,
)
from graph.replayer import Replayer
from graph.rerun import Reruns
from graph.runner import Runner
from graph.server_checkpoints import ServerCheckpoints
from graph.state import CaseState, Json, said
from graph.threads import GraphMaker, ThreadBusy, Threads
from ledger.domain.commands import SendReply, command_sha
from ledger.domain.company import Bank, Company, Operator
from ledger.domain.errors import UnknownFact
from ledger.domain.events import (
    ActionProposed,
    ApprovalRequested,
    Approved,
    CaseOpened,
    DeliveryRecorded,
    Event,
    FailureCleared,
    FailureReported,
    Instructed,
    ModelCallRecorded,
    PlanMade,
    Told,
    VerdictGiven,
)
from ledger.domain.facts import Delivery, Draft, Fact, derived_id
from ledger.domain.verdicts import Allow, Ask, FiredRule

CASE = "lead-00000001"
COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Street 1",),
    email="me@acme.example",
    operator=Operator(name="Ada", email="ada@acme.example"),
    bank=Bank(holder="Acme", iban="DE02120300000000202051"),
)


@dataclass
class Foreign:
    """Some class that a forged checkpoint might name."""

    value: int


class Book:
    """A ledger of one case in a list, with the relay's habits: equal ids are the same fact."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        return [fact for fact in self.facts if fact.case == case and fact.version > after]

    async def fact(self, fact_id: str) -> Fact:
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise UnknownFact(fact_id)

    def append(self, *drafts: Draft) -> list[Fact]:
        new = []
        for draft in drafts:
            seq = len(self.facts) + 1
            fact = Fact(
                id=draft.id or f"{seq:012x}" + "0" * 20,
                seq=seq,
                company="acme",
                case=draft.case,
                version=seq,
                at=datetime(2026, 11, 22, tzinfo=UTC),
                event=draft.event,
                key=draft.key or f"key-{seq}",
                by=draft.by,
                cause=draft.cause,
                person=draft.person,
            )
            self.facts.append(fact)
            new.append(fact)
        return new

    def happens(self, event: Event, by: str = "router") -> Fact:
        return self.append(Draft(case=CASE, event=event, key="", by=by))[0]

    def of(self, kind: type[Event]) -> list[Any]:
        return [fact.event for fact in self.facts if isinstance(fact.event, kind)]


@dataclass
class Moving:
    """A world whose answers differ at each call, so that only a record can repeat them."""

    book: Book
    config: Company = COMPANY
    time: datetime = datetime(2026, 11, 22, 9, tzinfo=UTC)
    calls: int = 0
    asks: bool = True
    model: bool = True
    failures: dict[str, Json] = field(default_factory=dict)

    async def now(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time

    async def company(self) -> Company:
        return self.config

    async def recall(self, request: RecallRequest) -> Remembered:
        self.calls += 1
        return Remembered(episodes=(), degraded=f"call {self.calls}")

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        rule = FiredRule("test", "ask" if self.asks else "allow", "because")
        verdict = (Ask if self.asks else Allow)((rule,), "v1@x")
        return GateDecision(verdict=verdict, input_json=f'{{"case":"{case}"}}')

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        return self.failures.get(entity_id)

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return []

    async def known(self, contact: str) -> tuple[Any, ...]:
        return ()

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        if not self.model:
            raise ModelUnavailable("unconfigured", "no model is set up")
        self.calls += 1
        answer = ModelAnswer(text=f"text {self.calls}", model="m", microusd=3)
        self.book.happens(
            ModelCallRecorded(
                call=call_id(request),
                model="m",
                part="draft",
                microusd=3,
                prompt_tokens=1,
                answer_tokens=1,
                prompt_sha256="",
                milliseconds=1,
                answer=answer.text,
            ),
            by="journal",
        )
        return answer


def heard(fact: Json) -> str:
    return f"{fact['event']['type']} {fact['event'].get('text', '')}".strip()


def counted(deal: Json, fact: Json) -> Json:
    return {"heard": [*deal.get("heard", []), heard(fact)], "person": "p-ada"}


async def understand(state: CaseState, world: World) -> dict[str, Any]:
    return {"deal": counted(state.get("deal", {}), state["fact"])}


async def recall(state: CaseState, world: World) -> dict[str, Any]:
    found = await world.recall(RecallRequest(text="deals"))
    return {"recalled": {"degraded": found.degraded}}


async def plan(state: CaseState, world: World) -> dict[str, Any]:
    at = await world.now()
    why = f"{state['recalled']['degraded']} at {at:%H:%M} for {(await world.company()).name}"  # type: ignore[index]
    made = PlanMade(goal=heard(state["fact"]), planner="test", steps=(), why=why)
    wanted = [{"n": 1}, {"n": 2}] if state["fact"]["event"]["type"] == "CaseOpened" else []
    return {"out": [said(made)], "briefs": wanted}


async def delegate(state: CaseState, world: World) -> dict[str, Any]:
    n = state["brief"]["n"]
    request = ModelRequest(
        cause=state["fact"]["id"],
        node="delegate",
        step=str(n),
        ordinal=0,
        part="draft",
        tier="main",
        system="",
        user="",
        schema_name="text",
        schema={},
        case=state["case"],
    )
    try:
        text = (await world.ask(request)).text
    except ModelUnavailable as error:
        text = f"playbook, since {error.cause}"
    return {"drafted": [{"n": n, "text": f"{text} at {await world.now():%H:%M}"}]}


async def review(state: CaseState, world: World) -> dict[str, Any]:
    return {"proposed": [proposal(one) for one in state.get("drafted", [])]}


async def report(state: CaseState, world: World) -> dict[str, Any]:
    return {"out": [said(Told(topic="done", text=heard(state["fact"])))]}


def proposal(drafted: Json) -> Json:
    command = SendReply(
        contact="con-1", to="ada@x.example", subject="Hi", body=drafted["text"], purpose="hello"
    )
    event = ActionProposed(
        action=f"act-{drafted['n']}",
        name="SendReply",
        risk="irreversible",
        sha256=command_sha(command),
        agent="test",
        command=command,
    )
    entry: Json = said(event)["event"]
    return entry


NODES = Nodes(
    understand=understand, recall=recall, plan=plan, delegate=delegate, review=review, report=report
)


def maker(nodes: Nodes) -> GraphMaker:
    return lambda saver: case_graph(nodes, saver)


def fold(deal: Json, fact: Fact, source: Fact | None) -> Json:
    if fact.by == "planner":
        return deal
    return counted(deal, {"event": said(fact.event)["event"]})


@dataclass
class Office:
    """The runner with a cursor and the relay's steps, each of which a test may leave out."""

    checkpoints: Checkpoints
    book: Book = field(default_factory=Book)
    nodes: Nodes = NODES
    token: str = ""

    def __post_init__(self) -> None:
        self.world = Moving(self.book)
        self.restart()

    def restart(self) -> None:
        threads = Threads(maker(self.nodes), self.checkpoints, "acme")
        self.runner = Runner(
            threads=threads,
            reruns=Reruns(threads, fold),
            history=self.book,
            world=self.world,
        )

    async def deliver(self, fact: Fact) -> list[Draft]:
        behind = fact.event.fact if isinstance(fact.event, CaseOpened) else ""
        source = next((one for one in self.book.facts if one.id == behind), None)
        delivery = Delivery(fact=fact, source=source, token=self.token)
        reaction = await self.runner.handle(delivery)
        self.book.append(*reaction.drafts)
        self.token = reaction.token
        return list(reaction.drafts)

    async def crash_before_commit(self, fact: Fact) -> None:
        await self.runner.handle(Delivery(fact=fact, token=self.token))


async def checkpoints_in(kind: str, folder: Path, request: pytest.FixtureRequest) -> Checkpoints:
    if kind == "memory":
        return MemoryCheckpoints()
    if kind == "file":
        return await FileCheckpoints.open(folder / "checkpoints.db")
    url = request.getfixturevalue("postgres").fresh()
    return await ServerCheckpoints.open(url.replace("+psycopg", ""))


SERVER = pytest.param("server", marks=[pytest.mark.postgres, pytest.mark.slow])


@pytest_asyncio.fixture(params=["memory", "file", SERVER])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    checkpoints = await checkpoints_in(request.param, tmp_path, request)
    yield Office(checkpoints)
    await checkpoints.close()


OPENED = CaseOpened(kind="lead", fact="f" * 32, title="Logo")


def told(text: str) -> Instructed:
    return Instructed(operator="ada", channel="console", text=text)


async def lived(office: Office) -> None:
    """A case of three deliveries."""
    await office.deliver(office.book.happens(replaced_source(office)))
    await office.deliver(office.book.happens(told("first")))
    await office.deliver(office.book.happens(told("second")))


def replaced_source(office: Office) -> CaseOpened:
    mail = office.book.happens(Told(topic="mail"), by="intake")
    return CaseOpened(kind="lead", fact=mail.id, title="Logo")


async def test_a_new_case_is_planned_and_every_proposal_passes_the_gate(office: Office) -> None:
    drafts = await office.deliver(office.book.happens(OPENED))
    kinds = [type(draft.event).__name__ for draft in drafts]
    asked = ["ActionProposed", "VerdictGiven", "ApprovalRequested", "AlarmSet"]
    assert kinds == ["PlanMade", *asked, *asked, "Told", "DeliveryRecorded"]


async def test_the_planners_facts_carry_the_ids_and_keys_the_relay_derives(office: Office) -> None:
    cause = office.book.happens(OPENED)
    drafts = await office.deliver(cause)
    assert [draft.id for draft in drafts] == [
        derived_id(cause.id, "planner", n) for n in range(len(drafts))
    ]
    assert drafts[0].key == f"planner:{cause.id}:0"
    record = drafts[-1].event
    assert isinstance(record, DeliveryRecorded)
    assert record.produced == tuple(draft.id for draft in drafts[:-1])
    assert {draft.person for draft in drafts} == {"p-ada"}


async def test_a_case_remembers_what_it_heard_from_one_fact_to_the_next(office: Office) -> None:
    await lived(office)
    state = await office.runner._threads.at(CASE, office.token)
    assert state.state["deal"]["heard"] == ["CaseOpened", "Instructed first", "Instructed second"]


async def test_after_a_crash_between_checkpoint_and_ledger_the_second_gate_gets_its_own_answer(
    office: Office,
) -> None:
    await office.deliver(office.book.happens(OPENED))
    first, second = (office.book.happens(told(text)) for text in ("first", "second"))
    await office.crash_before_commit(first)
    office.restart()
    await office.deliver(first)
    await office.deliver(second)
    state = await office.runner._threads.at(CASE, office.token)
    assert state.state["deal"]["heard"] == ["CaseOpened", "Instructed first", "Instructed second"]
    assert [made.goal for made in office.book.of(PlanMade)] == [
        "CaseOpened",
        "Instructed first",
        "Instructed second",
    ]


async def test_an_aborted_delivery_of_another_fact_leaves_no_trace(office: Office) -> None:
    await office.deliver(office.book.happens(OPENED))
    for text in ("one", "two", "three"):
        await office.crash_before_commit(office.book.happens(told(text)))
    await office.deliver(office.book.happens(told("last")))
    state = await office.runner._threads.at(CASE, office.token)
    assert state.state["deal"]["heard"] == ["CaseOpened", "Instructed last"]


async def test_a_node_that_fails_half_way_does_not_answer_for_the_next_fact(office: Office) -> None:
    await office.deliver(office.book.happens(OPENED))

    async def breaks(state: CaseState, world: World) -> dict[str, Any]:
        raise RuntimeError("out of paper")

    office.nodes = replace(NODES, review=breaks)
    office.restart()
    with pytest.raises(RuntimeError, match="out of paper"):
        await office.deliver(office.book.happens(told("first")))
    office.nodes = NODES
    office.restart()
    drafts = await office.deliver(office.book.happens(told("second")))
    assert drafts[0].event.goal == "Instructed second"  # type: ignore[attr-defined]


async def test_a_lost_thread_is_built_again_from_the_ledger_and_goes_on(office: Office) -> None:
    await lived(office)
    before = len(office.book.facts)
    await office.checkpoints.drop(f"acme/{CASE}")
    drafts = await office.deliver(office.book.happens(told("third")))
    state = await office.runner._threads.at(CASE, office.token)
    assert state.state["deal"]["heard"][-2:] == ["Instructed second", "Instructed third"]
    assert len(office.book.facts) == before + 1 + len(drafts)
    assert not office.book.of(FailureReported)


async def test_redelivery_after_lost_cursors_appends_nothing(office: Office) -> None:
    await lived(office)
    asked = [fact for fact in office.book.facts if office.runner.wants(fact)]
    office.token = ""
    for fact in asked:
        assert await office.deliver(fact) == []
    drafts = await office.deliver(office.book.happens(told("third")))
    assert drafts[0].event.goal == "Instructed third"  # type: ignore[attr-defined]
    state = await office.runner._threads.at(CASE, office.token)
    assert len(state.state["deal"]["heard"]) == 4


async def test_a_lost_cursor_and_a_lost_thread_together_append_nothing(office: Office) -> None:
    await lived(office)
    asked = [fact for fact in office.book.facts if office.runner.wants(fact)]
    office.token = ""
    await office.checkpoints.drop(f"acme/{CASE}")
    assert await office.deliver(asked[1]) == []
    assert await office.deliver(asked[2]) == []


async def test_two_deliveries_at_once_on_one_thread_are_refused(office: Office) -> None:
    fact = office.book.happens(OPENED)
    with office.runner._threads.alone(CASE), pytest.raises(ThreadBusy, match="already works"):
        await office.deliver(fact)
    assert await office.deliver(fact)


@pytest.mark.parametrize("kind", ["file", SERVER])
async def test_old_checkpoints_are_forgotten(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    checkpoints = await checkpoints_in(kind, tmp_path, request)
    office = Office(checkpoints)
    await lived(office)
    for n in range(5):
        await office.deliver(office.book.happens(told(str(n))))
    rows = [
        row
        async for row in checkpoints.saver.alist({"configurable": {"thread_id": f"acme/{CASE}"}})
    ]
    await checkpoints.close()
    assert len(rows) == 2


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_checkpoint_on_a_server_that_lost_a_part_is_none_and_the_case_goes_on(
    postgres: Any,
) -> None:
    conninfo = postgres.fresh().replace("+psycopg", "")
    checkpoints = await ServerCheckpoints.open(conninfo)
    office = Office(checkpoints)
    await lived(office)
    assert await office.runner._threads.has(CASE, office.token)
    with psycopg.connect(conninfo, autocommit=True) as other:
        left = other.execute("SELECT count(*) FROM checkpoint_blobs").fetchone()
        other.execute("DELETE FROM checkpoint_blobs WHERE channel = 'deal'")
    assert left is not None
    assert 0 < left[0] < 40
    assert not await office.runner._threads.has(CASE, office.token)
    await office.deliver(office.book.happens(told("third")))
    state = await office.runner._threads.at(CASE, office.token)
    await checkpoints.close()
    assert len(state.state["deal"]["heard"]) == 4


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_restart_of_the_server_costs_a_delivery_at_most_one_more_try(
    postgres: Any,
) -> None:
    checkpoints = await ServerCheckpoints.open(postgres.fresh().replace("+psycopg", ""))
    office = Office(checkpoints)
    await lived(office)
    await asyncio.to_thread(postgres.restart)
    await office.deliver(office.book.happens(told("third")))
    state = await office.runner._threads.at(CASE, office.token)
    await checkpoints.close()
    assert len(state.state["deal"]["heard"]) == 4


@pytest.mark.postgres
@pytest.mark.slow
async def test_machines_that_start_together_make_the_tables_of_threads_once(postgres: Any) -> None:
    conninfo = postgres.fresh().replace("+psycopg", "")
    opened = await asyncio.gather(*(ServerCheckpoints.open(conninfo) for _ in range(4)))
    await asyncio.gather(*(each.close() for each in opened))
    with psycopg.connect(conninfo) as other:
        versions = other.execute("SELECT v FROM checkpoint_migrations ORDER BY v").fetchall()
    assert [version for (version,) in versions] == list(range(len(versions)))


async def test_a_checkpoint_file_deleted_half_way_costs_nothing_but_time(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.db"
    office = Office(await FileCheckpoints.open(path))
    await lived(office)
    await office.checkpoints.close()
    path.unlink()
    office.checkpoints = await FileCheckpoints.open(path)
    office.restart()
    await office.deliver(office.book.happens(told("third")))
    state = await office.runner._threads.at(CASE, office.token)
    await office.checkpoints.close()
    assert len(state.state["deal"]["heard"]) == 4


async def test_a_checkpoint_file_full_of_rubbish_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.db"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    office = Office(await FileCheckpoints.open(path))
    await office.deliver(office.book.happens(OPENED))
    await office.checkpoints.close()
    assert office.token


def forget_files(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        path.unlink()


async def test_a_checkpoint_file_that_vanishes_under_a_running_planner_is_no_matter(
    tmp_path: Path,
) -> None:
    office = Office(await FileCheckpoints.open(tmp_path / "checkpoints.db"))
    await lived(office)
    forget_files(tmp_path)
    await office.deliver(office.book.happens(told("third")))
    state = await office.runner._threads.at(CASE, office.token)
    await office.checkpoints.close()
    assert len(state.state["deal"]["heard"]) == 4


async def test_a_folder_that_is_not_there_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(CheckpointsUnavailable, match="built again from the ledger"):
        await FileCheckpoints.open(tmp_path / "nowhere" / "checkpoints.db")


async def test_a_node_that_hangs_is_given_up(office: Office) -> None:
    async def hangs(state: CaseState, world: World) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    make: GraphMaker = lambda saver: case_graph(replace(NODES, plan=hangs), saver, seconds=0.01)  # noqa: E731 - typed
    threads = Threads(make, office.checkpoints, "acme")
    office.runner = Runner(
        threads=threads, reruns=Reruns(threads, fold), history=office.book, world=office.world
    )
    with pytest.raises(NodeTimeoutError):
        await office.deliver(office.book.happens(OPENED))


def test_a_checkpoint_cannot_bring_a_class_to_life() -> None:
    written = JsonPlusSerializer(allowed_msgpack_modules=True).dumps_typed({"x": Foreign(1)})
    read = strict_serializer().loads_typed(written)
    assert not isinstance(read["x"], Foreign)


async def test_a_replay_comes_out_identical_without_any_world(office: Office) -> None:
    await lived(office)
    found = await Replayer(office.book, maker(NODES), fold).replay(CASE)
    assert (found.identical, found.first_difference, found.deliveries) == (True, "", 3)


async def test_a_replay_takes_the_same_path_where_no_model_answered(office: Office) -> None:
    office.world.model = False
    await lived(office)
    found = await Replayer(office.book, maker(NODES), fold).replay(CASE)
    assert found.identical, found.first_difference
    bodies = [action.command.body for action in office.book.of(ActionProposed)]
    assert all(body.startswith("playbook, since no model is set up") for body in bodies)


async def test_a_changed_node_is_a_difference_in_words(office: Office) -> None:
    await lived(office)

    async def changed(state: CaseState, world: World) -> dict[str, Any]:
        loud = heard(state["fact"]).upper() if "first" in heard(state["fact"]) else "CaseOpened"
        return {"out": [said(Told(topic="done", text=loud))]}

    found = await Replayer(office.book, maker(replace(NODES, report=changed)), fold).replay(CASE)
    assert not found.identical
    assert found.first_difference.startswith("Delivery 2 (Instructed, fact ")
    assert found.first_difference.endswith(
        "fact 2 (Told) had text = 'Instructed first', has now 'INSTRUCTED FIRST'."
    )


async def test_a_node_that_asks_something_new_is_a_difference_in_words(office: Office) -> None:
    await lived(office)

    async def curious(state: CaseState, world: World) -> dict[str, Any]:
        await world.entity("invoice", "inv-1")
        return await report(state, world)

    found = await Replayer(office.book, maker(replace(NODES, report=curious)), fold).replay(CASE)
    assert "a replay cannot reach the world" in found.first_difference
    assert "inv-1" in found.first_difference


async def test_while_rebuilding_the_records_win_and_the_difference_is_reported_once(
    office: Office,
) -> None:
    await lived(office)

    async def changed(state: CaseState, world: World) -> dict[str, Any]:
        return {"deal": {**counted(state.get("deal", {}), state["fact"]), "new": True}}

    office.nodes = replace(NODES, understand=changed)
    office.restart()
    await office.checkpoints.drop(f"acme/{CASE}")
    await office.deliver(office.book.happens(told("third")))
    [reported] = office.book.of(FailureReported)
    assert reported.failure == f"divergence:{CASE}"
    assert "Delivery 1" in reported.cause
    state = await office.runner._threads.at(CASE, office.token)
    assert state.state["deal"]["heard"] == [
        "CaseOpened",
        "Instructed first",
        "Instructed second",
        "Instructed third",
    ]


async def test_a_difference_that_is_gone_is_announced_too(office: Office) -> None:
    await lived(office)
    office.world.failures = {f"divergence:{CASE}": {"cleared": False}}
    await office.checkpoints.drop(f"acme/{CASE}")
    await office.deliver(office.book.happens(told("third")))
    [cleared] = office.book.of(FailureCleared)
    assert cleared.failure == f"divergence:{CASE}"


async def test_no_case_leaves_through_a_tracing_variable(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    get_env_var.cache_clear()
    seen = []

    async def looks(state: CaseState, world: World) -> dict[str, Any]:
        seen.append(tracing_is_enabled())
        return {}

    office.nodes = replace(NODES, plan=looks)
    office.restart()
    assert tracing_is_enabled()
    await office.deliver(office.book.happens(OPENED))
    get_env_var.cache_clear()
    assert seen == [False]


async def test_the_configuration_is_written_down_once_a_case_and_again_when_it_changes(
    office: Office,
) -> None:
    await lived(office)
    office.world.config = Company(
        **{**{n: getattr(COMPANY, n) for n in COMPANY.__struct_fields__}, "name": "Acme 2"}
    )
    await office.deliver(office.book.happens(told("third")))
    heads = [record.reads[0] for record in office.book.of(DeliveryRecorded)]
    assert [bool(head.answer) for head in heads] == [True, False, False, True]
    found = await Replayer(office.book, maker(NODES), fold).replay(CASE)
    assert found.identical, found.first_difference


async def test_the_planner_does_not_listen_to_itself_or_to_the_journal(office: Office) -> None:
    await lived(office)
    wanted = [type(fact.event) for fact in office.book.facts if office.runner.wants(fact)]
    assert wanted == [CaseOpened, Instructed, Instructed]


async def test_an_erased_case_goes_on_from_what_is_left_of_its_facts(office: Office) -> None:
    await lived(office)
    office.book.facts = [msgspec.structs.replace(fact, erased=True) for fact in office.book.facts]
    await office.checkpoints.drop(f"acme/{CASE}")
    await office.deliver(office.book.happens(told("third")))
    assert not office.book.of(FailureReported)
    found = await Replayer(office.book, maker(NODES), fold).replay(CASE)
    assert (found.identical, found.erased, found.first_difference) == (True, 3, "")


async def test_the_record_of_a_delivery_is_found_by_its_fact(office: Office) -> None:
    opened = office.book.happens(OPENED)
    assert record_of(office.book.facts, opened.id) is None
    await office.deliver(opened)
    assert record_of(office.book.facts, opened.id) is not None
    assert office.book.of(ApprovalRequested)
    assert office.book.of(VerdictGiven)
    assert not office.book.of(Approved)
