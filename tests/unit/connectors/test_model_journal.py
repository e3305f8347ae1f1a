from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.endpoint import ModelFailed
from connectors.journaled import Asked, JournaledModels, Tiers
from connectors.model import Completion, ModelUnavailable, Prompt
from connectors.prices import PriceList
from connectors.rests import REST, Rests
from graph.ports import ModelRequest, call_id
from ledger.domain.company import Bank, Budgets, Company, Operator
from ledger.domain.events import ModelCallFailed, ModelCallRecorded, ModelCallReserved
from ledger.domain.facts import Fact
from ledger.domain.verdicts import Allow, Deny, FiredRule, Verdict
from ledger.journal import Journal
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.views import InlineViews

COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Street 1",),
    email="me@acme.example",
    operator=Operator(name="Ada", email="ada@acme.example"),
    bank=Bank(holder="Acme", iban="DE02120300000000202051"),
    budgets=Budgets(model_per_case_microusd=20_000),
)


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        return None


class Scripted:
    """A provider that answers, or fails, as it is told to."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.failure: ModelFailed | None = None

    async def complete(self, prompt: Prompt) -> Completion:
        self.prompts.append(prompt)
        if self.failure:
            raise self.failure
        return Completion(
            text=f'{{"answer":{len(self.prompts)}}}',
            prompt_tokens=1000,
            answer_tokens=100,
            milliseconds=12,
        )


def request(**changes: Any) -> ModelRequest:
    plain: dict[str, Any] = {
        "cause": "",
        "node": "understand",
        "step": "extract",
        "ordinal": 0,
        "part": "extract",
        "tier": "main",
        "system": "Read.",
        "user": "Hello",
        "schema_name": "slots",
        "schema": {"type": "object"},
        "case": "lead-1",
        "person": "p-1",
    }
    return ModelRequest(**{**plain, **changes})


class Desk:
    """Journaled models over a real ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.provider = Scripted()
        self.verdict: Verdict = Allow((), "1@a")
        self.seen: list[Asked] = []
        self.local = False
        self.clock = Clock()
        self.rests = Rests(self.clock)
        self.tiers = Tiers(main="gpt-5-mini", cheap="gpt-5-nano")

    async def may_see(self, asked: Asked) -> Verdict:
        self.seen.append(asked)
        return self.verdict

    @property
    def models(self) -> JournaledModels:
        return JournaledModels(
            journal=Journal(self.ledger, COMPANY),
            provider=self.provider,
            tiers=self.tiers,
            prices=PriceList(local=self.local),
            may_see=self.may_see,
            deadline=30.0,
            rests=self.rests,
        )

    async def ask(self, **changes: Any) -> Any:
        asked = request(**changes)
        return await self.models.ask(call_id(asked), asked)

    async def unavailable(self, **changes: Any) -> ModelUnavailable:
        with pytest.raises(ModelUnavailable) as caught:
            await self.ask(**changes)
        return caught.value

    async def facts(self) -> list[Fact]:
        return [fact async for fact in self.ledger.facts()]

    async def told(self) -> list[str]:
        return [type(fact.event).__name__ for fact in await self.facts()]

    async def failed(self) -> ModelCallFailed:
        (event,) = [one.event for one in await self.facts() if _failed(one)]
        assert isinstance(event, ModelCallFailed)
        return event


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("ledger.db*"))


def _failed(fact: Fact) -> bool:
    return isinstance(fact.event, ModelCallFailed)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    keys = Keys.open(tmp_path / "keys.db")
    ledger = await Ledger.open(
        tmp_path, company="acme", keys=keys, clock=Clock(), projection=InlineViews()
    )
    yield Desk(ledger)
    await ledger.close()
    keys.close()


async def test_money_is_set_aside_before_the_call_and_the_real_cost_recorded_after(
    desk: Desk,
) -> None:
    answered = await desk.ask()
    assert (answered.text, answered.model) == ('{"answer":1}', "gpt-5-mini")
    assert answered.microusd == 1000 * 250_000 // 1_000_000 + 100 * 2_000_000 // 1_000_000
    reserved, recorded = [fact.event for fact in await desk.facts()]
    assert isinstance(reserved, ModelCallReserved)
    assert isinstance(recorded, ModelCallRecorded)
    assert reserved.microusd >= recorded.microusd
    assert recorded.reserved == reserved.microusd
    assert recorded.answer == '{"answer":1}'
    assert desk.provider.prompts[0].timeout == 30.0


async def test_the_same_question_again_is_answered_from_the_journal(desk: Desk) -> None:
    first = await desk.ask()
    assert await desk.ask() == first
    assert len(desk.provider.prompts) == 1


async def test_a_recorded_answer_holds_even_where_the_rules_have_changed_since(
    desk: Desk,
) -> None:
    first = await desk.ask()
    desk.verdict = Deny((FiredRule("no-model", "deny", "not this case"),), "2@b")
    assert await desk.ask() == first


