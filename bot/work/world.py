"""The planner's live world: what `graph.ports.World` asks, answered by the rooms that know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol, get_args

from msgspec import Struct

from bot.calendars import workday
from bot.work.gathering import Present, gathered
from bot.work.precedents import Looking
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
)
from graph.promising.minding import owed
from graph.state import as_json
from ledger.domain.company import Company
from ledger.domain.confirming import IN_FORCE, Particulars, as_in_force
from ledger.domain.entities import Commitment, Contact, Entity
from ledger.domain.events import ActionProposed, Event
from ledger.domain.identity import ids_of, met_as
from ledger.domain.knowledge import Knowledge
from ledger.domain.known import held_for
from ledger.domain.precedents import Precedents
from ledger.domain.reading import Clock, History, Views
from memory.episodes import Recaller
from memory.recall import recall
from memory.standing import Witness
from policies.engine import Policies
from policies.gate import Gate

ENTITIES: Final[dict[str, type[Any]]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(Entity)
}
"""Entity classes by their tag."""


class Models(Protocol):
    """Who answers model calls. Raises `graph.ports.ModelUnavailable`."""

    async def ask(self, request: ModelRequest) -> ModelAnswer: ...


async def promised_to(views: Views, contact: str) -> tuple[Owed, ...]:
    """Our open promises to somebody, under all entries of theirs."""
    ids = await ids_of(views, contact) if contact else ()
    return owed(
        [one for each in ids for one in await views.find(Commitment, f"open:contact:{each}")]
    )


class NoModel:
    """No model is configured; the playbooks do the work."""

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Raises `ModelUnavailable` at once."""
        raise ModelUnavailable("unconfigured", f"no model is configured for {request.part!r}")


class Sources(Struct, frozen=True, kw_only=True):
    """Everything the live world reads from."""

    company: Company
    views: Views
    store: Recaller
    witness: Witness
    history: History
    policies: Policies
    gate: Gate
    models: Models
    clock: Clock


class LiveWorld:
    """Answers a node's questions from the present. The recorder around it keeps the answers."""

    def __init__(self, sources: Sources) -> None:
        self._from = sources

    async def now(self) -> datetime:
        return self._from.clock.now()

    async def company(self) -> Company:
        """As configured, but for bank and tax data that nobody has confirmed yet."""
        known = await self._from.views.get(Particulars, IN_FORCE)
        return as_in_force(self._from.company, known)

    async def recall(self, request: RecallRequest) -> Remembered:
        found = await recall(
            self._from.store,
            self._from.witness,
            text=request.text,
            now=self._from.clock.now(),
            contacts=await self._known_as(request.contact),
            items=request.items,
            not_case=request.not_case,
            limit=request.limit,
        )
        return Remembered(
            episodes=found.episodes,
            degraded=found.degraded,
            stale=found.stale,
            precedents=await self._precedents(request) if request.precedents else Precedents(),
        )

    async def _precedents(self, request: RecallRequest) -> Precedents:
        looking = Looking(self._from, request)
        return await looking.precedents(self._from.clock.now())

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        verdict, seen = await self._from.gate.evaluate(
            case, person, proposed, phase="proposal", alongside=alongside
        )
        return GateDecision(verdict=verdict, input_json=seen)

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        """An entity; a contact with all that is known of whom it is merged with."""
        if ENTITIES[kind] is Contact:
            contact = await met_as(self._from.views, entity_id)
            return None if contact is None else as_json(contact)
        found = await self._from.views.get(ENTITIES[kind], entity_id)
        return None if found is None else as_json(found)

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return [as_json(found) for found in await self._from.views.find(ENTITIES[kind], key)]

    async def known(self, contact: str) -> tuple[Knowledge, ...]:
        return await held_for(self._from.views, contact, self._from.clock.now())

    async def promised(self, contact: str) -> tuple[Owed, ...]:
        return await promised_to(self._from.views, contact)

    async def workday(self, on: date, after: int, country: str) -> datetime:
        return workday(self._from.company, on, after, country)

    async def _known_as(self, contact: str) -> tuple[str, ...]:
        return await ids_of(self._from.views, contact) if contact else ()

    async def gather(self, asked: Gathering) -> Gathered | None:
        """Nothing is read where no model is configured."""
        if isinstance(self._from.models, NoModel):
            return None
        present = Present(
            views=self._from.views,
            history=self._from.history,
            policies=self._from.policies,
            company=await self.company(),
            now=self._from.clock.now(),
        )
        return await gathered(present, asked)

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        return await self._from.models.ask(request)
