"""How decisions turned out is said as facts, each once, and of old decisions nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from graph.outcomes import Outcomes
from ledger.domain.decisions import Decision
from ledger.domain.events import (
    DecisionOutcome,
    DecisionRecorded,
    Event,
    InvoicePaid,
    ProposalAccepted,
    ProposalDeclined,
)
from ledger.domain.facts import Delivery, Fact
from ledger.domain.folding import lookups
from ledger.domain.folding_decisions import fold_decisions
from ledger.domain.values import OPERATOR, PLAYBOOK

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CASE = "lead-1"
ACCEPTED = ProposalAccepted(proposal="pro-1", version=1, fact="f", by="customer")
PAID = InvoicePaid(invoice="inv-1", paid_on=date(2026, 12, 1))


class Case:
    """The decisions of one case, folded from what is said."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.version = 0
        self.outcomes = Outcomes(self)  # type: ignore[arg-type]  # finds decisions only

    def get(self, _kind: type[Any], entity_id: str) -> Any:
        return self.kept.get(entity_id)

    async def find(self, kind: type[Any], key: str) -> Sequence[Any]:
        return [one for one in self.kept.values() if isinstance(one, kind) and key in lookups(one)]

    def fact(self, event: Event) -> Fact:
        self.version += 1
        found = Fact(
            id=f"fact-{self.version}", seq=self.version, company="acme", case=CASE,
            version=self.version,
            at=NOON, event=event, by="test", cause="", key="", person="",
        )  # fmt: skip
        for one in fold_decisions(found, self):  # type: ignore[arg-type]  # looks up decisions only
            self.kept[one.id] = one
        return found

    async def says(self, event: Event) -> list[tuple[str, str]]:
        """What follows from an event: (decision, outcome) of each."""
        fact = self.fact(event)
        if not self.outcomes.wants(fact):
            return []
        drafts = (await self.outcomes.handle(Delivery(fact=fact))).drafts
        said = [draft.event for draft in drafts]
        for each in said:
            self.fact(each)
        return [(each.decision, each.outcome) for each in said if isinstance(each, DecisionOutcome)]


def decided(name: str, topic: str = "offer", **fields: Any) -> DecisionRecorded:
    return DecisionRecorded(
        **{
            "decision": name, "topic": topic, "chosen": "€2,280.00 net", "by": PLAYBOOK,
            "evidence": ("f-0",), "about": CASE, **fields,
        }
    )  # fmt: skip


@pytest.fixture
def case() -> Case:
    return Case()


async def test_a_decision_is_approved_then_accepted_then_paid(case: Case) -> None:
    await case.says(decided("dec-1"))
    approval = decided("dec-2", "approval", by=OPERATOR, action="act-1")
    assert await case.says(approval) == [("dec-1", "approved")]
    assert await case.says(ACCEPTED) == [("dec-1", "accepted"), ("dec-2", "accepted")]
    assert await case.says(PAID) == [("dec-1", "paid"), ("dec-2", "paid")]
    known = case.get(Decision, "dec-1")
    assert (known.outcome, known.shown_by) == ("paid", "fact-7")


async def test_the_same_outcome_is_said_once_and_an_older_one_never_again(case: Case) -> None:
    await case.says(decided("dec-1"))
    await case.says(ACCEPTED)
    await case.says(PAID)
    assert await case.says(ACCEPTED) == []
    assert await case.says(PAID) == []


@pytest.mark.parametrize(
    ("topic", "outcome"), [("rejection", "rejected"), ("instruction", "changed")]
)
async def test_what_the_operator_refused_or_changed_is_not_accepted_later(
    case: Case, topic: str, outcome: str
) -> None:
    await case.says(decided("dec-1"))
    no = decided("dec-2", topic, by=OPERATOR, action="act-1", about="", outcome="rejected")
    assert await case.says(no) == [("dec-1", outcome)]
    assert await case.says(ACCEPTED) == []


async def test_a_refusal_of_the_customer_settles_it(case: Case) -> None:
    await case.says(decided("dec-1"))
    declined = ProposalDeclined(proposal="pro-1", version=1, fact="f")
    assert await case.says(declined) == [("dec-1", "declined")]
    assert await case.says(PAID) == []


async def test_nothing_is_said_of_decisions_that_do_not_say_what_they_are_about(case: Case) -> None:
    await case.says(decided("dec-1", about=""))
    assert await case.says(ACCEPTED) == []


async def test_what_is_decided_after_a_fact_is_not_settled_by_it(case: Case) -> None:
    yes = case.fact(ACCEPTED)
    await case.says(decided("dec-1"))
    assert (await case.outcomes.handle(Delivery(fact=yes))).drafts == ()
