"""A case run again with another model: asked live, within rules and budgets, and never acting."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from connectors.prices import Price
from ledger.domain.company import Budgets, ModelScope
from ledger.domain.events import ModelCallFailed, ModelCallRecorded, ModelCallReserved
from ledger.domain.facts import Fact

COSTS = ModelCallReserved | ModelCallRecorded | ModelCallFailed
PRICES = {"big": Price(2_000_000, 8_000_000), "other": Price(1_000_000, 4_000_000)}


async def _replayed(business: Any, line: str) -> tuple[str, list[Fact]]:
    """The answer, and the facts that came of it."""
    before = len(await business.all_facts())
    said = await business.says(line)
    return said, (await business.all_facts())[before:]


async def test_another_model_that_answers_alike_makes_no_difference(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business(endpoint(prices=PRICES)) as business:
        await closes_a_deal(business)
        asked, sent = len(server.calls), len(business.sent())
        said, facts = await _replayed(business, "replay 1 --model other")
        assert "No difference" in said
        assert "The answers of other cost 0.0" in said
        assert {call.model for call in server.calls[asked:]} == {"other"}
        assert facts
        assert all(isinstance(fact.event, COSTS) for fact in facts)
        assert {fact.event.part[: len("replay-")] for fact in facts} == {"replay-"}
        assert len(business.sent()) == sent


async def test_a_second_replay_with_the_same_model_asks_and_pays_nothing(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business(endpoint(prices=PRICES)) as business:
        await closes_a_deal(business)
        first, _ = await _replayed(business, "replay 1 --model other")
        asked = len(server.calls)
        again, facts = await _replayed(business, "replay 1 --model other")
        assert (again, facts, len(server.calls)) == (first, [], asked)


async def test_the_calls_of_a_replay_change_nothing_about_the_case_itself(
    founder: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business(endpoint(prices=PRICES)) as business:
        await closes_a_deal(business)
        await business.says("replay 1 --model other")
        assert "is identical" in await business.says("replay 1")
        assert "other for a replay" in await business.says("audit 1")


async def test_a_model_that_picks_other_moves_is_shown_up_to_the_first_and_beyond_it(
    founder: Any, server: Any, endpoint: Any, fault: Any, closes_a_deal: Any
) -> None:
    async with founder.business(endpoint(prices=PRICES)) as business:
        await closes_a_deal(business)
        server.fails(fault.NONSENSE, "other")
        sent, cards = len(business.sent()), len(await business.cards())
        said, facts = await _replayed(business, "replay 1 --model other")
        assert "First difference in delivery" in said
        assert "counterfactual" in said
        assert "instead: plans:" in said
        assert all(isinstance(fact.event, COSTS) for fact in facts)
        assert (len(business.sent()), len(await business.cards())) == (sent, cards)


async def test_a_case_that_was_planned_without_a_model_can_be_replayed_with_one(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business() as business:
        await closes_a_deal(business)
    async with founder.business(endpoint()) as business:
        said = await business.says("replay 1 --model other")
        assert {call.model for call in server.calls} == {"other"}
        assert "First difference in delivery" in said
        assert "bytes" in said


async def test_a_model_that_may_not_see_the_case_is_not_asked(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business() as business:
        await closes_a_deal(business)
    founder.configure(model_may_see=ModelScope.NONE)
    async with founder.business(endpoint()) as business:
        said = await business.says("replay 1 --model other")
        assert "The model did not answer: policy: You want nothing shown" in said
        assert server.calls == []


async def test_a_replay_stops_asking_where_the_budget_ends(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business() as business:
        await closes_a_deal(business)
    founder.configure(budgets=Budgets(model_per_case_microusd=1))
    async with founder.business(endpoint(prices=PRICES)) as business:
        said = await business.says("replay 1 --model other")
        assert "The model did not answer: budget:" in said
        assert server.calls == []


async def test_a_prompt_that_is_another_one_today_is_a_difference_in_words(
    founder: Any, endpoint: Any, closes_a_deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with founder.business(endpoint()) as business:
        await closes_a_deal(business)
        assert "is identical" in await business.says("replay 1")
        module = sys.modules["graph.agents.extract_model"]
        monkeypatch.setattr(module, "_SYSTEM", "Read the mail, but otherwise.")
        said = await business.says("replay 1")
        assert "differs" in said
        assert "the same facts, but the prompt of model call call-" in said
        assert "(extract in understand)" in said


async def test_a_rebuilt_case_goes_on_quietly_where_only_a_prompt_is_another_one(
    founder: Any, endpoint: Any, closes_a_deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with founder.business(endpoint()) as business:
        await business.offered()
    (founder.folder / "checkpoints.db").unlink()
    monkeypatch.setattr(sys.modules["graph.agents.extract_model"], "_SYSTEM", "Otherwise.")
    async with founder.business(endpoint()) as business:
        await business.mail("We accept your offer.\n\nAda\n", answers=business.sent()[-1])
        assert "Nothing is broken." in await business.says("failures")
