"""The fold of failures: what is broken now, since when, and how often it was seen."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Action, Entity, Failure
from ledger.domain.events import (
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    CaseStuck,
    CaseUnstuck,
    DoneByOperator,
    FailureCleared,
    FailureReported,
    QuestionAnswered,
    Routed,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import proven
from ledger.domain.look import Look


def fold_failures(fact: Fact, look: Look) -> list[Entity]:
    """A failed action and a stuck case are failures too, under the id of the action or case."""
    match fact.event:
        case FailureReported() as event:
            return [_told(_reported(event, fact), look)]
        case ActionFailed() | ActionUnknown() as event:
            return [_seen(_not_done(event, fact, look), look)]
        case CaseStuck() as event:
            return [_seen(_stuck(event, fact, look), look)]
        case CaseUnstuck() as event:
            return _unstuck(event, fact, look)
        case FailureCleared() as event:
            return _cleared(event.failure, look)
        case ActionSucceeded() | DoneByOperator() as event:
            return _cleared(event.action, look)
        case QuestionAnswered() as event:
            return _cleared(event.action, look) if event.action else []
        case Routed() as event:
            answered = proven(event, look)
            return _cleared(answered.id, look) if answered else []
        case ActionProposed() as event:
            return _cleared(event.replaces, look) if event.replaces else []
        case _:
            return []


def still_stuck(failure: Failure | None, recovered: str) -> tuple[str, ...]:
    """The subscribers that a stuck case still waits for once one has recovered."""
    if failure is None or failure.cleared:
        return ()
    return tuple(name for name in failure.owner.split(", ") if name not in {recovered, ""})


def _seen(failure: Failure, look: Look) -> Failure:
    """The same failure again only counts up; one that had been cleared begins afresh."""
    known = look.get(Failure, failure.id)
    if known is None or known.cleared:
        return failure
    return replace(failure, since=known.since, count=known.count + 1)


def _told(failure: Failure, look: Look) -> Failure:
    """A report on a failed action only words what `ActionFailed` has counted already."""
    known = look.get(Failure, failure.id)
    if known is None or known.cleared or look.get(Action, failure.id) is None:
        return _seen(failure, look)
    return replace(failure, since=known.since, count=known.count)


def _cleared(failure_id: str, look: Look) -> list[Entity]:
    known = look.get(Failure, failure_id)
    return [] if known is None or known.cleared else [replace(known, cleared=True)]


def _reported(event: FailureReported, fact: Fact) -> Failure:
    return Failure(
        id=event.failure,
        case=fact.case,
        what=event.what,
        cause=event.cause,
        not_done=event.not_done,
        owner=event.owner,
        remedies=event.remedies,
        since=fact.at,
    )


def _not_done(event: ActionFailed | ActionUnknown, fact: Fact, look: Look) -> Failure:
    action = look.get(Action, event.action)
    name = action.name if action else event.action
    failed = isinstance(event, ActionFailed)
    return Failure(
        id=event.action,
        case=fact.case,
        what=f"{name} failed" if failed else f"Nobody knows whether {name} happened",
        cause=event.cause,
        not_done=name,
        owner=fact.by,
        remedies=(event.remedy if isinstance(event, ActionFailed) else event.look_at,),
        since=fact.at,
    )


def _stuck(event: CaseStuck, fact: Fact, look: Look) -> Failure:
    others = still_stuck(look.get(Failure, fact.case), event.subscriber)
    return Failure(
        id=fact.case,
        case=fact.case,
        what=f"{event.subscriber} cannot go on with fact {event.fact}",
        cause=event.cause,
        not_done=f"Everything {event.subscriber} would do in this case from there on",
        owner=", ".join([*others, event.subscriber]),
        remedies=(event.remedy,),
        since=fact.at,
    )


def _unstuck(event: CaseUnstuck, fact: Fact, look: Look) -> list[Entity]:
    known = look.get(Failure, fact.case)
    others = still_stuck(known, event.subscriber)
    if known is None or known.cleared:
        return []
    return [replace(known, owner=", ".join(others))] if others else [replace(known, cleared=True)]
