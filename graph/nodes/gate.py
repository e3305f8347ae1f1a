"""gate: every action that an agent proposed passes the rules before anybody may run it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, assert_never

import msgspec

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option
from graph.ports import GateDecision, World
from graph.state import CaseState, Json, event_of, said
from ledger.domain.commands import (
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.entities import EXPIRES, ApprovalStatus
from ledger.domain.events import (
    ActionProposed,
    AlarmSet,
    ApprovalRequested,
    ApprovalSuperseded,
    Event,
    QuestionAsked,
    Told,
    VerdictGiven,
)
from ledger.domain.facts import short_id
from ledger.domain.verdicts import Allow, Ask, Deny

APPROVAL_LASTS = timedelta(hours=72)
"""How long a person has to decide; then the action is paused, not refused."""

_UNDECIDED = (ApprovalStatus.PENDING, ApprovalStatus.POSTPONED)


async def gate(state: CaseState, world: World) -> dict[str, Any]:
    """Judge each of `proposed`, in order, and say what follows from the verdict."""
    out: list[Json] = []
    for entry in state.get("proposed", []):
        proposed = msgspec.convert(entry, ActionProposed)
        before = _alongside(state, out)
        out += await _superseded(world, proposed)
        out += await _judged(state, world, proposed, before)
    return {"out": out}


def _alongside(state: CaseState, out: list[Json]) -> tuple[Event, ...]:
    """What this delivery brought and said so far: the read tables do not hold it yet."""
    delivered = [fact for fact in (state.get("fact"), state.get("source")) if fact]
    return tuple([event_of(entry["event"]) for entry in (*delivered, *state.get("out", []), *out)])


async def _judged(
    state: CaseState, world: World, proposed: ActionProposed, alongside: tuple[Event, ...]
) -> list[Json]:
    person = str(state.get("deal", {}).get("person", ""))
    decision = await world.gate(state["case"], person, proposed, alongside)
    facts = [said(proposed), said(_verdict(proposed, decision))]
    match decision.verdict:
        case Allow():
            return facts
        case Ask():
            return [*facts, *await _asked(world, proposed)]
        case Deny() as denied:
            return [*facts, *_refused(proposed, denied)]
        case _:
            assert_never(decision.verdict)


def _verdict(proposed: ActionProposed, decision: GateDecision) -> VerdictGiven:
    return VerdictGiven(
        action=proposed.action,
        sha256=proposed.sha256,
        phase="proposal",
        verdict=decision.verdict,
        input_sha256=hashlib.sha256(decision.input_json.encode()).hexdigest(),
    )


async def _asked(world: World, proposed: ActionProposed) -> list[Json]:
    approval = short_id("apr", proposed.action)
    expires = await world.now() + APPROVAL_LASTS
    request = ApprovalRequested(
        approval=approval,
        action=proposed.action,
        sha256=proposed.sha256,
        expires_at=expires,
        title=title_of(proposed),
    )
    alarm = AlarmSet(alarm=short_id("alm", approval), due=expires, purpose=f"{EXPIRES}{approval}")
    return [said(request), said(alarm)]


def title_of(proposed: ActionProposed) -> str:  # noqa: C901 - one arm a kind
    """What a card is headed with, in our own words: a mail's subject is its customer's text."""
    match proposed.command:
        case SendProposal() as offer:
            return f"Offer over {amount_words(offer.total)} to {offer.to}"
        case SendReply() as answer:
            return f"Answer to {answer.to}"
        case SendInvoice() as invoice:
            return f"Invoice {invoice.number} over {amount_words(invoice.total)} to {invoice.to}"
        case SendReminder() as due:
            return f"Reminder of invoice {due.number} over {amount_words(due.total)} to {due.to}"
        case IssueInvoice() as issue:
            return f"Invoice over {amount_words(issue.total)}"
        case IssueCreditNote() as credit:
            return f"Credit note for invoice {credit.number} over {amount_words(-credit.total)}"
        case SendCreditNote() as note:
            return f"Credit note {note.number} for invoice {note.invoice} to {note.to}"
        case SendCorrection() as sorry:
            return f"Correction to {sorry.to}"
        case SendSpecimen() as shown:
            return f"The first real mail, to {shown.to} first"
        case ReopenCase() as again:
            return f"Open the case again (closed: {again.outcome})"
        case None:
            return proposed.name
        case _:
            assert_never(proposed.command)


def _refused(proposed: ActionProposed, denied: Deny) -> list[Json]:
    reasons = "; ".join(rule.reason for rule in denied.fired if rule.effect == "deny")
    text = (
        f"{title_of(proposed)}: the rules forbid this ({reasons or 'no rule gave a reason'}). "
        "Nothing was sent."
    )
    question = QuestionAsked(
        question=short_id("ask", proposed.action, "denied"),
        about=proposed.action,
        why=f"The gate denied {proposed.name} under {denied.policy}.",
        recommendation="Say what should happen instead, or change the rule and ask again.",
        options=(
            plain_option(AnswerId.AGAIN, "Ask the rules again", proposed.action),
            plain_option(AnswerId.LEAVE, "Leave it to me"),
        ),
        text=f"{text} What should happen instead?",
    )
    return [said(Told(topic="denied", text=text)), said(question)]


async def _superseded(world: World, proposed: ActionProposed) -> list[Json]:
    if not proposed.replaces:
        return []
    earlier = await world.find("approval", f"action:{proposed.replaces}")
    return [
        said(
            ApprovalSuperseded(
                approval=approval["id"],
                action=proposed.replaces,
                why="A newer action takes its place.",
                by=proposed.action,
            )
        )
        for approval in earlier
        if approval["status"] in _UNDECIDED
    ]
