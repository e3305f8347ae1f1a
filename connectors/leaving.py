"""The moment between a person's yes and the mail: it can be held, and nothing is lost by a crash.

Nothing waits in memory. When a mail leaves is a fact, and so is its alarm; who rings it later,
after a restart or an outage, lets it go, unless something took its approval away in the meantime.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ledger.domain.entities import LEAVES, Action, ActionStatus, Alarm, Approval, ApprovalStatus
from ledger.domain.events import (
    AlarmRang,
    AlarmSet,
    ApprovalSuperseded,
    Approved,
    Event,
    HoldOrdered,
    MailWaits,
    TapRefused,
)
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.folding_actions import is_mail
from ledger.domain.reading import Views

HELD: Final = "You held it before it left."
_TOO_LATE: Final = "It had left already, so it could not be held. `undo` shows the way back."
_OVER: Final = "It does not wait any more, so there is nothing to hold."


class Leaving:
    """Lets approved mails wait `hold`, and holds them."""

    def __init__(self, views: Views, hold: timedelta) -> None:
        self._views, self._hold = views, hold

    def waits(self, due: Sequence[Action], cause: Fact) -> tuple[Draft, ...]:
        """What lets an approved mail wait; nothing where it may leave at once."""
        event = cause.event
        if not isinstance(event, Approved) or not self._hold:
            return ()
        leaves_at = cause.at + self._hold
        return tuple(
            _said(cause.case, each)
            for action in due
            if is_mail(action) and is_waiting(action)
            for each in (
                MailWaits(action=action.id, approval=event.approval, leaves_at=leaves_at),
                AlarmSet(
                    alarm=short_id("alm", LEAVES, event.approval),
                    due=leaves_at,
                    purpose=f"{LEAVES}{action.id}",
                ),
            )
        )

    async def whose_moment(self, rang: Fact) -> list[Action]:
        """The mail whose alarm this is, where its approval still counts."""
        event = rang.event
        alarm = await self._views.get(Alarm, event.alarm) if isinstance(event, AlarmRang) else None
        action = (
            await self._views.get(Action, alarm.purpose.removeprefix(LEAVES)) if alarm else None
        )
        if action is None or not await self._counts(action):
            return []
        waits = is_waiting(action) or action.status is ActionStatus.ATTEMPTED
        return [action] if waits else []

    async def held(self, order: HoldOrdered) -> tuple[Draft, ...]:
        """The approval no longer counts, unless the mail has left or something else stopped it.

        Whoever claims a try is this same dispatcher, which handles one fact of a case after the
        other: so nothing can leave between this look and the record.
        """
        action = await self._views.get(Action, order.action)
        if action is not None and is_waiting(action) and await self._counts(action):
            held = ApprovalSuperseded(
                approval=order.approval, action=order.action, why=HELD, held=True
            )
            return (_said(action.case, held, action.person),)
        tried = action is not None and action.attempts > 0
        refused = TapRefused(
            tap=order.tap,
            approval=order.approval,
            operator=order.operator,
            channel=order.channel,
            why=_TOO_LATE if tried else _OVER,
        )
        return (_said(action.case if action else "", refused),)

    async def _counts(self, action: Action) -> bool:
        approval = await self._views.get(Approval, action.approval) if action.approval else None
        return approval is not None and approval.status is ApprovalStatus.APPROVED


def _said(case: str, event: Event, person: str = "") -> Draft:
    return Draft(case=case, event=event, key="", by="", person=person)


def is_waiting(action: Action) -> bool:
    """Whether nothing of it was tried yet."""
    return action.status in {ActionStatus.ALLOWED, ActionStatus.ASKING} and not action.attempts
