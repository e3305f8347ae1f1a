"""When a commitment is spoken of. Pure; days and hours are by the company's clock.

Ours are told on the working day before and on the day, those of others once their day is over.
What was recorded too late for that is told at the next hour. An unpaid invoice is none of it: the
case itself asks what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from graph.agents.days import working_day
from ledger.domain.entities import Commitment
from ledger.domain.events import Due

HOUR: Final = time(9)
"""When the day's list is told."""

ALARM: Final = "promises-"
"""How the names of these alarms begin."""

PURPOSE: Final = "promises"
BY_INVOICE: Final = "invoice"
"""How a commitment came to be that an invoice makes; its case minds it."""

BEFORE: Final = "before"
TODAY: Final = "today"
AFTER: Final = "after"


class Wall(Struct, frozen=True):
    """The clock on the company's wall: its zone, and the hour of the day's list."""

    zone: tzinfo
    hour: time = HOUR

    def day(self, moment: datetime) -> date:
        """The day it is there."""
        return moment.astimezone(self.zone).date()

    def at_hour(self, day: date) -> datetime:
        """The moment of that day's list, in UTC."""
        return datetime.combine(day, self.hour, tzinfo=self.zone).astimezone(UTC)

    def next_hour(self, moment: datetime) -> datetime:
        """The next list after `moment`, in UTC."""
        today = self.at_hour(self.day(moment))
        if today > moment:
            return today
        return self.at_hour(self.day(moment) + timedelta(days=1))


def moments(one: Commitment, since: datetime, wall: Wall) -> tuple[datetime, ...]:
    """When it is to be spoken of, seen from `since`; none without a day."""
    if one.due is None or one.read_by == BY_INVOICE:
        return ()
    days = (working_day(one.due, -1), one.due) if one.ours else (one.due + timedelta(days=1),)
    ahead = tuple(moment for day in days if (moment := wall.at_hour(day)) > since)
    return ahead or (wall.next_hour(since),)


def due_at(found: Iterable[Commitment], now: datetime, wall: Wall) -> tuple[Due, ...]:
    """What is to be spoken of at `now` and has not been, the earliest day first."""
    open_ones = [one for one in found if one.open and one.due and one.read_by != BY_INVOICE]
    ordered = sorted(open_ones, key=lambda one: (one.due or date.max, one.number))
    told = ((one, _when(one, now, wall)) for one in ordered)
    return tuple(Due(one.id, when) for one, when in told if when and when not in one.told)


def _when(one: Commitment, now: datetime, wall: Wall) -> str:
    """Which of its moments has come, the last one first; "" where none has."""
    due = one.due or date.max
    today, is_hour = wall.day(now), now >= wall.at_hour(wall.day(now))
    if not one.ours:
        return AFTER if today > due + timedelta(days=1) or (today > due and is_hour) else ""
    if TODAY in one.told or AFTER in one.told:
        return ""
    if today > due or (today == due and is_hour):
        return AFTER if today > due else TODAY
    eve = working_day(due, -1)
    return BEFORE if today > eve or (today == eve and is_hour) else ""


def alarm_at(moment: datetime) -> str:
    """The name of the alarm of a moment: what is due at the same time rings once."""
    return f"{ALARM}{moment:%Y%m%dT%H%M}"
