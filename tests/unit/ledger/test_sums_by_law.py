"""Sums against an oracle in decimals: EN 16931, per rate the summed line nets, rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.values import Line, Money, reversed_lines, totals

CENT = Decimal(1)
"""Everything is in minor units here: a cent is one."""


def half_up(amount: Decimal) -> int:
    """Half away from zero, as tax law rounds."""
    return int(amount.quantize(CENT, ROUND_HALF_UP))


def oracle(lines: list[Line]) -> tuple[int, dict[int, tuple[int, int]], int]:
    """(net, {rate: (base, tax)}, gross), by decimals alone."""
    bases: dict[int, int] = {}
    for line in lines:
        full = Decimal(line.unit_price.minor) * line.quantity
        discount = half_up(full * Decimal(line.discount_bp) / 10_000)
        bases[line.tax_bp] = bases.get(line.tax_bp, 0) + int(full) - discount
    taxes = {
        rate: (base, half_up(Decimal(base) * Decimal(rate) / 10_000))
        for rate, base in bases.items()
    }
    net = sum(bases.values())
    return net, taxes, net + sum(tax for _, tax in taxes.values())


def lines_of() -> st.SearchStrategy[list[Line]]:
    line = st.builds(
        Line,
        item=st.just("x"),
        description=st.just("x"),
        quantity=st.integers(1, 10_000),
        unit=st.just("piece"),
        unit_price=st.integers(1, 10_000_000).map(lambda minor: Money(minor, "EUR")),
        tax_bp=st.sampled_from([0, 250, 550, 700, 770, 1_000, 1_900, 2_000, 2_550]),
        discount_bp=st.integers(0, 9_999),
    )
    return st.lists(line, min_size=1, max_size=12)


@given(lines_of())
def test_every_sum_is_what_decimals_say(lines: list[Line]) -> None:
    sums, (net, taxes, gross) = totals(lines, "EUR"), oracle(lines)
    assert (sums.net.minor, sums.gross.minor) == (net, gross)
    assert {each.rate_bp: (each.base.minor, each.tax.minor) for each in sums.taxes} == taxes


@given(lines_of())
def test_a_credit_note_is_exactly_the_opposite(lines: list[Line]) -> None:
    sums, turned = totals(lines, "EUR"), totals(reversed_lines(lines), "EUR")
    assert (turned.net, turned.gross) == (-sums.net, -sums.gross)
    assert [-each.tax for each in turned.taxes] == [each.tax for each in sums.taxes]


@pytest.mark.parametrize(
    ("minor", "rate", "tax"),
    [(50, 1_900, 10), (150, 1_900, 29), (10, 550, 1), (9, 550, 0), (250, 1_000, 25), (25, 200, 1)],
)
def test_half_a_cent_is_rounded_up(minor: int, rate: int, tax: int) -> None:
    line = Line("x", "x", 1, "piece", Money(minor, "EUR"), rate)
    assert totals([line], "EUR").taxes[0].tax == Money(tax, "EUR")
    assert totals(reversed_lines([line]), "EUR").taxes[0].tax == Money(-tax, "EUR")


def test_tax_is_rounded_once_per_rate_not_per_line() -> None:
    lines = [Line("x", "x", 1, "piece", Money(13, "EUR"), 1_900)] * 3
    assert totals(lines, "EUR").taxes[0].tax == Money(7, "EUR")
    assert sum(Money(13, "EUR").share(1_900).minor for _ in lines) == 6
