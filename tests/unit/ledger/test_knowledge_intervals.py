"""What holds when, whatever order it was said in: against a model that paints a calendar."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from ledger.domain.events import (
    KnowledgeCorrected,
    KnowledgeForgotten,
    KnowledgeStated,
    PriceChange,
    PricesChanged,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_knowledge import about
from ledger.domain.knowledge import (
    Knowledge,
    KnowledgeKind,
    KnowledgeStatus,
    MoneyValue,
    holding,
    settled,
)
from ledger.domain.present import Present
from ledger.domain.values import DESK, Money

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 30


def day(number: int) -> datetime:
    return DAY0 + timedelta(days=number)


def price(minor: int) -> MoneyValue:
    return MoneyValue(Money(minor, "EUR"))


class Said(Struct, frozen=True):
    """A statement: its first day, and its length in days where it is limited."""

    begin: int
    length: int | None


statements = st.lists(
    st.builds(Said, st.integers(0, DAYS - 1), st.none() | st.integers(1, 10)), max_size=8
)


def known(said: Said, order: int) -> Knowledge:
    end = None if said.length is None else day(said.begin + said.length)
    return Knowledge(
        id=f"kno-{order}", number=order, kind=KnowledgeKind.PRICE, subject="logo",
        topic="price:logo", value=price(order), valid_from=day(said.begin), stated_to=end,
        recorded_at=DAY0, order=order, fact=f"f-{order}",
    )  # fmt: skip


def painted(said: list[Said]) -> list[int | None]:
    """Each day's statement: later ones are painted over earlier ones, over their own time."""
    calendar: list[int | None] = [None] * DAYS
    for order, one in sorted(enumerate(said), key=lambda pair: (pair[1].begin, pair[0])):
        end = DAYS if one.length is None else min(one.begin + one.length, DAYS)
        calendar[one.begin : end] = [order] * (end - one.begin)
    return calendar


@given(statements)
def test_what_holds_on_a_day_is_what_was_last_to_begin(said: list[Said]) -> None:
    found = settled(known(one, order) for order, one in enumerate(said))
    held = [holding(found, day(number)) for number in range(DAYS)]
    assert [one.order if one else None for one in held] == painted(said)


@given(statements, st.randoms(use_true_random=False))
def test_settling_does_not_depend_on_the_order_it_is_done_in(
    said: list[Said], luck: object
) -> None:
    known_ones = [known(one, order) for order, one in enumerate(said)]
    shuffled = list(known_ones)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random that hypothesis controls
    assert settled(settled(shuffled)) == settled(known_ones)


class Told:
    """Facts about one item, folded as the ledger would."""

    def __init__(self) -> None:
        self.present = Present()
        self._count = itertools.count(1)

    def fact(self, event: object, at: datetime) -> None:
        seq = next(self._count)
        self.present.fold(
            [Fact(id=f"f{seq}", seq=seq, company="acme", case=DESK, version=seq, at=at,
                  event=event, key=f"k{seq}", by="intake")]  # type: ignore[arg-type]  # any event
        )  # fmt: skip

    def state(self, name: str, minor: int, begin: int, *, on: int, subject: str = "logo") -> None:
        self.fact(
            KnowledgeStated(
                knowledge=name, kind=KnowledgeKind.PRICE, subject=subject, topic="price:logo",
                value=price(minor), operator="nora", channel="console", valid_from=day(begin),
            ),
            day(on),
        )  # fmt: skip

    def correct(self, name: str, replaces: str, minor: int, *, on: int) -> None:
        self.fact(
            KnowledgeCorrected(
                knowledge=name, replaces=replaces, value=price(minor), operator="nora",
                channel="console",
            ),
            day(on),
        )  # fmt: skip

    def forget(self, name: str, *, on: int) -> None:
        self.fact(KnowledgeForgotten(knowledge=name, operator="nora", channel="console"), day(on))

    def on(self, number: int, subject: str = "logo") -> str:
        found = self.present.find(Knowledge, about(subject, "price:logo"))
        one = holding(found, day(number))
        return one.id if one else ""

    def status(self, name: str) -> KnowledgeStatus:
        found = self.present.get(Knowledge, name)
        assert found is not None
        return found.status


def test_an_older_price_that_arrives_late_does_not_replace_the_newer_one() -> None:
    told = Told()
    told.state("new", 900, 10, on=10)
    told.state("old", 800, 5, on=12)
    assert [told.on(number) for number in (4, 5, 9, 10, 20)] == ["", "old", "old", "new", "new"]
    assert told.status("old") is KnowledgeStatus.SUPERSEDED


def test_a_correction_takes_the_place_and_the_time_of_what_was_wrong() -> None:
    told = Told()
    told.state("first", 800, 1, on=1)
    told.state("wrong", 900, 10, on=10)
    told.correct("right", "wrong", 950, on=12)
    assert [told.on(number) for number in (5, 10, 11, 20)] == ["first", "right", "right", "right"]
    assert told.status("wrong") is KnowledgeStatus.CORRECTED


def test_what_is_forgotten_held_until_then_and_brings_nothing_older_back() -> None:
    told = Told()
    told.state("first", 800, 1, on=1)
    told.state("second", 900, 10, on=10)
    told.forget("second", on=15)
    assert [told.on(number) for number in (5, 12, 15, 20)] == ["first", "second", "", ""]


def test_what_is_forgotten_before_it_begins_never_was() -> None:
    told = Told()
    told.state("first", 800, 1, on=1)
    told.state("second", 900, 20, on=2)
    assert told.on(25) == "second"
    told.forget("second", on=15)
    assert told.on(25) == "first"


def test_a_new_list_price_is_the_later_word_about_the_item_but_not_about_a_contact() -> None:
    told = Told()
    told.state("item", 900, 1, on=1)
    told.state("theirs", 700, 1, on=1, subject="con-ada")
    told.state("soon", 950, 20, on=2)
    change = PriceChange("logo", "Logo", Money(100, "EUR"), Money(110, "EUR"))
    told.fact(PricesChanged(changes=(change,)), day(10))
    assert [told.on(number) for number in (9, 10, 20)] == ["item", "", "soon"]
    assert told.on(12, "con-ada") == "theirs"


def test_what_somebody_said_who_may_not_say_it_holds_nowhere() -> None:
    told = Told()
    told.fact(
        KnowledgeStated(
            knowledge="k", kind=KnowledgeKind.PRICE, subject="logo", topic="price:logo",
            value=price(1), operator="eve", channel="slack", by="a revoked identity",
        ),
        day(1),
    )  # fmt: skip
    assert told.on(2) == ""
