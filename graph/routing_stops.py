"""Stops, resumes, retries and alarms: which cases they concern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.desk import Desk, routed, tells, unrouted
from graph.routing_taps import expired
from ledger.domain.claims import concerns
from ledger.domain.entities import (
    LEAVES,
    Action,
    ActionStatus,
    Alarm,
    Approval,
    ApprovalStatus,
    Case,
    Contact,
    Stop,
)
from ledger.domain.events import (
    AlarmRang,
    CopyTakenOver,
    ResumeOrdered,
    RetryOrdered,
    StopOrdered,
)
from ledger.domain.events.routing import LEAVING
from ledger.domain.facts import Draft, Fact
from ledger.domain.folding_attention import stop_id
from ledger.domain.folding_copies import COPY, COPY_STOP
from ledger.domain.values import DESK

STOP, RESUME, RETRY, ALARM, TAKE_OVER = "stop", "resume", "retry", "alarm", "takeover"

_TAKEN_OVER = "This copy acts from now on (generation {generation}); every other one must not."

_RESUMED = (
    "Resumed. Nothing had been held back.",
    "Resumed. One case looks again at what was held back.",
    "Resumed. {cases} cases look again at what was held back.",
)

_HELD = (ActionStatus.WITHHELD,)
_PERHAPS = (ActionStatus.ALLOWED, ActionStatus.ATTEMPTED)

_UNDECIDED = (ApprovalStatus.PENDING, ApprovalStatus.POSTPONED)


async def route_stop(fact: Fact, stop: StopOrdered, desk: Desk) -> list[Draft]:
    """A stop of everything stays on the desk; others reach the cases they name."""
    if stop.scope == "all":
        return []
    cases = await _cases(stop.scope, stop.target, desk)
    if cases is None:
        return [tells(fact, STOP, _unknown(stop.scope, stop.target))]
    if not cases:
        return [tells(fact, STOP, f"Stopped. {stop.target} has no open case at present.")]
    return [routed(fact, case, STOP, f"{stop.operator} stopped it.") for case in cases]


async def route_resume(fact: Fact, resume: ResumeOrdered, desk: Desk) -> list[Draft]:
    """Every case whose action the stop covers looks again, also one that was just being held.

    What is allowed or tried at this moment may have met the stop and not have said so yet.
    """
    if resume.scope != "all" and await _cases(resume.scope, resume.target, desk) is None:
        return [tells(fact, RESUME, _unknown(resume.scope, resume.target))]
    lifted = await _lifted(fact, resume, desk)
    held = await _covered(lifted, _HELD, desk)
    told = _RESUMED[min(len(held), 2)].format(cases=len(held))
    why = f"{resume.operator} resumed."
    cases = [*held, *(case for case in await _covered(lifted, _PERHAPS, desk) if case not in held)]
    return [tells(fact, RESUME, told), *(routed(fact, case, RESUME, why) for case in cases)]


async def _lifted(fact: Fact, resume: ResumeOrdered, desk: Desk) -> Stop:
    """The stop that is over; where there was none, one that reached just who is named."""
    known = await desk.views.get(Stop, stop_id(resume.scope, resume.target))
    return known or Stop(
        id=stop_id(resume.scope, resume.target),
        scope=resume.scope,
        target=resume.target,
        by=resume.operator,
        since=fact.at,
        active=False,
    )


async def route_take_over(fact: Fact, taken: CopyTakenOver, desk: Desk) -> list[Draft]:
    """This copy may act from now on: every case looks again, first of all at what was in flight."""
    lifted = Stop(
        id=COPY_STOP, scope=COPY, target="", by=taken.operator, since=fact.at, active=False
    )
    held = await _covered(lifted, (*_HELD, *_PERHAPS), desk)
    told = tells(fact, TAKE_OVER, _TAKEN_OVER.format(generation=taken.generation))
    why = f"{taken.operator} took over."
    return [told, *(routed(fact, case, RESUME, why) for case in held)]


async def _covered(stop: Stop, statuses: Sequence[ActionStatus], desk: Desk) -> list[str]:
    """The cases of the actions in these statuses that a stop covers, each once."""
    cases: dict[str, None] = {}
    for status in statuses:
        for action in await desk.views.find(Action, f"status:{status}"):
            if concerns(stop, action, await desk.views.get(Case, action.case)):
                cases.setdefault(action.case)
    return list(cases)


_CAME_BACK: Final = (
    "This mail left and came back, so the same once more would come back too. Correct the address "
    'with `address NAME NEW-ADDRESS` and answer its question with "Send it again".'
)


async def route_retry(fact: Fact, retry: RetryOrdered, desk: Desk) -> list[Draft]:
    """The case of the action, or the case itself. The desk is tried again by the relay."""
    if retry.target == DESK:
        return [tells(fact, RETRY, "The desk tries again what it could not handle.")]
    action = await desk.views.get(Action, retry.target)
    if action is not None and action.status is ActionStatus.BOUNCED:
        return [tells(fact, RETRY, _CAME_BACK, case=action.case)]
    case = action.case if action else retry.target
    if not action and not await desk.views.get(Case, retry.target):
        words = f"There is no action or case {retry.target!r} to try again. See `failures`."
        return [tells(fact, RETRY, words)]
    return [routed(fact, case, RETRY, f"{retry.operator} wants {retry.target} tried again.")]


async def route_alarm(fact: Fact, rang: AlarmRang, desk: Desk) -> list[Draft]:
    """An alarm goes to the case that set it; one that ends an approval does just that."""
    alarm = await desk.views.get(Alarm, rang.alarm)
    if alarm and alarm.ends:
        return await _expiry(fact, alarm.ends, desk)
    if alarm and alarm.purpose.startswith(LEAVES):
        return [routed(fact, rang.case, LEAVING, "The mail was not held.")]
    if rang.case == DESK:
        return []  # it ends how long a document is kept; the eraser reacts
    if await desk.erased(rang.case):
        return [unrouted(fact, ALARM, "Who it concerned was erased.", "Nothing to do.")]
    if not await desk.views.get(Case, rang.case):
        return [unrouted(fact, ALARM, f"There is no case {rang.case!r}.", "Nothing to do.")]
    return [routed(fact, rang.case, ALARM, f"Its alarm {rang.alarm} rang.")]


async def _expiry(fact: Fact, approval_id: str, desk: Desk) -> list[Draft]:
    approval = await desk.views.get(Approval, approval_id)
    if not approval or approval.status not in _UNDECIDED:
        return []
    if desk.clock.now() < approval.expires_at:
        return []
    return [expired(fact, approval, await desk.action_behind(approval))]


async def _cases(scope: str, target: str, desk: Desk) -> list[str] | None:
    """The cases a scope names; None for one that names nothing known, or for all."""
    match scope:
        case "case":
            return [target] if await desk.views.get(Case, target) else None
        case "contact" if contact := await desk.views.get(Contact, target):
            return [case.id for case in await desk.open_cases(contact.id)]
        case _:
            return None


def _unknown(scope: str, target: str) -> str:
    return f"There is no {scope} {target!r}. Nothing changed. Name it by its id or number."
