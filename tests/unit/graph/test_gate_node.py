"""The gate: what follows from a verdict, before anybody may run anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from graph.nodes.gate import APPROVAL_LASTS, gate
from graph.ports import GateDecision, ModelAnswer, ModelRequest, RecallRequest, Remembered
from graph.state import CaseState, as_json, event_of, said
from ledger.domain.commands import Command, IssueInvoice, SendReply, command_sha
from ledger.domain.company import Company
from ledger.domain.events import (
    ActionProposed,
    AlarmSet,
    ApprovalRequested,
    ApprovalSuperseded,
    CaseClosed,
    Event,
    QuestionAsked,
    Routed,
    VerdictGiven,
)
from ledger.domain.values import Money
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule, Verdict

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
REPLY = SendReply(contact="con-1", to="jo@x.example", subject="Hello", body="Hi", purpose="x")
INVOICE = IssueInvoice(
    contact="con-1",
    proposal="pro-1",
    version=1,
    lines=(),
    total=Money(1, "EUR"),
    service_date=NOW.date(),
    due_days=14,
)


class Ruled:
    """A world with one verdict and some earlier approvals."""

    def __init__(self, verdict: Verdict, approvals: list[dict[str, Any]] | None = None) -> None:
        self.verdict = verdict
        self.approvals = approvals or []
        self.judged: list[tuple[str, str, str]] = []
        self.alongside: list[list[str]] = []

    async def now(self) -> datetime:
        return NOW

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Sequence[Event] = ()
    ) -> GateDecision:
        self.judged.append((case, person, proposed.action))
        self.alongside.append([type(event).__name__ for event in alongside])
        return GateDecision(verdict=self.verdict, input_json='{"amount":1}')

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        assert (kind, key) == ("approval", "action:act-0")
        return self.approvals

    async def company(self) -> Company:
        raise NotImplementedError

    async def recall(self, request: RecallRequest) -> Remembered:
        raise NotImplementedError

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        raise NotImplementedError

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        raise NotImplementedError


def rule(effect: str) -> tuple[FiredRule, ...]:
    return (FiredRule("r1", effect, "the amount is high"),)


def proposed(command: Command = REPLY, **fields: Any) -> ActionProposed:
    return ActionProposed(
        action="act-1",
        name=type(command).__name__,
        risk="irreversible",
        sha256=command_sha(command),
        agent="test",
        command=command,
        **fields,
    )


async def judged(world: Ruled, *actions: ActionProposed) -> list[Event]:
    state = CaseState(
        case="lead-1", deal={"person": "p-jo"}, proposed=[as_json(action) for action in actions]
    )
    return [event_of(entry["event"]) for entry in (await gate(state, world))["out"]]


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


async def test_what_is_allowed_needs_nobody() -> None:
    world = Ruled(Allow(rule("allow"), "v1@x"))
    events = await judged(world, proposed())
    assert kinds(events) == ["ActionProposed", "VerdictGiven"]
    assert world.judged == [("lead-1", "p-jo", "act-1")]


async def test_a_verdict_is_bound_to_the_bytes_and_to_what_the_rules_saw() -> None:
    events = await judged(Ruled(Allow(rule("allow"), "v1@x")), proposed())
    verdict = events[1]
    assert isinstance(verdict, VerdictGiven)
    assert (verdict.phase, verdict.sha256) == ("proposal", command_sha(REPLY))
    assert len(verdict.input_sha256) == 64


async def test_what_is_asked_becomes_an_approval_that_expires_in_three_days() -> None:
    events = await judged(Ruled(Ask(rule("ask"), "v1@x")), proposed())
    _, _, request, alarm = events
    assert isinstance(request, ApprovalRequested)
    assert isinstance(alarm, AlarmSet)
    assert timedelta(hours=72) == APPROVAL_LASTS
    assert request.expires_at == alarm.due == NOW + timedelta(hours=72)
    assert request.sha256 == command_sha(REPLY)
    assert alarm.purpose == f"expire:{request.approval}"


@pytest.mark.parametrize(
    ("command", "title"), [(REPLY, "Answer to jo@x.example"), (INVOICE, "Invoice over €0.01")]
)
async def test_a_card_is_headed_with_what_would_happen(command: Command, title: str) -> None:
    events = await judged(Ruled(Ask(rule("ask"), "v1@x")), proposed(command))
    assert isinstance(events[2], ApprovalRequested)
    assert events[2].title == title


async def test_what_is_denied_is_told_and_asked_about() -> None:
    events = await judged(Ruled(Deny(rule("deny"), "v1@x")), proposed())
    assert kinds(events) == ["ActionProposed", "VerdictGiven", "Told", "QuestionAsked"]
    question = events[3]
    assert isinstance(question, QuestionAsked)
    assert "the amount is high" in question.text
    assert question.about == "act-1"
    assert [option.id for option in question.options] == ["again:act-1", "leave"]


@pytest.mark.parametrize(
    ("status", "superseded"), [("pending", True), ("postponed", True), ("approved", False)]
)
async def test_a_card_that_still_waits_gives_way_to_the_action_that_replaces_it(
    status: str, superseded: bool
) -> None:
    world = Ruled(Ask(rule("ask"), "v1@x"), [{"id": "apr-0", "status": status}])
    events = await judged(world, proposed(replaces="act-0"))
    gone = [event for event in events if isinstance(event, ApprovalSuperseded)]
    assert [(one.approval, one.action, one.by) for one in gone] == (
        [("apr-0", "act-0", "act-1")] if superseded else []
    )


async def test_several_proposals_are_judged_in_their_order() -> None:
    second = msgspec.structs.replace(proposed(INVOICE), action="act-2")
    world = Ruled(Allow(rule("allow"), "v1@x"))
    events = await judged(world, proposed(), second)
    assert kinds(events) == ["ActionProposed", "VerdictGiven"] * 2
    assert [action for _, _, action in world.judged] == ["act-1", "act-2"]


async def test_the_rules_see_what_this_delivery_brought_and_said_so_far() -> None:
    world = Ruled(Allow(rule("allow"), "v1@x"))
    routed = Routed(fact="f1", kind="mail", why="w", sender="other")
    second = msgspec.structs.replace(proposed(INVOICE), action="act-2")
    state = CaseState(
        case="lead-1",
        fact={"event": as_json(routed)},
        source=None,
        out=[said(CaseClosed(outcome="x"))],
        proposed=[as_json(proposed()), as_json(second)],
    )
    await gate(state, world)
    assert world.alongside == [
        ["Routed", "CaseClosed"],
        ["Routed", "CaseClosed", "ActionProposed", "VerdictGiven"],
    ]
