"""Reads: written down once, answered from later, and nothing beyond them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from graph.ports import (
    GateDecision,
    Gathered,
    Gathering,
    ModelAnswer,
    ModelRequest,
    ModelUnavailable,
    RecallRequest,
    Remembered,
    call_id,
)
from graph.records import Recorder, Records, company_sha
from ledger.domain.company import Bank, Company, Operator
from ledger.domain.errors import WorldUnreachable
from ledger.domain.events import ActionProposed, Event, Read, Recollection, Told
from ledger.domain.verdicts import Allow, FiredRule
from memory.working import Item

COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Street 1",),
    email="me@acme.example",
    operator=Operator(name="Ada", email="ada@acme.example"),
    bank=Bank(holder="Acme", iban="DE02120300000000202051"),
)
PROPOSED = ActionProposed(action="a", name="SendReply", risk="r", sha256="s", agent="t")
REQUEST = ModelRequest(
    cause="f",
    node="plan",
    step="1",
    ordinal=0,
    part="plan",
    tier="main",
    system="",
    user="",
    schema_name="x",
    schema={},
    case="lead-1",
)


class Ticking:
    """A world in which nothing is twice the same."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, tzinfo=UTC)

    async def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        await asyncio.sleep(0)
        return self.time

    async def company(self) -> Company:
        return COMPANY

    async def recall(self, request: RecallRequest) -> Remembered:
        found = Recollection("e1", "outcome", "lead-0", ("f1",), 3, 0.5, f"{self.time}")
        return Remembered(episodes=(found,))

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        fired = (FiredRule("r", "allow", "because"),)
        return GateDecision(verdict=Allow(fired, "v1@x"), input_json=f'"{self.time}"')

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        return {"id": entity_id, "at": str(self.time)} if entity_id else None

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return [{"key": key, "at": str(self.time)}]

    async def gather(self, asked: Gathering) -> Gathered | None:
        if asked.part == "draft":
            return None
        return Gathered(turns=(Item(id="t1", text=f"{self.time}", at=self.time),))

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        if request.tier == "cheap":
            raise ModelUnavailable("budget", "the day's money is spent")
        return ModelAnswer(text="yes", model="m", microusd=1)


async def everything(world: Any) -> list[Any]:
    return [
        await world.now(),
        await world.now(),
        await world.company(),
        await world.recall(RecallRequest(text="logo", items=("logo",))),
        await world.gate("lead-1", "p", PROPOSED),
        await world.gate("lead-1", "p", PROPOSED, (Told(topic="t"),)),
        await world.entity("invoice", "inv-1"),
        await world.entity("invoice", ""),
        await world.find("invoice", "number:1"),
    ]


async def test_every_answer_comes_back_from_the_record_exactly() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    then = await everything(recorder.at("plan"))
    reads = recorder.reads(company_is_new=True)
    companies = {read.key: read.answer for read in reads if read.port == "company"}
    assert await everything(Records(reads, companies, {}).at("plan")) == then


def of_an_earlier_version(read: Read) -> Read:
    """The same read, written down when events and requests had one field less."""
    place, _, question = read.key.partition(" ")
    asked = json.loads(question)
    if read.port == "gate":
        asked[-2:] = ["a-hash-of", "fewer-fields"]
    if read.port == "recall":
        del asked["limit"]
    return Read(read.port, f"{place} {json.dumps(asked, separators=(',', ':'))}", read.answer)


async def test_what_was_asked_before_a_field_was_added_is_answered_from_the_record() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    world = recorder.at("plan")
    then = [
        await world.recall(RecallRequest(text="logo")),
        await world.gate("lead-1", "p", PROPOSED),
    ]
    old = [of_an_earlier_version(read) for read in recorder.reads(company_is_new=True)[1:]]
    again = Records(old, {}, {}).at("plan")
    assert [
        await again.recall(RecallRequest(text="logo")),
        await again.gate("lead-1", "p", PROPOSED),
    ] == then


async def test_another_question_is_not_taken_for_one_of_an_earlier_version() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    await recorder.at("plan").recall(RecallRequest(text="logo"))
    await recorder.at("plan").gate("lead-1", "p", PROPOSED)
    old = [of_an_earlier_version(read) for read in recorder.reads(company_is_new=True)[1:]]
    records = Records(old, {}, {})
    for question in (
        records.at("plan").recall(RecallRequest(text="website")),
        records.at("plan").gate("lead-1", "p", structs.replace(PROPOSED, action="b")),
        records.at("review").gate("lead-1", "p", PROPOSED),
    ):
        with pytest.raises(WorldUnreachable):
            await question


