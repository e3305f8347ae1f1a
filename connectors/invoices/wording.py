"""Amounts, dates and numbers as people in a country write them. Never through floats."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from connectors.invoices.texts import Texts
from ledger.domain.amounts import major
from ledger.domain.values import Line, Money


def amount(money: Money, texts: Texts) -> str:
    """`1.234,56 €`, `€1,234.56`, …"""
    return format_currency(major(money), money.currency, locale=texts.locale)


def day(when: date, texts: Texts) -> str:
    """`22. November 2026`, `22 November 2026`, …: no two countries read it differently."""
    return format_date(when, "long", locale=texts.locale)


def percent(basis_points: int, texts: Texts) -> str:
    """1900 bp is `19 %`; 550 bp is `5,5 %`."""
    figure = format_decimal(Decimal(abs(basis_points)).scaleb(-2), "0.##", locale=texts.locale)
    gap = "" if texts.locale.startswith("en") else "\u00a0"
    return f"{'−' if basis_points < 0 else ''}{figure}{gap}%"


def quantity(line: Line, texts: Texts) -> str:
    """`3 hours`; a unit without a translation stands as it was configured."""
    one, many = texts.units.get(line.unit, (line.unit, line.unit))
    figure = format_decimal(line.quantity, locale=texts.locale)
    return f"{figure}\u00a0{one if abs(line.quantity) == 1 else many}"


def grouped_iban(iban: str) -> str:
    """An IBAN in groups of four, as bank forms print it."""
    bare = "".join(iban.split())
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))
