"""Amounts, percentages and dates as people write them, in the languages Coo writes."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from ledger.domain import amounts
from ledger.domain.company import Language
from ledger.domain.values import Money

LOCALES: dict[str, str] = {
    Language.ENGLISH: "en_GB",
    Language.GERMAN: "de_DE",
    Language.FRENCH: "fr_FR",
}
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


def amount_words(money: Money, language: str = Language.ENGLISH) -> str:
    """`€2,400.00`, `2.400,00 €`, `2 400,00 €`."""
    return amounts.amount_words(money, locale_of(language))


def percent_words(basis_points: int, language: str = Language.ENGLISH) -> str:
    """`12.5 %`, `12,5 %`."""
    return amounts.percent_words(basis_points, locale_of(language))


def day_words(day: date, language: str = Language.ENGLISH) -> str:
    """`6 December 2026`, `6. Dezember 2026`, `6 décembre 2026`."""
    return str(format_date(day, "long", locale=locale_of(language))).translate(_SPACES)


def locale_of(language: str) -> str:
    """The locale behind a language code; English for one Coo does not write."""
    return LOCALES.get(language, LOCALES[Language.ENGLISH])
