"""A deal is the fold of its facts and nothing else, whoever folds them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from graph.deal import Deal, Progress, Stage, deal_of
from graph.folding import deal_after, fold_json
from graph.state import as_json
from ledger.domain.events import (
    ActionProposed,
    ApprovalRequested,
    ApprovalSuperseded,
    PlanMade,
    Understood,
)
from ledger.domain.facts import Fact

AT = datetime(2026, 11, 22, tzinfo=UTC)


def a_fact(event, version: int = 1) -> Fact:
    return Fact(
        id=f"f{version}",
        seq=version,
        company="c",
        case="lead-1",
        version=version,
        at=AT,
        event=event,
        key=f"k{version}",
        by="planner",
        person="p-ada",
    )


async def test_rebuilding_from_facts_gives_the_deal_of_the_state(bench):
    deal: dict = {}
    for step in (
        lambda: bench.mail("We need a website."),
        lambda: bench.approve(bench.action()),
        lambda: bench.mail("10 % off please?"),
        lambda: bench.approve(bench.action()),
        lambda: bench.mail("We accept."),
        lambda: bench.approve(bench.action()),
        lambda: bench.approve(bench.action()),
        lambda: bench.paid(bench.deal.bill.total.minor),
    ):
        known = len(bench.heard)
        await step()
        for fact, source, out in bench.heard[known:]:
            deal = fold_json(deal, fact, source)
            for version, event in enumerate(out):
                deal = fold_json(deal, a_fact(event, 900 + version), None)
    assert msgspec.json.encode(deal) == msgspec.json.encode(bench.state["deal"])
    assert deal_of(deal).closed == "paid"


async def test_the_stage_follows_the_facts(bench):
    assert bench.deal.stage is Stage.NEW
    await bench.mail("We need a website.")
    assert bench.deal.stage is Stage.DRAFTED
    await bench.approve(bench.action())
    assert bench.deal.stage is Stage.OFFERED
    await bench.mail("We accept.")
    assert bench.deal.stage is Stage.ACCEPTED
    await bench.approve(bench.action())
    assert bench.deal.stage is Stage.INVOICED
    await bench.approve(bench.action())
    assert bench.deal.stage is Stage.BILLED


def test_a_fact_that_is_not_about_the_deal_changes_nothing():
    deal = Deal(case="lead-1")
    event = PlanMade(goal="g", planner="p", steps=(), why="w")
    assert deal_after(deal, a_fact(event), None) == deal


def test_an_erased_reading_leaves_the_deal_as_it_is():
    event = Understood(fact="f0", intent="acceptance", language="", by="playbook", slots="")
    assert deal_after(Deal(), a_fact(event), None) == Deal()


def test_an_edit_by_the_operator_takes_the_place_of_the_first_card():
    first = ActionProposed(
        action="a1", name="SendProposal", risk="irreversible", sha256="x", agent="l"
    )
    second = ActionProposed(
        action="a2", name="SendProposal", risk="irreversible", sha256="y", agent="l", replaces="a1"
    )
    asked = ApprovalRequested(approval="r2", action="a2", sha256="y", expires_at=AT)
    deal = Deal()
    for event in (
        first,
        second,
        ApprovalSuperseded(approval="r1", action="a1", why="edited", by="a2"),
        asked,
    ):
        deal = deal_after(deal, a_fact(event), None)
    assert [one.progress for one in deal.doing] == [Progress.SUPERSEDED, Progress.ASKING]
    assert [one.approval for one in deal.pending] == ["r2"]


def test_a_deal_goes_through_json_unchanged():
    deal = Deal(case="lead-1", contact="con-1", references=("a@b",))
    assert deal_of(msgspec.json.decode(msgspec.json.encode(as_json(deal)))) == deal
