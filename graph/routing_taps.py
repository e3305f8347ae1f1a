"""What becomes of a tap on a card. The first decision wins; every other tap has its answer."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import assert_never

from msgspec import Struct

from graph.desk import Desk, says
from graph.routing_decisions import APPROVAL, EDIT, INSTRUCTION, REJECTION, decision_on
from graph.routing_edits import edited
from ledger.domain.entities import Action, Approval, ApprovalStatus
from ledger.domain.events import (
    ApprovalExpired,
    Approved,
    DoneByOperator,
    Event,
    HoldOrdered,
    Instructed,
    Postponed,
    Rejected,
    Tapped,
    TapRefused,
)
from ledger.domain.facts import Draft, Fact

_MORNING = time(9)
_AWHILE = timedelta(hours=4)
_HOURS = re.compile(r"\b(\d{1,3})?\s*(?:h|hours?|stunden?|heures?)\b", re.IGNORECASE)


class Tap(Struct, frozen=True):
    """A tap with what it is about, as the ledger knows it now."""

    fact: Fact
    event: Tapped
    approval: Approval
    action: Action

    def says(self, event: Event, *, key: str = "") -> Draft:
        """A fact in the approval's case, sealed under the person the action is for."""
        person = self.action.person
        return says(self.fact, event, case=self.approval.case, person=person, key=key)

    def decides(self, event: Event) -> Draft:
        """The one decision that this approval takes."""
        return self.says(event, key=f"decision:{self.approval.id}")

    def chooses(self, topic: str) -> Draft:
        """The same as a decision over what else there was, for later plans."""
        return self.says(decision_on(self.fact, self.event, self.action, topic))

    def refused(self, why: str) -> Draft:
        """The answer to a tap that does not count."""
        return refused(self.fact, self.event, why, case=self.approval.case)


async def route_tap(fact: Fact, event: Tapped, desk: Desk) -> list[Draft]:
    """The decision, or the words a person is told instead."""
    approval = await desk.views.get(Approval, event.approval)
    action = await desk.action_behind(approval) if approval else None
    if not approval or not action:
        return [refused(fact, event, f"There is no approval {event.approval!r}. See `inbox`.")]
    tap = Tap(fact, event, approval, action)
    now = desk.clock.now()
    if event.verb == "hold" and approval.status is ApprovalStatus.APPROVED:
        return [_held(tap)]
    over = _over(approval, now)
    if over:
        return [tap.refused(over)]
    if now >= approval.expires_at:
        return [expired(tap.fact, approval, action), tap.refused(_TOO_LATE)]
    return _counted(tap, now)


_TOO_LATE = "The approval had expired, so nothing was done. Coo looks afresh and asks again."

_OTHER_BYTES = (
    "What you saw is not what would be run now: the content changed. Nothing was done. "
    "Open the card again and decide on what it shows."
)


def expired(cause: Fact, approval: Approval, action: Action | None) -> Draft:
    """Nobody decided in time. It comes before a refused tap, which makes the planner ask anew."""
    event = ApprovalExpired(approval=approval.id, action=approval.action)
    person = action.person if action else ""
    return says(cause, event, case=approval.case, person=person)


def refused(fact: Fact, event: Tapped, why: str, *, case: str = "") -> Draft:
    """The answer to a tap that does not count, in its case where there is one."""
    answer = TapRefused(
        tap=fact.id,
        approval=event.approval,
        operator=event.operator,
        channel=event.channel,
        why=why,
    )
    return says(fact, answer, case=case) if case else says(fact, answer)


def _held(tap: Tap) -> Draft:
    """The dispatcher, who lets it leave, says whether it still was here."""
    if tap.action.leaves_at is None:
        return tap.refused("It does not wait any more, so it cannot be held.")
    return tap.says(HoldOrdered(**_by(tap)))


