"""Whether a deal keeps to the price list and the operator's guardrails. Pure arithmetic."""

from __future__ import annotations

from ledger.domain.billing import InvoicePart, asked_for
from ledger.domain.company import Company, PriceItem
from ledger.domain.errors import CurrencyMismatch
from ledger.domain.values import BASIS_POINTS, Line, Money


def from_list(company: Company, lines: tuple[Line, ...]) -> bool:
    """Every line is something on the price list, at its tax rate and not above its price.

    A lower price is a discount, whether the line says so or the unit price: `discount_bp` and
    `below_floor` judge it.
    """
    return all(_is_listed(company, line) for line in lines)


def below_floor(company: Company, lines: tuple[Line, ...]) -> bool:
    """Some line's net price is under its item's floor; what is not on the list has none."""
    return any(_is_below(company.item(line.item), line) for line in lines)


def discount_bp(company: Company, lines: tuple[Line, ...], stated: int) -> int:
    """The largest discount off the list price: the stated one, or what the lines show."""
    return max([stated, *(_off(company.item(line.item), line) for line in lines)])


def adds_up(lines: tuple[Line, ...], total: Money, part: InvoicePart | None = None) -> bool:
    """The gross total is the sum of the lines with their taxes, less what a part deducts."""
    try:
        return asked_for(lines, part, total.currency).gross == total
    except CurrencyMismatch:
        return False


def _is_listed(company: Company, line: Line) -> bool:
    item = company.item(line.item)
    if item is None or line.quantity < 1:
        return False
    price, listed = line.unit_price, item.price
    fitting = price.currency == listed.currency and 0 < price.minor <= listed.minor
    return fitting and line.tax_bp == company.tax_bp(item)


def _is_below(item: PriceItem | None, line: Line) -> bool:
    if item is None or item.floor.currency != line.unit_price.currency:
        return True
    return line.net < item.floor.times(line.quantity)


def _off(item: PriceItem | None, line: Line) -> int:
    full = item.price.minor * line.quantity if item else 0
    if item is None or item.price == line.unit_price or full <= 0:
        return line.discount_bp
    # Rounded up: a discount of a hair more than the maximum is more than the maximum.
    return -(-(full - line.net.minor) * BASIS_POINTS // full)
