"""Rules on trial over what is on record: every proposed command, as it was and as it would be.

Nothing is asked of the world, and nothing is recorded.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

import msgspec
from msgspec import Struct, field

from graph.ports import GateDecision
from ledger.domain.events import ActionProposed, DeliveryRecorded, Read, Rejected, VerdictGiven
from ledger.domain.facts import Fact
from ledger.domain.values import Money
from ledger.domain.verdicts import Allow, Ask, Deny, Verdict
from ledger.past import last_before
from ledger.store import Ledger
from policies.engine import Policies
from policies.trial import NotEvaluable, tried

GATE: Final = "gate"
"""The port under which a delivery's verdicts are recorded."""


class Group(StrEnum):
    """What became of a command under the other rules; the value is what people type."""

    UNCHANGED = "unchanged"
    FEWER_ASKS = "fewer-asks"
    NEW_ASKS = "new-asks"
    NEWLY_DENIED = "newly-denied"
    NO_LONGER_DENIED = "no-longer-denied"
    NOT_EVALUABLE = "not-evaluable"


class Tried(Struct, frozen=True, kw_only=True):
    """One command: what the rules said then, and what the others say.

    `then` is None where no rule was asked before it was put to the operator. `rejected`: a
    person refused it; `reason` is theirs.
    """

    action: str
    name: str
    case: str
    at: datetime
    now: Verdict | NotEvaluable
    then: Verdict | None = None
    amount: Money | None = None
    rejected: bool = False
    reason: str = ""

    @property
    def group(self) -> Group:
        if self.then is None or isinstance(self.now, NotEvaluable):
            return Group.NOT_EVALUABLE
        return _group(self.then, self.now)

    @property
    def would_run_rejected(self) -> bool:
        """Whether it would have run though a person refused it."""
        return self.rejected and isinstance(self.now, Allow)


class Trial(Struct, frozen=True, kw_only=True):
    """All commands since a moment, oldest first, under the rules `policy` (`version@sha`)."""

    policy: str
    commands: tuple[Tried, ...]

    def of(self, group: Group) -> tuple[Tried, ...]:
        """The commands of one group."""
        return tuple(each for each in self.commands if each.group is group)

    @property
    def against_the_operator(self) -> tuple[Tried, ...]:
        """What would have run although the operator rejected it."""
        return tuple(each for each in self.commands if each.would_run_rejected)


class _Recorded(Struct):
    """What the facts say of all commands, by action."""

    proposed: dict[str, tuple[Fact, ActionProposed]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        match fact.event:
            case ActionProposed() as event:
                self.proposed[event.action] = (fact, event)
            case VerdictGiven() as event if event.phase == "proposal":
                self.verdicts[event.action] = event.verdict
            case DeliveryRecorded() as event:
                self.inputs |= gate_inputs(event.reads)
            case Rejected() as event:
                self.rejected[event.action] = event.reason
            case _:
                pass


async def on_trial(ledger: Ledger, policies: Policies, since: datetime) -> Trial:
    """Judge every command proposed since a moment by other rules."""
    after = await last_before(ledger, since)
    recorded = await ledger.read(lambda connection: _gathered(ledger.stream(connection, after)))
    commands = await asyncio.to_thread(_judged, recorded, policies)
    return Trial(policy=policies.policy, commands=commands)


def gate_inputs(reads: Iterable[Read]) -> Mapping[str, str]:
    """What the rules saw in one delivery: action → JSON of the full input.

    A record of another form, as of another version, gives nothing.
    """
    return dict(pair for read in reads if read.port == GATE for pair in _gate_input(read))


def _gate_input(read: Read) -> Iterator[tuple[str, str]]:
    # The key is `place#n [case, person, action, …]`, see `graph.records`.
    try:
        _, _, action, *_ = json.loads(read.key.partition(" ")[2])
        yield action, msgspec.json.decode(read.answer, type=GateDecision).input_json
    except (ValueError, TypeError):
        return


def _gathered(facts: Iterable[Fact]) -> _Recorded:
    recorded = _Recorded()
    for fact in facts:
        recorded.take(fact)
    return recorded


def _judged(recorded: _Recorded, policies: Policies) -> tuple[Tried, ...]:
    return tuple(
        Tried(
            action=action,
            name=event.name,
            case=fact.case,
            at=fact.at,
            then=recorded.verdicts.get(action),
            now=_now(action, fact, recorded, policies),
            amount=event.amount,
            rejected=action in recorded.rejected,
            reason=recorded.rejected.get(action, ""),
        )
        for action, (fact, event) in recorded.proposed.items()
    )


def _now(
    action: str, fact: Fact, recorded: _Recorded, policies: Policies
) -> Verdict | NotEvaluable:
    if action in recorded.inputs:
        return tried(policies, recorded.inputs[action])
    if fact.erased:
        return NotEvaluable("it was erased with the person it concerned")
    if action in recorded.verdicts:
        return NotEvaluable("what the rules saw then was not recorded")
    return NotEvaluable("no rule was asked before it came to you, as after an edit of yours")


def _group(then: Verdict, now: Verdict) -> Group:
    if type(then) is type(now):
        return Group.UNCHANGED
    match now:
        case Deny():
            return Group.NEWLY_DENIED
        case Allow() | Ask() if isinstance(then, Deny):
            return Group.NO_LONGER_DENIED
        case Allow():
            return Group.FEWER_ASKS
        case Ask():
            return Group.NEW_ASKS
        case _:
            assert_never(now)
