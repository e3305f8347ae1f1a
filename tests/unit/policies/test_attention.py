"""When something that wants the operator's attention may have it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.company import Attention, QuietHours
from policies.attention import (
    DAY_USED_UP,
    DEADLINE,
    HOUR_USED_UP,
    LONGEST_WAIT,
    NEAR,
    QUIET,
    URGENT,
    WAITED,
    Group,
    Kind,
    NotBefore,
    Now,
    Urgency,
    Wanting,
    most_pressing_first,
    timing,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""Noon in Berlin."""
NIGHT = NOON + 11 * HOUR + timedelta(minutes=30)
"""Half past eleven."""
CALM = Attention(cards_per_hour=2, cards_per_day=5)


def card(subject: str = "approval:a", *, since: datetime = NOON, **more: object) -> Wanting:
    return Wanting(subject=subject, kind=Kind.CARD, since=since, **more)  # type: ignore[arg-type] # a test's short hand


def at(
    asked: Wanting,
    now: datetime = NOON,
    *,
    shown: Sequence[datetime] = (),
    others: Sequence[Wanting] = (),
    settings: Attention = CALM,
) -> Now | NotBefore | Group:
    return timing(asked, [asked, *others], shown, settings, BERLIN, now)


def test_a_card_comes_at_once_while_the_hour_has_room() -> None:
    assert at(card()) == Now()
    assert at(card(), shown=[NOON - timedelta(minutes=10)]) == Now()


def test_a_full_hour_lets_the_next_card_wait_until_its_first_one_is_an_hour_old() -> None:
    shown = [NOON - timedelta(minutes=50), NOON - timedelta(minutes=10)]
    assert at(card(), shown=shown) == NotBefore(NOON + timedelta(minutes=10), HOUR_USED_UP)


def test_a_full_day_lets_the_next_card_wait_until_the_quiet_hours_of_the_next_night_are_over() -> (
    None
):
    shown = [NOON - n * HOUR for n in range(1, 6)]
    morning = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert at(card(), shown=shown) == NotBefore(morning, DAY_USED_UP)


def test_cards_of_yesterday_do_not_count_today() -> None:
    assert at(card(), shown=[NOON - (14 + n) * HOUR for n in range(8)]) == Now()


def test_at_night_cards_and_news_wait_for_the_morning() -> None:
    morning = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    news = Wanting(subject="fact:1", kind=Kind.NEWS, since=NIGHT)
    assert at(card(since=NIGHT), NIGHT) == NotBefore(morning, QUIET)
    assert at(news, NIGHT) == NotBefore(morning, QUIET)


def test_an_answer_never_waits() -> None:
    answer = Wanting(subject="answer:1", kind=Kind.ANSWER, since=NIGHT)
    assert at(answer, NIGHT, shown=[NIGHT] * 9) == Now()


def test_news_does_not_wait_for_a_full_hour() -> None:
    news = Wanting(subject="fact:1", kind=Kind.NEWS, since=NOON)
    assert at(news, shown=[NOON] * 9) == Now()


def test_no_quiet_hours_are_no_quiet_hours() -> None:
    awake = Attention(cards_per_hour=2, cards_per_day=5, quiet_hours=None)
    assert at(card(since=NIGHT), NIGHT, settings=awake) == Now()


def test_quiet_hours_of_an_afternoon_hold_back_too() -> None:
    siesta = Attention(quiet_hours=QuietHours(begin=time(11, 30), end=time(14)))
    assert at(card(), settings=siesta) == NotBefore(NOON + 2 * HOUR, QUIET)


def test_what_a_rule_marks_as_urgent_comes_at_night_and_over_the_caps() -> None:
    urgent = card(since=NIGHT, urgency=Urgency.URGENT)
    assert at(urgent, NIGHT, shown=[NIGHT] * 9) == Now(URGENT)


def test_a_card_whose_time_runs_out_comes_over_the_caps() -> None:
    near = card(deadline=NOON + NEAR)
    assert at(near, shown=[NOON] * 9) == Now(DEADLINE)


def test_a_card_waits_no_longer_than_its_deadline_allows() -> None:
    shown = [NOON - n * HOUR for n in range(1, 6)]
    due = NOON + 5 * HOUR
    assert at(card(deadline=due), shown=shown) == NotBefore(due - NEAR, DAY_USED_UP)


def test_what_would_be_due_at_night_comes_in_the_evening() -> None:
    """In quiet hours nobody decides in time, so it is not kept until it must wake somebody."""
    evening = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    due = card(deadline=evening + 8 * HOUR)
    shown = [NOON - n * HOUR for n in range(1, 6)]
    assert at(due, shown=shown) == NotBefore(evening, DAY_USED_UP)
    assert at(due, evening, shown=shown) == Now(DEADLINE)


def test_a_card_that_waited_for_a_day_comes_whatever_came_between() -> None:
    late = NOON + LONGEST_WAIT
    assert at(card(), late, shown=[late] * 9) == Now(WAITED)


def test_three_asks_alike_share_a_card_with_the_most_pressing_first() -> None:
    asks = [
        card("approval:a", alike="SendInvoice"),
        card("approval:b", alike="SendInvoice", deadline=NOON + 9 * HOUR),
        card("approval:c", alike="SendInvoice", since=NOON - HOUR),
        card("approval:d", alike="SendReply"),
    ]
    decided = at(asks[0], others=asks[1:])
    assert decided == Group("SendInvoice", ("approval:b", "approval:c", "approval:a"))


