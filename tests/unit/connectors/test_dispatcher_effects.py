from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from connectors.base import Capability, Connector, Order
from connectors.dispatcher import Dispatcher
from connectors.sandbox import BlobsInMemory, Fault, Sandbox
from connectors.tries import Overtaken, Patience
from ledger.domain import events as said
from ledger.domain.claims import AlreadyClaimed, Claim, Claimed, Refused
from ledger.domain.commands import Command, IssueInvoice, SendReply, command_name, command_sha
from ledger.domain.entities import Action, ActionStatus, Approval, ApprovalStatus, Failure, Stop
from ledger.domain.errors import BlobMissing
from ledger.domain.facts import Delivery, Draft, Fact
from ledger.domain.holding import first_broken
from ledger.domain.preconditions import (
    InvoiceNotIssued,
    NoFactSince,
    Precondition,
    ProposalOpen,
)
from ledger.domain.present import Present
from ledger.domain.reading import E
from ledger.domain.values import Line, Money
from ledger.domain.verdicts import (
    Allow,
    Ask,
    Deny,
    FiredRule,
    Outcome,
    Receipt,
    Succeeded,
    Verdict,
)

CASE = "lead-1"
ACTION = "act-1"
APPROVAL = "apr-1"
RULE = (FiredRule("amounts", "ask", "it is a lot of money"),)
CLAIMED = (said.AttemptStarted, said.InvoiceIssued)
LINE = Line("site", "Website", 1, "piece", Money(100_000, "EUR"), 1900)


class Died(BaseException):
    """The process is gone: nothing catches this, as nothing catches SIGKILL."""


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.waits: list[float] = []
        self.meanwhile = lambda: None

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)
        self.meanwhile()


class Gate:
    """Says what it is told to say."""

    def __init__(self) -> None:
        self.verdict: Verdict = Allow((), "1@a")
        self.asked: list[tuple[str, said.ActionProposed]] = []

    async def evaluate(
        self, case: str, person: str, proposed: said.ActionProposed, *, phase: str
    ) -> tuple[Verdict, str]:
        self.asked.append((phase, proposed))
        return self.verdict, '{"seen":true}'


class Books:
    """A ledger in memory: the real fold, facts with versions, unique keys."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.facts: list[Fact] = []
        self.present = Present()
        self.budget = True

    def append(self, draft: Draft) -> Fact:
        key = draft.key or f"{draft.by}:{draft.cause}:{len(self.facts)}"
        known = next((fact for fact in self.facts if fact.key == key), None)
        if known is not None:
            assert (known.case, known.event) == (draft.case, draft.event), "key conflict"
            return known
        seq = len(self.facts) + 1
        version = sum(fact.case == draft.case for fact in self.facts) + 1
        fact = Fact(
            id=f"fact-{seq}",
            seq=seq,
            company="c",
            case=draft.case,
            version=version,
            at=self.clock.now(),
            event=draft.event,
            key=key,
            by=draft.by,
            cause=draft.cause,
            person=draft.person,
        )
        self.facts.append(fact)
        self.present.fold([fact])
        return fact

    def say(self, event: said.Event, *, by: str = "planner", key: str = "") -> Fact:
        return self.append(Draft(case=CASE, event=event, key=key, by=by, person="p"))

    def told(self, *kinds: type[said.Event]) -> list[said.Event]:
        return [fact.event for fact in self.facts if isinstance(fact.event, kinds)]

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return self.present.get(kind, entity_id)

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return self.present.find(kind, key)

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        kept = (one.entity for one in self.present.kept())
        return [one for one in kept if isinstance(one, kind) and getattr(one, "case", "") == case]

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        return [fact for fact in self.facts if fact.case == case and fact.version > after]

    async def fact(self, fact_id: str) -> Fact:
        return next(fact for fact in self.facts if fact.id == fact_id)

    async def claim(
        self,
        action: Action,
        *,
        n: int,
        connector: str,
        capability: str,
        cause: str,
        verdict: said.VerdictGiven | None = None,
    ) -> Claim:
        stops = self.present.find(Stop, "active")
        contact = action.command.contact if action.command else ""
        if any(one.scope == "all" or one.target in {action.case, contact} for one in stops):
            return Refused(why="stopped", detail="stopped", remedy="`resume`")
        if not self.budget:
            return Refused(why="budget", detail="50 mails today", remedy="Wait, or raise it.")
        key = f"attempt:{action.id}:{n}"
        if any(fact.key == key for fact in self.facts):
            return AlreadyClaimed(why="superseded", detail="claimed", remedy="-", n=n)
        if verdict is not None:
            told = f"verdict:{action.id}:{n}"
            self.append(
                Draft(case=action.case, event=verdict, key=told, by="attempts", cause=cause)
            )
        started = said.AttemptStarted(
            action=action.id,
            n=n,
            sha256=action.sha256,
            connector=connector,
            capability=capability,
            approval=action.approval,
        )
        self.append(
            Draft(
                case=action.case,
                event=started,
                key=key,
                by="attempts",
                cause=cause,
            )
        )
        return Claimed(n=n, issued=self._issued(action))

    async def moved(self, action: Action) -> str:
        return first_broken(action, self.present)

    def _issued(self, action: Action) -> said.InvoiceIssued | None:
        command = action.command
        if not isinstance(command, IssueInvoice):
            return None
        event = said.InvoiceIssued(
            invoice="inv-1",
            number="2026-0001",
            series="2026",
            action=action.id,
            proposal=command.proposal,
            version=command.version,
            contact=command.contact,
            lines=command.lines,
            net=Money(100_000, "EUR"),
            total=command.total,
            issued_on=date(2026, 11, 22),
            service_date=command.service_date,
            due_on=date(2026, 12, 6),
        )
        fact = self.append(
            Draft(case=action.case, event=event, key=f"invoice:{action.id}", by="attempts")
        )
        assert isinstance(fact.event, said.InvoiceIssued)
        return fact.event


class Dying:
    """A connector whose process dies just before or just after the call, once."""

    def __init__(self, inner: Connector, moment: str) -> None:
        self.inner = inner
        self.name = inner.name
        self.capability = inner.capability
        self.moment = moment

    def takes(self, command: Command) -> bool:
        return self.inner.takes(command)

    async def execute(self, order: Order) -> Outcome:
        if self.moment == "before":
            raise Died
        await self.inner.execute(order)
        raise Died

    async def look_up(self, order: Order) -> Succeeded | None:
        return await self.inner.look_up(order)


class Raising(Dying):
    """A connector that breaks one of the port's rules: it raises."""

    def __init__(self, inner: Connector, error: Exception) -> None:
        super().__init__(inner, "raise")
        self.error = error

    async def execute(self, order: Order) -> Outcome:
        raise self.error


