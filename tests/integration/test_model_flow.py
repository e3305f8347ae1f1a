"""A company with a language model: the whole deal over a real server on loopback."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

from bot.wording.amounts import usd_words
from connectors.prices import Price
from ledger.domain.entities import Invoice
from ledger.domain.events import (
    ActionSucceeded,
    CaseClosed,
    ModelCallRecorded,
    ModelCallReserved,
    PlanMade,
    PlannerFellBack,
    Understood,
)
from ledger.domain.values import Money

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


async def test_a_lead_becomes_a_paid_invoice_with_a_model_that_reads_plans_and_writes(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business(endpoint()) as business:
        await closes_a_deal(business)
        (invoice,) = await business.app.views.all(Invoice)
        assert (invoice.status, invoice.total) == ("paid", Money(2_618_00, "EUR"))
        assert await business.facts(CaseClosed)
        assert {one.by for one in await business.facts(Understood)} == {"big+playbook"}
        assert "big" in {one.planner for one in await business.facts(PlanMade)}
        first, second, bill = (mail for mail in business.sent())
        assert await business.facts(PlannerFellBack) == []
    assert "Thank you very much for your message." in first.get_content()
    assert "€2,856.00" in first.get_content()
    assert "Thank you very much" not in second.get_content()
    assert "Thank you very much" in bill.get_body().get_content()
    assert {call.part for call in server.calls} == {"extract", "plan", "draft"}
    assert {call.model for call in server.calls} == {"big"}


async def test_the_audit_names_the_model_its_tokens_and_its_cost(
    founder: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    prices = {"big": Price(2_000_000, 8_000_000)}
    async with founder.business(endpoint(prices=prices)) as business:
        await closes_a_deal(business)
        audit = " ".join((await business.says("audit 1")).split())
        spent = sum(one.microusd for one in await business.facts(ModelCallRecorded))
    assert "big for reading the mail: " in audit
    assert "big for planning: " in audit
    assert "big for writing the mail: " in audit
    assert "Planned by big" in audit
    assert "big says: It is what the situation asks for." in audit
    assert spent > 0
    assert usd_words(spent) in audit


async def test_the_same_case_runs_again_identically_and_without_any_server(
    founder: Any, server: Any, endpoint: Any, closes_a_deal: Any
) -> None:
    async with founder.business(endpoint()) as business:
        await closes_a_deal(business)
        case = (await business.case()).id
    asked = len(server.calls)
    async with founder.business(endpoint(base_url="http://127.0.0.1:9/v1")) as business:
        report = await business.app.replayer.replay(case)
    assert report.first_difference == ""
    assert report.deliveries > 5
    assert len(server.calls) == asked


async def test_a_case_whose_thread_is_lost_is_rebuilt_from_the_journal_without_a_call(
    founder: Any, server: Any, endpoint: Any
) -> None:
    async with founder.business(endpoint()) as business:
        offer = await business.offered()
    for name in founder.folder.glob("checkpoints.db*"):
        name.unlink()
    asked = len(server.calls)
    async with founder.business(endpoint()) as business:
        next(business._count)  # the fixture numbers mails from nought again
        await business.mail("We accept your offer, please go ahead.\n", answers=offer)
        assert len(await business.cards()) == 1
    assert {call.part for call in server.calls[asked:]} == {"extract", "plan", "draft"}
    assert len(server.calls) == asked + 3


async def test_a_call_cut_short_by_a_stop_of_the_process_is_made_again_and_nothing_doubled(
    founder: Any, server: Any, endpoint: Any, fault: Any
) -> None:
    server.fails(fault.HANGS)
    async with founder.business(endpoint()) as business:
        reacting = asyncio.create_task(business.mail(LEAD))
        await server.arrived.wait()
        reacting.cancel()
        await asyncio.gather(reacting, return_exceptions=True)
    server.fails(None)
    async with founder.business(endpoint()) as business:
        await business.settle()
        await business.approves()
        assert len(business.sent()) == 1
        assert len(await business.facts(ActionSucceeded)) == 1
        assert [one.by for one in await business.facts(Understood)] == ["big+playbook"]
        reserved = [one.call for one in await business.facts(ModelCallReserved)]
        recorded = [one.call for one in await business.facts(ModelCallRecorded)]
        assert await business.facts(PlannerFellBack) == []
    assert len(recorded) == len(set(recorded)) == 3
    assert sorted(set(reserved)) == sorted(recorded)
    assert len(reserved) == 4


async def test_the_key_stands_in_no_file_no_log_and_no_answer_of_coos(
    founder: Any, server: Any, endpoint: Any, fault: Any, key: str, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    async with founder.business(endpoint()) as business:
        offer = await business.offered()
        server.fails(fault.ECHOES_KEY)
        await business.mail("Could you do it for 2200.00 EUR net?\n", answers=offer)
        said = await business.says("audit 1") + await business.says("failures")
    assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {key}"}
    assert "answered 401" in said
    assert key not in said
    assert key not in caplog.text
    assert not [path for path, data in _files(founder.folder) if key.encode() in data]


async def test_a_key_that_the_model_repeats_in_its_answer_is_not_kept(
    founder: Any, server: Any, endpoint: Any, fault: Any, key: str
) -> None:
    server.fails(fault.TELLS_KEY)
    async with founder.business(endpoint()) as business:
        await business.mail(LEAD)
        facts = repr(await business.all_facts())
    assert server.calls
    assert key not in facts


def _files(folder: Path) -> list[tuple[Path, bytes]]:
    return [(path, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
