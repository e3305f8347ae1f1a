"""The subscriber `outcomes`: how decisions turned out, said as facts of their own.

Only decisions that say what they are about get an outcome, so nothing is said of older ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.routing_decisions import APPROVAL, EDIT, INSTRUCTION, REJECTION
from ledger.domain.decisions import (
    ACCEPTED,
    APPROVED,
    CHANGED,
    DECLINED,
    EDITED,
    PAID,
    REJECTED,
    REVERSED,
    Decision,
)
from ledger.domain.events import (
    CreditNoteIssued,
    DecisionOutcome,
    DecisionRecorded,
    Event,
    InvoicePaid,
    ProposalAccepted,
    ProposalDeclined,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction
from ledger.domain.reading import Views
from ledger.domain.values import OPERATOR

NAME: Final = "outcomes"

_BY_CUSTOMER: Final[dict[type[Event], str]] = {
    ProposalAccepted: ACCEPTED,
    ProposalDeclined: DECLINED,
    InvoicePaid: PAID,
    CreditNoteIssued: REVERSED,
}
_BY_OPERATOR: Final = {
    APPROVAL: APPROVED,
    EDIT: EDITED,
    INSTRUCTION: CHANGED,
    REJECTION: REJECTED,
}


class Outcomes:
    """Implements `Subscriber`."""

    def __init__(self, views: Views) -> None:
        self._views = views

    @property
    def name(self) -> str:
        """The subscriber's name in cursors."""
        return NAME

    def wants(self, fact: Fact) -> bool:
        """What shows how something decided in its case turned out."""
        if isinstance(fact.event, DecisionRecorded):
            return bool(fact.event.action)
        return type(fact.event) in _BY_CUSTOMER

    async def handle(self, delivery: Delivery) -> Reaction:
        """An outcome for each decision before this fact of which it says more."""
        fact = delivery.fact
        known = await self._views.find(Decision, f"about:{fact.case}")
        made = [one for one in known if one.version < fact.version]
        drafts = tuple(
            Draft(case=fact.case, event=each, key="", by=NAME, cause=fact.id, person=fact.person)
            for each in _outcomes(fact, made)
        )
        return Reaction(drafts=drafts)


def _outcomes(fact: Fact, made: list[Decision]) -> Iterator[DecisionOutcome]:
    event = fact.event
    if isinstance(event, DecisionRecorded):
        outcome = _BY_OPERATOR.get(event.topic, "")
        made = [one for one in made if one.by != OPERATOR]
    else:
        outcome = _BY_CUSTOMER[type(event)]
    for decision in made:
        if outcome and decision.may_become(outcome):
            yield DecisionOutcome(decision=decision.id, outcome=outcome, fact=fact.id)
