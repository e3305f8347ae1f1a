"""The state of a case's thread: JSON only, since msgspec structs do not survive a checkpoint."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import msgspec

from ledger.domain.events import EVENT_TYPES, Event
from ledger.domain.facts import Draft, Fact

Json = dict[str, Any]

_PLACEHOLDER: Json = {"type": "Event"}


def collect(old: list[Json], new: list[Json] | None) -> list[Json]:
    """Reducer of a list that lives for one delivery: None empties it, a list is added."""
    return [] if new is None else [*old, *new]


class CaseState(TypedDict, total=False):
    """What a thread remembers between deliveries, and the scratch space of one delivery.

    Kept: `case`, `deal` (JSON of `graph.deal.Deal`), `company` (sha256 of the configuration
    that the last delivery saw).
    For one delivery: `fact` and `source` (JSON of the delivered facts), `understood` (typed
    slots of a message), `recalled` (recollections), `moves` (what the planner picked),
    `briefs` (texts wanted from agents), `brief` (the one a single `delegate` works on),
    `drafted` (texts that came back), `proposed` (JSON of `ActionProposed`), `out` (JSON of
    every draft to append, in order), `company_is_new` (it changed since the last delivery).
    """

    case: str
    deal: Json
    company: str
    company_is_new: bool
    fact: Json
    source: Json | None
    understood: Json | None
    recalled: Json | None
    moves: list[Json]
    briefs: list[Json]
    brief: Json
    drafted: Annotated[list[Json], collect]
    proposed: list[Json]
    out: Annotated[list[Json], collect]


def said(event: Event, *, key: str = "", case: str = "") -> Json:
    """One entry of `out`. `key` only for facts that decide something, `case` only for another."""
    return {"event": as_json(event), "key": key, "case": case}


def as_json(value: object) -> Json:
    """A struct as JSON builtins, with its tag."""
    built: Json = msgspec.to_builtins(value)
    return built


def event_of(data: Json) -> Event:
    """The typed event behind its JSON."""
    return msgspec.convert(data, EVENT_TYPES[data["type"]])


def fact_of(data: Json) -> Fact:
    """The typed fact behind its JSON."""
    bare = msgspec.convert({**data, "event": _PLACEHOLDER}, Fact)
    return msgspec.structs.replace(bare, event=event_of(data["event"]))


def fact_json(fact: Fact) -> Json:
    """A fact as JSON, its event tagged."""
    return as_json(fact)


def draft_of(entry: Json, *, case: str, by: str, cause: str, person: str) -> Draft:
    """The draft behind an entry of `out`."""
    return Draft(
        case=entry["case"] or case,
        event=event_of(entry["event"]),
        key=entry["key"],
        by=by,
        cause=cause,
        person=person,
    )
