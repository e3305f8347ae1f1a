"""From when to when a sentence holds: "from March", "until 31 December", "ab 1.4.", "im Mai".

A month or a day without a year is the next to come; after "since" the last that was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from graph.agents.deadlines import MONTHS
from graph.agents.plaintext import plain

_MONTH: Final = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_YEAR: Final = r"(?:,? (?P<{0}y>20\d\d))?"


def _date(at: str) -> str:
    """The forms of a date, their groups named with `at` in front."""
    year = _YEAR.format(at)
    return (
        rf"(?:(?P<{at}iso>20\d\d-\d\d-\d\d)"
        rf"|(?P<{at}dd>\d{{1,2}})[./](?P<{at}dm>\d{{1,2}})(?:[./](?P<{at}dy>(?:20)?\d\d))?\.?"
        rf"|(?P<{at}d>\d{{1,2}})(?:\.|st|nd|rd|th|er)? (?:of )?(?P<{at}m>{_MONTH})\b{year}"
        rf"|(?P<{at}ma>{_MONTH}) (?P<{at}da>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<{at}ya>20\d\d))?"
        rf"|(?P<{at}end>(?:the )?end of (?:the )?|ende (?:des )?|jahres|monats)"
        rf"(?P<{at}of>year|month|jahres|monats|ende|{_MONTH})\b(?: (?P<{at}ye>20\d\d))?"
        rf"|(?P<{at}mo>{_MONTH})\b(?: (?P<{at}ym>20\d\d))?"
        rf"|(?P<{at}word>today|heute|now|jetzt|tomorrow|morgen"
        r"|next (?:week|month|year)|nachst\w+ (?:woche|monat|jahr))\b"
        rf"|(?P<{at}only>20\d\d)\b)"
    )


_FROM: Final = re.compile(
    r"\b(?P<how>from|since|as of|as from|starting(?: on| from)?|effective|beginning|gultig ab|ab|"
    rf"seit|vom|von)(?: dem| the| anfang)? {_date('f')}(?: onwards?| on\b| an\b)?"
)
_UNTIL: Final = re.compile(
    rf"\b(?:until|till|til|through|up to|to|bis|through to)(?: zum| einschliesslich| the)? "
    rf"{_date('u')}"
)
_IN: Final = re.compile(
    rf"\b(?:in|im|during|wahrend)(?: the)? (?:(?P<mo>{_MONTH})\b(?: (?P<ym>20\d\d))?"
    r"|(?P<only>20\d\d)\b)"
)
_PAST: Final = frozenset({"since", "seit"})
_CENTURY: Final = 2_000


class Period(Struct, frozen=True):
    """The days a sentence names, `end` exclusive, None for open; `rest` is what it says else.

    `unread`: it names a day that no calendar has.
    """

    begin: date | None
    end: date | None
    rest: str
    unread: bool = False


class _Span(Struct, frozen=True):
    """A day, a month or a year, `after` exclusive; `dated`: its year was said."""

    first: date
    after: date
    dated: bool


def read_period(text: str, today: date) -> Period:
    """The period in `text`, and the text without it."""
    folded = plain(text)
    start, stop, within = _FROM.search(folded), _UNTIL.search(folded), _IN.search(folded)
    begin = _first(start, today) if start else None
    end = _end(stop, begin or today) if stop else None
    if begin is None and end is None and within:
        span = _span(within.groupdict(), "", today)
        if span is not None:
            ahead = span if span.dated or span.after > today else _later(span)
            return Period(ahead.first, ahead.after, _without(text, within))
    used = [hit for hit, day in ((start, begin), (stop, end)) if hit and day]
    unread = (start is not None and begin is None) or (stop is not None and end is None)
    return Period(begin, end, _without(text, *used), unread)


def _first(hit: re.Match[str], today: date) -> date | None:
    span = _span(hit.groupdict(), "f", today)
    if span is None:
        return None
    if hit["how"] in _PAST:
        return (span if span.dated or span.first <= today else _earlier(span)).first
    return (span if span.dated or span.after > today else _later(span)).first


def _end(hit: re.Match[str], begin: date) -> date | None:
    span = _span(hit.groupdict(), "u", begin)
    if span is None:
        return None
    return (span if span.dated or span.after > begin else _later(span)).after


def _span(found: dict[str, str | None], at: str, today: date) -> _Span | None:
    def of(name: str) -> str:
        return found.get(f"{at}{name}") or ""

    try:
        return next((span for read in _READERS if (span := read(of, today))), None)
    except ValueError:
        return None  # no such day


_Of = Callable[[str], str]


def _iso(of: _Of, _today: date) -> _Span | None:
    return _day(date.fromisoformat(of("iso")), dated=True) if of("iso") else None


def _numbers(of: _Of, today: date) -> _Span | None:
    if not of("dd"):
        return None
    year = int(of("dy") or 0)
    year += _CENTURY if 0 < year < _CENTURY else 0
    day = date(year or today.year, int(of("dm")), int(of("dd")))
    return _day(day, dated=bool(year))


def _named(of: _Of, today: date) -> _Span | None:
    for number, month, year in (("d", "m", "y"), ("da", "ma", "ya")):
        if of(month):
            day = date(int(of(year) or today.year), MONTHS[of(month)], int(of(number)))
            return _day(day, dated=bool(of(year)))
    return None


def _ending(of: _Of, today: date) -> _Span | None:
    if not of("end"):
        return None
    what, year = of("of"), int(of("ye") or today.year)
    if what in MONTHS:
        span = _month(year, MONTHS[what], dated=bool(of("ye")))
    elif what in {"month", "monats"} or of("end") == "monats":
        span = _month(today.year, today.month, dated=True)
    else:
        span = _Span(date(year, 1, 1), date(year + 1, 1, 1), dated=True)
    return _Span(span.after - timedelta(days=1), span.after, span.dated)


def _months(of: _Of, today: date) -> _Span | None:
    if of("only"):
        year = int(of("only"))
        return _Span(date(year, 1, 1), date(year + 1, 1, 1), dated=True)
    if not of("mo"):
        return None
    return _month(int(of("ym") or today.year), MONTHS[of("mo")], dated=bool(of("ym")))


def _worded(of: _Of, today: date) -> _Span | None:
    word = of("word")
    if not word:
        return None
    if word.endswith(("month", "monat")):
        following = _month(today.year, today.month, dated=True).after
        return _month(following.year, following.month, dated=True)
    if word.endswith(("year", "jahr")):
        return _Span(date(today.year + 1, 1, 1), date(today.year + 2, 1, 1), dated=True)
    if word.endswith(("week", "woche")):
        monday = today + timedelta(days=7 - today.weekday())
        return _Span(monday, monday + timedelta(days=7), dated=True)
    ahead = 1 if word in {"tomorrow", "morgen"} else 0
    return _day(today + timedelta(days=ahead), dated=True)


_READERS: Final = (_iso, _numbers, _named, _ending, _months, _worded)


def _day(day: date, *, dated: bool) -> _Span:
    return _Span(day, day + timedelta(days=1), dated)


def _month(year: int, month: int, *, dated: bool) -> _Span:
    following = date(year + month // 12, month % 12 + 1, 1)
    return _Span(date(year, month, 1), following, dated)


def _later(span: _Span) -> _Span:
    return _Span(_moved(span.first, 1), _moved(span.after, 1), span.dated)


def _earlier(span: _Span) -> _Span:
    return _Span(_moved(span.first, -1), _moved(span.after, -1), span.dated)


def _moved(day: date, years: int) -> date:
    year = day.year + years
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=year, day=28 if leap else day.day)


def _without(text: str, *hits: re.Match[str]) -> str:
    for hit in sorted(hits, key=lambda each: each.start(), reverse=True):
        text = f"{text[: hit.start()]} {text[hit.end() :]}"
    return " ".join(text.split()).strip(" ,;")
