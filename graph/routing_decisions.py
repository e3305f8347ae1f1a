"""What a person decided on a card is a decision on record: over what, and on which tap."""

from __future__ import annotations

from typing import Final

from graph.amounts import amount_words
from ledger.domain.commands import (
    IssueInvoice,
    SendInvoice,
    SendProposal,
)
from ledger.domain.decisions import REJECTED
from ledger.domain.entities import Action
from ledger.domain.events import Alternative, DecisionRecorded, Tapped
from ledger.domain.facts import Fact, short_id
from ledger.domain.values import OPERATOR

APPROVAL: Final = "approval"
EDIT: Final = "edit"
REJECTION: Final = "rejection"
INSTRUCTION: Final = "instruction"

_SETTLED_LATER: Final = frozenset(
    {SendProposal.__name__, IssueInvoice.__name__, SendInvoice.__name__}
)
"""Actions on which the customer's answer, or money, follows."""

_DEEDS: Final = {
    "SendProposal": "send the offer",
    "SendReply": "send the answer",
    "IssueInvoice": "issue the invoice",
    "SendInvoice": "send the invoice",
    "SendReminder": "send the reminder",
    "IssueCreditNote": "issue the credit note",
    "SendCreditNote": "send the credit note",
    "SendCorrection": "send the correction",
    "SendSpecimen": "show the first real mail",
    "ReopenCase": "open the case again",
}


def decision_on(fact: Fact, tap: Tapped, action: Action, topic: str) -> DecisionRecorded:
    """The decision behind a tap that counts. Its words name no person: the tap's own are sealed."""
    deed = _deed(action)
    chosen, instead, why = {
        APPROVAL: (f"{deed} as drafted", "leave it", "it was approved"),
        EDIT: (f"{deed} as edited", f"{deed} as drafted", f"changed: {_fields(tap)}"),
        REJECTION: (f"not {deed}", f"{deed} as drafted", "refused; the reason is in the case"),
        INSTRUCTION: (f"{deed} otherwise", f"{deed} as drafted", "the case says how else"),
    }[topic]
    follows = topic != REJECTION and action.name in _SETTLED_LATER
    return DecisionRecorded(
        decision=short_id("dec", action.case, fact.id, topic),
        topic=topic,
        chosen=chosen,
        by=OPERATOR,
        evidence=(fact.id,),
        alternatives=(Alternative(instead, why),),
        outcome=REJECTED if topic == REJECTION else "",
        about=action.case if follows else "",
        action=action.id,
    )


def _deed(action: Action) -> str:
    deed = _DEEDS.get(action.name, action.name)
    return f"{deed} over {amount_words(action.amount)}" if action.amount else deed


def _fields(tap: Tapped) -> str:
    return ", ".join(sorted(tap.edits))
