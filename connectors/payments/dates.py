"""Dates as banks write them. What can be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from connectors.payments.amounts import Unclear

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[T ,].*)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?:[T ,].*)?")
_MONTHS = 12
_CENTURY = 2000


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether a column writes 22/11/2026 (True) or 11/22/2026 (False); None: nothing shows it.

    Raises `Unclear` where both occur.
    """
    shown: set[bool] = set()
    for text in texts:
        match = _SLASHED.fullmatch(text.strip())
        if match and int(match[1]) > _MONTHS:
            shown.add(True)
        if match and int(match[2]) > _MONTHS:
            shown.add(False)
    if len(shown) > 1:
        raise Unclear(
            "Some dates begin with the day and others with the month.",
            "Export the file with dates like 2026-11-22.",
        )
    return next(iter(shown), None)


def booking_date(text: str, *, days_first: bool | None) -> date:
    """The date in a cell. Raises `Unclear`, also for 03/04/2026 where the column shows no order."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        return _date(text, match[1], match[2], match[3])
    if match := _DOTTED.fullmatch(text):
        return _date(text, match[3], match[2], match[1])
    match = _SLASHED.fullmatch(text)
    if not match:
        raise Unclear(f"{text[:30]!r} is no date.", "Write it like 2026-11-22.")
    if days_first is None and match[1] != match[2]:
        raise Unclear(
            f"{text!r} can be read in two ways.", "Export the file with dates like 2026-11-22."
        )
    day, month = (match[2], match[1]) if days_first is False else (match[1], match[2])
    return _date(text, match[3], month, day)


def _date(text: str, year: str, month: str, day: str) -> date:
    full = int(year) if len(year) == len("2026") else _CENTURY + int(year)
    try:
        return date(full, int(month), int(day))
    except ValueError as error:
        raise Unclear(f"{text[:30]!r} is no date.", "Write it like 2026-11-22.") from error
