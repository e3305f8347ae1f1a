"""What it takes to have something done: the role that each order of a person needs."""

from __future__ import annotations

from typing import Final

from ledger.domain import events
from ledger.domain.events import Event
from ledger.domain.look import Look
from ledger.domain.pairing import ChatIdentity, Role

NEEDED: Final[dict[type[Event], Role]] = {
    events.Tapped: Role.APPROVER,
    events.OperatorSaid: Role.APPROVER,
    events.OperatorTold: Role.APPROVER,
    events.QuestionReplied: Role.APPROVER,
    events.StopOrdered: Role.APPROVER,
    events.RetryOrdered: Role.APPROVER,
    events.UndoOrdered: Role.APPROVER,
    events.WorkReported: Role.APPROVER,
    events.AssignOrdered: Role.APPROVER,
    events.MatchOrdered: Role.APPROVER,
    events.UnmatchOrdered: Role.APPROVER,
    events.KnowledgeStated: Role.APPROVER,
    events.KnowledgeCorrected: Role.APPROVER,
    events.KnowledgeForgotten: Role.APPROVER,
    events.LeadTold: Role.APPROVER,
    events.DocumentReceived: Role.APPROVER,
    events.CommitmentTold: Role.APPROVER,
    events.CommitmentOrdered: Role.APPROVER,
    events.ExpenseRecorded: Role.APPROVER,
    events.ExpenseCorrected: Role.APPROVER,
    events.ExpenseRemoved: Role.APPROVER,
    events.ResumeOrdered: Role.OWNER,
    events.ConfirmOrdered: Role.OWNER,
    events.MergeOrdered: Role.OWNER,
    events.SplitOrdered: Role.OWNER,
    events.KeyTold: Role.OWNER,
    events.CopyTakenOver: Role.OWNER,
    events.ErasureOrdered: Role.OWNER,
    events.WatchBegun: Role.APPROVER,
    events.WentLive: Role.OWNER,
    events.NumbersContinued: Role.OWNER,
}
"""Whoever decides may also pull the brake and ask for the way back, which asks before it acts;
to let go of the brake, to say who is who and to erase is the owner's."""


def allowed(event: Event, look: Look) -> bool:
    """Whether whoever ordered something might do so, as of the facts before it. For folds.

    An order without an identity is the console's. The router has the same question answered by
    `ledger.domain.speakers.role_now`, and says why not.
    """
    by = str(getattr(event, "by", ""))
    if not by:
        return True
    identity = look.get(ChatIdentity, by)
    speaks = identity is not None and identity.active and identity.role.may(NEEDED[type(event)])
    return speaks and identity is not None and identity.channel == getattr(event, "channel", "")