def test_two_asks_alike_stand_each_by_itself() -> None:
    asks = [card("approval:a", alike="SendInvoice"), card("approval:b", alike="SendInvoice")]
    assert at(asks[0], others=asks[1:]) == Now()


def test_an_urgent_ask_does_not_hide_in_a_list_of_calm_ones() -> None:
    calm = [card(f"approval:{n}", alike="SendInvoice") for n in range(5)]
    urgent = card("approval:u", alike="SendInvoice", urgency=Urgency.URGENT)
    assert at(urgent, others=calm) == Now(URGENT)
    decided = at(calm[0], others=[*calm[1:], urgent])
    assert isinstance(decided, Group)
    assert "approval:u" not in decided.subjects


def test_asks_that_share_no_class_never_share_a_card() -> None:
    asks = [card(f"question:{n}") for n in range(9)]
    assert at(asks[0], others=asks[1:]) == Now()


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]
)
def test_the_night_in_which_a_clock_is_set_ends_when_the_wall_says_so(day: datetime) -> None:
    decided = at(card(since=day), day)
    assert isinstance(decided, NotBefore)
    assert decided.moment.astimezone(BERLIN).strftime("%d %H:%M") == f"{day:%d} 07:00"


minutes = st.integers(0, 3 * 24 * 60).map(lambda n: timedelta(minutes=n))


@st.composite
def streams(draw: st.DrawFn) -> list[Wanting]:
    def one(number: int) -> Wanting:
        since = NOON + draw(minutes)
        lasts = draw(st.none() | st.integers(0, 80).map(lambda n: timedelta(hours=n)))
        return card(
            f"approval:{number}",
            since=since,
            deadline=None if lasts is None else since + lasts,
            urgency=draw(st.sampled_from([Urgency.NORMAL] * 9 + [Urgency.URGENT])),
            alike=draw(st.sampled_from(["", "SendInvoice", "SendReply"])),
        )

    return [one(number) for number in range(draw(st.integers(1, 40)))]


clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
quiet = st.none() | st.tuples(clocks, clocks).filter(lambda two: two[0] != two[1]).map(
    lambda two: QuietHours(begin=two[0], end=two[1])
)
budgets = st.builds(
    Attention,
    cards_per_hour=st.integers(1, 8),
    cards_per_day=st.integers(1, 20),
    group_from=st.integers(2, 5),
    quiet_hours=quiet,
)
zones = st.sampled_from(
    ["Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland", "America/Los_Angeles"]
)


class Person:
    """Somebody before whom cards are put as attention allows."""

    def __init__(self, settings: Attention, zone: ZoneInfo) -> None:
        self.settings, self.zone = settings, zone
        self.shown: list[datetime] = []
        self.saw: dict[str, datetime] = {}

    def day(self, moment: datetime) -> object:
        return moment.astimezone(self.zone).date()

    def within_budget(self, now: datetime) -> bool:
        lately = [each for each in self.shown if each > now - HOUR]
        today = [each for each in self.shown if self.day(each) == self.day(now)]
        fits = len(lately) < self.settings.cards_per_hour
        return fits and len(today) < self.settings.cards_per_day and not self.sleeps(now)

    def sleeps(self, now: datetime) -> bool:
        hours = self.settings.quiet_hours
        if hours is None:
            return False
        clock = now.astimezone(self.zone).time()
        if hours.begin < hours.end:
            return hours.begin <= clock < hours.end
        return clock >= hours.begin or clock < hours.end

    def look(self, waiting: list[Wanting], now: datetime) -> datetime | None:
        """Show what may be shown; gives when to look again."""
        again: datetime | None = None
        for asked in most_pressing_first(waiting):
            if asked.subject in self.saw:
                continue
            still = [one for one in waiting if one.subject not in self.saw]
            decided = timing(asked, still, self.shown, self.settings, self.zone, now)
            if isinstance(decided, NotBefore):
                assert decided.moment > now
                assert decided.why
                again = min(again or decided.moment, decided.moment)
                continue
            assert decided.through or self.within_budget(now), "a cap was broken for nothing"
            subjects = decided.subjects if isinstance(decided, Group) else (asked.subject,)
            assert asked.subject in subjects
            self.shown.append(now)
            for subject in subjects:
                assert subject not in self.saw, "shown twice"
                self.saw[subject] = now
        return again


@given(stream=streams(), settings=budgets, zone=zones)
def test_whatever_comes_in_whatever_order_each_ask_is_shown_once_in_time_and_within_the_caps(
    stream: list[Wanting], settings: Attention, zone: str
) -> None:
    person = Person(settings, ZoneInfo(zone))
    moments = sorted({one.since for one in stream})
    while moments:
        now = moments.pop(0)
        here = [one for one in stream if one.since <= now]
        again = person.look(here, now)
        if again is not None:
            moments = sorted({*moments, again})
    assert set(person.saw) == {one.subject for one in stream}
    for one in stream:
        seen = person.saw[one.subject]
        assert seen <= one.since + LONGEST_WAIT
        assert one.deadline is None or seen <= max(one.since, one.deadline - NEAR)
        assert one.urgency is Urgency.NORMAL or seen == one.since
