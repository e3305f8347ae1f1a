"""Amounts and shares as people write them; exact, never through a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_currency, format_decimal, get_currency_precision

from ledger.domain.values import Money

_CODE: Final = re.compile(r"[A-Z]{3}(?=\d)")
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " "})


def major(money: Money) -> Decimal:
    """The amount in whole units of its currency: 123456 minor EUR is 1234.56."""
    return Decimal(money.minor).scaleb(-get_currency_precision(money.currency))


def plain_amount(money: Money) -> str:
    """`2400.00`: no sign, no separators, as many decimals as the currency has."""
    return f"{major(money):.{get_currency_precision(money.currency)}f}"


def amount_words(money: Money, locale: str = "en") -> str:
    """`€2,400.00`, `CHF 2,400.00`, `2.400,00 €`; plain spaces, so that a text can be searched."""
    words = format_currency(major(money), money.currency, locale=locale)
    return _CODE.sub(r"\g<0> ", str(words).translate(_SPACES))


def percent_words(basis_points: int, locale: str = "en") -> str:
    """`12.5 %`, `12,5 %`"""
    return f"{format_decimal(Decimal(basis_points) / 100, '0.##', locale=locale)} %"
