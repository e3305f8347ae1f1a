"""Amounts are written exactly, in as many decimals as their currency has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.domain.amounts import amount_words, major, percent_words, plain_amount
from ledger.domain.values import Money


@pytest.mark.parametrize(
    ("money", "plain", "words"),
    [
        (Money(240_000, "EUR"), "2400.00", "€2,400.00"),
        (Money(-5, "EUR"), "-0.05", "-€0.05"),
        (Money(2_400, "JPY"), "2400", "¥2,400"),
        (Money(1_234, "KWD"), "1.234", "KWD 1.234"),
        (Money(240_000, "CHF"), "2400.00", "CHF 2,400.00"),
        (Money(90_071_992_547_409_931, "EUR"), "900719925474099.31", "€900,719,925,474,099.31"),
    ],
)
def test_an_amount_keeps_every_digit(money: Money, plain: str, words: str) -> None:
    assert plain_amount(money) == plain
    assert amount_words(money) == words
    assert major(money) == Decimal(plain)


def test_an_amount_is_written_as_its_readers_write_it() -> None:
    assert amount_words(Money(240_000, "EUR"), "de_DE") == "2.400,00 €"
    assert amount_words(Money(240_000, "EUR"), "fr_FR") == "2 400,00 €"


@pytest.mark.parametrize(
    ("points", "words"), [(0, "0 %"), (834, "8.34 %"), (750, "7.5 %"), (10_000, "100 %")]
)
def test_a_share_has_no_needless_zeros(points: int, words: str) -> None:
    assert percent_words(points) == words
