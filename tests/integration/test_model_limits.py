"""What a model may cost and see: set aside before a call, and kept from leaving at all."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.prices import Price
from ledger.domain.company import Budgets, ModelScope
from ledger.domain.entities import Invoice
from ledger.domain.events import (
    ModelCallFailed,
    ModelCallRecorded,
    ModelCallReserved,
    PlannerFellBack,
    ProposalDrafted,
    Understood,
)
from ledger.domain.facts import Fact
from ledger.domain.look import model_of_case
from ledger.journal import Journal
from ledger.reads import Reads

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)
DEAR = {"big": Price(2_000_000, 8_000_000), "small": Price(1_000_000, 4_000_000)}
ONE_CALL = 11_000
"""A little more than the reading of a mail can cost with these prices, in micro-units of USD."""


def most_at_once(facts: list[Fact], by: Any) -> dict[Any, int]:
    """The highest sum that was ever spent and set aside together, by case or by day."""
    sums: Counter[Any] = Counter()
    highest: dict[Any, int] = {}
    for fact in facts:
        match fact.event:
            case ModelCallReserved() as event:
                sums[by(fact, None)] += event.microusd
            case ModelCallRecorded() | ModelCallFailed() as event:
                sums[by(fact, event.reserved_on)] += event.microusd - event.reserved
        highest = {name: max(highest.get(name, 0), value) for name, value in sums.items()}
    return highest


def of_case(fact: Fact, on: date | None) -> str:
    return fact.case


def of_day(fact: Fact, on: date | None) -> date:
    return on or fact.at.date()


@pytest.mark.parametrize("budget", [0, 4_800, 6_000])
async def test_when_a_cases_money_is_spent_no_call_leaves_and_the_deal_goes_on(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any, budget: int
) -> None:
    founder.configure(budgets=Budgets(model_per_case_microusd=budget))
    async with founder.business(endpoint(prices=DEAR)) as business:
        await closes_a_deal(business)
        (invoice,) = await business.app.views.all(Invoice)
        assert invoice.status == "paid"
        assert all(most <= budget for most in most_at_once(await _all(business), of_case).values())
        reserved = await business.facts(ModelCallReserved)
        fell = [one for one in await business.facts(PlannerFellBack) if one.used == "playbook"]
        audit = " ".join((await business.says("audit 1")).split())
    assert len(server.calls) == len(reserved) < 8
    assert fell
    assert "budget: The model budget" in audit
    assert "USD a case is used up" in audit
    assert "was not asked for" in audit
    assert "so the playbook took over" in audit


async def test_the_cheaper_model_is_asked_where_the_money_is_too_little_for_the_main_one(
    founder: Any, server: Any, endpoint: Any
) -> None:
    founder.configure(budgets=Budgets(model_per_case_microusd=8_000))
    async with founder.business(endpoint(prices=DEAR)) as business:
        await business.mail(LEAD)
        assert [one.by for one in await business.facts(Understood)] == ["small+playbook"]
    assert server.asked(model="big") == []


async def test_the_money_of_a_day_is_shared_by_all_cases_and_there_again_the_next_day(
    founder: Any, server: Any, endpoint: Any
) -> None:
    budget = ONE_CALL + 1_000
    founder.configure(budgets=Budgets(model_per_day_microusd=budget))
    async with founder.business(endpoint(prices=DEAR)) as business:
        for place in range(6):
            await business.mail(LEAD, sender=f"Customer <c{place}@example.net>")
        spent = len(server.calls)
        by = [one.by for one in await business.facts(Understood)]
        assert by[0] == "big+playbook"
        assert by[-1] == "playbook"
        assert len(await business.facts(ProposalDrafted)) == 6
        assert "USD a day is used up" in " ".join((await business.says("audit 6")).split())
        founder.clock.forward(days=1)
        await business.mail(LEAD, sender="Late <late@example.net>")
        assert [one.by for one in await business.facts(Understood)][-1] == "big+playbook"
        assert all(most <= budget for most in most_at_once(await _all(business), of_day).values())
    assert len(server.calls) > spent


async def test_a_call_that_came_too_late_counts_as_paid(
    founder: Any, server: Any, endpoint: Any, fault: Any
) -> None:
    server.fails(fault.HANGS)
    async with founder.business(endpoint(prices=DEAR, deadline_s=0.2)) as business:
        await business.mail(LEAD)
        late = [one for one in await business.facts(ModelCallFailed) if one.reserved]
        audit = await business.says("audit 1")
    assert len(late) == 2
    assert all(one.microusd == one.reserved > 0 for one in late)
    assert f"{sum(one.microusd for one in late) / 1_000_000:.4f} USD" in audit


async def test_a_crash_between_the_answer_and_its_record_leaves_the_money_counted(
    founder: Any, server: Any, endpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with founder.business(endpoint(prices=DEAR)) as business:
        with monkeypatch.context() as dying:
            dying.setattr(Journal, "record", _killed)
            with pytest.raises(Killed):
                await business.mail(LEAD)
    async with founder.business(endpoint(prices=DEAR)) as business:
        await business.settle()
        lost, again, *_ = await business.facts(ModelCallReserved)
        assert [one.by for one in await business.facts(Understood)] == ["big+playbook"]
        assert len(await business.facts(ProposalDrafted)) == 1
        case = (await business.case()).id
        counted = await business.app.ledger.transact(
            lambda tx: Reads(tx.connection, tx.company).counter(model_of_case(case))
        )
        recorded = await business.facts(ModelCallRecorded)
    assert lost == again
    assert len([call for call in server.calls if call.part == "extract"]) == 2
    assert counted == lost.microusd + sum(one.microusd for one in recorded)


# --- what may be seen ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "local"),
    [(ModelScope.NONE, True), (ModelScope.NONE, False), (ModelScope.LOCAL, False)],
)
async def test_what_no_model_may_see_never_reaches_the_server(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any, scope: ModelScope, local: bool
) -> None:
    founder.configure(model_may_see=scope)
    async with founder.business(endpoint(local=local)) as business:
        await closes_a_deal(business)
        (invoice,) = await business.app.views.all(Invoice)
        assert invoice.status == "paid"
        assert {one.reason for one in await business.facts(ModelCallFailed)} == {"policy"}
        audit = " ".join((await business.says("audit 1")).split())
        heard = await business.hears()
    assert server.calls == []
    assert "big was not asked for reading the mail" in audit
    assert "You want" in audit
    assert "model: not used" in audit
    assert "no model gave anything usable" not in heard


async def test_a_model_on_this_machine_may_see_what_is_for_local_ones(
    founder: Any, server: Any, endpoint: Any
) -> None:
    founder.configure(model_may_see=ModelScope.LOCAL)
    async with founder.business(endpoint(local=True)) as business:
        await business.mail(LEAD)
        assert [one.by for one in await business.facts(Understood)] == ["big+playbook"]
    assert server.calls


async def test_one_contact_can_be_kept_from_every_model_by_a_rule(
    founder: Any, server: Any, endpoint: Any
) -> None:
    async with founder.business() as business:
        await business.mail(LEAD)
        contact = (await business.case()).contact
    _rule(founder.folder, contact)
    async with founder.business(endpoint()) as business:
        next(business._count)  # the fixture numbers mails from nought again
        await business.mail("Did you get my mail?\n")
        assert server.calls == []
        await business.mail(LEAD, sender="Bob <bob@example.net>")
    assert server.calls
    assert not any("Ada" in call.user for call in server.asked("plan"))


def _rule(folder: Path, contact: str) -> None:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "mine.yaml").write_text(
        'version: "1"\nabout: model\nrules:\n  - id: not-this-one\n    effect: deny\n'
        f'    when: contact == "{contact}"\n    reason: "They want no model."\n'
    )


class Killed(BaseException):
    """The process is gone."""


async def _killed(*_: Any, **__: Any) -> None:
    raise Killed


async def _all(business: Any) -> list[Fact]:
    found: list[Fact] = await business.all_facts()
    return found