async def test_the_cheap_tier_is_another_model_and_another_call(desk: Desk) -> None:
    await desk.ask()
    cheap = await desk.ask(tier="cheap")
    assert cheap.model == "gpt-5-nano"
    assert [prompt.model for prompt in desk.provider.prompts] == ["gpt-5-mini", "gpt-5-nano"]


async def test_what_no_model_may_see_does_not_leave(desk: Desk) -> None:
    desk.verdict = Deny((FiredRule("no-model", "deny", "this contact wants no model"),), "1@a")
    error = await desk.unavailable()
    assert error.reason == "policy"
    assert "this contact wants no model (no-model)" in error.cause
    assert desk.provider.prompts == []
    assert await desk.told() == ["ModelCallFailed"]
    assert (await desk.failed()).reason == "policy"


async def test_a_case_whose_money_is_spent_gets_no_further_call(desk: Desk) -> None:
    error = await desk.unavailable(max_tokens=1_000_000)
    assert error.reason == "budget"
    assert "0.02 USD a case" in error.cause
    assert desk.provider.prompts == []
    assert (await desk.failed()).reason == "budget"


async def test_a_local_model_is_free_whatever_the_budget(desk: Desk) -> None:
    desk.local = True
    answered = await desk.ask(max_tokens=1_000_000)
    assert answered.microusd == 0


@pytest.mark.parametrize(
    ("reason", "told"),
    [("deadline", "deadline"), ("error", "error"), ("ratelimit", "error"), ("refused", "error")],
)
async def test_a_call_that_failed_is_in_the_audit_and_the_planner_goes_on_without(
    desk: Desk, reason: str, told: str
) -> None:
    desk.provider.failure = ModelFailed(reason, "it hung")
    error = await desk.unavailable()
    assert (error.reason, error.cause) == (told, "it hung")
    assert await desk.told() == ["ModelCallReserved", "ModelCallFailed"]
    failed = await desk.failed()
    assert (failed.reason, failed.cause) == (told, "it hung")


async def test_what_came_too_late_is_counted_as_paid_for(desk: Desk) -> None:
    desk.provider.failure = ModelFailed("deadline", "it hung")
    await desk.unavailable()
    failed = await desk.failed()
    assert failed.microusd == failed.reserved > 0


async def test_an_error_costs_what_the_server_counted(desk: Desk) -> None:
    desk.provider.failure = ModelFailed("error", "cut off", spent=(1000, 100))
    await desk.unavailable()
    assert (await desk.failed()).microusd == 450


async def test_a_call_that_failed_may_be_made_again(desk: Desk) -> None:
    desk.provider.failure = ModelFailed("error", "500")
    await desk.unavailable()
    desk.provider.failure = None
    assert (await desk.ask()).text == '{"answer":2}'
    assert await desk.told() == [
        "ModelCallReserved",
        "ModelCallFailed",
        "ModelCallReserved",
        "ModelCallRecorded",
    ]


@pytest.mark.parametrize("reason", ["deadline", "ratelimit"])
async def test_a_model_that_hangs_or_is_overrun_is_left_alone_for_a_minute(
    desk: Desk, reason: str
) -> None:
    desk.provider.failure = ModelFailed(reason, "no answer in 30 s.")
    await desk.unavailable()
    resting = await desk.unavailable(step="other")
    assert "no answer in 30 s." in resting.cause
    assert "12:01:00" in resting.cause
    assert len(desk.provider.prompts) == 1
    desk.provider.failure = None
    assert (await desk.ask(tier="cheap")).model == "gpt-5-nano"
    desk.clock.moment += REST
    assert (await desk.ask(step="other")).model == "gpt-5-mini"


async def test_a_model_that_rests_has_no_money_set_aside(desk: Desk) -> None:
    desk.provider.failure = ModelFailed("ratelimit", "429")
    await desk.unavailable()
    await desk.unavailable(step="other")
    assert (await desk.told()).count("ModelCallReserved") == 1


async def test_where_there_is_no_cheaper_model_the_same_one_is_not_asked_twice(desk: Desk) -> None:
    desk.tiers = Tiers(main="gpt-5-mini", cheap="gpt-5-mini")
    error = await desk.unavailable(tier="cheap")
    assert error.reason == "unconfigured"
    assert desk.provider.prompts == []
    assert await desk.told() == []


async def test_what_a_server_says_of_a_prompt_is_sealed_with_its_person(
    desk: Desk, tmp_path: Path
) -> None:
    desk.provider.failure = ModelFailed("error", "cannot parse 'xylophone'")
    await desk.unavailable()
    assert (await desk.failed()).cause == "cannot parse 'xylophone'"
    stored = _bytes_of(tmp_path)
    assert b"ModelCallFailed" in stored
    assert b"xylophone" not in stored
