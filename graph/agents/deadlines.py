"""By when a text wants something: "within 7 days", "bis zum 30.11.", "d'ici vendredi"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from graph.agents.numbers import count_of
from graph.agents.plaintext import plain

_NAMES = (
    "january jan januar janner janvier janv|february feb februar fevrier fevr|march mar marz maerz mars"
    "|april apr avril avr|may mai|june jun juni juin|july jul juli juillet juil|august aug aout"
    "|september sep sept septembre|october oct oktober okt octobre|november nov novembre"
    "|december dec dezember dez decembre"
)
_MONTHS = {name: at for at, names in enumerate(_NAMES.split("|"), 1) for name in names.split()}
_DAY_NAMES = (
    "monday montag lundi|tuesday dienstag mardi|wednesday mittwoch mercredi|thursday donnerstag jeudi"
    "|friday freitag vendredi|saturday samstag sonnabend samedi|sunday sonntag dimanche"
)
_WEEKDAYS = {name: at for at, names in enumerate(_DAY_NAMES.split("|")) for name in names.split()}
_SPANS = {
    "day": 1,
    "tag": 1,
    "jou": 1,
    "wee": 7,
    "woc": 7,
    "sem": 7,
    "mon": 30,
    "moi": 30,
    "wer": 1,
}

_BY = (
    r"(?:\b(?:by|until|till|before|no later than|not later than|deadline(?: is| of|:)?|bis(?: spatestens)?"
    r"(?: zum| zu| am)?|spatestens(?: am| zum| bis(?: zum)?)?|vor dem|d'ici(?: le| au)?|avant(?: le)?|"
    r"jusqu'au|au plus tard(?: le)?|pour le)\s+(?:the |dem |end of |ende |fin |next |nachsten |kommenden )*)"
)
_IN = (
    r"\b(?:within|in|inside of|under|binnen|innerhalb(?: von)?|sous|dans(?: les)?|d'ici|en moins de)"
    r"\s+(?:the next |the |den nachsten |der nachsten |max(?:imum|imal)? )?"
)
_RELATIVE = re.compile(
    rf"{_IN}(?P<n>\d{{1,3}}|[a-z]{{2,7}}|a|une?)[ -]+(?:(?:working|business|full) )?"
    r"(?P<span>days?|tagen?|tage|werktagen?|jours?|weeks?|wochen?|semaines?|months?|monaten?|monate|mois)\b"
)
_ISO = re.compile(rf"{_BY}(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b")
_DOTTED = re.compile(
    rf"{_BY}(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})(?:[./](?P<y>(?:20)?\d\d))?(?![\d€%])"
)
_DAY_MONTH = re.compile(
    rf"{_BY}(?:[a-z]+,? )?(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|er)? (?:of )?(?P<m>[a-z]{{3,9}})\.?"
    r"(?: (?P<y>20\d\d))?\b"
)
_MONTH_DAY = re.compile(
    rf"{_BY}(?P<m>[a-z]{{3,9}})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>20\d\d))?\b"
)
_WEEKDAY = re.compile(rf"{_BY}(?P<w>{'|'.join(_WEEKDAYS)})\b")
_SOON = re.compile(
    r"\b(?:asap|as soon as possible|immediately|right away|urgent(?:ly)?|so schnell wie moglich|sofort|"
    r"umgehend|dringend|schnellstmoglich|des que possible|immediatement|tout de suite)\b"
)
_TOMORROW = re.compile(rf"(?:{_BY}|\b)(?:tomorrow|demain)\b|\bbis morgen\b")
_PAYS = re.compile(
    r"\b(?:pay|payment|payable|zahl\w*|bezahl\w*|uberweis\w*|paiement|payer|regl\w+|net)\b.{0,30}$"
)
_FORMER_CENTURY = 100
_SOON_DAYS = 1


def deadline_in(text: str, today: date) -> date | None:
    """The earliest day the text names as a limit, or None. Terms of payment are no deadline."""
    folded = plain(text)
    return min((day for day in _days(folded, today)), default=None)


def presses(text: str) -> bool:
    """Whether it wants it soon without saying when ("asap")."""
    return bool(_SOON.search(plain(text)))


def payment_terms(text: str) -> bool:
    """Whether it names a time to pay in ("payment within 60 days")."""
    folded = plain(text)
    return any(_is_payment(folded, hit.start()) for hit in _RELATIVE.finditer(folded))


def _days(folded: str, today: date) -> Iterator[date]:
    for hit in _RELATIVE.finditer(folded):
        count = count_of(hit["n"])
        if count and not _is_payment(folded, hit.start()):
            yield today + timedelta(days=count * _SPANS[hit["span"][:3]])
    if _TOMORROW.search(folded):
        yield today + timedelta(days=_SOON_DAYS)
    for hit in _WEEKDAY.finditer(folded):
        yield today + timedelta(days=(_WEEKDAYS[hit["w"]] - today.weekday() - 1) % 7 + 1)
    for pattern in (_ISO, _DOTTED, _DAY_MONTH, _MONTH_DAY):
        for hit in pattern.finditer(folded):
            if (day := _date(hit, today)) is not None:
                yield day


def _is_payment(folded: str, start: int) -> bool:
    return bool(_PAYS.search(folded[max(0, start - 40) : start]))


def _date(hit: re.Match[str], today: date) -> date | None:
    month = int(hit["m"]) if hit["m"].isdigit() else _MONTHS.get(hit["m"], 0)
    year = int(hit["y"] or 0)
    year += 2_000 if 0 < year < _FORMER_CENTURY else 0
    try:
        day = date(year or today.year, month, int(hit["d"]))
    except ValueError:
        return None
    passed = not year and day < today
    return day.replace(year=day.year + 1, day=min(day.day, 28)) if passed else day
