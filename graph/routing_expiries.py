"""Approvals whose time ended while nobody looked: nothing expires in a burst, people are asked.

A clock may jump, a machine may sleep, Coo may not run. What would have ended meanwhile was never
before anybody's eyes for that long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from graph.desk import Desk, says
from graph.nodes.gate import APPROVAL_LASTS
from graph.routing_taps import expired
from ledger.domain.entities import EXPIRES, Approval, ApprovalStatus
from ledger.domain.events import (
    AlarmSet,
    ApprovalProlonged,
    ExpiriesMissed,
    Option,
    QuestionAsked,
)
from ledger.domain.facts import Draft, Fact, short_id

KEEP, LET_GO = "keep-cards", "let-cards-expire"

_UNDECIDED = (ApprovalStatus.PENDING, ApprovalStatus.POSTPONED)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


async def route_missed(fact: Fact, missed: ExpiriesMissed, desk: Desk) -> list[Draft]:
    """One question about all of them."""
    approvals = await _undecided(missed, desk)
    if not approvals:
        return []
    cards = _listed(approvals)
    event = QuestionAsked(
        question=short_id("ask", fact.id, EXPIRES),
        about=fact.id,
        why="Their time ended while nobody looked, so nothing was let expire.",
        recommendation="Let them count: each shows what it would do, and is checked when it runs.",
        options=(
            Option(KEEP, f"They still count, for another {APPROVAL_LASTS // _HOUR} hours"),
            Option(LET_GO, "Let them expire"),
        ),
        text=(
            f"Do {cards} still count? Their time ended at {missed.since:%Y-%m-%d %H:%M} UTC or "
            f"later, and I see it only now, {_late(fact.at - missed.since)} after: the clock "
            "jumped, or I did not run. I let nothing expire."
        ),
    )
    return [says(fact, event)]


async def missed_by_hand(
    fact: Fact, missed: ExpiriesMissed, choice: str, desk: Desk
) -> list[Draft]:
    """What the operator said, done to each that is still undecided. Words alone let them count."""
    now = desk.clock.now()
    approvals = await _undecided(missed, desk)
    if choice == LET_GO:
        return [expired(fact, one, await desk.action_behind(one)) for one in approvals]
    return [draft for one in approvals for draft in _prolonged(fact, one, now)]


def _prolonged(fact: Fact, approval: Approval, now: datetime) -> list[Draft]:
    until = max(approval.expires_at, now + APPROVAL_LASTS)
    longer = ApprovalProlonged(approval=approval.id, action=approval.action, until=until)
    alarm = AlarmSet(
        alarm=short_id("alm", approval.id, fact.id), due=until, purpose=f"{EXPIRES}{approval.id}"
    )
    return [says(fact, event, case=approval.case) for event in (longer, alarm)]


async def _undecided(missed: ExpiriesMissed, desk: Desk) -> list[Approval]:
    found = [await desk.views.get(Approval, name) for name in missed.approvals]
    return [one for one in found if one is not None and one.status in _UNDECIDED]


def _listed(approvals: Sequence[Approval]) -> str:
    numbers = [str(number) for number in sorted(one.number for one in approvals)]
    if len(numbers) == 1:
        return f"the card {numbers[0]}"
    return f"cards {', '.join(numbers[:-1])} and {numbers[-1]}"


def _late(by: timedelta) -> str:
    if by >= 2 * _DAY:
        return f"{by // _DAY} days"
    return f"{by // _HOUR} hours" if by >= 2 * _HOUR else f"{by // timedelta(minutes=1)} minutes"
