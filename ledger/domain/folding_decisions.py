"""The fold of decisions: made once, and settled by what follows."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.decisions import Decision
from ledger.domain.entities import Entity
from ledger.domain.events import DecisionOutcome, DecisionRecorded
from ledger.domain.facts import Fact
from ledger.domain.look import Look


def fold_decisions(fact: Fact, look: Look) -> list[Entity]:
    """What was decided, and how it turned out."""
    match fact.event:
        case DecisionRecorded() as event:
            return [_made(event, fact)]
        case DecisionOutcome() as event:
            known = look.get(Decision, event.decision)
            if known is None:
                return []
            return [replace(known, outcome=event.outcome, shown_by=event.fact, shown_at=fact.at)]
        case _:
            return []


def decision_keys(decision: Decision) -> list[str]:
    """By the case whose end tells more, and by the action that was decided on."""
    about = [f"about:{decision.about}"] if decision.about else []
    return [*about, *([f"action:{decision.action}"] if decision.action else [])]


def _made(event: DecisionRecorded, fact: Fact) -> Decision:
    return Decision(
        id=event.decision,
        case=fact.case,
        version=fact.version,
        topic=event.topic,
        chosen=event.chosen,
        by=event.by,
        at=fact.at,
        fact=fact.id,
        evidence=event.evidence,
        alternatives=event.alternatives,
        about=event.about,
        action=event.action,
        outcome=event.outcome,
    )
