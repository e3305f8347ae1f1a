"""What the planner may ask of the world outside its state. Every answer is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from msgspec import Struct

from ledger.domain.company import Company
from ledger.domain.events import (
    ActionProposed,
    ContextSeen,
    Event,
    LeftOut,
    Recollection,
    Stale,
)
from ledger.domain.facts import short_id
from ledger.domain.knowledge import Knowledge
from ledger.domain.precedents import Precedents
from ledger.domain.verdicts import Verdict
from memory.working import Item


class GateDecision(Struct, frozen=True, kw_only=True):
    """A verdict and the full input it was given on (JSON, as the rules saw it)."""

    verdict: Verdict
    input_json: str


class Remembered(Struct, frozen=True, kw_only=True):
    """What memory answered. `degraded` says in words what was missing.

    `stale` was found and no longer holds. `precedents`: what similar deals came to, looked up in
    the ledger behind the episodes.
    """

    episodes: tuple[Recollection, ...]
    degraded: str = ""
    stale: tuple[Stale, ...] = ()
    precedents: Precedents = Precedents()


class RecallRequest(Struct, frozen=True, kw_only=True):
    """A question to memory, in the planner's words. `precedents`: similar deals are wanted too."""

    text: str
    contact: str = ""
    items: tuple[str, ...] = ()
    not_case: str = ""
    limit: int = 5
    precedents: bool = False


class Owed(Struct, frozen=True, gc=False):
    """A promise of ours that is open: its number (`p3`) and its day."""

    number: int
    due: date


class Gathering(Struct, frozen=True, kw_only=True):
    """A question for what bears on a model call. `about` is the desk fact that is being handled;
    `items` are the ids of what is wanted or offered.
    """

    case: str
    part: str
    contact: str = ""
    about: str = ""
    items: tuple[str, ...] = ()


class Gathered(Struct, frozen=True, kw_only=True):
    """What a call may see beside what its caller has; turns stand in order, the oldest first."""

    turns: tuple[Item, ...] = ()
    tasks: tuple[Item, ...] = ()
    facts: tuple[Item, ...] = ()
    withheld: tuple[LeftOut, ...] = ()


class ModelRequest(Struct, frozen=True, kw_only=True):
    """One model call. `part`: extract, plan, draft. The answer must fit `schema` (JSON Schema).

    `(cause, node, step, ordinal)` names the call in the journal; `tier` is main or cheap.
    `context` says what of the case `user` shows, and what it leaves out.
    """

    cause: str
    node: str
    step: str
    ordinal: int
    part: str
    tier: str
    system: str
    user: str
    schema_name: str
    schema: dict[str, Any]
    case: str
    person: str = ""
    max_tokens: int = 800
    context: ContextSeen | None = None


def call_id(request: ModelRequest) -> str:
    """The id of a model call: the journal writes it, a replay finds the answer under it."""
    return short_id(
        "call",
        request.case,
        request.cause,
        request.node,
        request.step,
        request.ordinal,
        request.tier,
    )


class ModelAnswer(Struct, frozen=True, kw_only=True):
    """The model's text (JSON by schema, not yet validated) and what it cost."""

    text: str
    model: str
    microusd: int


class ModelUnavailable(Exception):
    """No answer will come. `reason`: unconfigured, budget, deadline, policy, error."""

    def __init__(self, reason: str, cause: str) -> None:
        super().__init__(f"{reason}: {cause}")
        self.reason = reason
        self.cause = cause


class World(Protocol):
    """Everything a node can read. One live implementation, one that answers from records."""

    async def now(self) -> datetime: ...

    async def company(self) -> Company: ...

    async def recall(self, request: RecallRequest) -> Remembered: ...

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        """The rules' verdict. `alongside`: events of this delivery that no view holds yet."""
        ...

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        """An entity as JSON (`kind` is its tag: contact, proposal, invoice, action, …)."""
        ...

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        """Entities under an exact lookup key, as JSON."""
        ...

    async def known(self, contact: str) -> tuple[Knowledge, ...]:
        """What is in force for a contact, the company and the price list. Recorded where there
        is any: no record means that nothing was known."""
        ...

    async def promised(self, contact: str) -> tuple[Owed, ...]:
        """What we have promised a contact, with a day. Recorded where there is any, as `known`."""
        ...

    async def workday(self, on: date, after: int, country: str) -> datetime:
        """The morning of a working day, `after` of them later than `on`, never earlier than `on`.

        By the company's calendar and that of `country`, "" for only the company's."""
        ...

    async def gather(self, asked: Gathering) -> Gathered | None:
        """What bears on a model call; None where there is no model to be shown it."""
        ...

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Raises `ModelUnavailable`."""
        ...


class Surroundings(Protocol):
    """What the graph's nodes share in one delivery. `at` gives each asking place its own count.

    Nodes that run side by side would else mix up the order of their reads.
    """

    def at(self, place: str) -> World: ...
