"""Amounts, shares and moments as people write and read them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

from ledger.domain.values import Money

_AMOUNT: Final = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency code in capitals."""
    return bool(re.fullmatch(r"[A-Z]{3}", code)) and code in list_currencies()


def is_country(code: str) -> bool:
    """Whether `code` is a two-letter country code in capitals that is in use."""
    return bool(re.fullmatch(r"[A-Z]{2}", code)) and code in get_global("territory_currencies")


def minor_units(text: str, currency: str) -> Money:
    """Read "2400.00" exactly. Raises `ValueError` with the reason in words."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError("write digits with a point, like 2400.00")
    places = get_currency_precision(currency)
    scaled = Decimal(text).scaleb(places)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{currency} has {places} decimal places")
    return Money(int(scaled), currency)


def basis_points(text: str) -> int:
    """Read a percentage ("19", "7.5") exactly. Raises `ValueError` with the reason in words."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError("write a percentage like 19 or 7.5")
    scaled = Decimal(text).scaleb(2)
    if scaled != scaled.to_integral_value() or not 0 <= scaled <= 10_000:  # noqa: PLR2004  # 100 % in basis points
        raise ValueError("a percentage lies between 0 and 100, with at most two decimals")
    return int(scaled)


def micro_usd(text: str) -> int:
    """Read "0.50" USD as micro-units. Raises `ValueError` with the reason in words."""
    if not _AMOUNT.fullmatch(text) or text.startswith("-"):
        raise ValueError("write digits with a point, like 0.50")
    return int(Decimal(text).scaleb(6))


def usd_plain(microusd: int) -> str:
    """`0.50`: the form `micro_usd` reads back."""
    text = f"{Decimal(microusd).scaleb(-6):.6f}".rstrip("0")
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest:0<2}"


def percent_plain(bp: int) -> str:
    """`19` or `7.5`: the form `basis_points` reads back."""
    whole, rest = divmod(bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


def usd_words(microusd: int) -> str:
    """Micro-units of USD as `0.0123 USD`, or `nothing`."""
    return f"{Decimal(microusd) / 1_000_000:.4f} USD" if microusd else "nothing"


def clock_words(moment: datetime, now: datetime) -> str:
    """`10:02` today, `21 Nov 10:02` this year, `21 Nov 2025 10:02` before; in `now`'s zone."""
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return (
        f"{local.day} {local:%b %H:%M}"
        if local.year == now.year
        else f"{local.day} {local:%b %Y %H:%M}"
    )


def span_words(span: timedelta) -> str:
    """`40 seconds`, `12 minutes`, `3 hours`, `2 days`; never negative, largest unit only."""
    span = max(span, timedelta())
    if span < 2 * _MINUTE:
        return counted(int(span.total_seconds()), "second")
    if span < 2 * _HOUR:
        return counted(span // _MINUTE, "minute")
    if span < 2 * _DAY:
        return counted(span // _HOUR, "hour")
    return counted(span // _DAY, "day")


def ago_words(moment: datetime, now: datetime) -> str:
    """`just now`, `4 minutes ago`, `3 hours ago`."""
    span = now - moment
    return "just now" if span < _MINUTE else f"{span_words(span)} ago"


def counted(number: int, noun: str) -> str:
    """`1 mail`, `3 mails`"""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
