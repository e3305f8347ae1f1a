"""A try leaves only where stop, approval, budget and number allow it, and only once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.attempts import Attempts
from ledger.domain.claims import (
    AlreadyClaimed,
    AlreadyDone,
    Claim,
    Claimed,
    InvoiceExists,
    NoLongerApproved,
    OverBudget,
    StoppedBy,
    WorldMoved,
)
from ledger.domain.commands import Command, IssueInvoice, SendReply, command_name, command_sha
from ledger.domain.company import Bank, Budgets, Company, InvoiceNumbers, Operator
from ledger.domain.entities import Action, ActionStatus, Invoice
from ledger.domain.errors import SettingsInvalid
from ledger.domain.events import (
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    AttemptStarted,
    CaseOpened,
    Event,
    InvoiceIssued,
    ProposalAccepted,
    ProposalDeclined,
    ProposalDrafted,
    Rejected,
    ResumeOrdered,
    Routed,
    StopOrdered,
    VerdictGiven,
)
from ledger.domain.facts import Draft, Fact
from ledger.domain.preconditions import NoFactSince, ProposalIsAccepted
from ledger.domain.values import DESK, Line, Money
from ledger.domain.verdicts import Allow, Ask, Receipt
from ledger.places import keys_at
from ledger.replay import refold
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
EUR = "EUR"


class SetClock:
    def __init__(self, now: datetime = START) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


def company(**changes: Any) -> Company:
    plain = Company(
        id="acme",
        name="Acme",
        address=("Street 1",),
        email="hello@acme.example",
        operator=Operator(name="Olga", email="olga@acme.example"),
        bank=Bank(holder="Acme", iban="DE02120300000000202051"),
    )
    return replace(plain, **changes)


class Office:
    """A ledger and those who write to it."""

    def __init__(self, ledger: Ledger, clock: SetClock, configured: Company) -> None:
        self.ledger = ledger
        self.clock = clock
        self.views = ReadViews(ledger)
        self.attempts = Attempts(ledger, configured)
        self._facts = 0

    async def tell(self, *said: Event, case: str = "lead-1", key: str = "") -> Fact:
        drafts = []
        for event in said:
            self._facts += 1
            fresh = key or f"{case}/{self._facts}"
            drafts.append(Draft(case=case, event=event, key=fresh, by="test", person="p-1"))
        return (await self.ledger.append(drafts)).facts[-1]

    async def allowed(self, command: Command, action: str = "act-1", case: str = "lead-1") -> str:
        told = await self.tell(proposed(command, action), verdict(command, action), case=case)
        return told.id

    async def asked(self, command: Command, action: str = "act-1") -> None:
        await self.tell(
            proposed(command, action),
            verdict(command, action, Ask((), "1@a")),
            ApprovalRequested(
                approval=f"apr-{action}",
                action=action,
                sha256=command_sha(command),
                expires_at=START + timedelta(days=2),
            ),
        )

    async def claim(self, action: str = "act-1", n: int = 1, cause: str = "f" * 32) -> Claim:
        found = await self.views.get(Action, action)
        assert found is not None
        return await self.attempts.claim(
            found, n=n, connector="mail", capability="keyed", cause=cause
        )

    async def of_kind(self, kind: type[Event]) -> list[Fact]:
        return [fact async for fact in self.ledger.facts() if isinstance(fact.event, kind)]


@asynccontextmanager
async def office(folder: Path | str, **changes: Any) -> AsyncIterator[Office]:
    keys, clock = (
        keys_at(folder if isinstance(folder, str) else folder / "keys.db", "acme"),
        SetClock(),
    )
    ledger = await Ledger.open(
        folder, company="acme", keys=keys, clock=clock, projection=InlineViews()
    )
    try:
        yield Office(ledger, clock, company(**changes))
    finally:
        await ledger.close()
        keys.close()


def reply(contact: str = "con-1", body: str = "Hello") -> SendReply:
    return SendReply(
        contact=contact, to="ada@example.com", subject="Re", body=body, purpose="thanks"
    )


def bill(proposal: str = "pro-1", version: int = 1, gross: int = 11900) -> IssueInvoice:
    line = Line("site", "Website", 1, "piece", Money(10000, EUR), 1900)
    return IssueInvoice(
        contact="con-1",
        proposal=proposal,
        version=version,
        lines=(line,),
        total=Money(gross, EUR),
        service_date=date(2026, 11, 20),
        due_days=14,
    )


def proposed(command: Command, action: str) -> ActionProposed:
    return ActionProposed(
        action=action,
        name=command_name(command),
        risk=command.risk,
        sha256=command_sha(command),
        agent="sales",
        command=command,
    )


def verdict(command: Command, action: str, outcome: Allow | Ask | None = None) -> VerdictGiven:
    return VerdictGiven(
        action=action,
        sha256=command_sha(command),
        phase="proposal",
        verdict=outcome or Allow((), "1@a"),
        input_sha256="",
    )


def yes(command: Command, action: str = "act-1") -> Approved:
    return Approved(
        approval=f"apr-{action}",
        action=action,
        sha256=command_sha(command),
        operator="olga",
        channel="console",
        tap="t",
    )


def stop(scope: str, target: str = "") -> StopOrdered:
    return StopOrdered(scope=scope, target=target, operator="olga", channel="console")


RETRY = Routed(fact="", kind="retry", why="olga")


async def test_an_allowed_action_is_claimed_durably_before_it_leaves(database: Path | str) -> None:
    async with office(database) as desk:
        cause = await desk.allowed(reply())
        assert await desk.claim(cause=cause) == Claimed(n=1)
        (attempt,) = await desk.of_kind(AttemptStarted)
        assert isinstance(attempt.event, AttemptStarted)
        assert (attempt.key, attempt.case, attempt.cause) == ("attempt:act-1:1", "lead-1", cause)
        assert (attempt.event.connector, attempt.event.capability) == ("mail", "keyed")
        action = await desk.views.get(Action, "act-1")
        assert action is not None
        assert (action.status, action.attempts) == (ActionStatus.ATTEMPTED, 1)


async def test_a_try_that_was_claimed_is_never_claimed_again(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        claims = await asyncio.gather(*(desk.claim() for _ in range(20)))
        assert [claim for claim in claims if isinstance(claim, Claimed)] == [Claimed(n=1)]
        assert sum(isinstance(claim, AlreadyClaimed) for claim in claims) == 19
        assert len(await desk.of_kind(AttemptStarted)) == 1


async def test_after_a_crash_a_claimed_try_says_so_and_names_a_stop_in_force(
    database: Path | str,
) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        await desk.claim()
        again = await desk.claim()
        assert isinstance(again, AlreadyClaimed)
        assert (again.n, again.stop) == (1, None)
        await desk.tell(stop("all"), case=DESK)
        stopped = await desk.claim()
        assert isinstance(stopped, AlreadyClaimed)
        assert stopped.stop is not None


async def test_a_failed_try_that_may_pass_is_followed_by_the_next(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        await desk.claim()
        assert await desk.claim(n=2) == Claimed(n=2)
        assert isinstance(await desk.claim(n=4), NoLongerApproved)


async def test_what_has_its_outcome_is_over(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        await desk.claim()
        done = ActionSucceeded(action="act-1", n=1, receipt=Receipt("mail", "m"))
        outcome = await desk.tell(done, key="outcome:act-1:1")
        for n in (1, 2):
            again = await desk.claim(n=n)
            assert isinstance(again, AlreadyDone)
            assert again.outcome.id == outcome.id


@pytest.mark.parametrize(
    "end",
    [
        ActionFailed(action="act-1", n=1, cause="refused", remedy="Mend it."),
        ActionUnknown(action="act-1", n=1, cause="timeout", look_at="Sent"),
    ],
    ids=["failed", "unknown"],
)
async def test_only_an_order_to_retry_given_afterwards_makes_another_try_possible(
    database: Path | str, end: Event
) -> None:
    async with office(database) as desk:
        cause = await desk.allowed(reply())
        early = await desk.tell(RETRY)
        foreign = await desk.tell(RETRY, case="lead-2")
        await desk.claim(cause=cause)
        await desk.tell(end, key="outcome:act-1:1")
        for not_an_order in (cause, early.id, foreign.id):
            assert isinstance(await desk.claim(n=2, cause=not_an_order), NoLongerApproved)
        order = await desk.tell(RETRY)
        assert await desk.claim(n=2, cause=order.id) == Claimed(n=2)


@pytest.mark.parametrize(
    ("scope", "target"), [("all", ""), ("case", "lead-1"), ("contact", "con-1")]
)
async def test_a_stop_refuses_the_claim_until_it_is_lifted(
    database: Path | str, scope: str, target: str
) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        await desk.tell(stop(scope, target), case=DESK)
        refused = await desk.claim()
        assert isinstance(refused, StoppedBy)
        assert (refused.why, refused.stop.scope) == ("stopped", scope)
        assert "olga stopped" in refused.detail
        assert await desk.of_kind(AttemptStarted) == []
        resume = ResumeOrdered(scope=scope, target=target, operator="olga", channel="console")
        await desk.tell(resume, case=DESK)
        assert await desk.claim() == Claimed(n=1)


async def test_a_stop_of_another_case_or_contact_does_not_concern_it(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        await desk.tell(stop("case", "con-1"), stop("contact", "lead-1"), case=DESK)
        assert await desk.claim() == Claimed(n=1)


async def test_a_stopped_contact_gets_nothing_whichever_way_the_case_knows_them(
    database: Path | str,
) -> None:
    async with office(database) as desk:
        await desk.tell(CaseOpened(kind="lead", fact="", contact="con-9"))
        await desk.allowed(reply(contact="con-1"))
        await desk.tell(stop("contact", "con-9"), case=DESK)
        assert isinstance(await desk.claim(), StoppedBy)


async def test_an_action_that_asks_needs_its_approval(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.asked(reply())
        assert isinstance(await desk.claim(), NoLongerApproved)
        await desk.tell(yes(reply()))
        assert await desk.claim() == Claimed(n=1)
        (attempt,) = await desk.of_kind(AttemptStarted)
        assert isinstance(attempt.event, AttemptStarted)
        assert attempt.event.approval == "apr-act-1"


async def test_an_approval_of_other_bytes_or_one_that_fell_does_not_count(
    database: Path | str,
) -> None:
    async with office(database) as desk:
        await desk.asked(reply())
        await desk.tell(yes(reply(body="Something else")))
        assert isinstance(await desk.claim(), NoLongerApproved)
        await desk.tell(yes(reply()))
        await desk.tell(
            ApprovalSuperseded(approval="apr-act-1", action="act-1", why="the customer wrote")
        )
        refused = await desk.claim()
        assert isinstance(refused, NoLongerApproved)
        assert "superseded" in refused.detail


async def test_a_rejected_or_merely_proposed_action_never_leaves(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.asked(reply())
        no = Rejected(approval="apr-act-1", action="act-1", operator="olga", channel="c", tap="t")
        await desk.tell(no)
        assert isinstance(await desk.claim(), NoLongerApproved)
        await desk.tell(proposed(reply(), "act-2"))
        assert isinstance(await desk.claim("act-2"), NoLongerApproved)


async def test_bytes_that_are_not_the_ones_on_record_never_leave(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(reply())
        action = await desk.views.get(Action, "act-1")
        assert action is not None
        for other in (replace(action, sha256="0" * 64), replace(action, id="act-77")):
            claim = await desk.attempts.claim(
                other, n=1, connector="mail", capability="keyed", cause="f"
            )
            assert isinstance(claim, NoLongerApproved)


async def test_the_day_has_a_budget_of_mails_and_ends_at_midnight(database: Path | str) -> None:
    budgets = Budgets(mails_per_day=2, mails_per_contact_per_day=9)
    async with office(database, budgets=budgets) as desk:
        for n in range(4):
            await desk.allowed(reply(), f"act-{n}")
        assert isinstance(await desk.claim("act-0"), Claimed)
        assert isinstance(await desk.claim("act-1"), Claimed)
        refused = await desk.claim("act-2")
        assert isinstance(refused, OverBudget)
        assert (refused.scope, refused.limit, refused.used) == ("mails per day", 2, 2)
        assert isinstance(await desk.claim("act-1", n=2), Claimed), "the same mail once more"
        desk.clock.at += timedelta(days=1)
        assert isinstance(await desk.claim("act-2"), Claimed)
        assert isinstance(await desk.claim("act-1", n=3), Claimed), "counts for the new day"
        assert isinstance(await desk.claim("act-3"), OverBudget)
        assert (await refold(desk.ledger)).identical


async def test_one_contact_has_a_budget_of_mails_of_their_own(database: Path | str) -> None:
    async with office(database, budgets=Budgets(mails_per_contact_per_day=1)) as desk:
        await desk.allowed(reply("con-1"), "act-1")
        await desk.allowed(reply("con-1", "again"), "act-2")
        await desk.allowed(reply("con-2"), "act-3")
        assert isinstance(await desk.claim("act-1"), Claimed)
        refused = await desk.claim("act-2")
        assert isinstance(refused, OverBudget)
        assert refused.scope == "mails per contact per day"
        assert isinstance(await desk.claim("act-3"), Claimed)


async def test_issuing_takes_the_next_number_in_the_very_claim(database: Path | str) -> None:
    async with office(database, invoice_numbers=InvoiceNumbers(next=57)) as desk:
        await desk.allowed(bill())
        claim = await desk.claim()
        assert isinstance(claim, Claimed)
        invoice = claim.issued
        assert invoice is not None
        assert (invoice.number, invoice.series, invoice.ordinal) == ("2026-0057", "2026", 57)
        assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 22), date(2026, 12, 6))
        assert (invoice.net, invoice.total) == (Money(10000, EUR), Money(11900, EUR))
        (issued,) = await desk.of_kind(InvoiceIssued)
        assert issued.key == "invoice:pro-1:1"
        found = await desk.views.find(Invoice, "number:2026-0057")
        assert [one.id for one in found] == [invoice.invoice]


async def test_fifty_claims_at_once_leave_no_gap_and_no_double_in_the_numbers(
    database: Path | str,
) -> None:
    async with office(database) as desk, office(database) as other:
        for n in range(50):
            await desk.allowed(bill(f"pro-{n}"), f"act-{n}", f"lead-{n}")
        claims = await asyncio.gather(*((desk, other)[n % 2].claim(f"act-{n}") for n in range(50)))
        numbers = [c.issued.number for c in claims if isinstance(c, Claimed) and c.issued]
        assert sorted(numbers) == [f"2026-{n:04d}" for n in range(1, 51)]
        assert (await refold(desk.ledger)).identical


async def test_a_refused_claim_takes_no_number(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(bill("pro-1"), "act-1")
        await desk.allowed(bill("pro-2"), "act-2")
        await desk.tell(stop("all"), case=DESK)
        assert isinstance(await desk.claim("act-1"), StoppedBy)
        lift = ResumeOrdered(scope="all", target="", operator="olga", channel="console")
        await desk.tell(lift, case=DESK)
        claim = await desk.claim("act-2")
        assert isinstance(claim, Claimed)
        assert claim.issued is not None
        assert claim.issued.ordinal == 1


async def test_a_second_try_of_issuing_keeps_the_number_of_the_first(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(bill())
        first, again, second = await desk.claim(), await desk.claim(), await desk.claim(n=2)
        assert isinstance(first, Claimed)
        assert isinstance(again, AlreadyClaimed)
        assert isinstance(second, Claimed)
        assert first.issued == again.issued == second.issued
        assert len(await desk.of_kind(InvoiceIssued)) == 1


async def test_a_version_of_a_proposal_is_billed_once_whoever_asks(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(bill(), "act-1")
        await desk.allowed(bill(), "act-2")
        first, second = await desk.claim("act-1"), await desk.claim("act-2")
        assert isinstance(first, Claimed)
        assert isinstance(second, InvoiceExists)
        assert second.invoice == first.issued
        assert "2026-0001" in second.detail


async def test_lines_that_do_not_add_up_never_become_an_invoice(database: Path | str) -> None:
    async with office(database) as desk:
        await desk.allowed(bill(gross=11901))
        refused = await desk.claim()
        assert isinstance(refused, NoLongerApproved)
        assert "add up" in refused.detail
        assert await desk.of_kind(InvoiceIssued) == []


async def test_a_new_year_is_a_new_series_that_begins_at_one(database: Path | str) -> None:
    async with office(database, invoice_numbers=InvoiceNumbers(next=57)) as desk:
        numbers = []
        for n, at in enumerate([START, datetime(2027, 1, 1, tzinfo=UTC)]):
            desk.clock.at = at
            await desk.allowed(bill(f"pro-{n}"), f"act-{n}")
            claim = await desk.claim(f"act-{n}")
            assert isinstance(claim, Claimed)
            assert claim.issued is not None
            numbers.append(claim.issued.number)
        assert numbers == ["2026-0057", "2027-0001"]


async def test_a_format_without_the_year_counts_on_for_ever(database: Path | str) -> None:
    numbers = InvoiceNumbers(format="R{number}", next=8)
    async with office(database, invoice_numbers=numbers) as desk:
        taken = []
        for n in range(3):
            desk.clock.at = START + timedelta(days=200 * n)
            await desk.allowed(bill(f"pro-{n}"), f"act-{n}")
            claim = await desk.claim(f"act-{n}")
            assert isinstance(claim, Claimed)
            assert claim.issued is not None
            taken.append(claim.issued.number)
        assert taken == ["R8", "R9", "R10"]


async def test_a_changed_format_never_gives_a_number_out_twice(database: Path | str) -> None:
    async with office(database, invoice_numbers=InvoiceNumbers(format="{number}")) as desk:
        await desk.allowed(bill("pro-1"), "act-1")
        await desk.claim("act-1")
        by_year = company(invoice_numbers=InvoiceNumbers(format="{number}{year:.0s}"))
        desk.attempts = Attempts(desk.ledger, by_year)
        await desk.allowed(bill("pro-2"), "act-2")
        with pytest.raises(SettingsInvalid):
            await desk.claim("act-2")
        desk.attempts = Attempts(desk.ledger, company(invoice_numbers=InvoiceNumbers(next=1)))
        claim = await desk.claim("act-2")
        assert isinstance(claim, Claimed)
        numbers = [one.number for one in await desk.views.all(Invoice)]
        assert len(set(numbers)) == len(numbers) == 2


@pytest.mark.parametrize("unusable", ["{yaer}-{number}", "{year}", "2026", "{number:z}"])
async def test_a_format_that_makes_no_numbers_is_refused_before_anything_is_issued(
    database: Path | str, unusable: str
) -> None:
    async with office(database, invoice_numbers=InvoiceNumbers(format=unusable)) as desk:
        await desk.allowed(bill())
        with pytest.raises(SettingsInvalid, match="Invoice numbers cannot be made"):
            await desk.claim()
        assert await desk.of_kind(AttemptStarted) == []


# --- what must still be true of the world ---------------------------------------------------------


def only_if_quiet() -> SendReply:
    return replace(reply(), preconditions=(NoFactSince("lead-1", 1),))


async def test_what_came_in_after_the_checks_and_before_the_claim_still_counts(
    database: Path | str,
) -> None:
    async with office(database) as desk:
        await desk.tell(CaseOpened(kind="lead", fact="", contact="con-1"))
        await desk.allowed(only_if_quiet())
        looked_at = await desk.views.get(Action, "act-1")
        assert looked_at is not None
        assert await desk.attempts.moved(looked_at) == ""
        await desk.tell(Routed(fact="", kind="mail", why="the customer wrote"))
        refused = await desk.attempts.claim(
            looked_at, n=1, connector="mail", capability="keyed", cause="f" * 32
        )
        assert isinstance(refused, WorldMoved)
        assert "came in" in refused.detail
        assert await desk.of_kind(AttemptStarted) == []


async def test_an_invoice_that_has_its_number_is_finished_whatever_happens_to_the_deal(
    database: Path | str,
) -> None:
    agreed = replace(bill(), preconditions=(ProposalIsAccepted("pro-1", 1),))
    async with office(database) as desk:
        await desk.tell(drafted(), ProposalAccepted(proposal="pro-1", version=1, fact="", by="a"))
        await desk.allowed(agreed)
        assert isinstance(await desk.claim(), Claimed)
        await desk.tell(ProposalDeclined(proposal="pro-1", version=1, fact=""))
        tried = await desk.views.get(Action, "act-1")
        assert tried is not None
        assert await desk.attempts.moved(tried) == ""
        assert isinstance(await desk.claim(n=2), Claimed)


async def test_an_invoice_without_a_number_falls_with_its_deal(database: Path | str) -> None:
    agreed = replace(bill(), preconditions=(ProposalIsAccepted("pro-1", 1),))
    async with office(database) as desk:
        await desk.tell(drafted(), ProposalAccepted(proposal="pro-1", version=1, fact="", by="a"))
        await desk.allowed(agreed)
        await desk.tell(ProposalDeclined(proposal="pro-1", version=1, fact=""))
        assert isinstance(await desk.claim(), WorldMoved)
        assert await desk.of_kind(InvoiceIssued) == []


def drafted() -> ProposalDrafted:
    return ProposalDrafted(
        proposal="pro-1",
        number="P-1",
        version=1,
        contact="con-1",
        lines=bill().lines,
        net=Money(10000, EUR),
        total=Money(11900, EUR),
        discount_bp=0,
        valid_until=date(2026, 12, 6),
        delivery_days=10,
    )
