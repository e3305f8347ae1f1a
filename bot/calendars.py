"""Working days: weekends and public holidays of a country and its region, in the company's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from bot.zones import zone_of_company
from ledger.domain.company import Company

MORNING: Final = time(9)
"""When somebody is reminded or asked, by the clock on the wall. Clocks never change then."""

_MOST_COUNTED: Final = 2_000
"""Days that are looked through: more than five years."""


def workday(company: Company, on: date, after: int = 0, country: str = "") -> datetime:
    """The morning of a working day, in UTC: `after` working days later than `on`, never earlier.

    `on` itself counts as the start, whatever day it is. It is a working day of the company and,
    where `country` names another one, there too.
    """
    at_home = (company.country, company.region)
    places = [at_home, (country, "")] if country not in {"", company.country} else [at_home]
    day, left = on, after
    for _ in range(_MOST_COUNTED):
        if left <= 0 and _works(day, places):
            break
        day += timedelta(days=1)
        left -= _works(day, places)
    local = datetime.combine(day, MORNING, zone_of_company(company))
    return local.astimezone(UTC)


def is_workday(company: Company, day: date) -> bool:
    """Whether the company works on that day."""
    return _works(day, [(company.country, company.region)])


def knows(country: str, region: str) -> bool:
    """Whether the holidays of this part of a country are known."""
    return region in _regions(country)


def _works(day: date, places: list[tuple[str, str]]) -> bool:
    return all(not _is_free(day, country, region) for country, region in places)


@lru_cache(maxsize=4_096)
def _is_free(day: date, country: str, region: str) -> bool:
    """Whether nobody works there on that day. A country nobody knows has weekends only."""
    calendar = _calendar(country, region, day.year)
    if calendar is None:
        return day.weekday() in _WEEKEND
    return bool(calendar.is_weekend(day)) or day in calendar


_WEEKEND: Final = frozenset({5, 6})


@lru_cache(maxsize=64)
def _calendar(country: str, region: str, year: int):  # type: ignore[no-untyped-def]  # the library's own class, loaded late
    from holidays import country_holidays  # noqa: PLC0415 - loads slowly, and is seldom needed

    try:
        return country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError:
        return None


@lru_cache(maxsize=64)
def _regions(country: str) -> frozenset[str]:
    from holidays import list_supported_countries  # noqa: PLC0415 - as above

    return frozenset(list_supported_countries(include_aliases=True).get(country, ()))