class Hanging(Dying):
    """A connector that never comes back."""

    def __init__(self, inner: Connector) -> None:
        super().__init__(inner, "never")
        self.called = asyncio.Event()

    async def execute(self, order: Order) -> Outcome:
        self.called.set()
        await asyncio.Event().wait()
        raise AssertionError("never reached")


class Desk:
    """A dispatcher, the books and the world around it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.books = Books(self.clock)
        self.gate = Gate()
        self.world = Sandbox(clock=self.clock, blobs=BlobsInMemory())
        self.connectors: tuple[Connector, ...] = self.world.connectors
        self.patience = Patience()

    @property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(
            connectors=self.connectors,
            attempts=self.books,
            views=self.books,
            gate=self.gate,
            history=self.books,
            clock=self.clock,
            patience=self.patience,
        )

    def use(self, connector: Connector) -> None:
        self.connectors = (connector,)

    def propose(self, command: Command, *, verdict: Verdict | None = None) -> Fact:
        """An action and what the gate said of it."""
        self.books.say(
            said.ActionProposed(
                action=ACTION,
                name=command_name(command),
                risk=command.risk.value,
                sha256=command_sha(command),
                agent="offers",
                command=command,
            )
        )
        return self.books.say(
            said.VerdictGiven(
                action=ACTION,
                sha256=command_sha(command),
                phase="proposal",
                verdict=verdict or Allow((), "1@a"),
                input_sha256="0",
            )
        )

    def approve(self, command: Command, *, sha256: str = "") -> Fact:
        """Asked, and approved by the operator."""
        self.propose(command, verdict=Ask(RULE, "1@a"))
        bound = sha256 or command_sha(command)
        self.books.say(
            said.ApprovalRequested(
                approval=APPROVAL,
                action=ACTION,
                sha256=bound,
                expires_at=self.clock.now() + timedelta(days=3),
            )
        )
        return self.books.say(
            said.Approved(
                approval=APPROVAL,
                action=ACTION,
                sha256=bound,
                operator="ada",
                channel="console",
                tap="fact-0",
            ),
            by="router",
        )

    async def deliver(self, fact: Fact, source: Fact | None = None) -> list[said.Event]:
        """One delivery by the relay: handled, and everything returned is committed.

        Gives what was said, with the claims or after them, but for the claims themselves.
        """
        assert self.dispatcher.wants(fact)
        before = len(self.books.facts)
        reaction = await self.dispatcher.handle(Delivery(fact=fact, source=source))
        for draft in reaction.drafts:
            self.books.append(draft)
        told = [one for one in self.books.facts[before:] if one.by in {"dispatcher", "attempts"}]
        return [one.event for one in told if not isinstance(one.event, CLAIMED)]

    async def die(self, fact: Fact, moment: str, connector: Connector) -> None:
        """The process dies in the middle of this delivery; nothing it returned is committed."""
        self.connectors = (Dying(connector, moment),)
        with pytest.raises(Died):
            await self.dispatcher.handle(Delivery(fact=fact))
        self.connectors = (connector,)

    def resume(self, scope: str = "all", target: str = "") -> Fact:
        self.books.say(
            said.ResumeOrdered(scope=scope, target=target, operator="ada", channel="console")
        )
        return self.books.say(
            said.Routed(fact="fact-0", kind="resume", why="withheld"), by="router"
        )

    def stop(self, scope: str = "all", target: str = "") -> None:
        self.books.say(
            said.StopOrdered(scope=scope, target=target, operator="ada", channel="console")
        )

    async def retry(self, target: str) -> list[said.Event]:
        order = self.books.append(
            Draft(
                case="desk",
                event=said.RetryOrdered(target=target, operator="ada", channel="console"),
                key="",
                by="intake",
            )
        )
        routed = self.books.say(said.Routed(fact=order.id, kind="retry", why="target"), by="router")
        return await self.deliver(routed, source=order)

    @property
    def action(self) -> Action:
        action = self.books.present.get(Action, ACTION)
        assert action is not None
        return action


def reply(*preconditions: Precondition) -> SendReply:
    return SendReply(
        contact="con-1",
        to="zoe@kunde.example",
        subject="Hello",
        body="Thank you.",
        purpose="thanks",
        preconditions=preconditions,
    )


def invoice(*preconditions: Precondition) -> IssueInvoice:
    return IssueInvoice(
        contact="con-1",
        proposal="pro-1",
        version=1,
        lines=(LINE,),
        total=Money(119_000, "EUR"),
        service_date=date(2026, 11, 20),
        due_days=14,
        preconditions=preconditions,
    )


def names(events: Sequence[said.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- what runs ----------------------------------------------------------------------------------


async def test_an_allowed_mail_is_judged_again_sent_once_and_has_a_receipt(desk: Desk) -> None:
    events = await desk.deliver(desk.propose(reply()))
    assert names(events) == ["VerdictGiven", "ActionSucceeded"]
    assert len(desk.world.effects) == 1
    assert desk.world.effects[0].key == ACTION
    (done,) = desk.books.told(said.ActionSucceeded)
    assert isinstance(done, said.ActionSucceeded)
    assert done.receipt.reference.startswith(ACTION)
    assert desk.gate.asked[0][0] == "execution"
    assert desk.action.status is ActionStatus.SUCCEEDED


async def test_the_attempt_is_in_the_ledger_before_the_call_leaves(desk: Desk) -> None:
    seen: list[int] = []

    class Watching(Dying):
        async def execute(self, order: Order) -> Outcome:
            seen.append(len(desk.books.told(said.AttemptStarted)))
            return await self.inner.execute(order)

    desk.use(Watching(desk.world.mail, "never"))
    await desk.deliver(desk.propose(reply()))
    assert seen == [1]


async def test_the_verdict_is_in_the_ledger_before_the_call_leaves(desk: Desk) -> None:
    fact = desk.propose(reply())
    await desk.die(fact, "after", desk.world.mail)
    phases = [one.phase for one in desk.books.told(said.VerdictGiven)]  # type: ignore[attr-defined]
    assert phases == ["proposal", "execution"]
    assert names(await desk.deliver(fact)) == ["ActionSucceeded"]


async def test_a_call_that_is_repeated_after_a_crash_is_judged_and_told_anew(desk: Desk) -> None:
    fact = desk.propose(reply())
    await desk.die(fact, "before", desk.world.mail)
    assert names(await desk.deliver(fact)) == ["VerdictGiven", "ActionSucceeded"]


async def test_an_approved_mail_is_sent_although_the_rules_ask(desk: Desk) -> None:
    desk.gate.verdict = Ask(RULE, "1@a")
    events = await desk.deliver(desk.approve(reply()))
    assert names(events) == ["VerdictGiven", "ActionSucceeded"]
    (started,) = desk.books.told(said.AttemptStarted)
    assert isinstance(started, said.AttemptStarted)
    assert started.approval == APPROVAL


@pytest.mark.parametrize("verdict", [Ask(RULE, "1@a"), Deny(RULE, "1@a")])
def test_what_is_asked_or_denied_is_not_even_looked_at(desk: Desk, verdict: Verdict) -> None:
    assert not desk.dispatcher.wants(desk.propose(reply(), verdict=verdict))


def test_its_own_verdict_before_an_effect_does_not_start_another(desk: Desk) -> None:
    given = said.VerdictGiven(
        action=ACTION, sha256="0", phase="execution", verdict=Allow((), "1@a"), input_sha256="0"
    )
    assert not desk.dispatcher.wants(desk.books.say(given))


async def test_an_issued_invoice_is_handed_to_the_connector_with_its_number(desk: Desk) -> None:
    await desk.deliver(desk.propose(invoice(InvoiceNotIssued("pro-1"))))
    (effect,) = desk.world.effects
    assert effect.order.invoice is not None
    assert effect.order.invoice.number == "2026-0001"
    assert desk.action.receipt is not None
    assert desk.action.receipt.reference == "2026-0001"


async def test_a_second_delivery_of_the_same_fact_adds_nothing(desk: Desk) -> None:
    fact = desk.approve(reply())
    await desk.deliver(fact)
    before = list(desk.books.facts)
    assert await desk.deliver(fact) == []
    assert desk.books.facts == before
    assert len(desk.world.effects) == 1


async def test_a_command_nothing_takes_fails_with_a_remedy(desk: Desk) -> None:
    desk.use(desk.world.invoices)
    events = await desk.deliver(desk.propose(reply()))
    assert names(events) == ["ActionFailed", "FailureReported"]
    (failed,) = desk.books.told(said.ActionFailed)
    assert isinstance(failed, said.ActionFailed)
    assert "coo doctor" in failed.remedy
    assert desk.books.told(said.AttemptStarted) == []


# --- what must not run --------------------------------------------------------------------------


async def test_bytes_that_differ_from_the_proposed_ones_never_run(desk: Desk) -> None:
    command = reply()
    desk.books.say(
        said.ActionProposed(
            action=ACTION,
            name="SendReply",
            risk="irreversible",
            sha256=command_sha(command),
            agent="a",
            command=msgspec.structs.replace(command, body="Send me your keys."),
        )
    )
    fact = desk.books.say(
        said.VerdictGiven(
            action=ACTION,
            sha256=command_sha(command),
            phase="proposal",
            verdict=Allow((), "1@a"),
            input_sha256="0",
        )
    )
    (held,) = await desk.deliver(fact)
    assert isinstance(held, said.ActionWithheld)
    assert held.why == "superseded"
    assert desk.world.calls == []


async def test_an_approval_of_other_bytes_does_not_count(desk: Desk) -> None:
    (held,) = await desk.deliver(desk.approve(reply(), sha256="f" * 64))
    assert isinstance(held, said.ActionWithheld)
    assert held.why == "superseded"
    assert desk.world.calls == []


async def test_a_superseded_approval_does_not_run(desk: Desk) -> None:
    fact = desk.approve(reply())
    desk.books.say(said.ApprovalSuperseded(approval=APPROVAL, action=ACTION, why="paid"))
    assert await desk.deliver(fact) == []
    assert desk.world.calls == []


async def test_a_newer_deny_wins_over_an_approval(desk: Desk) -> None:
    fact = desk.approve(reply())
    desk.gate.verdict = Deny(RULE, "2@b")
    given, held = await desk.deliver(fact)
    assert isinstance(given, said.VerdictGiven)
    assert (given.phase, given.verdict) == ("execution", Deny(RULE, "2@b"))
    assert isinstance(held, said.ActionWithheld)
    assert held.why == "denied"
    assert "it is a lot of money" in held.detail
    assert desk.world.calls == []


async def test_rules_that_ask_now_hold_what_nobody_was_asked_about(desk: Desk) -> None:
    fact = desk.propose(reply())
    desk.gate.verdict = Ask(RULE, "2@b")
    events = await desk.deliver(fact)
    assert names(events) == ["VerdictGiven", "ActionWithheld"]
    assert desk.world.calls == []


async def test_a_world_that_moved_supersedes_the_approval(desk: Desk) -> None:
    desk.books.say(said.CaseOpened(kind="lead", fact="fact-0"))
    fact = desk.approve(reply(NoFactSince(CASE, 1)))
    desk.books.say(said.Routed(fact="fact-0", kind="mail", why="thread", sender="same"))
    _, gone = await desk.deliver(fact)
    assert isinstance(gone, said.ApprovalSuperseded)
    assert gone.approval == APPROVAL
    assert "in the meantime" in gone.why
    assert desk.world.calls == []
    approval = desk.books.present.get(Approval, APPROVAL)
    assert approval is not None
    assert approval.status is ApprovalStatus.SUPERSEDED


async def test_an_allowed_action_is_superseded_too_when_the_world_moved(desk: Desk) -> None:
    fact = desk.propose(reply(NoFactSince("no-such-case", 1)))
    _, gone = await desk.deliver(fact)
    assert isinstance(gone, said.ApprovalSuperseded)
    assert gone.action == ACTION
    assert desk.action.status is ActionStatus.SUPERSEDED


@pytest.mark.parametrize(("scope", "target"), [("all", ""), ("case", CASE), ("contact", "con-1")])
async def test_a_stop_holds_everything_it_covers_until_resume(
    desk: Desk, scope: str, target: str
) -> None:
    fact = desk.approve(reply())
    desk.stop(scope, target)
    (held,) = await desk.deliver(fact)
    assert isinstance(held, said.ActionWithheld)
    assert held.why == "stopped"
    assert "resume" in held.remedy
    assert desk.world.calls == []
    assert names(await desk.deliver(desk.resume(scope, target))) == [
        "VerdictGiven",
        "ActionSucceeded",
    ]
    assert len(desk.world.effects) == 1


@pytest.mark.parametrize(("scope", "target"), [("case", "lead-2"), ("contact", "con-2")])
async def test_a_stop_of_somebody_else_holds_nothing_here(
    desk: Desk, scope: str, target: str
) -> None:
    fact = desk.propose(reply())
    desk.stop(scope, target)
    assert names(await desk.deliver(fact)) == ["VerdictGiven", "ActionSucceeded"]


async def test_resuming_asks_everything_of_today_again(desk: Desk) -> None:
    fact = desk.approve(reply())
    desk.stop()
    await desk.deliver(fact)
    desk.gate.verdict = Deny(RULE, "2@b")
    events = await desk.deliver(desk.resume())
    assert names(events) == ["VerdictGiven", "ActionWithheld"]
    assert desk.world.calls == []


async def test_an_exhausted_budget_holds_an_action_until_it_is_retried(desk: Desk) -> None:
    desk.books.budget = False
    _, held = await desk.deliver(desk.propose(reply()))
    assert isinstance(held, said.ActionWithheld)
    assert (held.why, held.detail) == ("budget", "50 mails today")
    desk.books.budget = True
    assert names(await desk.retry(ACTION)) == ["VerdictGiven", "ActionSucceeded"]


async def test_an_erased_command_can_never_run(desk: Desk) -> None:
    desk.books.say(
        said.ActionProposed(action=ACTION, name="SendReply", risk="r", sha256="0", agent="a")
    )
    fact = desk.books.say(
        said.VerdictGiven(
            action=ACTION,
            sha256="0",
            phase="proposal",
            verdict=Allow((), "1@a"),
            input_sha256="0",
        )
    )
    assert names(await desk.deliver(fact)) == ["ActionWithheld"]


# --- when the provider fails --------------------------------------------------------------------


async def test_a_failure_that_passes_is_tried_again_with_the_same_key(desk: Desk) -> None:
    desk.world.fail_next(Fault.ERROR, Fault.ERROR)
    events = await desk.deliver(desk.propose(reply()))
    assert names(events) == ["VerdictGiven", "ActionSucceeded"]
    assert [order.n for _, order in desk.world.calls] == [1, 2, 3]
    assert {order.key for _, order in desk.world.calls} == {ACTION}
    assert desk.clock.waits == [2.0, 8.0]
    assert len(desk.world.effects) == 1
    assert len(desk.books.told(said.AttemptStarted)) == 3


async def test_four_failures_are_a_failure_with_a_cause_and_remedies(desk: Desk) -> None:
    desk.world.fail_next(*[Fault.ERROR] * 9)
    _, failed, report = await desk.deliver(desk.propose(reply()))
    assert isinstance(failed, said.ActionFailed)
    assert failed.n == 4
    assert isinstance(report, said.FailureReported)
    assert report.failure == ACTION
    assert "busy" in report.cause
    assert f"`retry {ACTION}`" in report.remedies
    assert len(desk.world.calls) == 4
    assert desk.world.effects == []
    failure = desk.books.present.get(Failure, ACTION)
    assert failure is not None
    assert failure.count == 1
    assert failure.remedies == report.remedies


async def test_a_retry_that_works_clears_the_failure_and_says_so(desk: Desk) -> None:
    desk.world.fail_next(*[Fault.ERROR] * 4)
    await desk.deliver(desk.propose(reply()))
    events = await desk.retry(ACTION)
    assert names(events) == ["VerdictGiven", "ActionSucceeded", "FailureCleared"]
    failure = desk.books.present.get(Failure, ACTION)
    assert failure is not None
    assert failure.cleared


async def test_a_refusal_is_not_tried_again(desk: Desk) -> None:
    desk.world.fail_next(Fault.REFUSED)
    events = await desk.deliver(desk.propose(reply()))
    assert names(events) == ["VerdictGiven", "ActionFailed", "FailureReported"]
    assert len(desk.world.calls) == 1


@pytest.mark.parametrize(
    "fault", [Fault.TIMEOUT_AFTER, Fault.ACCEPTED_THEN_ERROR, Fault.WRONG_REPLY, Fault.SLOW]
)
async def test_an_unclear_answer_of_a_provider_that_can_be_asked_ends_in_one_effect(
    desk: Desk, fault: Fault
) -> None:
    desk.world.fail_next(fault)
    await desk.deliver(desk.propose(reply()))
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1


async def test_an_unclear_answer_about_an_invoice_is_read_back(desk: Desk) -> None:
    desk.world.fail_next(Fault.TIMEOUT_AFTER)
    await desk.deliver(desk.propose(invoice()))
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1


@pytest.mark.parametrize(
    "fault", [Fault.TIMEOUT_AFTER, Fault.ACCEPTED_THEN_ERROR, Fault.WRONG_REPLY]
)
async def test_an_unclear_answer_of_a_provider_without_keys_is_asked_about(
    desk: Desk, fault: Fault
) -> None:
    desk.use(desk.world.keyless_mail)
    desk.world.fail_next(fault)
    fact = desk.propose(reply())
    events = await desk.deliver(fact)
    assert names(events) == ["VerdictGiven", "ActionUnknown", "FailureReported"]
    assert len(desk.world.calls) == 1
    assert desk.action.status is ActionStatus.UNKNOWN


async def test_an_unknown_end_is_left_alone_by_redelivery_resume_and_a_retry_of_the_case(
    desk: Desk,
) -> None:
    desk.use(desk.world.keyless_mail)
    desk.world.fail_next(Fault.TIMEOUT_AFTER)
    fact = desk.propose(reply())
    await desk.deliver(fact)
    assert await desk.deliver(fact) == []
    assert await desk.deliver(desk.resume()) == []
    assert await desk.retry(CASE) == []
    assert len(desk.world.calls) == 1


async def test_an_unknown_end_is_tried_again_only_where_the_operator_names_it(desk: Desk) -> None:
    desk.use(desk.world.keyless_mail)
    desk.world.fail_next(Fault.TIMEOUT_AFTER)
    await desk.deliver(desk.propose(reply()))
    events = await desk.retry(ACTION)
    assert names(events) == ["VerdictGiven", "ActionSucceeded", "FailureCleared"]
    assert [order.n for _, order in desk.world.calls] == [1, 2]


async def test_an_order_to_retry_that_is_delivered_again_is_not_followed_twice(desk: Desk) -> None:
    desk.use(desk.world.keyless_mail)
    desk.world.fail_next(Fault.TIMEOUT_AFTER, Fault.TIMEOUT_AFTER)
    await desk.deliver(desk.propose(reply()))
    await desk.retry(ACTION)
    routed = next(one for one in desk.books.facts if isinstance(one.event, said.Routed))
    order = next(one for one in desk.books.facts if isinstance(one.event, said.RetryOrdered))
    assert await desk.deliver(routed, source=order) == []
    assert len(desk.world.calls) == 2


async def test_a_retry_looks_first_where_an_earlier_end_can_be_read_back(desk: Desk) -> None:
    class Blind(Dying):
        """Reading back fails at first."""

        async def execute(self, order: Order) -> Outcome:
            outcome = await self.inner.execute(order)
            desk.world.reachable = False
            return outcome

    blind = Blind(desk.world.invoices, "never")
    desk.use(blind)
    desk.world.fail_next(Fault.TIMEOUT_AFTER)
    await desk.deliver(desk.propose(invoice()))
    assert desk.action.status is ActionStatus.UNKNOWN
    assert names(await desk.retry(ACTION)) == ["VerdictGiven", "ActionUnknown", "FailureReported"]
    desk.world.reachable = True
    assert names(await desk.retry(ACTION)) == ["VerdictGiven", "ActionSucceeded", "FailureCleared"]
    assert len(desk.world.effects) == 1


async def test_a_retry_of_another_cases_action_does_nothing(desk: Desk) -> None:
    desk.world.fail_next(Fault.REFUSED)
    await desk.deliver(desk.propose(reply()))
    assert await desk.retry("act-of-another-case") == []


async def test_an_exception_out_of_a_connector_counts_as_unclear(desk: Desk) -> None:
    desk.use(Raising(desk.world.keyless_mail, ConnectionResetError("mid-way")))
    _, unknown, _ = await desk.deliver(desk.propose(reply()))
    assert isinstance(unknown, said.ActionUnknown)
    assert "mid-way" in unknown.cause


async def test_a_document_that_is_missing_means_that_nothing_left(desk: Desk) -> None:
    desk.use(Raising(desk.world.keyless_mail, BlobMissing("ab" * 32)))
    events = await desk.deliver(desk.propose(reply()))
    assert names(events) == ["VerdictGiven", "ActionFailed", "FailureReported"]


async def test_a_connector_that_hangs_is_given_up(desk: Desk) -> None:
    desk.patience = Patience(seconds=0.01)
    desk.use(Hanging(desk.world.keyless_mail))
    _, unknown, _ = await desk.deliver(desk.propose(reply()))
    assert isinstance(unknown, said.ActionUnknown)
    assert "did not answer" in unknown.cause


async def test_a_cancelled_delivery_says_nothing_and_is_recovered_later(desk: Desk) -> None:
    hanging = Hanging(desk.world.mail)
    desk.use(hanging)
    fact = desk.propose(reply())
    task = asyncio.create_task(desk.deliver(fact))
    await hanging.called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    desk.use(desk.world.mail)
    await desk.deliver(fact)
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1


async def test_a_stop_while_waiting_for_the_next_try_holds_it(desk: Desk) -> None:
    desk.world.fail_next(Fault.ERROR)
    desk.clock.meanwhile = desk.stop
    events = await desk.deliver(desk.propose(reply()))
    assert names(events) == ["VerdictGiven", "ActionWithheld"]
    assert len(desk.world.calls) == 1
    desk.clock.meanwhile = lambda: None
    await desk.deliver(desk.resume())
    assert desk.action.status is ActionStatus.SUCCEEDED


async def test_what_the_operator_did_by_hand_meanwhile_is_not_done_again(desk: Desk) -> None:
    desk.world.fail_next(Fault.ERROR)
    by_hand = said.DoneByOperator(
        approval=APPROVAL, action=ACTION, operator="ada", channel="console", tap="fact-0"
    )
    desk.clock.meanwhile = lambda: desk.books.say(by_hand) and None
    await desk.deliver(desk.approve(reply()))
    assert len(desk.world.calls) == 1
    assert desk.action.status is ActionStatus.BY_OPERATOR


async def test_an_invoice_that_failed_once_keeps_its_number_and_is_not_its_own_obstacle(
    desk: Desk,
) -> None:
    desk.world.fail_next(*[Fault.ERROR] * 4)
    await desk.deliver(desk.propose(invoice(InvoiceNotIssued("pro-1"))))
    assert names(await desk.retry(ACTION)) == ["VerdictGiven", "ActionSucceeded", "FailureCleared"]
    assert len(desk.books.told(said.InvoiceIssued)) == 1


async def test_a_try_that_another_process_claimed_first_is_looked_at_afresh(desk: Desk) -> None:
    fact = desk.propose(reply())
    allowed = desk.action
    mail = desk.world.mail
    await desk.books.claim(allowed, n=1, connector=mail.name, capability="keyed", cause=fact.id)
    tries = desk.dispatcher._effects._tries
    with pytest.raises(Overtaken):
        await tries.fresh(allowed, desk.world.mail, fact.id, None)
    assert desk.world.calls == []
    await desk.deliver(fact)
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1


# --- when the process dies ----------------------------------------------------------------------


def connectors(desk: Desk) -> dict[Capability, tuple[Connector, Command]]:
    return {
        Capability.KEYED: (desk.world.mail, reply()),
        Capability.READ_BACK: (desk.world.invoices, invoice(InvoiceNotIssued("pro-1"))),
        Capability.NEITHER: (desk.world.keyless_mail, reply()),
    }


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("capability", [Capability.KEYED, Capability.READ_BACK])
async def test_after_a_crash_an_effect_that_can_be_keyed_or_read_back_happens_exactly_once(
    desk: Desk, capability: Capability, moment: str
) -> None:
    connector, command = connectors(desk)[capability]
    fact = desk.approve(command)
    await desk.die(fact, moment, connector)
    await desk.deliver(fact)
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1
    assert len(desk.books.told(said.AttemptStarted)) == 1
    assert len(desk.books.told(said.InvoiceIssued)) == (capability is Capability.READ_BACK)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_after_a_crash_what_can_be_neither_keyed_nor_read_back_is_asked_about(
    desk: Desk, moment: str
) -> None:
    connector, command = connectors(desk)[Capability.NEITHER]
    fact = desk.approve(command)
    await desk.die(fact, moment, connector)
    happened = len(desk.world.effects)
    assert names(await desk.deliver(fact)) == ["ActionUnknown", "FailureReported"]
    assert len(desk.world.effects) == happened
    assert await desk.deliver(fact) == []


@pytest.mark.parametrize("capability", [Capability.KEYED, Capability.READ_BACK])
async def test_after_a_crash_every_check_is_made_again_before_the_call_is_repeated(
    desk: Desk, capability: Capability
) -> None:
    connector, command = connectors(desk)[capability]
    fact = desk.approve(command)
    await desk.die(fact, "before", connector)
    desk.stop()
    (held,) = await desk.deliver(fact)
    assert isinstance(held, said.ActionWithheld)
    assert desk.world.effects == []
    await desk.deliver(desk.resume())
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1


async def test_after_a_crash_an_effect_that_happened_is_recorded_even_while_stopped(
    desk: Desk,
) -> None:
    fact = desk.approve(reply())
    await desk.die(fact, "after", desk.world.mail)
    desk.stop()
    assert names(await desk.deliver(fact)) == ["ActionSucceeded"]
    assert len(desk.world.effects) == 1


async def test_after_a_crash_an_effect_that_did_not_happen_falls_when_the_world_moved(
    desk: Desk,
) -> None:
    desk.books.say(said.CaseOpened(kind="lead", fact="fact-0"))
    fact = desk.approve(reply(NoFactSince(CASE, 1)))
    await desk.die(fact, "before", desk.world.mail)
    desk.books.say(said.Routed(fact="fact-0", kind="mail", why="thread", sender="same"))
    events = await desk.deliver(fact)
    assert names(events) == ["VerdictGiven", "ActionWithheld", "ApprovalSuperseded"]
    assert desk.action.status is ActionStatus.SUPERSEDED
    assert desk.world.effects == []


async def test_after_a_crash_a_keyed_provider_that_cannot_be_asked_gets_the_same_key_again(
    desk: Desk,
) -> None:
    class Forgetful(Dying):
        async def execute(self, order: Order) -> Outcome:
            return await self.inner.execute(order)

        async def look_up(self, order: Order) -> Succeeded | None:
            raise ConnectionError

    fact = desk.approve(reply())
    await desk.die(fact, "after", desk.world.mail)
    desk.use(Forgetful(desk.world.mail, "never"))
    await desk.deliver(fact)
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert [order.key for _, order in desk.world.calls] == [ACTION, ACTION]
    assert len(desk.world.effects) == 1


async def test_after_a_crash_a_provider_to_be_read_back_that_is_silent_is_asked_about(
    desk: Desk,
) -> None:
    connector, command = connectors(desk)[Capability.READ_BACK]
    fact = desk.approve(command)
    await desk.die(fact, "after", connector)
    desk.world.reachable = False
    assert names(await desk.deliver(fact)) == ["ActionUnknown", "FailureReported"]
    assert len(desk.world.effects) == 1


async def test_a_crash_between_two_tries_goes_on_with_the_last_one(desk: Desk) -> None:
    fact = desk.approve(reply())
    desk.world.fail_next(Fault.ERROR)

    def dies() -> None:
        raise Died

    desk.clock.meanwhile = dies
    with pytest.raises(Died):
        await desk.deliver(fact)
    desk.clock.meanwhile = lambda: None
    await desk.deliver(fact)
    assert desk.action.status is ActionStatus.SUCCEEDED
    assert len(desk.world.effects) == 1


def test_a_receipt_is_the_only_thing_that_says_sent(desk: Desk) -> None:
    desk.propose(reply())
    assert desk.action.receipt is None
    done = said.ActionSucceeded(action=ACTION, n=1, receipt=Receipt("mail", "m-1"))
    desk.books.say(done)
    assert desk.action.receipt == Receipt("mail", "m-1")


# --- what changes between two tries -------------------------------------------------------------


async def test_rules_that_forbid_it_by_now_hold_the_next_try_and_are_on_record(desk: Desk) -> None:
    desk.world.fail_next(Fault.ERROR)

    def forbidden() -> None:
        desk.gate.verdict = Deny(RULE, "2@b")

    desk.clock.meanwhile = forbidden
    first, second, held = await desk.deliver(desk.approve(reply()))
    assert isinstance(first, said.VerdictGiven)
    assert isinstance(second, said.VerdictGiven)
    assert (first.verdict, second.verdict) == (Allow((), "1@a"), Deny(RULE, "2@b"))
    assert isinstance(held, said.ActionWithheld)
    assert held.why == "denied"
    assert len(desk.world.calls) == 1


async def test_a_verdict_that_stays_the_same_from_try_to_try_is_told_once(desk: Desk) -> None:
    desk.world.fail_next(Fault.ERROR, Fault.ERROR)
    assert names(await desk.deliver(desk.propose(reply()))) == ["VerdictGiven", "ActionSucceeded"]
    assert len(desk.gate.asked) == 3


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_after_a_crash_another_provider_than_the_one_that_was_called_is_never_called(
    desk: Desk, moment: str
) -> None:
    fact = desk.approve(reply())
    await desk.die(fact, moment, desk.world.keyless_mail)
    happened, calls = len(desk.world.effects), len(desk.world.calls)
    desk.use(desk.world.mail)
    _, report = await desk.deliver(fact)
    assert isinstance(report, said.FailureReported)
    assert desk.world.keyless_mail.name in report.cause
    assert desk.action.status is ActionStatus.UNKNOWN
    assert (len(desk.world.effects), len(desk.world.calls)) == (happened, calls)


async def test_a_stop_of_the_cases_contact_holds_a_mail_to_somebody_else_in_it(desk: Desk) -> None:
    desk.books.say(said.CaseOpened(kind="lead", fact="fact-0", contact="con-9"))
    fact = desk.approve(reply())
    await desk.die(fact, "before", desk.world.mail)
    desk.stop("contact", "con-9")
    assert names(await desk.deliver(fact)) == ["ActionWithheld"]
    assert desk.world.effects == []


async def test_a_stop_of_a_case_is_no_stop_of_a_contact_by_that_name(desk: Desk) -> None:
    fact = desk.approve(reply())
    await desk.die(fact, "before", desk.world.mail)
    desk.stop("case", "con-1")
    await desk.deliver(fact)
    assert desk.action.status is ActionStatus.SUCCEEDED


# --- what is said twice ---------------------------------------------------------------------------


async def test_a_retry_of_an_unknown_end_in_a_moved_world_is_told_each_time(desk: Desk) -> None:
    desk.books.say(said.CaseOpened(kind="lead", fact="fact-0"))
    desk.use(desk.world.keyless_mail)
    desk.world.fail_next(Fault.TIMEOUT_AFTER)
    await desk.deliver(desk.approve(reply(ProposalOpen("pro-1", 1), NoFactSince(CASE, 99))))
    assert desk.world.calls == []
    desk.books.say(drafted(1))
    again = desk.approve(reply(ProposalOpen("pro-1", 1), NoFactSince(CASE, 99)))
    await desk.deliver(again)
    assert desk.action.status is ActionStatus.UNKNOWN
    desk.books.say(drafted(2))
    first = await desk.retry(ACTION)
    desk.books.say(said.ProposalDeclined(proposal="pro-1", version=2, fact="fact-0"))
    second = await desk.retry(ACTION)
    whys = [event.why for event in (*first, *second) if isinstance(event, said.ApprovalSuperseded)]
    assert ["version 2" in whys[0], "declined" in whys[1]] == [True, True]
    assert len(desk.world.calls) == 1


async def test_a_provider_that_was_taken_away_after_a_failure_is_said_at_every_retry(
    desk: Desk,
) -> None:
    desk.world.fail_next(Fault.REFUSED)
    await desk.deliver(desk.propose(reply()))
    desk.use(desk.world.invoices)
    for _ in range(2):
        failed, _report = await desk.retry(ACTION)
        assert isinstance(failed, said.ActionFailed)
        assert "coo doctor" in failed.remedy


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_after_a_crash_a_provider_that_was_taken_away_leaves_the_end_unknown(
    desk: Desk, moment: str
) -> None:
    fact = desk.approve(reply())
    await desk.die(fact, moment, desk.world.mail)
    desk.use(desk.world.invoices)
    assert names(await desk.deliver(fact)) == ["ActionUnknown", "FailureReported"]
    assert desk.action.status is ActionStatus.UNKNOWN


def drafted(version: int) -> said.ProposalDrafted:
    return said.ProposalDrafted(
        proposal="pro-1",
        number="P-1",
        version=version,
        contact="con-1",
        lines=(LINE,),
        net=Money(100_000, "EUR"),
        total=Money(119_000, "EUR"),
        discount_bp=0,
        valid_until=date(2026, 12, 6),
        delivery_days=10,
    )
