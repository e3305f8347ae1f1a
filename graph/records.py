"""What a delivery read from outside its state: written down once, answered from later.

Every read is named by (port, key). The key holds the place that asked, how often that place
has asked the same before, and the question itself, so that parallel drafts cannot swap answers.
Model answers are not copied: the journal holds them under `call_id`. The company is read once
a delivery and written out only when it changed since the case's last one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from graph.ports import (
    GateDecision,
    Gathered,
    Gathering,
    ModelAnswer,
    ModelRequest,
    ModelUnavailable,
    Owed,
    RecallRequest,
    Remembered,
    World,
    call_id,
)
from ledger.domain.company import Company
from ledger.domain.errors import WorldUnreachable
from ledger.domain.events import ActionProposed, Event, ModelCallRecorded, ModelCallReserved, Read
from ledger.domain.facts import Fact
from ledger.domain.knowledge import Knowledge
from ledger.domain.prompts import prompt_sha256
from ledger.domain.values import canonical

COMPANY = "company"
"""The port whose key is a sha256 and whose answer is the configuration, or "" if known."""

_UNAVAILABLE = "ask"

_NAMED = 3
"""What a gate's question names in the open: case, person, action. Hashes follow."""

T = TypeVar("T")


class _Unavailable(msgspec.Struct, frozen=True):
    reason: str
    cause: str


def company_sha(company: Company) -> str:
    """The name of a configuration: sha256 (hex) of its canonical JSON."""
    return hashlib.sha256(canonical(company)).hexdigest()


