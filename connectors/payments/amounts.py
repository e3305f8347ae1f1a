"""Money as banks write it. What can be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision, is_currency

from ledger.domain.errors import CooError
from ledger.domain.values import Money

_CODE = re.compile("[A-Z]{3}")
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,6})?")
_GROUPED = {
    ".": re.compile(r"(\d{1,3}(?:([, '])\d{3}(?:\2\d{3})*)?|\d{1,15})(?:\.(\d{1,6}))?"),
    ",": re.compile(r"(\d{1,3}(?:([. '])\d{3}(?:\2\d{3})*)?|\d{1,15})(?:,(\d{1,6}))?"),
}
"""How a number looks, by its decimal sign."""

_SIGNED = re.compile(r"([-+(]?)\s?([^-+()]*?)\s?([-+)]?)")
_SIGNS = frozenset("+-")
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_WITH_CURRENCY = re.compile(
    r"([A-Z]{3}|[€$£¥])?\s*([-+(]?\s?\d[\d., ']*?[-+)]?)\s*([A-Z]{3}|[€$£¥])?"
)


class Unclear(CooError):
    """A value of a payment that cannot be read for certain."""


@cache  # the list of currencies is built anew at every question
def _known(code: str) -> bool:
    return is_currency(code)


def currency_code(text: str) -> str:
    """The ISO 4217 code in a text. Raises `Unclear`."""
    code = _SYMBOLS.get(text.strip(), text.strip().upper())
    if not _CODE.fullmatch(code) or not _known(code):
        raise Unclear(f"{text[:20]!r} is no currency.", "Give its ISO code, such as EUR.")
    return code


def money(amount: str, currency: str) -> Money:
    """An amount with a decimal point ("-1234.50") in minor units of its currency.

    Raises `Unclear` where it is no number or has more decimals than its currency.
    """
    code = currency_code(currency)
    if not _PLAIN.fullmatch(amount):
        raise Unclear(f"{amount[:30]!r} is no amount.", "Write it like 1234.50.")
    minor = Decimal(amount).scaleb(get_currency_precision(code))
    if minor != minor.to_integral_value():
        raise Unclear(
            f"{amount!r} has more decimals than {code} has.", "Correct the amount or its currency."
        )
    return Money(int(minor), code)


def split_currency(text: str) -> tuple[str, str]:
    """("-1.234,50", "EUR") of "-1.234,50 EUR"; the currency is "" where none is written."""
    plain = _SPACES.sub(" ", text).replace("\u2212", "-").replace("’", "'").strip()
    match = _WITH_CURRENCY.fullmatch(plain)
    if not match:
        return plain, ""
    before, number, after = match.groups()
    if before and after and currency_code(before) != currency_code(after):
        raise Unclear(f"{text[:30]!r} names two currencies.", "Correct the amount.")
    sign = before or after or ""
    return number.replace("- ", "-").strip(), currency_code(sign) if sign else ""


def decimal_mark(numbers: Iterable[str]) -> str:
    """Which sign marks decimals in a column: "." or ",", or "" where no number shows it.

    Raises `Unclear` where two numbers contradict each other.
    """
    readings = [_readings(number) for number in numbers]
    marks = {mark for reading in readings if len(reading) == 1 for mark in reading}
    if len(marks) > 1:
        raise Unclear(
            "Some amounts have a decimal comma and others a decimal point.",
            "Export the file with one number format.",
        )
    return next(iter(marks), "")


def decimal_number(number: str, mark: str) -> str:
    """A localised number as one with a decimal point. `mark`: the column's decimal sign.

    Raises `Unclear`: "1.234" alone may be a thousand or one and a bit.
    """
    readings = _readings(number)
    if not readings or (mark and mark not in readings):
        raise Unclear(f"{number[:30]!r} is no amount.", "Correct it, or remove the row.")
    if mark:
        return readings[mark]
    if len(set(readings.values())) > 1:
        raise Unclear(
            f"{number!r} can be read in two ways.",
            "Export the file with two decimals in every amount.",
        )
    return next(iter(readings.values()))


def _readings(number: str) -> dict[str, str]:
    """The plain number for each decimal sign it can have; {} where it is no number."""
    signed = _SIGNED.fullmatch(number.strip())
    if (
        not signed
        or (signed[1] == "(") != (signed[3] == ")")
        or (signed[1] in _SIGNS and signed[3] in _SIGNS)
    ):
        return {}
    minus = "-" if {signed[1], signed[3]} & {"-", "("} else ""
    matches = {mark: form.fullmatch(signed[2]) for mark, form in _GROUPED.items()}
    return {mark: minus + _joined(match) for mark, match in matches.items() if match}


def _joined(match: re.Match[str]) -> str:
    fraction = f".{match[3]}" if match[3] else ""
    return re.sub(r"\D", "", match[1]) + fraction
