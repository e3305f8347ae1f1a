"""Model money is set aside before a call leaves, and an answer is paid for once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger.domain.company import Bank, Budgets, Company, Operator
from ledger.domain.events import ModelCallFailed, ModelCallReserved
from ledger.journal import AlreadyAnswered, Call, Journal, OverBudget, Reserved
from ledger.places import keys_at
from ledger.replay import refold
from ledger.store import Ledger
from ledger.views import InlineViews


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


class Desk:
    def __init__(self, ledger: Ledger, clock: SetClock, budgets: Budgets) -> None:
        self.ledger = ledger
        self.clock = clock
        self.journal = Journal(
            ledger,
            Company(
                id="acme",
                name="Acme",
                address=("Street 1",),
                email="hello@acme.example",
                operator=Operator(name="Olga", email="olga@acme.example"),
                bank=Bank(holder="Acme", iban="DE02120300000000202051"),
                budgets=budgets,
            ),
        )

    async def answered(self, reserved: object, *, microusd: int, text: str = "{}") -> str:
        assert isinstance(reserved, Reserved)
        recorded = await self.journal.record(
            reserved,
            answer=text,
            microusd=microusd,
            prompt_tokens=10,
            answer_tokens=5,
            milliseconds=900,
        )
        return recorded.answer


@asynccontextmanager
async def desk(folder: Path | str, *, case: int = 1000, day: int = 5000) -> AsyncIterator[Desk]:
    keys, clock = (
        keys_at(folder if isinstance(folder, str) else folder / "keys.db", "acme"),
        SetClock(),
    )
    ledger = await Ledger.open(
        folder, company="acme", keys=keys, clock=clock, projection=InlineViews()
    )
    budgets = Budgets(model_per_case_microusd=case, model_per_day_microusd=day)
    try:
        yield Desk(ledger, clock, budgets)
    finally:
        await ledger.close()
        keys.close()


def call(name: str, microusd: int = 400, case: str = "lead-1") -> Call:
    return Call(
        call=name,
        model="m-1",
        part="draft",
        microusd=microusd,
        prompt_sha256="sha",
        case=case,
        person="p-1",
        cause="f-1",
    )


async def test_a_reservation_is_durable_in_the_case_before_the_call_leaves(
    database: Path | str,
) -> None:
    async with desk(database) as office:
        reserved = await office.journal.reserve(call("call-1"))
        assert isinstance(reserved, Reserved)
        (fact,) = await office.ledger.case("lead-1")
        assert isinstance(fact.event, ModelCallReserved)
        assert (fact.key, fact.by, fact.cause) == ("model:call-1:1", "journal", "f-1")


async def test_a_case_spends_no_more_than_its_cap_however_many_ask_at_once(
    database: Path | str,
) -> None:
    async with desk(database) as office:
        calls = [office.journal.reserve(call(f"call-{n}")) for n in range(10)]
        results = await asyncio.gather(*calls)
        assert sum(isinstance(result, Reserved) for result in results) == 2
        refused = [result for result in results if isinstance(result, OverBudget)]
        assert refused == [OverBudget("case", 1000, 800)] * 8


async def test_the_day_has_a_cap_over_all_cases_and_a_new_day_a_new_one(
    database: Path | str,
) -> None:
    async with desk(database, day=900) as office:
        for n in range(2):
            reserved = await office.journal.reserve(call(f"call-{n}", case=f"lead-{n}"))
            assert isinstance(reserved, Reserved)
        third = call("call-3", case="lead-3")
        assert await office.journal.reserve(third) == OverBudget("day", 900, 800)
        office.clock.at += timedelta(minutes=2)
        assert isinstance(await office.journal.reserve(third), Reserved)


async def test_what_a_call_really_cost_takes_the_place_of_what_was_set_aside(
    database: Path | str,
) -> None:
    async with desk(database, day=1000) as office:
        first = await office.journal.reserve(call("call-1", 900))
        assert isinstance(await office.journal.reserve(call("call-2", 200)), OverBudget)
        office.clock.at += timedelta(minutes=2)
        await office.answered(first, microusd=100)
        office.clock.at -= timedelta(minutes=2)
        assert isinstance(await office.journal.reserve(call("call-2", 900)), Reserved)
        assert await office.journal.reserve(call("call-3", 1)) == OverBudget("case", 1000, 1000)
        assert (await refold(office.ledger)).identical


async def test_a_failed_call_gives_its_money_back_but_for_what_it_cost(
    database: Path | str,
) -> None:
    async with desk(database) as office:
        reserved = await office.journal.reserve(call("call-1", 1000))
        assert isinstance(reserved, Reserved)
        for _ in range(2):
            await office.journal.fail(reserved, reason="deadline", cause="30 s", microusd=300)
        assert await office.journal.reserve(call("call-2", 701)) == OverBudget("case", 1000, 300)
        assert isinstance(await office.journal.reserve(call("call-2", 700)), Reserved)


async def test_an_answer_is_found_again_and_never_paid_twice(database: Path | str) -> None:
    async with desk(database) as office:
        reserved = await office.journal.reserve(call("call-1"))
        assert await office.journal.answer("call-1") is None
        await office.answered(reserved, microusd=50, text='{"a": 1}')
        again = await office.journal.reserve(call("call-1"))
        assert isinstance(again, AlreadyAnswered)
        assert again.answer.answer == '{"a": 1}'
        assert await office.journal.answer("call-1") == again.answer
        assert len(await office.ledger.case("lead-1")) == 2


async def test_after_a_crash_the_call_is_made_again_and_the_lost_one_counts_as_spent(
    database: Path | str,
) -> None:
    async with desk(database) as office:
        lost = await office.journal.reserve(call("call-1"))
        again = await office.journal.reserve(call("call-1"))
        assert isinstance(lost, Reserved)
        assert isinstance(again, Reserved)
        assert (lost.n, again.n) == (1, 2)
        await office.answered(again, microusd=100)
        assert await office.journal.reserve(call("call-2", 501)) == OverBudget("case", 1000, 500)


async def test_of_two_answers_to_one_call_the_first_counts(database: Path | str) -> None:
    async with desk(database) as office:
        slow = await office.journal.reserve(call("call-1"))
        quick = await office.journal.reserve(call("call-1"))
        assert await office.answered(quick, microusd=50, text="quick") == "quick"
        assert await office.answered(slow, microusd=60, text="slow") == "quick"


async def test_a_call_that_was_not_even_made_is_in_the_audit_once(database: Path | str) -> None:
    async with desk(database) as office:
        for cause in ("1 of 0 left", "still nothing left"):
            await office.journal.refuse(call("call-1"), reason="budget", cause=cause)
        (fact,) = await office.ledger.case("lead-1")
        assert isinstance(fact.event, ModelCallFailed)
        assert (fact.event.reason, fact.event.cause) == ("budget", "1 of 0 left")
        assert isinstance(await office.journal.reserve(call("call-1", 1000)), Reserved)
