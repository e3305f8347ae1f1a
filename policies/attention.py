"""Attention is a budget: when something that wants the operator may be put before them.

Pure, and without a clock of its own. Waiting only delays: whatever waits is shown in time for its
deadline, and after a day at the latest, in quiet hours and over the caps too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.company import Attention, QuietHours

NEAR: Final = timedelta(hours=2)
"""So long before its deadline a card breaks through: a person needs a moment to decide."""

LONGEST_WAIT: Final = timedelta(days=1)
"""Nothing waits longer for a better moment, deadline or not."""

_HOUR: Final = timedelta(hours=1)
_STEP: Final = timedelta(minutes=1)
"""Where a clock is set back, its end seems to be over in the hour that comes twice."""


class Kind(StrEnum):
    """What wants attention. Only cards use up the caps; quiet hours hold back news as well."""

    CARD = "card"
    """It asks: an approval, a question, a failure with its remedies."""
    NEWS = "news"
    """It only tells."""
    ANSWER = "answer"
    """Somebody asked for it, or set the hour of it themselves; it never waits."""


class Urgency(StrEnum):
    """How much it matters that it is seen at once; a rule may mark what it asks about."""

    NORMAL = "normal"
    URGENT = "urgent"


class Wanting(Struct, frozen=True, kw_only=True):
    """Something that wants to be put before one person.

    `subject` is what it is about, as a post names it (`approval:…`); `since` when it was first
    wanted; `deadline` when it is too late; `alike` the class of ask: those of one class may share
    a card, "" shares with nobody.
    """

    subject: str
    kind: Kind
    since: datetime
    deadline: datetime | None = None
    urgency: Urgency = Urgency.NORMAL
    alike: str = ""


class Now(Struct, frozen=True):
    """Show it by itself now. `through` says what lets it break through; "" where nothing had to."""

    through: str = ""


class NotBefore(Struct, frozen=True):
    """Ask again at this moment, or when something else comes to wait. `why` is for people."""

    moment: datetime
    why: str


class Group(Struct, frozen=True):
    """Show these in one card with a list, the most pressing first; `subjects` holds the asked one.

    Each stays bound to its own bytes. `through` as in `Now`.
    """

    key: str
    subjects: tuple[str, ...]
    through: str = ""


Timing = Now | NotBefore | Group

URGENT: Final = "a rule marks it as urgent"
DEADLINE: Final = "its time runs out"
WAITED: Final = "it has waited for a day"

QUIET: Final = "quiet hours"
HOUR_USED_UP: Final = "enough cards for this hour"
DAY_USED_UP: Final = "enough cards for today"


def timing(
    asked: Wanting,
    waiting: Sequence[Wanting],
    shown: Sequence[datetime],
    settings: Attention,
    zone: tzinfo,
    now: datetime,
) -> Timing:
    """When `asked` may be shown to a person.

    `waiting`: all that now waits for them, `asked` among it. `shown`: when cards were put before
    them, one moment a post (a group counts once), today and in the last hour at least.
    """
    if asked.kind is Kind.ANSWER:
        return Now()
    through = _breaks_through(asked, settings, zone, now)
    if through:
        return _shown(asked, waiting, settings, through)
    moment, why = _free(asked, sorted(shown), settings, zone, now)
    if moment <= now:
        return _shown(asked, waiting, settings, "")
    return NotBefore(min(moment, last_moment(asked, settings, zone)), why)


def most_pressing_first(waiting: Sequence[Wanting]) -> list[Wanting]:
    """In the order in which they should be asked about: urgent, then by deadline, then by age."""

    def key(one: Wanting) -> tuple[bool, bool, datetime, datetime, str]:
        calm = one.urgency is Urgency.NORMAL
        return calm, one.deadline is None, one.deadline or one.since, one.since, one.subject

    return sorted(waiting, key=key)


def last_moment(asked: Wanting, settings: Attention, zone: tzinfo) -> datetime:
    """When it breaks through at the latest. What would be due at night comes in the evening."""
    last = asked.since + LONGEST_WAIT
    if asked.deadline is not None:
        last = min(last, asked.deadline - NEAR)
    begun = _quiet_since(last, settings.quiet_hours, zone)
    return last if begun is None else begun


def _breaks_through(asked: Wanting, settings: Attention, zone: tzinfo, now: datetime) -> str:
    """What lets it, or ""."""
    if asked.urgency is Urgency.URGENT:
        return URGENT
    if now < last_moment(asked, settings, zone):
        return ""
    near = asked.deadline is not None and asked.deadline - NEAR < asked.since + LONGEST_WAIT
    return DEADLINE if near else WAITED


def _shown(
    asked: Wanting, waiting: Sequence[Wanting], settings: Attention, through: str
) -> Now | Group:
    """By itself, or together with those like it where they are many."""
    alike = most_pressing_first([one for one in waiting if _alike(asked, one)])
    if not asked.alike or len(alike) < settings.group_from:
        return Now(through)
    return Group(asked.alike, tuple(one.subject for one in alike), through)


def _alike(asked: Wanting, one: Wanting) -> bool:
    return (one.kind, one.alike, one.urgency) == (asked.kind, asked.alike, asked.urgency)


def _free(
    asked: Wanting,
    shown: Sequence[datetime],
    settings: Attention,
    zone: tzinfo,
    now: datetime,
) -> tuple[datetime, str]:
    """The first moment from `now` on at which nothing holds it back, and what held it first."""
    moment, why = now, ""
    while held := _held(asked, shown, settings, zone, moment):
        moment = held[0]
        why = why or held[1]
    return moment, why


def _held(
    asked: Wanting,
    shown: Sequence[datetime],
    settings: Attention,
    zone: tzinfo,
    moment: datetime,
) -> tuple[datetime, str] | None:
    """Until when something holds it back at `moment`, and what; always later than `moment`."""
    if end := _quiet_until(moment, settings.quiet_hours, zone):
        return end, QUIET
    if asked.kind is Kind.NEWS:
        return None
    today = [each for each in shown if _day(each, zone) == _day(moment, zone)]
    if len(today) >= settings.cards_per_day:
        return _at(moment, time(0), zone, days=1), DAY_USED_UP
    lately = [each for each in shown if moment - _HOUR < each <= moment]
    if len(lately) >= settings.cards_per_hour:
        return lately[-settings.cards_per_hour] + _HOUR, HOUR_USED_UP
    return None


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _at(moment: datetime, clock: time, zone: tzinfo, days: int = 0) -> datetime:
    """What the clock on the wall says on the day of `moment`, or so many days later."""
    day = _day(moment, zone) + timedelta(days=days)
    there = datetime.combine(day, clock, tzinfo=zone)
    return there.astimezone(moment.tzinfo)


def _quiet_until(moment: datetime, quiet: QuietHours | None, zone: tzinfo) -> datetime | None:
    """The end of the quiet hours that `moment` lies in, None outside of them."""
    begun = _quiet_since(moment, quiet, zone)
    if begun is None or quiet is None:
        return None
    end = _at(begun, quiet.end, zone)
    end = end if end > begun else _at(begun, quiet.end, zone, days=1)
    return end if end > moment else moment + _STEP


def _quiet_since(moment: datetime, quiet: QuietHours | None, zone: tzinfo) -> datetime | None:
    """The beginning of the quiet hours that `moment` lies in, None outside of them."""
    if quiet is None:
        return None
    clock = moment.astimezone(zone).time()
    over_night = quiet.begin > quiet.end
    if over_night and clock < quiet.end:
        return _at(moment, quiet.begin, zone, days=-1)
    begun = clock >= quiet.begin and (over_night or clock < quiet.end)
    return _at(moment, quiet.begin, zone) if begun else None
