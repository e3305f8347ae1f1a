"""The fold of actions: from proposed, through verdict and approval, to the outcome."""

from __future__ import annotations

from typing import Any, Final, get_args

from msgspec.structs import replace

from ledger.domain.commands import OutgoingMail
from ledger.domain.entities import Action, ActionStatus, Approval, ApprovalStatus, Case, Entity
from ledger.domain.events import (
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    ActionWithheld,
    ApprovalExpired,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    AttemptStarted,
    DoneByOperator,
    Event,
    MailWaits,
    QuestionAnswered,
    Rejected,
    Routed,
    VerdictGiven,
)
from ledger.domain.facts import Fact
from ledger.domain.going_live import only_watching
from ledger.domain.look import Look
from ledger.domain.verdicts import Allow, Ask, Deny, Receipt, Verdict

MAILS: Final = frozenset(kind.__name__ for kind in get_args(OutgoingMail))
"""Names of the commands that send a mail; they outlive the erasure of the command itself."""

UNDECIDED: Final = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})
"""An approval in one of these can still be decided."""

_CLOSED: Final = frozenset(
    {
        ActionStatus.ATTEMPTED,
        ActionStatus.SUCCEEDED,
        ActionStatus.UNKNOWN,
        ActionStatus.BOUNCED,
        ActionStatus.BY_OPERATOR,
        ActionStatus.REJECTED,
        ActionStatus.SUPERSEDED,
    }
)
"""What was tried or decided is not reopened by a verdict, an approval or a newer action."""

ANSWERED: Final = "the customer"
"""Who gives the proof of a mail that was answered before anybody knew that it had left."""

_FINAL: Final = frozenset({ActionStatus.SUCCEEDED, ActionStatus.BY_OPERATOR})


def fold_actions(fact: Fact, look: Look) -> list[Entity]:
    """How far an action came."""
    event = fact.event
    if isinstance(event, ActionProposed):
        return [*replaced_action(event, look), *_undone(event, look), _proposed(event, fact)]
    if isinstance(event, Routed):
        return _arrived(event, look)
    action = look.get(Action, getattr(event, "action", ""))
    if action is None:
        return []
    altered = _altered(event, action, fact, look)
    return [replace(action, **altered)] if altered else []


def proven(event: Routed, look: Look) -> Action | None:
    """The mail of which nobody knew whether it had left, and which is answered or paid by this.

    One that is just being tried is left to the dispatcher, which says how that ended.
    """
    action = look.get(Action, event.proves) if event.proves else None
    unknown = action is not None and action.status is ActionStatus.UNKNOWN
    return action if unknown and event.sender != "other" else None


def _arrived(event: Routed, look: Look) -> list[Entity]:
    """Who answers a mail, or pays by its number, has got it: that is the proof."""
    action = proven(event, look)
    if action is None:
        return []
    proof = Receipt(provider=ANSWERED, reference=action.message_id, location=event.fact)
    return [replace(action, status=ActionStatus.SUCCEEDED, receipt=proof, cause="", remedy="")]


def is_mail(action: Action) -> bool:
    """Whether the action sends a mail."""
    return action.name in MAILS


def contact_of(action: Action, look: Look) -> str:
    """Whom an action concerns: as the command says, or its case where the command is erased."""
    if action.command is not None:
        return action.command.contact
    case = look.get(Case, action.case)
    return case.contact if case else ""


def replaced_action(event: ActionProposed, look: Look) -> list[Entity]:
    """The earlier action whose place the proposed one takes, unless it was tried or decided."""
    old = look.get(Action, event.replaces) if event.replaces else None
    if old is None or old.id == event.action or old.status in _CLOSED | {ActionStatus.DENIED}:
        return []
    return [replace(old, status=ActionStatus.SUPERSEDED, cause="replaced", remedy="")]


def _undone(event: ActionProposed, look: Look) -> list[Entity]:
    """The action that the proposed one takes back, linked to it."""
    old = look.get(Action, event.undoes) if event.undoes else None
    if old is None or event.undoes in {event.action, event.replaces}:
        return []
    return [replace(old, undone_by=event.action)]


def _proposed(event: ActionProposed, fact: Fact) -> Action:
    return Action(
        id=event.action,
        case=fact.case,
        person=fact.person,
        name=event.name,
        sha256=event.sha256,
        risk=event.risk,
        agent=event.agent,
        status=ActionStatus.PROPOSED,
        command=event.command,
        proposed_by=fact.by,
        proposed_at=fact.at,
        provenance=event.provenance,
        amount=event.amount,
        recommendation=event.recommendation,
        if_nothing=event.if_nothing,
        message_id=event.message_id,
        undoes=event.undoes,
    )


