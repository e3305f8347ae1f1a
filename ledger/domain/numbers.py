"""How a document number is made of a format, a year and an ordinal, and how one is read back."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from ledger.domain.errors import CommandInvalid, SettingsInvalid

ONE_SERIES: Final = "all"
"""The series of a format that does not name the year: it never begins again."""

_ANY_YEAR: Final = 2000
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_LAST_DIGITS: Final = re.compile(r"(\d+)(\D*)$")
_LONGEST: Final = 40
_MOST_DIGITS: Final = 12


class ReadNumber(Struct, frozen=True):
    """A number taken apart: the format it follows, its series, its place there, its year or 0."""

    text: str
    format: str
    series: str
    ordinal: int
    year: int = 0


def text_of(format_: str, year: int, ordinal: int, *, setting: str, name: str) -> str:
    """A number as it stands on the document. Raises `SettingsInvalid` for an unusable format."""
    try:
        text = format_.format(year=year, number=ordinal)
        distinct = text != format_.format(year=year, number=ordinal + 1)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise _unusable(format_, str(error), setting, name) from error
    if not distinct:
        raise _unusable(format_, "it does not contain the number", setting, name)
    return text


def names_year(format_: str) -> bool:
    """Whether a sound format names the year, so that its numbers begin again with each."""
    return format_.format(year=_ANY_YEAR, number=1) != format_.format(year=_ANY_YEAR + 11, number=1)


def read_number(said: str) -> ReadNumber:
    """What `RE-2026-0042` says of its series: a year as such, else one series for ever; and how
    many digits. Raises `CommandInvalid` where it has no number in it.
    """
    text = said.strip()
    digits = _LAST_DIGITS.search(text)
    sound = text.isprintable() and not set("{}") & set(text) and len(text) <= _LONGEST
    if digits is None or not sound or len(digits[1]) > _MOST_DIGITS:
        raise CommandInvalid(
            f"{text[:60]!r} is no number of a series.",
            "Say your last number as it stands on the document: `numbers invoice RE-2026-0042`.",
        )
    head, count, tail = text[: digits.start(1)], digits[1], digits[2]
    year = _YEAR.search(head)
    padded = f"{{number:0{len(count)}d}}" if len(count) > 1 else "{number}"
    if year is None:
        return ReadNumber(text, f"{head}{padded}{tail}", ONE_SERIES, int(count))
    before, after = head[: year.start()], head[year.end() :]
    return ReadNumber(
        text, f"{before}{{year}}{after}{padded}{tail}", year[1], int(count), int(year[1])
    )


def _unusable(format_: str, why: str, setting: str, name: str) -> SettingsInvalid:
    return SettingsInvalid(
        f"{name} numbers cannot be made from {format_!r}: {why}.",
        f"Set `{setting}` to something like '{{year}}-{{number:04d}}'.",
    )
