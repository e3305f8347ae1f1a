"""Replays of cases: the planner once more, over what was recorded, or under a supposition."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import texts
from bot.calendars import workday
from bot.office.past import StoppedClock
from bot.office.port import Supposed
from bot.rehearsal.out_of_reach import out_of_reach
from bot.work.gathering import Present, gathered
from bot.work.world import ENTITIES, Models, promised_to
from graph.agents.fallback import UNCONFIGURED
from graph.build import case_graph
from graph.folding import fold_json
from graph.nodes import NODES
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
)
from graph.records import Records
from graph.replayer import Replayer, ReplayReport
from graph.state import as_json
from graph.supposing import Suppositions
from ledger.domain.company import Company
from ledger.domain.errors import CooError
from ledger.domain.events import ActionProposed, Event
from ledger.domain.facts import Fact
from ledger.domain.knowledge import Knowledge
from ledger.domain.known import held_for
from ledger.past import Past, as_of_fact
from ledger.store import Ledger
from policies.engine import Policies
from policies.gate import Gate
from policies.trial import NotEvaluable, tried

if TYPE_CHECKING:
    from bot.opening import App


class UnreachingReplayer(Replayer):
    """A replayer that could not reach the world if it wanted to."""

    async def replay(self, case: str) -> ReplayReport:
        """As it says; any try to connect, to start a program or to write a file is refused."""
        with out_of_reach():
            return await super().replay(case)


class NoEndpoint(CooError):
    """Another model was wanted, and none can be asked."""

    def __init__(self) -> None:
        super().__init__(*texts.REPLAY_NO_ENDPOINT.put())


def replayer(ledger: Ledger) -> Replayer:
    """Replays the cases of a ledger; it has no way to the world."""
    return UnreachingReplayer(ledger, partial(case_graph, NODES), fold_json)


async def supposed(app: App, case: str, *, rules: Path | None, model: str) -> Supposed:
    """A case under other rules, or with another model, which alone is asked live.

    Raises `PolicyInvalid` for a bad file, `NoEndpoint` where no model can be asked.
    """
    policies = Policies.trying(rules, app.folder.policies) if rules else None
    async with AsyncExitStack() as closing:
        models = await closing.enter_async_context(_other(app, model)) if model else None
        if models is None:
            closing.enter_context(out_of_reach())
        supposition = Supposition(app, policies, models)
        graph = partial(case_graph, NODES)
        found = await Suppositions(app.ledger, graph, fold_json).run(case, supposition)
    return Supposed(
        case=case,
        deliveries=found,
        policy=policies.policy if policies else "",
        model=model,
        not_evaluable=tuple(supposition.not_evaluable),
        refused=tuple(dict.fromkeys(supposition.refused)),
        microusd=supposition.microusd,
    )


def _other(app: App, model: str) -> Any:
    """The other model at the configured endpoint, as an asynchronous context."""
    if app.settings.model is None:
        raise NoEndpoint
    # The client library takes most of a second to load, and holds the way to the world.
    from bot.work.live_models import other_model  # noqa: PLC0415

    return other_model(app, app.settings.model, model)


class Supposition:
    """What is supposed: rules, a model, or both. Implements `graph.supposing.Supposition`.

    `not_evaluable` says of which verdicts the record does not hold enough, `refused` why the
    model did not answer; `microusd` is what its answers cost.
    """

    def __init__(self, app: App, policies: Policies | None, models: Models | None) -> None:
        self._app = app
        self._policies = policies
        self._models = models
        self.not_evaluable: list[str] = []
        self.refused: list[str] = []
        self.microusd = 0

    def judge(self, decision: GateDecision) -> GateDecision | None:
        """The verdict of the rules on trial; the recorded one stays where they cannot tell."""
        if self._policies is None:
            return None
        verdict = tried(self._policies, decision.input_json)
        if isinstance(verdict, NotEvaluable):
            self.not_evaluable.append(verdict.why)
            return None
        return GateDecision(verdict=verdict, input_json=decision.input_json)

    async def ask(self, request: ModelRequest) -> ModelAnswer | None:
        """The other model's answer, live; None where models are as recorded."""
        if self._models is None:
            return None
        try:
            answer = await self._models.ask(request)
        except ModelUnavailable as gone:
            if gone.reason != UNCONFIGURED:
                self.refused.append(f"{gone.reason}: {gone.cause}")
            raise
        self.microusd += answer.microusd
        return answer

    async def world(self, records: Records, fact: Fact) -> World:
        """The state as of the fact that was delivered."""
        return PastWorld(self._app.ledger, self._policies or self._app.policies, records, fact)


class PastWorld:
    """What a delivery that takes another turn asks for: the ledger as it was, and no more."""

    def __init__(self, ledger: Ledger, policies: Policies, records: Records, fact: Fact) -> None:
        self._ledger = ledger
        self._policies = policies
        self._records = records
        self._fact = fact
        self._past: Past | None = None

    async def now(self) -> datetime:
        return self._fact.at

    async def company(self) -> Company:
        return self._records.company()

    async def recall(self, request: RecallRequest) -> Remembered:  # noqa: ARG002 - the memory of then is gone
        """What memory answered then, to another question; nothing where it was not asked."""
        return self._records.recalled() or Remembered(episodes=())

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        clock = StoppedClock(self._fact.at)
        gate = Gate(self._policies, await self._views(), self._records.company(), clock)
        verdict, seen = await gate.evaluate(
            case, person, proposed, phase="proposal", alongside=alongside
        )
        return GateDecision(verdict=verdict, input_json=seen)

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        found = await (await self._views()).get(ENTITIES[kind], entity_id)
        return None if found is None else as_json(found)

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return [as_json(found) for found in await (await self._views()).find(ENTITIES[kind], key)]

    async def known(self, contact: str) -> tuple[Knowledge, ...]:
        return await held_for(await self._views(), contact, self._fact.at)

    async def promised(self, contact: str) -> tuple[Owed, ...]:
        return await promised_to(await self._views(), contact)

    async def workday(self, on: date, after: int, country: str) -> datetime:
        return workday(self._records.company(), on, after, country)

    async def gather(self, asked: Gathering) -> Gathered | None:
        """What bore on it then, under the rules on trial."""
        past = await self._views()
        present = Present(
            views=past,
            history=past,
            policies=self._policies,
            company=self._records.company(),
            now=self._fact.at,
        )
        return await gathered(present, asked)

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        raise ModelUnavailable("unconfigured", f"no model was asked for {request.part!r} then")

    async def _views(self) -> Past:
        self._past = self._past or await as_of_fact(self._ledger, self._fact.seq)
        return self._past