class _Questions:
    """Counts the questions of one place, so that equal ones get different keys."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._asked: Counter[tuple[str, str]] = Counter()

    def key(self, port: str, question: object) -> str:
        text = canonical(question).decode()
        ordinal = self._asked[port, text]
        self._asked[port, text] += 1
        return f"{self._place}#{ordinal} {text}"


def _about_gate(
    case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event]
) -> list[str]:
    """What is proposed, and beside what, go in by hash: both are in the ledger already."""
    return [case, person, proposed.action, _short_sha(proposed), _short_sha(alongside)]


def _short_sha(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()[:16]


def _same_question(port: str, then: str, now: str) -> bool:
    """Whether a recorded key names the question of this one, asked before a field was added.

    The hashes of a gate's question cover whole events, so a new field changes them though nothing
    else is proposed. What is proposed otherwise shows where the facts are compared.
    """
    (place, _, before), (here, _, after) = then.partition(" "), now.partition(" ")
    if place != here or port not in {"gate", "gather", "recall"}:
        return False
    old, new = msgspec.json.decode(before), msgspec.json.decode(after)
    if port == "gate":
        return bool(old[:_NAMED] == new[:_NAMED])
    return bool(old == {name: value for name, value in new.items() if name in old})


class Recorder:
    """The surroundings of a live delivery: passes questions on and keeps the answers."""

    def __init__(self, world: World, company: Company) -> None:
        self._world = world
        self.company = company
        self._reads: list[Read] = []

    def at(self, place: str) -> World:
        return _Recording(self._world, self.company, self._reads, _Questions(place))

    def reads(self, *, company_is_new: bool) -> tuple[Read, ...]:
        """All reads of this delivery, in a fixed order; the company in full only when new."""
        content = canonical(self.company).decode() if company_is_new else ""
        head = Read(COMPANY, company_sha(self.company), content)
        return (head, *sorted(self._reads, key=lambda read: (read.port, read.key)))


class _Recording:
    def __init__(
        self, world: World, company: Company, reads: list[Read], questions: _Questions
    ) -> None:
        self._world = world
        self._company = company
        self._reads = reads
        self._questions = questions

    async def now(self) -> datetime:
        key = self._questions.key("now", "")
        return self._kept("now", key, await self._world.now())

    async def company(self) -> Company:
        return self._company

    async def recall(self, request: RecallRequest) -> Remembered:
        key = self._questions.key("recall", request)
        return self._kept("recall", key, await self._world.recall(request))

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        key = self._questions.key("gate", _about_gate(case, person, proposed, alongside))
        return self._kept("gate", key, await self._world.gate(case, person, proposed, alongside))

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        key = self._questions.key("entity", [kind, entity_id])
        return self._kept("entity", key, await self._world.entity(kind, entity_id))

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        name = self._questions.key("find", [kind, key])
        return self._kept("find", name, await self._world.find(kind, key))

    async def known(self, contact: str) -> tuple[Knowledge, ...]:
        """Kept only where there is something: what was recorded before there was any knowledge
        replays as it is."""
        key = self._questions.key("known", contact)
        found = await self._world.known(contact)
        return self._kept("known", key, found) if found else ()

    async def promised(self, contact: str) -> tuple[Owed, ...]:
        """Kept only where there is something, as what is known."""
        key = self._questions.key("promised", contact)
        found = await self._world.promised(contact)
        return self._kept("promised", key, found) if found else ()

    async def workday(self, on: date, after: int, country: str) -> datetime:
        key = self._questions.key("workday", [on.isoformat(), after, country])
        return self._kept("workday", key, await self._world.workday(on, after, country))

    async def gather(self, asked: Gathering) -> Gathered | None:
        """What was gathered for nobody is not written down."""
        key = self._questions.key("gather", asked)
        found = await self._world.gather(asked)
        return None if found is None else self._kept("gather", key, found)

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        try:
            return await self._world.ask(request)
        except ModelUnavailable as error:
            self._kept(_UNAVAILABLE, call_id(request), _Unavailable(error.reason, error.cause))
            raise

    def _kept(self, port: str, key: str, answer: T) -> T:
        self._reads.append(Read(port, key, canonical(answer).decode()))
        return answer


class Records:
    """The surroundings of a delivery run again: answers from the record, or not at all."""

    def __init__(
        self,
        reads: Sequence[Read],
        companies: Mapping[str, str],
        calls: Mapping[str, ModelAnswer],
        prompts: Mapping[str, str] | None = None,
    ) -> None:
        self.other_prompts: list[str] = []
        self._prompts = prompts or {}
        self._answers = {(read.port, read.key): read.answer for read in reads}
        self._companies = companies
        self._calls = calls
        self.company_sha = next((read.key for read in reads if read.port == COMPANY), "")

    def at(self, place: str) -> World:
        return _Answering(self, _Questions(place))

    def company(self) -> Company:
        content = self._companies.get(self.company_sha)
        if not content:
            raise WorldUnreachable("The company's configuration of that day")
        return msgspec.json.decode(content, type=Company)

    def answer(self, port: str, key: str, kind: type[T]) -> T:
        """The recorded answer. Raises `WorldUnreachable` for what was never asked."""
        found = self._answers.get((port, key)) or self._asked_by_an_earlier_version(port, key)
        if found is None:
            raise WorldUnreachable(f"The read {port} {key!r}")
        return msgspec.json.decode(found, type=kind)

    def _asked_by_an_earlier_version(self, port: str, key: str) -> str | None:
        """The answer to the one question that an earlier version wrote down in other words."""
        same = [
            answer
            for (other, then), answer in self._answers.items()
            if other == port and _same_question(port, then, key)
        ]
        return same[0] if len(same) == 1 else None

    def called(self, request: ModelRequest) -> ModelAnswer:
        """What the model said. Raises `ModelUnavailable` where it did not answer then."""
        name = call_id(request)
        self._compare(name, request)
        if (_UNAVAILABLE, name) in self._answers:
            past = self.answer(_UNAVAILABLE, name, _Unavailable)
            raise ModelUnavailable(past.reason, past.cause)
        if name not in self._calls:
            raise WorldUnreachable(f"The model call {name!r} of {request.node!r}")
        return self._calls[name]

    def recalled(self) -> Remembered | None:
        """What memory answered in this delivery, to whatever question."""
        found = next(
            (answer for (port, _), answer in self._answers.items() if port == "recall"), ""
        )
        return msgspec.json.decode(found, type=Remembered) if found else None

    def _compare(self, name: str, request: ModelRequest) -> None:
        """Only compared: the recorded answer counts, and `other_prompts` says that it was asked
        otherwise."""
        then = self._prompts.get(name)
        if then and then != prompt_sha256(request.system, request.user, request.schema):
            self.other_prompts.append(f"{name} ({request.part} in {request.node})")


class _Answering:
    def __init__(self, records: Records, questions: _Questions) -> None:
        self._records = records
        self._questions = questions

    async def now(self) -> datetime:
        return self._answer("now", "", datetime)

    async def company(self) -> Company:
        return self._records.company()

    async def recall(self, request: RecallRequest) -> Remembered:
        return self._answer("recall", request, Remembered)

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        asked = _about_gate(case, person, proposed, alongside)
        return self._answer("gate", asked, GateDecision)

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        asked = [kind, entity_id]
        return self._answer("entity", asked, dict[str, Any] | None)  # type: ignore[arg-type]  # a union is a valid target

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return self._answer("find", [kind, key], list[dict[str, Any]])

    async def known(self, contact: str) -> tuple[Knowledge, ...]:
        try:
            return self._answer("known", contact, tuple[Knowledge, ...])
        except WorldUnreachable:
            return ()

    async def promised(self, contact: str) -> tuple[Owed, ...]:
        try:
            return self._answer("promised", contact, tuple[Owed, ...])
        except WorldUnreachable:
            return ()

    async def workday(self, on: date, after: int, country: str) -> datetime:
        return self._answer("workday", [on.isoformat(), after, country], datetime)

    async def gather(self, asked: Gathering) -> Gathered | None:
        """None also where an earlier version asked its models without."""
        try:
            return self._answer("gather", asked, Gathered)
        except WorldUnreachable:
            return None

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        return self._records.called(request)

    def _answer(self, port: str, question: object, kind: type[T]) -> T:
        return self._records.answer(port, self._questions.key(port, question), kind)


def prompts_of(facts: Sequence[Fact]) -> dict[str, str]:
    """What was asked in the calls of a case: call id → sha256 of the prompt."""
    return {
        fact.event.call: fact.event.prompt_sha256
        for fact in facts
        if isinstance(fact.event, ModelCallReserved | ModelCallRecorded)
    }


def model_answers(facts: Sequence[Fact]) -> dict[str, ModelAnswer]:
    """What the journal of a case holds: call id → answer."""
    return {
        fact.event.call: ModelAnswer(
            text=fact.event.answer, model=fact.event.model, microusd=fact.event.microusd
        )
        for fact in facts
        if isinstance(fact.event, ModelCallRecorded) and not fact.erased
    }
