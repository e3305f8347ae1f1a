"""An edit that is approved in the same gesture: the operator saw exactly the bytes that run."""

from __future__ import annotations

from datetime import datetime

from graph.desk import says
from graph.nodes.gate import APPROVAL_LASTS, title_of
from ledger.domain.commands import Command, command_sha, with_edits
from ledger.domain.entities import Action, Approval
from ledger.domain.errors import CommandInvalid
from ledger.domain.events import (
    ActionProposed,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    Event,
    Tapped,
)
from ledger.domain.facts import Draft, Fact, message_id, short_id
from ledger.domain.values import Provenance, Trust

_OTHER_PREVIEW = (
    "The edited text is not the one in the preview you approved. Nothing was done. "
    "Open the card again, edit, and approve what it shows."
)
_ERASED = "Its content was erased, so there is nothing to edit. Nothing was done."


def edited(
    fact: Fact, tap: Tapped, approval: Approval, action: Action, now: datetime
) -> list[Draft] | str:
    """The facts of an edit, none where it changes nothing, or why it does not count."""
    if action.command is None:
        return _ERASED
    try:
        command = with_edits(action.command, tap.edits)
    except CommandInvalid as error:
        return f"{error.cause} {error.remedy}"
    sha = command_sha(command)
    if sha != tap.sha256:
        return _OTHER_PREVIEW
    if sha == approval.sha256:
        return []
    proposed = _proposed(fact, tap, action, command)
    said = _replaced(fact, tap, approval, proposed, now)
    return [
        says(fact, event, case=action.case, person=action.person, key=key) for event, key in said
    ]


def _proposed(fact: Fact, tap: Tapped, action: Action, command: Command) -> ActionProposed:
    sha = command_sha(command)
    name = short_id("act", action.id, sha)
    by_hand = Provenance((fact.id,), Trust.OPERATOR, f"edited by {tap.operator}")
    return ActionProposed(
        action=name,
        name=action.name,
        risk=action.risk,
        sha256=sha,
        agent=action.agent,
        amount=action.amount,
        replaces=action.id,
        undoes=action.undoes,
        provenance={**action.provenance, **dict.fromkeys(tap.edits, by_hand)},
        recommendation=action.recommendation,
        if_nothing=action.if_nothing,
        message_id=_message_id(name, action),
        command=command,
    )


def _message_id(name: str, action: Action) -> str:
    domain = action.message_id.rpartition("@")[2]
    return message_id(name, domain) if domain else ""


def _replaced(
    fact: Fact, tap: Tapped, old: Approval, proposed: ActionProposed, now: datetime
) -> list[tuple[Event, str]]:
    new = short_id("apr", proposed.action)
    superseded = ApprovalSuperseded(
        approval=old.id, action=old.action, why=f"{tap.operator} edited it.", by=proposed.action
    )
    request = ApprovalRequested(
        approval=new,
        action=proposed.action,
        sha256=proposed.sha256,
        expires_at=now + APPROVAL_LASTS,
        title=title_of(proposed),
    )
    approved = Approved(
        approval=new,
        action=proposed.action,
        sha256=proposed.sha256,
        operator=tap.operator,
        channel=tap.channel,
        tap=fact.id,
    )
    return [(proposed, ""), (superseded, ""), (request, ""), (approved, f"decision:{new}")]
