"""Whatever is agreed, the lines add up to it exactly, and no item goes below its floor."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.slots import Wanted
from graph.terms import Terms, Unpriceable, minimum_net, priced
from ledger.domain.company import Bank, Company, Operator, PriceItem, Tax
from ledger.domain.values import Money, totals

TODAY = date(2026, 11, 22)


def a_firm(items: list[tuple[int, int, int | None]], rate: int = 1_900) -> Company:
    prices = tuple(
        PriceItem(
            id=f"i{at}",
            title=f"Item {at}",
            price=Money(price, "EUR"),
            floor=Money(floor, "EUR"),
            tax_bp=tax,
        )
        for at, (price, floor, tax) in enumerate(items)
    )
    return Company(
        id="c",
        name="C",
        address=(),
        email="c@c.example",
        operator=Operator(name="O", email="o@c.example"),
        bank=Bank(holder="C", iban="DE02120300000000202051"),
        prices=prices,
        tax=Tax(rate_bp=rate),
    )


ITEMS = st.lists(
    st.tuples(st.integers(1, 500_000), st.integers(0, 100), st.just(None)).map(
        lambda one: (one[0], one[0] * one[1] // 100, one[2])
    ),
    min_size=1,
    max_size=4,
)


@given(ITEMS, st.lists(st.integers(1, 40), min_size=4, max_size=4), st.integers(0, 1_000_000))
def test_an_agreed_sum_is_met_to_the_cent_and_floors_hold(items, counts, share):
    firm = a_firm(items)
    wanted = tuple(Wanted(f"i{at}", counts[at]) for at in range(len(items)))
    full = sum(price * counts[at] for at, (price, _, _) in enumerate(items))
    least = max(1, sum(floor * counts[at] for at, (_, floor, _) in enumerate(items)))
    target = least + (full - least) * share // 1_000_000
    price = priced(firm, wanted, Terms(net=target), today=TODAY)
    assert price.sums.net.minor == target == totals(price.lines, "EUR").net.minor
    for line in price.lines:
        item = firm.item(line.item)
        assert item is not None
        assert line.net.minor >= item.floor.minor * line.quantity
        assert 0 <= line.unit_price.minor <= item.price.minor
    quantities = {
        one.item: sum(line.quantity for line in price.lines if line.item == one.item)
        for one in wanted
    }
    assert quantities == {one.item: one.quantity for one in wanted}


@given(st.integers(1, 3_000), st.integers(1, 20), st.sampled_from([0, 700, 1_900, 2_000]))
def test_a_gross_sum_is_met_or_missed_in_the_customers_favour_by_a_cent(euros, count, rate):
    firm = a_firm([(euros * 100, 0, None)], rate)
    full = priced(firm, (Wanted("i0", count),), Terms(), today=TODAY).sums.gross.minor
    target = max(1, full * 9 // 10)
    gross = priced(firm, (Wanted("i0", count),), Terms(gross=target), today=TODAY).sums.gross.minor
    assert target - 1 <= gross <= target


@given(ITEMS, st.integers(0, 9_999))
def test_a_discount_below_a_floor_is_refused_and_never_clamped_in_silence(items, points):
    firm, wanted = a_firm(items), tuple(Wanted(f"i{at}", 1) for at in range(len(items)))
    under = any(price - (price * points + 5_000) // 10_000 < floor for price, floor, _ in items)
    if under:
        with pytest.raises(Unpriceable, match="floor"):
            priced(firm, wanted, Terms(discount_bp=points), today=TODAY)
    else:
        price = priced(firm, wanted, Terms(discount_bp=points), today=TODAY)
        assert price.discount_bp == points


def test_a_round_discount_stays_one_discount_on_list_prices(company):
    price = priced(
        company, (Wanted("website", 1), Wanted("workshop", 2)), Terms(net=432_000), today=TODAY
    )
    assert {line.discount_bp for line in price.lines} == {1_000}
    assert price.discount_bp == 1_000


def test_an_odd_sum_splits_a_line_one_cent_apart(company):
    price = priced(company, (Wanted("workshop", 3),), Terms(net=340_001), today=TODAY)
    assert [(line.quantity, line.unit_price.minor) for line in price.lines] == [
        (2, 113_334),
        (1, 113_333),
    ]


def test_the_lowest_price_keeps_the_maximum_discount_and_each_floor(company):
    wanted = (Wanted("website", 1), Wanted("care", 2))
    assert minimum_net(company, wanted, max_bp=1_000) == 216_000 + 2 * 8_100
    assert minimum_net(company, wanted, max_bp=5_000) == 200_000 + 2 * 8_000


@pytest.mark.parametrize(
    ("wanted", "terms"),
    [
        ((Wanted("boat", 1),), Terms()),
        ((Wanted("logo", 0),), Terms()),
        ((Wanted("logo", 10_001),), Terms()),
        ((), Terms()),
        ((Wanted("logo", 1),), Terms(net=65_001)),
        ((Wanted("logo", 1),), Terms(net=54_999)),
        ((Wanted("logo", 1),), Terms(discount_bp=10_000)),
    ],
)
def test_what_cannot_be_priced_is_refused_in_words(company, wanted, terms):
    with pytest.raises(Unpriceable):
        priced(company, wanted, terms, today=TODAY)


def test_titles_are_in_the_customers_language(company):
    price = priced(company, (Wanted("logo", 1),), Terms(), today=TODAY, language="de")
    assert price.lines[0].description == "Logogestaltung"
