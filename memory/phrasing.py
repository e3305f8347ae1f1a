"""What the form of a text says, in English, German and French: whether it asks, whether it tells a
time, which dates it names. Pure.
"""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

TOLD_WITHIN: Final = 2
"""Days after which a thing is still told as new: mostly when it is over."""

_MONTHS: Final = (
    ("january", "januar", "jänner", "janvier"),
    ("february", "februar", "feber", "février"),
    ("march", "märz", "mars"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juni", "juin"),
    ("july", "juli", "juillet"),
    ("august", "août"),
    ("september", "septembre"),
    ("october", "oktober", "octobre"),
    ("november", "novembre"),
    ("december", "dezember", "décembre"),
)
_NUMBER: Final = {name: n for n, names in enumerate(_MONTHS, start=1) for name in names}
_ALSO_WORDS: Final = frozenset({"may", "march"})
"""Months that are also something else: they count as months only beside a number or after one of
the words of `_DATED`."""
_NAME: Final = "|".join(_NUMBER)
_DATED: Final = re.compile(
    r"(?:\b(?P<before>\d{1,2})(?:st|nd|rd|th|er|\.)?(?: of)? |"
    r"\b(?P<sign>in|of|on|since|until|by|during|before|after|last|next|early|late|mid)[ -])?"
    rf"\b(?P<month>{_NAME})\b"
    r"(?:,? (?P<after>\d{1,2})(?:st|nd|rd|th)?\b(?!\d))?(?:,? (?P<year>\d{4})\b)?"
)
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")

_ASKS_WHEN: Final = re.compile(
    r"^(?:when|wann|quand)\b|\b(?:(?:what|which) (?:date|day)|by when|since when|until when"
    r"|(?:bis|ab|seit) wann|an welchem tag|welche[ms]? datum"
    r"|(?:jusqu|depuis|d[èe]s|à partir de)\W?(?:à )?quand|quelle date|quel jour)\b"
)
_TELLS_TIME: Final = re.compile(
    r"\b(?:\d{4}|\d{1,2}(?:\.|st|nd|rd|th)|yesterday|today|tomorrow|tonight|last|next|ago"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|days?|week(?:end)?|month|year"
    r"|gestern|heute|morgen|woche|monat|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|hier|demain|semaine|mois|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
    rf"|{_NAME})(?!\w)"
)


class Form(enum.IntFlag):
    """What is to be seen of a text without understanding it; kept as a number."""

    PLAIN = 0
    ASKS = 1
    """A question mark is in it: the next line may be the answer."""
    ENDS_ASKING = 2
    """It ends with one: it is no answer itself."""
    TELLS_TIME = 4


class Named(Struct, frozen=True):
    """A month or a day that a text names."""

    month: int
    year: int | None = None
    day: int | None = None

    def closeness(self, at: datetime) -> float:
        """How well a moment fits: 1 the month, 1.5 the day or one right after it; else 0."""
        if at.month != self.month or self.year not in (None, at.year):
            return 0.0
        if self.day is None:
            return 1.0
        return 1.5 if 0 <= at.day - self.day <= TOLD_WITHIN else 0.0


def form_of(text: str) -> Form:
    """The form of what was said."""
    found = Form.PLAIN
    if "?" in text:
        found |= Form.ASKS
        if text.rstrip().endswith("?"):
            found |= Form.ENDS_ASKING
    if _TELLS_TIME.search(text.lower()):
        found |= Form.TELLS_TIME
    return found


def asks_when(question: str) -> bool:
    """Whether a question is for a time."""
    return _ASKS_WHEN.search(question.strip().lower()) is not None


def dates_in(text: str) -> tuple[Named, ...]:
    """The months and days that are named; a year alone is none."""
    lower = text.lower()
    told = [
        Named(_NUMBER[found["month"]], _number(found["year"]), _day(found))
        for found in _DATED.finditer(lower)
        if found["month"] not in _ALSO_WORDS
        or any(found[part] for part in ("before", "sign", "after", "year"))
    ]
    written = [Named(int(m), int(y), int(d)) for y, m, d in _ISO.findall(lower)]
    return tuple(dict.fromkeys((*told, *written)))


def moment_of(micros: int) -> datetime:
    """Microseconds since 1970 as a moment, UTC."""
    return datetime.fromtimestamp(micros / 1e6, UTC)


def _day(found: re.Match[str]) -> int | None:
    return _number(found["before"]) or _number(found["after"])


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None