async def test_where_two_old_questions_could_be_meant_neither_is_guessed() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    await recorder.at("plan").gate("lead-1", "p", PROPOSED)
    await recorder.at("plan").gate("lead-1", "p", PROPOSED, (Told(topic="t"),))
    records = Records(recorder.reads(company_is_new=True), {}, {})
    changed = structs.replace(PROPOSED, recommendation="do it")
    with pytest.raises(WorldUnreachable):
        await records.at("plan").gate("lead-1", "p", changed)


async def test_equal_questions_keep_their_order_and_places_do_not_mix() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    left, right = recorder.at("delegate.a"), recorder.at("delegate.b")
    then = await asyncio.gather(left.now(), right.now(), left.now(), right.now())
    records = Records(recorder.reads(company_is_new=True), {}, {})
    again_right, again_left = records.at("delegate.b"), records.at("delegate.a")
    now = [await again_right.now(), await again_right.now()]
    now += [await again_left.now(), await again_left.now()]
    assert now == [then[1], then[3], then[0], then[2]]


async def test_what_was_never_asked_cannot_be_answered() -> None:
    world = Records((), {}, {}).at("plan")
    for question in (
        world.now(),
        world.company(),
        world.entity("invoice", "inv-1"),
        world.ask(REQUEST),
    ):
        with pytest.raises(WorldUnreachable, match="cannot reach the world"):
            await question


async def test_a_model_answer_is_found_in_the_journal_by_its_call() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    answer = await recorder.at("plan").ask(REQUEST)
    reads = recorder.reads(company_is_new=True)
    assert [read.port for read in reads] == ["company"]
    world = Records(reads, {}, {call_id(REQUEST): answer}).at("plan")
    assert await world.ask(REQUEST) == answer


async def test_a_model_that_did_not_answer_does_not_answer_again() -> None:
    cheap = ModelRequest(
        **{**{n: getattr(REQUEST, n) for n in REQUEST.__struct_fields__}, "tier": "cheap"}
    )
    recorder = Recorder(Ticking(), COMPANY)
    with pytest.raises(ModelUnavailable):
        await recorder.at("plan").ask(cheap)
    late = {call_id(cheap): ModelAnswer(text="late", model="m", microusd=1)}
    world = Records(recorder.reads(company_is_new=True), {}, late).at("plan")
    with pytest.raises(ModelUnavailable, match="budget: the day's money is spent"):
        await world.ask(cheap)


async def test_what_bore_on_a_call_is_read_alike_again_and_what_nobody_saw_is_not_kept() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    world = recorder.at("plan")
    asked = [Gathering(case="lead-1", part=part) for part in ("plan", "draft", "plan")]
    then = []
    for each in asked:
        then.append(await world.gather(each))
        await world.now()
    reads = recorder.reads(company_is_new=True)
    assert [read.port for read in reads].count("gather") == 2
    again = Records(reads, {}, {}).at("plan")
    assert [await again.gather(each) for each in asked] == then
    earlier = Records((), {}, {}).at("plan")
    assert await earlier.gather(asked[0]) is None


async def test_a_configuration_the_case_knows_is_named_but_not_copied() -> None:
    recorder = Recorder(Ticking(), COMPANY)
    [known] = recorder.reads(company_is_new=False)
    assert (known.key, known.answer) == (company_sha(COMPANY), "")
    [new] = recorder.reads(company_is_new=True)
    world = Records([known], {new.key: new.answer}, {}).at("plan")
    assert await world.company() == COMPANY


async def test_each_part_of_a_calls_name_makes_another_call() -> None:
    fields = {name: getattr(REQUEST, name) for name in REQUEST.__struct_fields__}
    changes: dict[str, Any] = {
        "case": "lead-2",
        "cause": "g",
        "node": "draft",
        "step": "2",
        "ordinal": 1,
        "tier": "cheap",
    }
    names = {call_id(ModelRequest(**{**fields, name: value})) for name, value in changes.items()}
    assert len(names | {call_id(REQUEST)}) == 7
    assert call_id(ModelRequest(**{**fields, "user": "another prompt"})) == call_id(REQUEST)
