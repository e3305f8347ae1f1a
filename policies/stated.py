"""What a text states: days to delivery or payment, days by date, and numbers of documents.

English, German and French. It only ever makes somebody look, so what is unsure counts as stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct


class About(StrEnum):
    """What a statement is about."""

    DELIVERY = "delivery"
    PAYMENT = "payment"
    VALIDITY = "valid until"
    DAY = "a day"


class Stated(Struct, frozen=True, kw_only=True):
    """One statement: a number of days, or a day. `words` are those of the text."""

    about: About
    words: str
    days: int = 0
    day: date | None = None


_MONTHS: Final = (
    "january januar janvier",
    "february februar février",
    "march märz mars",
    "april avril",
    "may mai",
    "june juni juin",
    "july juli juillet",
    "august août",
    "september septembre",
    "october oktober octobre",
    "november novembre",
    "december dezember décembre",
)
_MONTH: Final = {name: at for at, names in enumerate(_MONTHS, 1) for name in names.split()}
_DATE: Final = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<day>\d{{1,2}})(?:\.|er|st|nd|rd|th)?\s(?P<month>{'|'.join(_MONTH)})\s(?P<year>\d{{4}})"
    rf"|\b(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}})\b",
    re.IGNORECASE,
)
_DAYS: Final = re.compile(
    r"\b(\d{1,3})\s*(?:working |business |calendar )?(days?|tage?n?|werktage?n?|jours?|weeks?|"
    r"wochen?|semaines?)\b",
    re.IGNORECASE,
)
_WEEK: Final = re.compile(r"w(?:eek|oche)|semaine", re.IGNORECASE)
_KINDS: Final = (
    (About.VALIDITY, re.compile(r"\bvalid|\bgilt bis|\bgültig|\bvalable", re.IGNORECASE)),
    (
        About.PAYMENT,
        re.compile(r"\bpay(?:able|ment)?\b|zahlbar|zahlungs|\bpai(?:ement|er)|régl", re.IGNORECASE),
    ),
    (
        About.DELIVERY,
        re.compile(r"\bdeliver|\bready\b|liefer|\bfertig|livr|\bprêt", re.IGNORECASE),
    ),
)
_NUMBER: Final = re.compile(r"\bP-[0-9A-Z]{8}\b")


def stated(text: str) -> tuple[Stated, ...]:
    """The statements of a text, line by line."""
    return tuple(found for line in text.splitlines() for found in _in_line(line))


def offer_numbers(text: str) -> tuple[str, ...]:
    """Words that have the shape of our offers' numbers."""
    return tuple(dict.fromkeys(_NUMBER.findall(text)))


def _in_line(line: str) -> Iterator[Stated]:
    for hit in _DATE.finditer(line):
        day = _day(hit)
        if day is not None:
            yield Stated(about=_about(line, hit), words=hit[0], day=day)
    for hit in _DAYS.finditer(line):
        about = _about(line, hit)
        if about in (About.DELIVERY, About.PAYMENT):
            days = int(hit[1]) * (7 if _WEEK.match(hit[2]) else 1)
            yield Stated(about=about, words=hit[0], days=days)


def _about(line: str, hit: re.Match[str]) -> About:
    """What the nearest word before it speaks of, else the first one after it."""
    before = [
        (sign.start(), kind)
        for kind, signs in _KINDS
        for sign in signs.finditer(line, 0, hit.start())
    ]
    after = [
        (-sign.start(), kind) for kind, signs in _KINDS for sign in signs.finditer(line, hit.end())
    ]
    return max(before or after, default=(0, About.DAY))[1]


def _day(hit: re.Match[str]) -> date | None:
    try:
        if hit["iso"]:
            return date.fromisoformat(hit["iso"])
        if hit["month"]:
            return date(int(hit["year"]), _MONTH[hit["month"].lower()], int(hit["day"]))
        return date(int(hit["y"]), int(hit["m"]), int(hit["d"]))
    except ValueError:
        return None  # 31 February is no day, and says nothing
