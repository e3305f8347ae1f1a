from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.wording.moments import MomentUnclear, leading_moment, since

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-11-20", "2026-11-20T23:59:59.999999+01:00"),
        ("20.11.2026", "2026-11-20T23:59:59.999999+01:00"),
        ("yesterday", "2026-11-22T23:59:59.999999+01:00"),
        ("3 days ago", "2026-11-20T23:59:59.999999+01:00"),
        ("a week ago", "2026-11-16T23:59:59.999999+01:00"),
        ("1 month ago", "2026-10-23T23:59:59.999999+02:00"),
        ("2026-07-01", "2026-07-01T23:59:59.999999+02:00"),
        ("2026-11-20 14:30", "2026-11-20T14:30:00+01:00"),
        ("2026-11-20T14:30:05.25", "2026-11-20T14:30:05.250000+01:00"),
        ("2026-11-20 at 9:05", "2026-11-20T09:05:00+01:00"),
        ("2026-11-20T14:30:05Z", "2026-11-20T14:30:05+00:00"),
        ("yesterday 14:30", "2026-11-22T14:30:00+01:00"),
        ("08:30", "2026-11-23T08:30:00+01:00"),
        ("2 hours ago", "2026-11-23T07:15:00+01:00"),
        ("90 minutes ago", "2026-11-23T07:45:00+01:00"),
    ],
)
def test_a_moment_is_read_as_people_write_it_in_the_companys_zone(said: str, moment: str) -> None:
    found = leading_moment(f"{said} books", NOW)
    assert found.at == datetime.fromisoformat(moment)
    assert found.rest == "books"


def test_a_moment_in_quotes_counts_as_one_without() -> None:
    assert leading_moment('"3 days ago" inbox', NOW).rest == "inbox"


def test_the_day_that_is_not_over_yet_means_now() -> None:
    assert leading_moment("today", NOW).at == NOW
    assert leading_moment("now books", NOW).at == NOW


@pytest.mark.parametrize("said", ["2026-11-24", "2027-01-01 10:00", "23.11.2026 10:00", "10:00"])
def test_a_moment_that_lies_ahead_is_refused_as_such(said: str) -> None:
    with pytest.raises(MomentUnclear, match="lies ahead"):
        leading_moment(said, NOW)


@pytest.mark.parametrize("said", ["2026-02-30", "30.02.2026 10:00", "2026-11-20 25:00"])
def test_a_day_or_an_hour_that_does_not_exist_is_named(said: str) -> None:
    with pytest.raises(MomentUnclear, match="is not in the calendar"):
        leading_moment(said, NOW)


@pytest.mark.parametrize("said", ["", "soon", "2026", "2026-11-", "days ago", "-1 days ago"])
def test_what_is_no_moment_is_answered_with_how_to_write_one(said: str) -> None:
    with pytest.raises(MomentUnclear, match=r"`3 days ago`"):
        leading_moment(said, NOW)


def test_a_span_before_any_calendar_is_refused() -> None:
    with pytest.raises(MomentUnclear, match="before any calendar"):
        leading_moment("9999 years ago", NOW)
    with pytest.raises(MomentUnclear, match="before any calendar"):
        since("999999w", NOW)


@pytest.mark.parametrize(
    ("said", "begin"),
    [
        ("30d", "2026-10-24T09:15:00+02:00"),
        ("12h", "2026-11-22T21:15:00+01:00"),
        ("1m", "2026-10-23T09:15:00+02:00"),
        ("2026-11-20", "2026-11-20T00:00:00+01:00"),
        ("3 days ago", "2026-11-20T00:00:00+01:00"),
    ],
)
def test_since_begins_where_the_span_or_the_day_does(said: str, begin: str) -> None:
    assert since(said, NOW) == datetime.fromisoformat(begin)


def test_since_all_begins_before_everything() -> None:
    assert since("all", NOW) < datetime(2000, 1, 1, tzinfo=UTC)


def test_words_behind_a_span_are_refused() -> None:
    with pytest.raises(MomentUnclear, match="no span"):
        since("2026-11-20 or so", NOW)
