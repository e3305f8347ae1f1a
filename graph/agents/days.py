"""Days that a text names: "on Friday", "bis 30.11.", "après-demain". Never guessed.

A day is taken only where the words leave one: "next Friday", said on a Tuesday, may be either,
and "soon" is none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from graph.agents.deadlines import MONTHS, WEEKDAYS
from graph.agents.numbers import count_of

FRIDAY: Final = 4
FAR: Final = timedelta(days=200)
"""A day without a year that lies further ahead was meant to be one that has passed."""

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = "|".join(WEEKDAYS)
_BEFORE = (
    r"(?:\b(?:by|until|till|on|before|no later than|not later than|latest|at the latest(?: on)?|"
    r"this|coming|bis(?: spatestens)?(?: zum| am)?|spatestens(?: am| zum| bis(?: zum)?)?|"
    r"am|zum|vor dem|ab|d'ici(?: le| au| a)?|avant(?: le)?|jusqu'au|au plus tard(?: le)?|"
    r"pour(?: le)?|"
    r"le|ce|au|at|kommende[nrms]?|diese[nrms]?)\s+)*(?:\b(?:the|dem|den|le) )?"
)
_NEXT = r"(?P<next>next |nachste[nrms]? )?"


class Named(Struct, frozen=True):
    """A day, and where it stands in the text. `day` is None where the words leave several."""

    start: int
    end: int
    day: date | None


def days_in(folded: str, today: date) -> tuple[Named, ...]:
    """The days named in a folded text (see `plain`), in order; of two readings the longer one."""
    found = sorted(_all(folded, today), key=lambda one: (one.start, -one.end))
    kept: list[Named] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _all(folded: str, today: date) -> Iterator[Named]:
    for pattern, make in _FORMS:
        for hit in pattern.finditer(folded):
            yield Named(hit.start(), hit.end(), make(hit, today))


def _in_days(count: int) -> Callable[[re.Match[str], date], date | None]:
    return lambda _, today: today + timedelta(days=count)


def _weekday(hit: re.Match[str], today: date) -> date | None:
    coming = today + timedelta(days=(WEEKDAYS[hit["w"]] - today.weekday() - 1) % 7 + 1)
    later = bool(hit["next"] or hit["after"])
    same_week = coming.isocalendar()[:2] == today.isocalendar()[:2]
    return None if later and same_week else coming


def _weekday_of_next_week(hit: re.Match[str], today: date) -> date | None:
    return today + timedelta(days=7 - today.weekday() + WEEKDAYS[hit["w"]])


def _week(weeks: int) -> Callable[[re.Match[str], date], date | None]:
    def make(_: re.Match[str], today: date) -> date | None:
        friday = today + timedelta(days=7 * weeks + FRIDAY - today.weekday())
        return friday if friday >= today else None

    return make


def _month_end(hit: re.Match[str], today: date) -> date | None:
    named = hit["m"]
    month = MONTHS[named] if named else today.month
    year = today.year + (month < today.month)
    return date(year, month, monthrange(year, month)[1])


def _next_month_end(_: re.Match[str], today: date) -> date | None:
    first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return first.replace(day=monthrange(first.year, first.month)[1])


def _ahead(hit: re.Match[str], today: date) -> date | None:
    count = count_of(hit["n"])
    span = hit["span"]
    if not count:
        return None
    if "work" in (hit["work"] or "") or span.startswith("werk") or hit["ouvr"]:
        return working_day(today, count)
    if span.startswith(("wo", "we", "sem")):
        return today + timedelta(days=7 * count)
    return today + timedelta(days=count)


def working_day(day: date, ahead: int) -> date:
    """The working day (Monday to Friday) so many of them after `day`, or before it."""
    step = timedelta(days=1 if ahead > 0 else -1)
    for _ in range(abs(ahead)):
        day += step
        while day.weekday() > FRIDAY:
            day += step
    return day


def _dated(hit: re.Match[str], today: date) -> date | None:
    groups = hit.groupdict()
    named = groups.get("m") or ""
    month = int(named) if named.isdigit() else MONTHS.get(named, 0)
    year = int(groups.get("y") or 0)
    year += 2_000 if 0 < year < 100 else 0  # noqa: PLR2004  # "30.11.26"
    try:
        day = date(year or today.year, month, int(hit["d"]))
        if year or day >= today:
            return day
        day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day if day - today < FAR else None


def _nth(hit: re.Match[str], today: date) -> date | None:
    number = int(hit["d"] or hit["e"])
    for ahead in (0, 1):
        month = (today.month - 1 + ahead) % 12 + 1
        year = today.year + (today.month + ahead > 12)  # noqa: PLR2004  # months of a year
        if number and number <= monthrange(year, month)[1]:
            day = date(year, month, number)
            if day >= today:
                return day
    return None


_COUNT = r"(?P<n>\d{1,3}|[a-z]{2,7}|a|une?)"
_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...]] = (
    (re.compile(rf"{_BEFORE}\b(?:day after tomorrow|ubermorgen|apres-demain)\b"), _in_days(2)),
    (re.compile(rf"{_BEFORE}\b(?:tomorrow|demain|morgen)"
                r"(?: (?:morning|afternoon|evening|noon|night|fruh|vormittag|mittag|nachmittag|"
                r"abend|"
                r"matin|midi|soir|apres-midi))?\b"), _in_days(1)),
    (re.compile(rf"{_BEFORE}\b(?:today|tonight|this (?:morning|afternoon|evening)|heute|"
                r"aujourd'hui|ce soir|end of (?:the )?(?:day|business)|eod|cob|feierabend)"
                r"(?: (?:morning|afternoon|abend|nachmittag|vormittag|mittag|"
                r"noch))?\b"), _in_days(0)),
    (re.compile(rf"{_BEFORE}(?P<w>{_DAY}) (?:of )?(?:next week|nachster woche|nachste woche|"
                r"der nachsten woche|kommender woche|la semaine prochaine|"
                r"de la semaine prochaine)\b"),
     _weekday_of_next_week),
    (re.compile(r"\b(?:next week|(?:in der )?(?:nachste[rn]?|kommende[rn]?) woche|"
                rf"(?:la )?semaine prochaine)(?: (?:on |am )?(?P<w>{_DAY}))\b"),
     _weekday_of_next_week),
    (re.compile(rf"{_BEFORE}{_NEXT}(?P<w>{_DAY})s?(?: (?:morning|afternoon|evening|fruh|"
                r"vormittag|nachmittag|abend|matin|soir))?(?P<after> prochain)?\b"), _weekday),
    (re.compile(rf"{_BEFORE}\b(?:end of (?:the |this )?week|this week|ende (?:der |dieser )?woche|"
                r"diese[rn]? woche|wochenende|fin de (?:la )?semaine|cette semaine|"
                r"la fin de la semaine)\b"), _week(0)),
    (re.compile(rf"{_BEFORE}(?:(?:end of|ende|fin de) )?\b(?:next week|nachste[rn]? woche|"
                r"kommende[rn]? woche|(?:la )?semaine prochaine)\b"), _week(1)),
    (re.compile(rf"{_BEFORE}\b(?:end of|ende|fin)(?: de| du| des)? "
                rf"(?:(?:the |this |dieses |des |ce |mois de )*(?:month|monats?|mois)\b|"
                rf"(?P<m>{_MONTH})\b)"),
     _month_end),
    (re.compile(rf"{_BEFORE}(?:end of |ende |fin )?\b(?:next month|nachsten monats?|"
                r"(?:du |le )?mois prochain)\b"), _next_month_end),
    (re.compile(r"\b(?:within|in|inside of|binnen|innerhalb(?: von)?|sous|dans(?: les)?|d'ici)"
                r"\s+(?:the next |the |den nachsten |der nachsten |max(?:imum|imal)? )?"
                rf"{_COUNT}[ -]+(?P<work>(?:working|business) )?"
                r"(?P<span>days?|tagen?|tage|werktagen?|jours?|weeks?|wochen?|semaines?)"
                r"(?P<ouvr> ouvres| ouvrables)?\b"), _ahead),
    (re.compile(rf"{_BEFORE}\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"), _dated),
    (re.compile(rf"{_BEFORE}\b(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})"
                r"(?:[./](?P<y>(?:20)?\d\d)\b|\.)?(?![\d€%])"), _dated),
    (re.compile(rf"{_BEFORE}(?:(?:{_DAY}),? )?(?:the |dem |den |le )?\b(?P<d>\d{{1,2}})"
                rf"(?:\.|st|nd|rd|th|"
                rf"er)? (?:of )?(?P<m>{_MONTH})\b\.?(?:,? (?P<y>20\d\d)\b)?"), _dated),
    (re.compile(rf"{_BEFORE}(?:(?:{_DAY}),? )?\b(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})"
                r"(?:st|nd|rd|th)?\b(?:,? (?P<y>20\d\d)\b)?"), _dated),
    (re.compile(r"\b(?:by|on|until|till|before) the (?P<d>\d{1,2})(?:st|nd|rd|th)\b"
                r"|\bbis zum (?P<e>\d{1,2})\.(?! ?[a-z\d])"), _nth),
)  # fmt: skip
