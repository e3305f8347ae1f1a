"""The judge of histories can fail: each way to break Coo is found, and named."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import AnyHistory
from msgspec.structs import replace
from rehearsal import AnyOrder, Rehearsal
from test_any_history import FEW
from verdict import faults_of

from bot.channel import Verb
from connectors.base import Capability
from connectors.checks import Checks
from connectors.effect import Effects
from connectors.sandbox import Fault
from connectors.tries import Tries
from graph import router, routing_taps
from ledger import attempts
from ledger.attempts import Attempts
from ledger.domain.claims import Claimed
from ledger.domain.entities import Approval
from ledger.domain.failpoints import Moment
from ledger.wakeups import Wakeup


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    """A company whose mail provider sends whatever it is told to."""
    company = Rehearsal(tmp_path / "company", mail=Capability.NEITHER)
    await company.begin()
    await company.lead(0)
    await company.settle()
    yield company
    await company.end()


async def approved(company: Rehearsal, *, forged: bool = False) -> None:
    for card in await company.app.views.find(Approval, "status:pending"):
        await company.taps(card, Verb.APPROVE, forged=forged)
    await company.settle()


# --- ways to break it -----------------------------------------------------------------------------


def without_claims(patch: pytest.MonkeyPatch) -> None:
    async def claim(self: Attempts, action: Any, *, n: int, **how: Any) -> Claimed:
        return Claimed(n=n)

    patch.setattr(Attempts, "claim", claim)


def without_looking_at_the_hash(patch: pytest.MonkeyPatch) -> None:
    counted = routing_taps._counted

    def counts(tap: Any, now: Any) -> Any:
        return counted(replace(tap, event=replace(tap.event, sha256=tap.approval.sha256)), now)

    patch.setattr(routing_taps, "_counted", counts)


def trying_again_blindly(patch: pytest.MonkeyPatch) -> None:
    async def recovered(self: Effects, voice: Any, connector: Any) -> Any:
        order = await self._tries.order(voice.action, voice.action.attempts)
        return await self._checked(voice, connector, again=order)

    patch.setattr(Effects, "_recovered", recovered)


def repeating_what_ended_unclear(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("connectors.tries._worth_another", lambda end, connector: True)
    patch.setattr(Tries, "_still", lambda self, action: self._checks.all(action))


def leaving_taps_unanswered(patch: pytest.MonkeyPatch) -> None:
    route = router.route_tap

    async def routes(fact: Any, event: Any, desk: Any) -> Any:
        return [draft for draft in await route(fact, event, desk) if "Refused" not in repr(draft)]

    patch.setattr(router, "route_tap", routes)


def skipping_numbers(patch: pytest.MonkeyPatch) -> None:
    number = attempts.next_number
    patch.setattr(
        attempts,
        "next_number",
        lambda *asked: replace(number(*asked), ordinal=number(*asked).ordinal + 1),
    )


def deaf_to_stops(patch: pytest.MonkeyPatch) -> None:
    async def none(self: Checks, action: Any) -> None:
        return None

    patch.setattr(Checks, "stopped", none)
    patch.setattr(attempts._Counter, "_stop", lambda self, action: None)


def losing_mails(patch: pytest.MonkeyPatch) -> None:
    async def nowhere(*asked: Any) -> list[Any]:
        return []

    patch.setattr(router, "route_mail", nowhere)


# --- what is done to it ---------------------------------------------------------------------------


async def approves(company: Rehearsal) -> None:
    await approved(company)


async def approves_other_bytes(company: Rehearsal) -> None:
    await approved(company, forged=True)


async def dies_after_the_call(company: Rehearsal) -> None:
    company.fate.strikes_at(Moment.CALL_AFTER)
    await approved(company)


async def meets_a_time_out(company: Rehearsal) -> None:
    company.world.fail_next(Fault.TIMEOUT_AFTER)
    await approved(company)


async def taps_twice(company: Rehearsal) -> None:
    card = (await company.app.views.find(Approval, "status:pending"))[0]
    for _ in range(2):
        await company.taps(card, Verb.APPROVE)
        await company.settle()


async def invoices(company: Rehearsal) -> None:
    await approved(company)
    await company.answers(0, "accept")
    await company.settle()


async def approves_while_stopped(company: Rehearsal) -> None:
    await company.stops()
    await approved(company)


async def writes_again(company: Rehearsal) -> None:
    await company.answers(0, "chat")
    await company.lead(1)
    await company.settle()


Break = Callable[[pytest.MonkeyPatch], None]
Do = Callable[[Rehearsal], Awaitable[None]]

MUTANTS: dict[str, tuple[Break, Do, str]] = {
    "no claim": (without_claims, approves, "left before its try was on disk"),
    "no hash": (without_looking_at_the_hash, approves_other_bytes, "without a yes to exactly"),
    "no recovery": (trying_again_blindly, dies_after_the_call, "happened 2 times"),
    "no doubt": (repeating_what_ended_unclear, meets_a_time_out, "happened 4 times"),
    "no answer": (leaving_taps_unanswered, taps_twice, "has 0 answers"),
    "no order of numbers": (skipping_numbers, invoices, "are numbered [2]"),
    "no stop": (deaf_to_stops, approves_while_stopped, "was tried while all was stopped"),
    "no case": (losing_mails, writes_again, "MailReceived"),
}


@pytest.mark.parametrize(("breaks", "does", "words"), MUTANTS.values(), ids=MUTANTS)
async def test_what_is_broken_is_found_and_the_same_story_is_sound_without_it(
    breaks: Break, does: Do, words: str, keyless: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        breaks(patch)
        await does(keyless)
    found = await faults_of(keyless)
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize("does", [row[1] for row in MUTANTS.values()], ids=MUTANTS)
async def test_a_sound_company_is_found_sound(does: Do, keyless: Rehearsal) -> None:
    await does(keyless)
    assert await faults_of(keyless) == []


async def test_a_read_table_that_is_not_what_its_facts_fold_to_is_found(
    keyless: Rehearsal,
) -> None:
    _in_file(keyless, "DELETE FROM view_entity WHERE kind = 'approval'")
    assert any("replayed state" in fault for fault in await faults_of(keyless))


async def test_a_fact_whose_bytes_were_changed_is_found(keyless: Rehearsal) -> None:
    _in_file(keyless, "DROP TRIGGER facts_refuse_update")
    _in_file(keyless, "UPDATE facts SET said_by = 'nobody' WHERE seq = 5")
    assert any("the chain" in fault for fault in await faults_of(keyless))


def _in_file(company: Rehearsal, statement: str) -> None:
    with closing(sqlite3.connect(company.folder / "ledger.db")) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.slow
@pytest.mark.parametrize("breaks", [without_claims, without_looking_at_the_hash, deaf_to_stops])
def test_random_histories_find_it_too(breaks: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch)
    hunting = settings(FEW, max_examples=100, stateful_step_count=20, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(AnyHistory, settings=hunting)


def test_a_company_in_rehearsal_is_woken_in_any_order() -> None:
    orders = set()
    for seed in range(20):
        wakeups = AnyOrder(random.Random(seed))
        for name in ("router", "planner", "dispatcher"):
            wakeups.wake(Wakeup(name, "case"))
        orders.add(tuple(str(wakeups.take()) for _ in range(3)))
    assert len(orders) > 3
