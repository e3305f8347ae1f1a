"""A case as memory looks at it: its facts, and what is found in them by id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from ledger.domain.events import (
    ActionProposed,
    DecisionRecorded,
    Event,
    InvoiceIssued,
    MailReceived,
    ProposalDrafted,
    Understood,
)
from ledger.domain.facts import Fact

E = TypeVar("E", bound=Event)


class Story(Struct, frozen=True, kw_only=True):
    """The facts of a case in order, whom it is about, and the mails behind what was understood.

    `person` is the pseudonym whose erasure takes the episodes along; `name` is empty where the
    contact is not known. `mails` are by the id of their desk fact.
    """

    facts: tuple[Fact, ...]
    contact: str = ""
    person: str = ""
    name: str = ""
    mails: dict[str, MailReceived] = {}

    @property
    def who(self) -> str:
        """The contact, for a sentence."""
        return self.name or "the customer"

    @property
    def erased(self) -> bool:
        """Whether the person was erased; then there is nothing to remember of this case."""
        return any(fact.erased and fact.person == self.person for fact in self.facts)

    def proposal(self, proposal: str, version: int) -> ProposalDrafted | None:
        """This version of a proposal."""
        drafted = self._all(ProposalDrafted, self.facts)
        return next((e for e in drafted if (e.proposal, e.version) == (proposal, version)), None)

    def drafted_at(self, drafted: ProposalDrafted) -> datetime | None:
        """When this version of a proposal was made."""
        return next((fact.at for fact in self.facts if fact.event == drafted), None)

    def newest(self, before: Fact) -> ProposalDrafted | None:
        """The last proposal up to a fact: what the case was about then."""
        earlier = [fact for fact in self.facts if fact.version <= before.version]
        return next(iter(reversed(self._all(ProposalDrafted, earlier))), None)

    def is_superseded(self, drafted: ProposalDrafted) -> bool:
        """Whether a later version of the same proposal was drafted."""
        return any(
            other.proposal == drafted.proposal and other.version > drafted.version
            for other in self._all(ProposalDrafted, self.facts)
        )

    def earlier_versions(self, drafted: ProposalDrafted) -> list[Fact]:
        """The facts that drafted earlier versions of this proposal."""
        return [
            fact
            for fact in self.facts
            if isinstance(fact.event, ProposalDrafted)
            and fact.event.proposal == drafted.proposal
            and fact.event.version < drafted.version
        ]

    def action(self, action: str) -> ActionProposed | None:
        """What was proposed under this id."""
        proposed = self._all(ActionProposed, self.facts)
        return next((event for event in proposed if event.action == action), None)

    def decision(self, decision: str) -> tuple[Fact, DecisionRecorded] | None:
        """The decision with this id, and the fact that records it."""
        made = ((fact, fact.event) for fact in self.facts)
        return next(
            (
                (fact, event)
                for fact, event in made
                if isinstance(event, DecisionRecorded) and event.decision == decision
            ),
            None,
        )

    def invoice(self, invoice: str) -> InvoiceIssued | None:
        """The issued invoice with this id."""
        issued = self._all(InvoiceIssued, self.facts)
        return next((event for event in issued if event.invoice == invoice), None)

    def _all(self, kind: type[E], facts: Sequence[Fact]) -> list[E]:
        return [fact.event for fact in facts if isinstance(fact.event, kind)]


def read_mails(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The ids of the desk facts that the case's understanding rests on."""
    return tuple(fact.event.fact for fact in facts if isinstance(fact.event, Understood))
