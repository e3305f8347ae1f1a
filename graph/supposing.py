"""A case run again under a supposition: other rules, or another model. It never acts.

Every delivery begins where the recorded past stood, since what really came next is all there is
to hand on. So from the first difference on, what is shown is counterfactual: under the
supposition those facts might never have come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from graph.checkpoints import MemoryCheckpoints
from graph.divergence import failed
from graph.drafts import planned
from graph.past import Past, PastDelivery, past_of, payload
from graph.ports import (
    GateDecision,
    Gathered,
    Gathering,
    ModelAnswer,
    ModelRequest,
    Owed,
    RecallRequest,
    Remembered,
    World,
)
from graph.records import Records
from graph.rerun import Fold, Reruns
from graph.threads import GraphMaker, Ran, Threads
from ledger.domain.company import Company
from ledger.domain.errors import WorldUnreachable
from ledger.domain.events import (
    ActionProposed,
    AlarmSet,
    DecisionRecorded,
    DeliveryRecorded,
    Event,
    PlanMade,
    PlannerFellBack,
    Recalled,
    Understood,
    VerdictGiven,
)
from ledger.domain.facts import Fact
from ledger.domain.knowledge import Knowledge
from ledger.domain.reading import History
from ledger.domain.verdicts import Allow, Ask, Deny, Verdict

P = ParamSpec("P")
T = TypeVar("T")


class Supposition(Protocol):
    """What is supposed to be otherwise. A None stands for: as recorded."""

    def judge(self, decision: GateDecision) -> GateDecision | None:
        """The verdict of other rules on the same input."""
        ...

    async def ask(self, request: ModelRequest) -> ModelAnswer | None:
        """The answer of another model. Raises `graph.ports.ModelUnavailable`."""
        ...

    async def world(self, records: Records, fact: Fact) -> World:
        """What is asked for beyond the record: the state as of that fact, and nothing else."""
        ...


class SupposedDelivery(Struct, frozen=True, kw_only=True):
    """One delivery: what was said then, and what would be said. `stopped`: why it broke off.

    `differs` leaves out who said it and in which words it was reasoned; `counterfactual` is true
    after the first difference.
    """

    number: int
    fact: Fact
    then: tuple[Event, ...]
    now: tuple[Event, ...]
    differs: bool
    counterfactual: bool
    stopped: str = ""
    erased: bool = False


class Suppositions:
    """Runs cases again under a supposition, in memory."""

    def __init__(self, history: History, make: GraphMaker, fold: Fold) -> None:
        self._history = history
        self._make = make
        self._fold = fold

    async def run(self, case: str, supposition: Supposition) -> tuple[SupposedDelivery, ...]:
        """Every recorded delivery of a case, in order."""
        past = await past_of(self._history, case)
        threads = Threads(self._make, MemoryCheckpoints(), "suppose")
        running = _Running(past, threads, Reruns(threads, self._fold), supposition)
        return await running.all()


class _Running:
    def __init__(
        self, past: Past, threads: Threads, reruns: Reruns, supposition: Supposition
    ) -> None:
        self._past = past
        self._threads = threads
        self._reruns = reruns
        self._supposition = supposition

    async def all(self) -> tuple[SupposedDelivery, ...]:
        at = await self._threads.start(self._past.case, Records((), {}, {}))
        found: list[SupposedDelivery] = []
        differed = False
        for number, delivery in enumerate(self._past.deliveries, 1):
            one, ran = await self._one(number, delivery, at, counterfactual=differed)
            found.append(one)
            differed = differed or one.differs
            at = ran or await self._reruns.as_recorded(self._past.case, delivery, at)
        return tuple(found)

    async def _one(
        self, number: int, delivery: PastDelivery, at: Ran, *, counterfactual: bool
    ) -> tuple[SupposedDelivery, Ran | None]:
        """The delivery, and where to go on from where it came out as recorded."""
        then = _events(fact.event for _, fact in delivery.produced if fact)
        one = SupposedDelivery(
            number=number,
            fact=delivery.fact,
            then=then,
            now=then,
            differs=False,
            counterfactual=counterfactual,
            erased=delivery.erased,
        )
        if delivery.erased:
            return one, None
        try:
            ran = await self._again(delivery, at)
        except Exception as error:  # noqa: BLE001 - whatever it runs into is the finding
            return replace(one, now=(), differs=True, stopped=failed(error)), None
        now = _events(draft.event for draft in planned(ran.state, delivery.fact))
        differs = [*map(essence, then)] != [*map(essence, now)]
        return replace(one, now=now, differs=differs), None if differs or now != then else ran

    async def _again(self, delivery: PastDelivery, at: Ran) -> Ran:
        records = self._past.records(delivery)
        beyond = await self._supposition.world(records, delivery.fact)
        surroundings = _Surroundings(records, self._supposition, beyond)
        delivered = payload(delivery.fact, delivery.source, records.company_sha)
        return await self._threads.resume(self._past.case, at.checkpoint, delivered, surroundings)


class _Surroundings:
    def __init__(self, records: Records, supposition: Supposition, beyond: World) -> None:
        self._records = records
        self._supposition = supposition
        self._beyond = beyond

    def at(self, place: str) -> World:
        return _Supposed(self._records.at(place), self._supposition, self._beyond)


class _Supposed:
    """Answers from the record where it can, else from the state as of then."""

    def __init__(self, recorded: World, supposition: Supposition, beyond: World) -> None:
        self._recorded = recorded
        self._supposition = supposition
        self._beyond = beyond

    async def now(self) -> datetime:
        return await _or(self._recorded.now, self._beyond.now)

    async def company(self) -> Company:
        return await self._recorded.company()

    async def recall(self, request: RecallRequest) -> Remembered:
        return await _or(self._recorded.recall, self._beyond.recall, request)

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        decision = await _or(
            self._recorded.gate, self._beyond.gate, case, person, proposed, alongside
        )
        return self._supposition.judge(decision) or decision

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        return await _or(self._recorded.entity, self._beyond.entity, kind, entity_id)

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return await _or(self._recorded.find, self._beyond.find, kind, key)

    async def known(self, contact: str) -> tuple[Knowledge, ...]:
        return await self._recorded.known(contact) or await self._beyond.known(contact)

    async def promised(self, contact: str) -> tuple[Owed, ...]:
        return await self._recorded.promised(contact) or await self._beyond.promised(contact)

    async def workday(self, on: date, after: int, country: str) -> datetime:
        return await _or(self._recorded.workday, self._beyond.workday, on, after, country)

    async def gather(self, asked: Gathering) -> Gathered | None:
        return await self._recorded.gather(asked) or await self._beyond.gather(asked)

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        return await self._supposition.ask(request) or await self._recorded.ask(request)


async def _or(
    recorded: Callable[P, Awaitable[T]],
    beyond: Callable[P, Awaitable[T]],
    *question: P.args,
    **more: P.kwargs,
) -> T:
    """The recorded answer, or where this was never asked, that of the state as of then."""
    try:
        return await recorded(*question, **more)
    except WorldUnreachable:
        return await beyond(*question, **more)


_SAME: Verdict = Allow((), "")


def essence(event: Event) -> Event:
    """What of an event makes a difference: not who thought so, nor in which words."""
    match event:
        case VerdictGiven():
            bare: dict[type, Verdict] = {Allow: _SAME, Ask: Ask((), ""), Deny: Deny((), "")}
            return replace(event, verdict=bare[type(event.verdict)], input_sha256="")
        case PlanMade():
            bare_plan = {"planner": "", "why": "", "goal": "", "not_taken": (), "remark": ""}
            return replace(event, **bare_plan, rests_on=())
        case Understood():
            return replace(event, by="", unsure=())
        case DecisionRecorded():
            return replace(event, by="", alternatives=(), evidence=())
        case ActionProposed():
            words = {"agent": "", "provenance": {}, "recommendation": "", "if_nothing": ""}
            return replace(event, **words)
        case _:
            return event


def _events(events: Any) -> tuple[Event, ...]:
    """What a delivery says, but for what it only notes."""
    noted = (DeliveryRecorded, Recalled, PlannerFellBack, AlarmSet)
    return tuple(event for event in events if not isinstance(event, noted))