def _altered(event: Event, action: Action, fact: Fact, look: Look) -> dict[str, Any]:
    match event:
        case VerdictGiven() if event.sha256 == action.sha256:
            return _judged(event.verdict, event.phase, action)
        case ApprovalRequested() if action.status not in _CLOSED:
            return {"approval": event.approval, "status": ActionStatus.ASKING}
        case Approved() | Rejected() | ApprovalExpired() | ApprovalSuperseded():
            return _decided(event, action, look)
        case DoneByOperator() | QuestionAnswered() if action.status not in _FINAL:
            return {"status": ActionStatus.BY_OPERATOR}
        case MailWaits() if event.approval == action.approval:
            return {"leaves_at": event.leaves_at}
        case AttemptStarted() if action.status not in _FINAL:
            tries = max(event.n, action.attempts)
            return {"status": ActionStatus.ATTEMPTED, "attempts": tries, "attempted_at": fact.at}
        case ActionSucceeded() | ActionFailed() | ActionUnknown() | ActionWithheld():
            return _ended(event, action)
        case _:
            return {}


def _judged(verdict: Verdict, phase: str, action: Action) -> dict[str, Any]:
    """A verdict right before the effect matters only where it denies: an Ask was answered."""
    if action.status in _CLOSED:
        return {}
    match verdict:
        case Deny() if phase == "execution" and only_watching(verdict):
            return {}
        case Deny():
            return {"verdict": verdict, "status": ActionStatus.DENIED}
        case Allow() if phase == "proposal":
            return {"verdict": verdict, "status": ActionStatus.ALLOWED}
        case Ask() if phase == "proposal":
            approved = action.status is ActionStatus.ALLOWED and action.approval
            status = ActionStatus.ALLOWED if approved else ActionStatus.ASKING
            return {"verdict": verdict, "status": status}
        case _:
            return {}


def _decided(
    event: Approved | Rejected | ApprovalExpired | ApprovalSuperseded, action: Action, look: Look
) -> dict[str, Any]:
    """Only the action's own approval counts, and only while nobody decided on it."""
    withdrawn = isinstance(event, ApprovalSuperseded) and not event.approval
    if action.status in _CLOSED or (event.approval != action.approval and not withdrawn):
        return {}
    if isinstance(event, ApprovalSuperseded):
        return {"status": ActionStatus.SUPERSEDED, "cause": event.why, "remedy": ""}
    approval = look.get(Approval, event.approval)
    if approval is None or approval.status not in UNDECIDED:
        return {}
    match event:
        case Approved() if event.sha256 == approval.sha256 == action.sha256:
            return {"status": ActionStatus.ALLOWED}
        case Rejected():
            return {"status": ActionStatus.REJECTED, "cause": event.reason}
        case ApprovalExpired():
            return {"status": ActionStatus.EXPIRED}
        case _:
            return {}


def _ended(
    event: ActionSucceeded | ActionFailed | ActionUnknown | ActionWithheld, action: Action
) -> dict[str, Any]:
    match event:
        case ActionSucceeded():
            return {"status": ActionStatus.SUCCEEDED, **_receipt(event, action)}
        case _ if action.status in _FINAL:
            return {}
        case ActionFailed():
            status = ActionStatus.FAILED
            return {"status": status, "cause": event.cause, "remedy": event.remedy}
        case ActionUnknown():
            status = ActionStatus.UNKNOWN
            return {"status": status, "cause": event.cause, "remedy": event.look_at}
        case ActionWithheld():
            return _withheld(event, action)


def _receipt(event: ActionSucceeded, action: Action) -> dict[str, Any]:
    known = action.message_id or (event.receipt.reference if is_mail(action) else "")
    return {"receipt": event.receipt, "message_id": known, "cause": "", "remedy": ""}


def _withheld(event: ActionWithheld, action: Action) -> dict[str, Any]:
    """Withheld until resumed, unless something stronger already says that it will not run."""
    told = {"cause": event.detail, "remedy": event.remedy}
    stronger = {ActionStatus.DENIED, ActionStatus.SUPERSEDED, ActionStatus.REJECTED}
    held = {"status": ActionStatus.WITHHELD, "held": event.why, **told}
    return told if action.status in stronger else held
