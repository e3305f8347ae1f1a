"""By when a text wants something: "within 7 days", "bis zum 30.11.", "d'ici vendredi"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from graph.agents.numbers import count_of
from graph.agents.plaintext import plain

_NAMES = (
    "january jan januar janner janvier janv|february feb februar fevrier fevr|"
    "march mar marz maerz mars"
    "|april apr avril avr|may mai|june jun juni juin|july jul juli juillet juil|august aug aout"
    "|september sep sept septembre|october oct oktober okt octobre|november nov novembre"
    "|december dec dezember dez decembre"
)
MONTHS = {name: at for at, names in enumerate(_NAMES.split("|"), 1) for name in names.split()}
_DAY_NAMES = (
    "monday montag lundi|tuesday dienstag mardi|wednesday mittwoch mercredi|"
    "thursday donnerstag jeudi"
    "|friday freitag vendredi|saturday samstag sonnabend samedi|sunday sonntag dimanche"
)
WEEKDAYS = {name: at for at, names in enumerate(_DAY_NAMES.split("|")) for name in names.split()}
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
    r"(?:\b(?:by|until|till|before|no later than|not later than|deadline(?: is| of|:)?|"
    r"bis(?: spatestens)?"
    r"(?: zum| zu| am)?|spatestens(?: am| zum| bis(?: zum)?)?|vor dem|d'ici(?: le| au)?|"
    r"avant(?: le)?|"
    r"jusqu'au|au plus tard(?: le)?|pour le)\s+(?:the |dem |end of |ende |fin |next |nachsten |"
    r"kommenden )*)"
)
_IN = (
    r"\b(?:within|in|inside of|under|binnen|innerhalb(?: von)?|sous|dans(?: les)?|d'ici|"
    r"en moins de)"
    r"\s+(?:the next |the |den nachsten |der nachsten |max(?:imum|imal)? )?"
)
_RELATIVE = re.compile(
    rf"{_IN}(?P<n>\d{{1,3}}|[a-z]{{2,7}}|a|une?)[ -]+(?:(?:working|business|full) )?"
    r"(?P<span>days?|tagen?|tage|werktagen?|jours?|weeks?|wochen?|semaines?|months?|monaten?|"
    r"monate|mois)\b"
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
_WEEKDAY = re.compile(rf"{_BY}(?P<w>{'|'.join(WEEKDAYS)})\b")
_SOON = re.compile(
    r"\b(?:asap|as soon as possible|immediately|right away|urgent(?:ly)?|"
    r"so schnell wie moglich|sofort|"
    r"umgehend|dringend|schnellstmoglich|des que possible|immediatement|tout de suite)\b"
)
_TOMORROW = re.compile(rf"(?:{_BY}|\b)(?:tomorrow|demain)\b|\bbis morgen\b")
_PAYS = re.compile(
    r"\b(?:pay|payment|payable|zahl\w*|bezahl\w*|uberweis\w*|paiement|payer|regl\w+|net)\b.{0,30}$"
)
_REPLIES = re.compile(
    r"\b(?:send|reply|answer|get back|hear (?:back )?from|respond|schick\w*|zukommen|"
    r"zusend\w*|antwort\w*|meld\w*|envoy\w*|repond\w*|recevoir|adress\w*)\b[^.!?,;\n]{0,40}$"
    r"|\b(?:offer|quote|quotation|proposal|angebot|devis|offre|estimate)\s*$"
)
_REPLIES_AFTER = re.compile(
    r"^,? (?:bitte |an uns |uns |mir |ein |ihr |das |angebot |offerte ){0,4}"
    r"(?:zu)?(?:schick|send|komm|meld|antwort)\w*"
)
_FORMER_CENTURY = 100
_SOON_DAYS = 1


def deadline_in(text: str, today: date, *, strict: bool = False) -> date | None:
    """The earliest day the text names as a limit for the work, or None.

    Terms of payment are no such limit, and the day by which an answer is wanted is none either.
    `strict` counts every day but those of payment: for a yes, where no date may be overlooked.
    """
    days = _days(plain(text), today)
    return min((day for day, is_reply in days if strict or not is_reply), default=None)


def presses(text: str) -> bool:
    """Whether it wants it soon without saying when ("asap")."""
    return bool(_SOON.search(plain(text)))


def payment_terms(text: str) -> bool:
    """Whether it names a time to pay in ("payment within 60 days")."""
    folded = plain(text)
    return any(_is_payment(folded, hit.start()) for hit in _RELATIVE.finditer(folded))


def _days(folded: str, today: date) -> Iterator[tuple[date, bool]]:
    for hit, day in _all_days(folded, today):
        if not _is_payment(folded, hit.start()):
            yield day, _is_reply(folded, hit)


def _all_days(folded: str, today: date) -> Iterator[tuple[re.Match[str], date]]:
    for hit in _RELATIVE.finditer(folded):
        count = count_of(hit["n"])
        if count:
            yield hit, today + timedelta(days=count * _SPANS[hit["span"][:3]])
    for hit in _TOMORROW.finditer(folded):
        yield hit, today + timedelta(days=_SOON_DAYS)
    for hit in _WEEKDAY.finditer(folded):
        ahead = (WEEKDAYS[hit["w"]] - today.weekday() - 1) % 7 + 1
        yield hit, today + timedelta(days=ahead)
    for pattern in (_ISO, _DOTTED, _DAY_MONTH, _MONTH_DAY):
        for hit in pattern.finditer(folded):
            if (day := _date(hit, today)) is not None:
                yield hit, day


def _is_reply(folded: str, hit: re.Match[str]) -> bool:
    before, after = folded[max(0, hit.start() - 60) : hit.start()], folded[hit.end() :]
    return bool(_REPLIES.search(before) or _REPLIES_AFTER.match(after))


def _is_payment(folded: str, start: int) -> bool:
    return bool(_PAYS.search(folded[max(0, start - 40) : start]))


def _date(hit: re.Match[str], today: date) -> date | None:
    month = int(hit["m"]) if hit["m"].isdigit() else MONTHS.get(hit["m"], 0)
    year = int(hit["y"] or 0)
    year += 2_000 if 0 < year < _FORMER_CENTURY else 0
    try:
        day = date(year or today.year, month, int(hit["d"]))
    except ValueError:
        return None
    passed = not year and day < today
    return day.replace(year=day.year + 1, day=min(day.day, 28)) if passed else day
