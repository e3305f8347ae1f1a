"""Working days: weekends, holidays of a country and its region, and clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.calendars import MORNING, is_workday, knows, workday
from bot.company.file import read_company
from bot.company.text import company_text, defaults
from ledger.domain.company import ReminderKind, ReminderStep
from ledger.domain.errors import SettingsInvalid

BERLIN = replace(defaults(), time_zone="Europe/Berlin", country="DE")
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
ZONES = st.sampled_from(["Europe/Berlin", "Pacific/Auckland", "America/New_York", "UTC"])


@pytest.mark.parametrize(
    ("on", "after", "then"),
    [
        (date(2026, 12, 25), 0, date(2026, 12, 28)),  # Christmas on a Friday
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 5, 1), 0, date(2026, 5, 4)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
    ],
)
def test_nobody_is_reminded_on_a_weekend_or_a_holiday(on: date, after: int, then: date) -> None:
    assert workday(BERLIN, on, after).astimezone(ZoneInfo("Europe/Berlin")).date() == then


def test_a_region_and_the_customers_country_have_holidays_of_their_own() -> None:
    epiphany, bastille = date(2026, 1, 6), date(2026, 7, 14)
    bavarian = replace(BERLIN, region="BY")
    assert is_workday(BERLIN, epiphany)
    assert not is_workday(bavarian, epiphany)
    assert workday(BERLIN, bastille).date() == bastille
    assert workday(BERLIN, bastille, country="FR").date() == bastille + timedelta(days=1)
    assert knows("DE", "BY")
    assert not knows("DE", "XX")


def test_the_morning_is_at_nine_on_the_wall_whatever_the_clocks_did() -> None:
    assert workday(BERLIN, date(2026, 3, 27)) == datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert workday(BERLIN, date(2026, 3, 30)) == datetime(2026, 3, 30, 7, tzinfo=UTC)


@given(on=DAYS, after=st.integers(0, 30), zone=ZONES)
def test_a_due_morning_is_always_a_working_day_and_never_earlier(
    on: date, after: int, zone: str
) -> None:
    company = replace(BERLIN, time_zone=zone)
    local = workday(company, on, after).astimezone(ZoneInfo(zone))
    assert is_workday(company, local.date())
    assert local.time() == MORNING
    assert local.date() >= on + timedelta(days=after)
    assert workday(company, on, after + 1) >= workday(company, on, after)


def test_what_company_yaml_says_of_time_reads_back() -> None:
    steps = (ReminderStep(kind=ReminderKind.FIRM, after_days=7),)
    company = replace(BERLIN, reminders=steps, follow_up_after=3, region="BY", hold_seconds=90)
    assert read_company(company_text(company)) == company
    none = replace(BERLIN, reminders=(), follow_up_after=0, hold_seconds=0)
    assert read_company(company_text(none)) == none


def test_a_wrong_region_or_step_is_refused_with_its_line() -> None:
    text = company_text(replace(BERLIN, region="BY"))
    with pytest.raises(SettingsInvalid, match="no region of DE"):
        read_company(text.replace('"BY"', '"XX"'))
    with pytest.raises(SettingsInvalid, match="after_days"):
        read_company(text.replace("after_days: 14", "after_days: 2"))
