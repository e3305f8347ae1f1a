"""The fold of approvals: asked once, decided once."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from ledger.domain.entities import Action, ActionStatus, Approval, ApprovalStatus, Entity
from ledger.domain.events import (
    ActionProposed,
    ApprovalExpired,
    ApprovalProlonged,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    DoneByOperator,
    Event,
    Postponed,
    Rejected,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import UNDECIDED, replaced_action
from ledger.domain.look import CARD_NUMBERS, Look

_TRIED: Final = frozenset({ActionStatus.ATTEMPTED, ActionStatus.SUCCEEDED, ActionStatus.UNKNOWN})


def fold_approvals(fact: Fact, look: Look) -> list[Entity]:
    """What became of the question whether exactly these bytes may run."""
    event = fact.event
    match event:
        case ApprovalRequested():
            return [_requested(event, fact, look)]
        case ActionProposed():
            return _of_replaced(event, look)
        case _:
            approval = look.get(Approval, getattr(event, "approval", ""))
            altered = _altered(event, approval, fact, look) if approval else {}
            return [replace(approval, **altered)] if approval and altered else []


def _requested(event: ApprovalRequested, fact: Fact, look: Look) -> Approval:
    known = look.get(Approval, event.approval)
    return Approval(
        id=event.approval,
        case=fact.case,
        action=event.action,
        sha256=event.sha256,
        number=known.number if known else look.add(CARD_NUMBERS),
        status=ApprovalStatus.PENDING,
        requested_at=fact.at,
        expires_at=event.expires_at,
        title=event.title,
    )


def _of_replaced(event: ActionProposed, look: Look) -> list[Entity]:
    """The card of a replaced action counts no more, even before anybody says so."""
    superseded = replaced_action(event, look)
    old = superseded[0] if superseded else None
    approval = look.get(Approval, old.approval) if isinstance(old, Action) else None
    if approval is None or approval.status not in UNDECIDED:
        return []
    return [replace(approval, status=ApprovalStatus.SUPERSEDED, reason="replaced")]


def _altered(event: Event, approval: Approval, fact: Fact, look: Look) -> dict[str, Any]:
    if isinstance(event, ApprovalSuperseded):
        return _superseded(event, approval, look)
    if approval.status not in UNDECIDED:
        return {}
    match event:
        case Approved() if event.sha256 == approval.sha256:
            return {"status": ApprovalStatus.APPROVED, **_who(event, fact)}
        case Rejected():
            return {
                "status": ApprovalStatus.REJECTED,
                "reason": event.reason,
                **_who(event, fact),
            }
        case DoneByOperator():
            return {"status": ApprovalStatus.BY_OPERATOR, **_who(event, fact)}
        case Postponed():
            return {"status": ApprovalStatus.POSTPONED, "until": event.until}
        case ApprovalExpired():
            return {"status": ApprovalStatus.EXPIRED, "decided_at": fact.at}
        case ApprovalProlonged():
            return {"expires_at": event.until}
        case _:
            return {}


def _who(event: Approved | Rejected | DoneByOperator, fact: Fact) -> dict[str, Any]:
    return {"decided_by": event.operator, "decided_at": fact.at, "channel": event.channel}


def _superseded(event: ApprovalSuperseded, approval: Approval, look: Look) -> dict[str, Any]:
    """Even an approved card falls when the world moves, as long as nothing was tried."""
    action = look.get(Action, approval.action)
    approved = approval.status is ApprovalStatus.APPROVED
    untried = approved and (action is None or action.status not in _TRIED)
    if approval.status not in UNDECIDED and not untried:
        return {}
    return {"status": ApprovalStatus.SUPERSEDED, "reason": event.why, "since": event.since}
