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

from graph.ports import ModelRequest, ModelUnavailable, World
from ledger.domain.events import PlannerFellBack
from ledger.domain.values import PLAYBOOK

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
    """What a model is asked. `schema` is a JSON schema, `(cause, node, step)` name the call."""

    cause: str
    node: str
    step: str
    part: str
    system: str
    user: str
    schema_name: str
    schema: dict[str, Any]
    case: str
    person: str = ""


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


async def ask_model(world: World, task: Task, read: Callable[[str], T]) -> Answered[T]:
    """Ask the tiers in turn. `read` turns the text into a value or raises `ValueError`."""
    failed: list[tuple[str, str]] = []
    for tier in TIERS:
        try:
            value, model = await _asked(world, task, tier, read)
        except _GaveUp as gave_up:
            if gave_up.reason != UNCONFIGURED:
                failed.append((tier, gave_up.cause))
            if gave_up.reason == FORBIDDEN:
                break
            continue
        return Answered(value=value, by=model, fell_back=_fallen(task.part, failed, tier))
    return Answered(value=None, by=PLAYBOOK, fell_back=_fallen(task.part, failed, PLAYBOOK))


async def _asked(world: World, task: Task, tier: str, read: Callable[[str], T]) -> tuple[T, str]:
    user, error = task.user, ""
    for attempt in range(REPAIRS + 1):
        try:
            answer = await world.ask(
                _request(task, tier, user, TIERS.index(tier) * (REPAIRS + 1) + attempt)
            )
        except ModelUnavailable as gone:
            raise _GaveUp(gone.reason, gone.cause) from gone
        try:
            return read(answer.text), answer.model
        except (ValueError, RecursionError) as wrong:
            error = str(wrong)[:_LONGEST_ERROR]
            user = _repair(task.user, answer.text, error)
    raise _GaveUp("schema", f"no usable answer after {REPAIRS} repairs: {error}")


def _request(task: Task, tier: str, user: str, ordinal: int) -> ModelRequest:
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
    """The JSON schema of a struct, with its definitions inline where they can be."""
    schema = msgspec.json.schema(kind)
    name = schema["$ref"].rpartition("/")[2]
    definitions = schema.pop("$defs")
    top: dict[str, Any] = definitions.pop(name)
    return {**top, "$defs": definitions} if definitions else top
