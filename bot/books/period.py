"""Which days are meant: a month, a quarter, a year."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from bot.commands.picturing import month_said

_QUARTER: Final = re.compile(r"q([1-4])(?:[\s/-]*(\d{4}))?|(\d{4})[\s/-]*q([1-4])")
_YEAR: Final = re.compile(r"\d{4}")
_NAMED: Final = re.compile(r"([a-z]{3,})\.?\s+(\d{4})")
_MONTHS: Final = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
)


class Period(Struct, frozen=True):
    """From `first` to `last`, both within it. `name` is how files and titles call it."""

    name: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def period_said(said: str, now: datetime) -> Period | None:
    """`October`, `2026-10`, `last month`, `Q4`, `2026 Q4`, `2026`; "" is this month.

    None where it cannot be read.
    """
    words = " ".join(said.casefold().split())
    quarter = _QUARTER.fullmatch(words)
    if quarter:
        number = int(quarter[1] or quarter[4])
        year = int(quarter[2] or quarter[3] or 0) or _last_begun(now, number)
        return _months(year, 3 * number - 2, 3, f"{year}-Q{number}")
    if _YEAR.fullmatch(words) and int(words):
        return _months(int(words), 1, 12, words)
    month = month_said(_numbered(words), now)
    if month is None:
        return None
    return _months(month.start.year, month.start.month, 1, f"{month.start:%Y-%m}")


def _numbered(words: str) -> str:
    """`october 2026`, `oktober 2026` and `octobre 2026` as `2026-10`."""
    named = _NAMED.fullmatch(words)
    name = named[1] if named else words
    for starts in _MONTHS:
        for number, start in enumerate(starts.split(), start=1):
            if len(name) >= len(start) and name.startswith(start) and named:
                return f"{named[2]}-{number:02d}"
    return words


def _last_begun(now: datetime, quarter: int) -> int:
    return now.year if 3 * quarter - 2 <= now.month else now.year - 1


def _months(year: int, first: int, count: int, name: str) -> Period:
    start = date(year, first, 1)
    after = date(year + (first + count - 1) // 12, (first + count - 1) % 12 + 1, 1)
    return Period(name, start, after - timedelta(days=1))
