"""The sum of an expense in what a person typed: read as it was meant, or not at all."""

from __future__ import annotations

import pytest

from graph.bookkeeping.words import said_of
from ledger.domain.values import Money


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("23.80 EUR hosting 2026-10-03 19% at Hetzner", Money(2380, "EUR")),
        ("1'234.50 CHF rent", Money(123450, "CHF")),
        ("23.80USD hosting", Money(2380, "USD")),
        ("USD10 travel", Money(1000, "USD")),
        ("10 usd travel", Money(1000, "USD")),
        ("$10 travel", Money(1000, "USD")),
        ("3rd party 20 EUR other", Money(2000, "EUR")),
        ("at Hetzner-3 20 EUR", Money(2000, "EUR")),
        ("20 EUR hosting - 2 months", Money(2000, "EUR")),
        ("5 all hosting", Money(500, "EUR")),
    ],
)
def test_a_sum_and_its_currency_are_read_however_they_are_written(said: str, amount: Money) -> None:
    assert said_of(said, "EUR").spent.amount == amount


@pytest.mark.parametrize(
    "said",
    ["-5 EUR hosting", "EUR -5 hosting", "-€5", "- 5 EUR", "\u22125 EUR", "1e9 EUR", "10-20 EUR"],
)
def test_a_sum_with_a_sign_or_a_power_or_a_range_is_not_read_as_another_sum(said: str) -> None:
    assert said_of(said, "EUR").spent.amount is None
