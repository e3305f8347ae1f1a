"""What is asked once more right before an effect: stop, bytes, approval, policy, the world."""

from __future__ import annotations

import hashlib
from typing import Protocol, assert_never

from msgspec import Struct

from connectors.claims import Attempts
from connectors.first_mail import FirstMail
from connectors.turns import REMEDY, Fence
from ledger.domain.claims import concerns, stopped_by
from ledger.domain.commands import command_sha
from ledger.domain.entities import Action, Approval, ApprovalStatus, Case, Stop
from ledger.domain.events import ActionProposed, VerdictGiven
from ledger.domain.going_live import (
    FIRST_MAIL,
    MODE,
    WATCH_RULE,
    WATCHING,
    Mode,
    is_specimen,
    only_watching,
)
from ledger.domain.reading import Views
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule, Verdict

EXECUTION = "execution"


class Gate(Protocol):
    """The policies, asked about one proposed command."""

    async def evaluate(
        self, case: str, person: str, proposed: ActionProposed, *, phase: str
    ) -> tuple[Verdict, str]:
        """The verdict, and the JSON of everything the rules saw."""
        ...


class Held(Struct, frozen=True):
    """It must not run now. `why`: stopped, budget, denied, superseded, watching, first mail."""

    why: str
    detail: str
    remedy: str


class Moved(Struct, frozen=True):
    """The world is no longer the one that was approved of."""

    why: str


class Checked(Struct, frozen=True):
    """The verdict, where the gate was asked, and what stands in the way, if anything does."""

    verdict: VerdictGiven | None = None
    obstacle: Held | Moved | None = None


class Checks:
    """Everything but the budget, which is taken together with the claim."""

    def __init__(
        self,
        *,
        views: Views,
        gate: Gate,
        attempts: Attempts,
        fence: Fence | None = None,
        first: FirstMail | None = None,
    ) -> None:
        self._views = views
        self._gate = gate
        self._attempts = attempts
        self._fence = fence
        self._first_mail = first

    async def all(self, action: Action) -> Checked:
        """In this order, so that a stop is the first word and nothing is judged twice."""
        held = (
            await self.stopped(action)
            or await self._not_as_approved(action)
            or await self._before_live(action)
        )
        if held:
            return Checked(obstacle=held)
        given = await self._judged(action)
        held = await self._against(given.verdict, action) or await self._first(action)
        return Checked(verdict=given, obstacle=held or await self.moved(action))

    async def stopped(self, action: Action) -> Held | None:
        """The stop in force for this action, its case or its contact, or another copy's turn."""
        case = await self._views.get(Case, action.case)
        for stop in await self._views.find(Stop, "active"):
            if concerns(stop, action, case):
                refused = stopped_by(stop)
                return Held(refused.why, refused.detail, refused.remedy)
        lost = await self._fence.lost() if self._fence else ""
        return Held("stopped", lost, REMEDY) if lost else None

    async def moved(self, action: Action) -> Moved | None:
        """The first precondition that no longer holds."""
        why = await self._attempts.moved(action)
        return Moved(why) if why else None

    async def _not_as_approved(self, action: Action) -> Held | None:
        """The bytes are the proposed ones, and the approved ones where somebody was asked."""
        if action.command is None or command_sha(action.command) != action.sha256:
            return Held(
                "superseded",
                f"The bytes of {action.id!r} are not the ones that were proposed.",
                "Have it proposed again; nothing else may run under this approval.",
            )
        approval = await self._views.get(Approval, action.approval) if action.approval else None
        if not action.approval or _counts(approval, action):
            return None
        return Held(
            "superseded",
            f"The approval {action.approval!r} does not cover these bytes, or counts no more.",
            "Look at the newest card of the case and decide there.",
        )

    async def _before_live(self, action: Action) -> Held | None:
        """What was decided before the company went live counts no more: it is asked again."""
        mode = await self._views.get(Mode, MODE)
        if mode is None or mode.live_at is None or mode.watching or action.attempts:
            return None
        approval = await self._views.get(Approval, action.approval) if action.approval else None
        decided = approval.decided_at if approval else action.proposed_at
        if decided is None or decided >= mode.live_at or is_specimen(action.id):
            return None
        return Held(WATCHING, "It was decided before `go-live`.", "Decide on its new card.")

    async def _first(self, action: Action) -> Held | None:
        """The first real mail goes to the operator first."""
        waits = await self._first_mail.waits(action) if self._first_mail else None
        return Held(FIRST_MAIL, *waits) if waits else None

    async def _judged(self, action: Action) -> VerdictGiven:
        verdict, seen = await self._gate.evaluate(
            action.case, action.person, _proposed(action), phase=EXECUTION
        )
        return VerdictGiven(
            action=action.id,
            sha256=action.sha256,
            phase=EXECUTION,
            verdict=verdict,
            input_sha256=hashlib.sha256(seen.encode()).hexdigest(),
        )

    async def _against(self, verdict: Verdict, action: Action) -> Held | None:
        """A newer deny wins over any approval; an ask is answered by one."""
        match verdict:
            case Allow():
                return None
            case Ask():
                return None if action.approval else _unasked(verdict.fired)
            case Deny() if only_watching(verdict):
                return _watched(verdict.fired)
            case Deny():
                return _denied(verdict.fired)
            case _:
                assert_never(verdict)


def _counts(approval: Approval | None, action: Action) -> bool:
    return (
        approval is not None
        and approval.status is ApprovalStatus.APPROVED
        and (approval.action, approval.sha256) == (action.id, action.sha256)
    )


def _unasked(fired: tuple[FiredRule, ...]) -> Held:
    return Held(
        "superseded",
        f"The rules ask for a decision now, and nobody decided: {_reasons(fired)}",
        "Have it proposed again; it then comes as a card.",
    )


def _denied(fired: tuple[FiredRule, ...]) -> Held:
    return Held(
        "denied",
        f"The rules forbid it now: {_reasons(fired)}",
        "Change the rule and retry, or do it by hand.",
    )


def _watched(fired: tuple[FiredRule, ...]) -> Held:
    why = "; ".join(rule.reason for rule in fired if rule.rule == WATCH_RULE)
    return Held(WATCHING, why, "`go-live` ends that; its card is then asked again.")


def _reasons(fired: tuple[FiredRule, ...]) -> str:
    return "; ".join(f"{rule.reason} ({rule.rule})" for rule in fired) or "no rule allows it."


def _proposed(action: Action) -> ActionProposed:
    """The proposal as the gate saw it the first time."""
    return ActionProposed(
        action=action.id,
        name=action.name,
        risk=action.risk,
        sha256=action.sha256,
        agent=action.agent,
        amount=action.amount,
        provenance=action.provenance,
        recommendation=action.recommendation,
        if_nothing=action.if_nothing,
        message_id=action.message_id,
        command=action.command,
    )