def _counted(tap: Tap, now: datetime) -> list[Draft]:
    if tap.event.verb == "edit":
        return _edited(tap, now)
    if tap.event.sha256 != tap.approval.sha256:
        return [tap.refused(_OTHER_BYTES)]
    match tap.event.verb:
        case "approve":
            return [tap.decides(_approved(tap)), tap.chooses(APPROVAL)]
        case "reject":
            return _rejected(tap)
        case "instruct":
            return _instructed(tap)
        case "later":
            return [tap.says(Postponed(**_by(tap), until=until(tap.event.text, now)))]
        case "did_it":
            return [tap.decides(DoneByOperator(**_by(tap)))]
        case verb:
            return [tap.refused(f"Coo does not know the verb {verb!r}. Nothing was done.")]


def until(text: str, now: datetime) -> datetime:
    """When a postponed card comes back: in some hours where the text says so, else at nine."""
    hours = _HOURS.search(text)
    if hours:
        return now + (timedelta(hours=int(hours[1])) if hours[1] else _AWHILE)
    return datetime.combine(now.date() + timedelta(days=1), _MORNING, now.tzinfo)


def _edited(tap: Tap, now: datetime) -> list[Draft]:
    made = edited(tap.fact, tap.event, tap.approval, tap.action, now)
    if isinstance(made, str):
        return [tap.refused(made)]
    if made:
        return [*made, tap.chooses(EDIT)]
    return [tap.decides(_approved(tap)), tap.chooses(APPROVAL)]


def _approved(tap: Tap) -> Approved:
    return Approved(sha256=tap.approval.sha256, **_by(tap))


def _rejected(tap: Tap) -> list[Draft]:
    if not tap.event.text.strip():
        why = "Say why, in a few words, so that Coo does better. The card still waits."
        return [tap.refused(why)]
    no = tap.decides(Rejected(reason=tap.event.text, **_by(tap)))
    return [no, tap.chooses(REJECTION)]


def _instructed(tap: Tap) -> list[Draft]:
    if not tap.event.text.strip():
        return [tap.refused("Say how you want it instead. The card still waits.")]
    wish = tap.says(Instructed(text=tap.event.text, **_by(tap)))
    return [wish, tap.chooses(INSTRUCTION)]


def _by(tap: Tap) -> dict[str, str]:
    return {
        "approval": tap.approval.id,
        "action": tap.approval.action,
        "operator": tap.event.operator,
        "channel": tap.event.channel,
        "tap": tap.fact.id,
    }


def _over(approval: Approval, now: datetime) -> str:
    """Why an approval takes no more decisions, in words; "" while it does."""
    when = _when(approval.decided_at, now)
    who = f" by {approval.decided_by}" if approval.decided_by else ""
    match approval.status:
        case ApprovalStatus.PENDING | ApprovalStatus.POSTPONED:
            return ""
        case ApprovalStatus.APPROVED:
            return f"already approved{when}{who}"
        case ApprovalStatus.REJECTED:
            return f"already rejected{when}{who}"
        case ApprovalStatus.BY_OPERATOR:
            return f"already done by hand{when}{who}"
        case ApprovalStatus.SUPERSEDED if approval.since is not None:
            ago = max(0, int((now - approval.since).total_seconds() // 60))
            return f"Reminder withdrawn: {approval.reason} {ago} minutes ago. Nothing was sent."
        case ApprovalStatus.SUPERSEDED:
            return (
                "no longer valid: the world moved on. Nothing was done; `inbox` shows what counts."
            )
        case ApprovalStatus.EXPIRED:
            return _TOO_LATE
        case _:
            assert_never(approval.status)


def _when(moment: datetime | None, now: datetime) -> str:
    """` at 10:02` for today, ` on 2026-11-21 at 10:02` for another day (UTC), "" for none."""
    if moment is None:
        return ""
    day = "" if moment.date() == now.date() else f" on {moment:%Y-%m-%d}"
    return f"{day} at {moment:%H:%M}"
