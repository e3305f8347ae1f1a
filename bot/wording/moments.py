"""Moments as people write them: `2026-11-23`, `2026-11-23 14:30`, `yesterday`, `3 days ago`.

A day without an hour means its end. Days and hours are those of the company's time zone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

from msgspec import Struct

from bot import texts
from bot.texts import Trouble
from ledger.domain.errors import CooError

_CLOCK: Final = r"(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_DAY: Final = r"(?P<day>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}|now|today|yesterday)"
_UNITS: Final = {"minute": 1, "hour": 60, "day": 1440, "week": 10_080}
"""Minutes of a unit."""

_EXACT: Final = re.compile(rf"{_DAY}(?:(?:[T\s]\s*|\s+at\s+){_CLOCK})?(?=\s|$|[,:])", re.IGNORECASE)
_AGO: Final = re.compile(
    r"(?P<count>\d{1,6}|an?|one)\s+(?P<unit>minute|hour|day|week|month|year)s?\s+ago\b",
    re.IGNORECASE,
)
_CLOCK_ALONE: Final = re.compile(rf"(?:at\s+)?{_CLOCK}(?=\s|$|[,:])", re.IGNORECASE)
_SPAN: Final = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>[hdwmy])", re.IGNORECASE)
_SHORT: Final = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}


class MomentUnclear(CooError):
    """A moment that cannot be read, or cannot be meant."""

    def __init__(self, trouble: Trouble, **values: object) -> None:
        super().__init__(*trouble.put(**values))


class Moment(Struct, frozen=True):
    """A moment that was named, and the words that follow it. `whole_day`: its end was meant."""

    at: datetime
    rest: str
    whole_day: bool


def leading_moment(text: str, now: datetime) -> Moment:
    """The moment that `text` begins with. Raises `MomentUnclear`, also for one still to come.

    `now` is in the zone in which days are counted.
    """
    given = _unquoted(text.strip())
    for form, read in _FORMS:
        if match := form.match(given):
            at, whole_day = read(match, now)
            rest = given[match.end() :].lstrip(" ,:")
            return Moment(_not_ahead(at, whole_day, now, match.group()), rest, whole_day)
    raise MomentUnclear(texts.MOMENT_UNREADABLE, said=" ".join(given.split()[:3])[:40])


def since(text: str, now: datetime) -> datetime:
    """The moment that a span (`30d`, `12h`, `all`) or a day says to begin with, at its start."""
    if text.lower() == "all":
        return datetime(1970, 1, 2, tzinfo=now.tzinfo)
    if span := _SPAN.fullmatch(text):
        return _back(now, int(span["count"]), _SHORT[span["unit"].lower()])
    if not any(form.match(text) for form, _ in _FORMS):
        raise MomentUnclear(texts.SPAN_UNREADABLE, said=text[:40])
    moment = leading_moment(text, now)
    if moment.rest:
        raise MomentUnclear(texts.SPAN_UNREADABLE, said=text[:40])
    if not moment.whole_day:
        return moment.at
    return _midnight(moment.at.astimezone(now.tzinfo).date(), now)


def _exact(match: re.Match[str], now: datetime) -> tuple[datetime, bool]:
    day = _day(match["day"].lower(), now)
    if match["clock"]:
        return _at(day, match, now), False
    return _end_of(day, now), True


def _ago(match: re.Match[str], now: datetime) -> tuple[datetime, bool]:
    count = int(match["count"]) if match["count"].isdigit() else 1
    at = _back(now, count, match["unit"].lower())
    days = match["unit"].lower() not in {"minute", "hour"}
    return (_end_of(at.date(), now), True) if days else (at, False)


def _today_at(match: re.Match[str], now: datetime) -> tuple[datetime, bool]:
    return _at(now.date(), match, now), False


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., tuple[datetime, bool]]], ...]] = (
    (_EXACT, _exact),
    (_AGO, _ago),
    (_CLOCK_ALONE, _today_at),
)


def _unquoted(text: str) -> str:
    """`"3 days ago" inbox` is as good as without the quotes."""
    quoted = re.match(r"""(["'])(.+?)\1\s*""", text)
    return f"{quoted[2]} {text[quoted.end() :]}".strip() if quoted else text


def _not_ahead(at: datetime, whole_day: bool, now: datetime, said: str) -> datetime:
    """The moment, or now where a day is meant that is not over yet."""
    if at <= now:
        return at
    if whole_day and at.astimezone(now.tzinfo).date() == now.date():
        return now
    raise MomentUnclear(texts.MOMENT_AHEAD, said=said.strip())


def _day(said: str, now: datetime) -> date:
    if said in {"now", "today", "yesterday"}:
        return now.date() - timedelta(days=said == "yesterday")
    parts = [int(part) for part in re.split(r"[-.]", said)]
    year, month, day = parts if "-" in said else reversed(parts)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise MomentUnclear(texts.MOMENT_NO_DAY, said=said, why=error) from error


def _at(day: date, match: re.Match[str], now: datetime) -> datetime:
    hour, _, rest = match["clock"].partition(":")
    zone = (match["zone"] or "").upper()
    try:
        clock = time.fromisoformat(f"{hour:0>2}:{rest}{zone}")
    except ValueError as error:
        raise MomentUnclear(texts.MOMENT_NO_DAY, said=match.group().strip(), why=error) from error
    at = datetime.combine(day, clock)
    return at if at.tzinfo else _local(at, now)


def _end_of(day: date, now: datetime) -> datetime:
    return _midnight(day + timedelta(days=1), now) - timedelta(microseconds=1)


def _midnight(day: date, now: datetime) -> datetime:
    return _local(datetime.combine(day, time()), now)


def _local(naive: datetime, now: datetime) -> datetime:
    """A moment on the clock that `now` is read from.

    A fixed zone stands for that of this machine as it is just now, and summer time may have
    begun or ended in between: then the machine knows better.
    """
    if isinstance(now.tzinfo, timezone) and now.utcoffset() == now.astimezone().utcoffset():
        return naive.astimezone()
    return naive.replace(tzinfo=now.tzinfo)


def _back(now: datetime, count: int, unit: str) -> datetime:
    """So much earlier; months and years keep the day where there is such a one."""
    try:
        if unit in _UNITS:
            return now - timedelta(minutes=count * _UNITS[unit])
        months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError) as error:
        raise MomentUnclear(texts.MOMENT_TOO_EARLY, count=count, unit=unit) from error
