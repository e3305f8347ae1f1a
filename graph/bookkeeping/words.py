"""The figures of an expense in what a person typed: amount, currency, category, day, rate, vendor.

Pure. What can be read in two ways is not read: it stays unknown, and is asked about.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from babel.numbers import get_currency_precision, list_currencies
from msgspec import Struct

from ledger.domain.accounts import CATEGORIES
from ledger.domain.events import Spent
from ledger.domain.values import Money

SYMBOLS: Final = {"€": "EUR", "£": "GBP", "$": "USD"}
BASIS_POINTS: Final = 10_000
_SHORTEST: Final = 3

_RATE: Final = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?)\s*%")
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED: Final = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_SLASHED: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_CODE: Final = r"(?:[A-Z]{3}|(?i:eur|usd|chf|gbp|sek|dkk|nok|pln|czk))(?![A-Za-z])"
"""Codes in capitals; the usual ones in small letters too, where others are words."""
_AMOUNT: Final = re.compile(
    rf"(?:(?P<before>[€$£]|(?<!\w){_CODE})\s?|(?<![\w.,-]))"
    r"(?P<number>\d{1,3}(?:[.,'\u202f\u00a0 ]\d{3})+(?:[.,]\d{1,3})?|\d+(?:[.,]\d{1,3})?)"
    rf"(?:\s?(?P<after>[€$£]|{_CODE}))?(?![.,-]?\w)(?!\s?%)"
)
_MINUS: Final = re.compile(
    rf"(?:^\s*[-\u2212]\s?|(?<!\S)(?:(?:[€$£]|{_CODE})\s?)?[-\u2212])(?:[€$£]|{_CODE}\s?)?\d"
)
"""A sum below nothing: a refund is no expense, and its sign must not be lost."""
_AT: Final = re.compile(r"^(?:at|from|to|for|bei|von|an|für|chez|de|à)\s+", re.IGNORECASE)


class Said(Struct, frozen=True, kw_only=True):
    """What was read. `vendor` is what was left over."""

    spent: Spent
    vendor: str = ""


def said_of(text: str, currency: str) -> Said:
    """`23.80 EUR hosting 2026-10-03 19% at Hetzner`, in any order."""
    rest = text
    on, rest = _day(rest)
    rate, rest = _rate(rest)
    amount, rest = _amount(rest, currency)
    category, rest = _category(rest)
    tax = tax_in(amount, rate) if amount is not None and rate is not None else None
    vendor = _AT.sub("", " ".join(rest.split()).strip(" ,;:"))
    spent = Spent(amount=amount, tax=tax, on=on, category=category, rate_bp=rate)
    return Said(spent=spent, vendor=vendor)


def tax_in(gross: Money, rate_bp: int) -> Money:
    """The tax that a gross amount contains, rounded half away from zero."""
    product, whole = abs(gross.minor) * rate_bp, BASIS_POINTS + rate_bp
    minor = (2 * product + whole) // (2 * whole)
    return Money(minor if gross.minor >= 0 else -minor, gross.currency)


def read_number(text: str, currency: str) -> Money | None:
    """`23.80`, `1.234,56`, `1,234.56`, `1'234.50`; None where it may mean two things."""
    bare = re.sub(r"['\s\u202f\u00a0]", "", text)
    if not re.fullmatch(r"\d[\d.,]*", bare):
        return None
    marks = [sign for sign in bare if sign in ".,"]
    point = _point(bare, marks)
    if point is None:
        return None
    places = get_currency_precision(currency)
    plain = _plain(bare, point) if point else "".join(filter(str.isdigit, bare))
    scaled = Decimal(plain).scaleb(places)
    return Money(int(scaled), currency) if scaled == scaled.to_integral_value() else None


def _plain(number: str, point: str) -> str:
    whole, _, decimals = number.rpartition(point)
    return f"{''.join(sign for sign in whole if sign.isdigit())}.{decimals}"


def _point(number: str, marks: list[str]) -> str | None:
    """The decimal sign, "" where there is none; None where it cannot be told."""
    if not marks:
        return ""
    last = marks[-1]
    behind = len(number) - 1 - number.rindex(last)
    if len(set(marks)) > 1:
        return last if marks.count(last) == 1 else None
    if len(marks) > 1:
        return ""
    return None if behind == 3 else last  # noqa: PLR2004  # 1.234 may be a thousand or one and a bit


def currency_of(sign: str) -> str:
    """The ISO code of a sign or code; "" where it is none."""
    code = SYMBOLS.get(sign, sign.upper())
    return code if code in _currencies() else ""


@cache  # babel builds the list anew at every question
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _amount(text: str, currency: str) -> tuple[Money | None, str]:
    if _MINUS.search(text):
        return None, text
    for hit in _AMOUNT.finditer(text):
        before, after = currency_of(hit["before"] or ""), currency_of(hit["after"] or "")
        if before and after and before != after:
            return None, text
        found = read_number(hit["number"], before or after or currency)
        if found is not None:
            start = hit.start("before") if before else hit.start("number")
            end = hit.end("after") if after else hit.end("number")
            return found, f"{text[:start]} {text[end:]}"
    return None, text


def _rate(text: str) -> tuple[int | None, str]:
    hit = _RATE.search(text)
    if hit is None:
        return None, text
    rate = int(Decimal(hit[1].replace(",", ".")).scaleb(2))
    return rate, f"{text[: hit.start()]} {text[hit.end() :]}"


def days_in(text: str) -> list[date]:
    """Every day that stands in a text and can be read in one way, as often as it stands there."""
    found = []
    for form, order in ((_ISO, (1, 2, 3)), (_DOTTED, (3, 2, 1))):
        for hit in form.finditer(text):
            day = _valid(*(int(hit[n]) for n in order))
            found += [day] if day else []
    for hit in _SLASHED.finditer(text):
        first, second, year = (int(hit[n]) for n in (1, 2, 3))
        readings = {_valid(year, second, first), _valid(year, first, second)} - {None}
        found += [day for day in readings if day and len(readings) == 1]
    return found


def _day(text: str) -> tuple[date | None, str]:
    found = days_in(text)
    if len(set(found)) != 1:
        return None, text
    rest = text
    for form in (_ISO, _DOTTED, _SLASHED):
        rest = form.sub(" ", rest)
    return found[0], rest


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def category_of(word: str) -> str:
    """The category that a word means, by its id or a name in any language; "" for none."""
    plain = word.casefold()
    if len(plain) < _SHORTEST:
        return ""
    for key, account in CATEGORIES.items():
        names = [key, *(name.casefold() for name in account.names.values())]
        if any(plain == name or plain in name.split() for name in names):
            return key
    return ""


def _category(text: str) -> tuple[str, str]:
    words = text.split()
    for length in (2, 1):
        for start in range(len(words) - length + 1):
            found = category_of(" ".join(words[start : start + length]).strip(",;:."))
            if found:
                return found, " ".join([*words[:start], *words[start + length :]])
    return "", text
