"""The chain behind every model call: main model, cheap model, rules. Nothing wrong gets through.

An answer is checked against its schema and by the caller's own reader; where it does not hold,
the model is told why and may repair it twice. Then the next tier tries. What is left is the
rules, which always answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from graph.ports import Gathered, Gathering, ModelRequest, ModelUnavailable, World
from ledger.domain.company import Budgets
from ledger.domain.events import LeftOut, PlannerFellBack
from ledger.domain.values import PLAYBOOK
from memory.working import Item, Sections, WorkingContext, assembled

T = TypeVar("T")

TIERS = ("main", "cheap")
REPAIRS = 2
"""How often a model may mend an answer that did not fit."""
MOST_CALLS = len(TIERS) * (REPAIRS + 1)
"""Calls that one part of a delivery makes at most, one after the other."""

UNCONFIGURED = "unconfigured"
"""There is no such model, so nobody need hear of it."""
FORBIDDEN = "policy"
"""No model may see this text, a cheaper one neither."""
_LONGEST_ERROR = 400
_LONGEST_ANSWER = 2_000


class Task(Struct, frozen=True, kw_only=True):
    """What a model is asked. `schema` is a JSON schema, `(cause, node, step)` name the call.

    `goal`, `facts` and `recalled` are what the caller has to show, `withheld` what it may not;
    `contact`, `about` and `items` say what else bears on it (see `Gathering`).
    """

    cause: str
    node: str
    step: str
    part: str
    system: str
    goal: tuple[Item, ...]
    schema_name: str
    schema: dict[str, Any]
    case: str
    person: str = ""
    facts: tuple[Item, ...] = ()
    recalled: tuple[Item, ...] = ()
    withheld: tuple[LeftOut, ...] = ()
    contact: str = ""
    about: str = ""
    items: tuple[str, ...] = ()


Reader = Callable[[str, WorkingContext | None], T]
"""Turns an answer into a value, beside what the model was shown; raises `ValueError`."""


class Answered(Struct, Generic[T], frozen=True, kw_only=True):
    """A checked answer and who gave it; `value` of None: the rules have to do.

    `fell_back` says which tiers gave up, and why.
    """

    value: T | None
    by: str
    fell_back: tuple[PlannerFellBack, ...] = ()


class _GaveUp(Exception):  # it is no error: the next tier takes over
    """A tier has no usable answer. `reason` as in `ModelUnavailable`, or schema."""

    def __init__(self, reason: str, cause: str) -> None:
        super().__init__(cause)
        self.reason = reason
        self.cause = f"{reason}: {cause}"


async def ask_model(world: World, task: Task, read: Reader[T]) -> Answered[T]:
    """Ask the tiers in turn, each with as much of the case as fits its budget."""
    failed: list[tuple[str, str]] = []
    gathered = await world.gather(_gathering(task))
    for tier in TIERS:
        try:
            shown = await _shown(world, task, gathered, tier)
            value, model = await _asked(world, task, shown, tier, read)
        except _GaveUp as gave_up:
            if gave_up.reason != UNCONFIGURED:
                failed.append((tier, gave_up.cause))
            if gave_up.reason == FORBIDDEN:
                break
            continue
        return Answered(value=value, by=model, fell_back=_fallen(task.part, failed, tier))
    return Answered(value=None, by=PLAYBOOK, fell_back=_fallen(task.part, failed, PLAYBOOK))


def _gathering(task: Task) -> Gathering:
    return Gathering(
        case=task.case, part=task.part, contact=task.contact, about=task.about, items=task.items
    )


async def _shown(
    world: World, task: Task, gathered: Gathered | None, tier: str
) -> WorkingContext | None:
    """What a call of this tier sees; None where nobody will look at it."""
    if gathered is None:
        return None
    sections = Sections(
        goal=task.goal,
        facts=(*task.facts, *gathered.facts),
        tasks=gathered.tasks,
        turns=gathered.turns,
        recalled=task.recalled,
        withheld=(*task.withheld, *gathered.withheld),
    )
    return assembled(sections, budget_of((await world.company()).budgets, tier))


def budget_of(budgets: Budgets, tier: str) -> int:
    """How many tokens of context a call of this tier may see."""
    return budgets.context_tokens if tier == TIERS[0] else budgets.context_tokens_cheap


async def _asked(
    world: World, task: Task, shown: WorkingContext | None, tier: str, read: Reader[T]
) -> tuple[T, str]:
    first = shown.text if shown else ""
    user, error = first, ""
    for attempt in range(REPAIRS + 1):
        try:
            answer = await world.ask(
                _request(task, shown, tier, user, TIERS.index(tier) * (REPAIRS + 1) + attempt)
            )
        except ModelUnavailable as gone:
            raise _GaveUp(gone.reason, gone.cause) from gone
        try:
            return read(answer.text, shown), answer.model
        except (ValueError, RecursionError) as wrong:
            error = str(wrong)[:_LONGEST_ERROR]
            user = _repair(first, answer.text, error)
    raise _GaveUp("schema", f"no usable answer after {REPAIRS} repairs: {error}")


def _request(
    task: Task, shown: WorkingContext | None, tier: str, user: str, ordinal: int
) -> ModelRequest:
    return ModelRequest(
        cause=task.cause,
        node=task.node,
        step=task.step,
        ordinal=ordinal,
        part=task.part,
        tier=tier,
        system=task.system,
        user=user,
        schema_name=task.schema_name,
        schema=task.schema,
        case=task.case,
        person=task.person,
        context=shown.seen if shown else None,
    )


def _repair(user: str, answer: str, error: str) -> str:
    return (
        f"{user}\n\nYour last answer was:\n{answer[:_LONGEST_ANSWER]}\n\n"
        f"It cannot be used: {error}\nAnswer again, with JSON that fits the schema."
    )


def _fallen(part: str, failed: list[tuple[str, str]], used: str) -> tuple[PlannerFellBack, ...]:
    """One event a step down: main to cheap, cheap to the rules."""
    steps = [*(tier for tier, _ in failed[1:]), used] if failed else []
    return tuple(
        PlannerFellBack(part=part, wanted=tier, used=step, cause=cause)
        for (tier, cause), step in zip(failed, steps, strict=True)
    )


def schema_of(kind: type[Struct]) -> dict[str, Any]:
    """The JSON schema of a struct, with its definitions inline where they can be.

    A model has to fill in every field, also one that answers of earlier days may lack.
    """
    schema = msgspec.json.schema(kind)
    name = schema["$ref"].rpartition("/")[2]
    definitions = schema.pop("$defs")
    top: dict[str, Any] = definitions.pop(name)
    if "properties" in top:
        fields = {
            field: {key: value for key, value in about.items() if key != "default"}
            for field, about in top["properties"].items()
        }
        top = {**top, "properties": fields, "required": list(fields)}
    return {**top, "$defs": definitions} if definitions else top
