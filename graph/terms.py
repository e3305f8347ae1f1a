"""What an offer costs: list prices, discounts, floors, and how an agreed sum meets its lines.

All prices come from the company's price list. A customer or a model may only name a *target*;
the lines that reach it are computed here, never below an item's floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from graph.slots import Wanted
from ledger.domain.company import Company, Language, PriceItem
from ledger.domain.values import BASIS_POINTS, Line, Money, Totals, rounded_share, totals

MOST_PIECES = 10_000
"""A larger quantity of one item is not quoted without a person."""


class Terms(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a price should be: list price less `discount_bp`, or exactly `net` or `gross` (minor).

    At most one of the three is set. `delivery_days` of 0 means the company's own.
    """

    discount_bp: int = 0
    net: int = 0
    gross: int = 0
    delivery_days: int = 0


class Priced(Struct, frozen=True, kw_only=True):
    """Lines with their sums. `discount_bp` is off the list price, rounded up."""

    lines: tuple[Line, ...]
    sums: Totals
    discount_bp: int
    delivery_days: int
    valid_until: date


class Unpriceable(ValueError):
    """These terms cannot be met; the message says why, for the operator."""


def priced(
    company: Company, wanted: Sequence[Wanted], terms: Terms, *, today: date, language: str = ""
) -> Priced:
    """Lines and sums for what is wanted. Raises `Unpriceable`: no such item, below a floor, …"""
    listed = list_lines(company, wanted, language)
    lines = _at_terms(company, listed, terms)
    check_floors(company, lines)
    sums = totals(lines, company.currency)
    return Priced(
        lines=lines,
        sums=sums,
        discount_bp=discount_of(totals(listed, company.currency).net, sums.net, lines),
        delivery_days=terms.delivery_days or company.guardrails.deadline_days,
        valid_until=today + timedelta(days=company.guardrails.proposal_valid_days),
    )


def without_floors(company: Company) -> Company:
    """The company as it is for a price that the operator told a customer himself: his word counts
    below a floor too, which binds only Coo."""
    least = tuple(replace(item, floor=Money(0, item.floor.currency)) for item in company.prices)
    return replace(company, prices=least)


def list_lines(company: Company, wanted: Sequence[Wanted], language: str = "") -> tuple[Line, ...]:
    """What is wanted, at list price. Raises `Unpriceable`."""
    counts: dict[str, int] = {}
    for one in wanted:
        counts[one.item] = counts.get(one.item, 0) + one.quantity
    if not counts:
        raise Unpriceable("Nothing of the price list is asked for.")
    return tuple(_line(company, item, count, language) for item, count in counts.items())


def minimum_net(company: Company, wanted: Sequence[Wanted], *, max_bp: int) -> int:
    """The lowest net sum (minor) with at most `max_bp` off and no item below its floor."""
    return sum(
        line.quantity * _lowest(company, line, max_bp) for line in list_lines(company, wanted)
    )


def net_behind(company: Company, lines: Sequence[Line], gross: int) -> int:
    """The net sum (minor) whose gross is `gross`, or the nearest below: for the customer."""
    if not gross:
        return 0
    full = totals(lines, company.currency)
    guess = gross * full.net.minor // (full.gross.minor or 1)
    for net in range(guess + 2, guess - 4, -1):
        if net > 0 and _gross(lines, net) <= gross:
            return net
    return guess


def check_floors(company: Company, lines: Iterable[Line]) -> None:
    """Raises `Unpriceable` where a line's net price is below its item's floor."""
    for line in lines:
        item = _item(company, line.item)
        if line.net < item.floor.times(line.quantity):
            raise Unpriceable(f"{item.title} would be below its floor price.")


def discount_of(full: Money, net: Money, lines: Sequence[Line]) -> int:
    """The discount off `full` in basis points: the lines' own where it is one, else rounded up."""
    own = {line.discount_bp for line in lines}
    listed = sum(
        (line.unit_price.times(line.quantity) for line in lines), start=Money(0, net.currency)
    )
    if len(own) == 1 and listed == full:
        return next(iter(own))
    return max(0, -(-(full - net).minor * BASIS_POINTS // full.minor)) if full.minor else 0


def _at_terms(company: Company, listed: tuple[Line, ...], terms: Terms) -> tuple[Line, ...]:
    target = terms.net or net_behind(company, listed, terms.gross)
    if target:
        return reaching(company, listed, target)
    if not 0 <= terms.discount_bp < BASIS_POINTS:
        raise Unpriceable("A discount is between 0 and 100 percent.")
    return tuple(replace(line, discount_bp=terms.discount_bp) for line in listed)


def reaching(company: Company, listed: tuple[Line, ...], target: int) -> tuple[Line, ...]:
    """Lines that sum up to exactly `target` (net, minor).

    1. One discount on all lines, where that meets the sum and no floor.
    2. Else each unit price moves from list price towards its floor by the same fraction of
       that way; what rounding leaves over is spread one minor unit at a time. A line whose
       share is no multiple of its quantity becomes two lines, one minor unit apart.
    """
    full = sum(line.net.minor for line in listed)
    if not 0 < target <= full:
        raise Unpriceable("The sum is not between nothing and the list price.")
    return _uniform(company, listed, full, target) or _spread(company, listed, full, target)


def _uniform(
    company: Company, listed: tuple[Line, ...], full: int, target: int
) -> tuple[Line, ...] | None:
    guess = (full - target) * BASIS_POINTS // full
    for points in range(max(0, guess - 1), min(guess + 2, BASIS_POINTS - 1)):
        lines = tuple(replace(line, discount_bp=points) for line in listed)
        if sum(line.net.minor for line in lines) == target and _above_floors(company, lines):
            return lines
    return None


def _above_floors(company: Company, lines: Iterable[Line]) -> bool:
    try:
        check_floors(company, lines)
    except Unpriceable:
        return False
    return True


def _spread(company: Company, listed: tuple[Line, ...], full: int, target: int) -> tuple[Line, ...]:
    floors = [_item(company, line.item).floor.minor for line in listed]
    least = sum(floor * line.quantity for floor, line in zip(floors, listed, strict=True))
    if target < least:
        raise Unpriceable("The sum is below the floor prices.")
    way = full - least or 1
    shares = [
        floor * line.quantity
        + (line.unit_price.minor - floor) * line.quantity * (target - least) // way
        for floor, line in zip(floors, listed, strict=True)
    ]
    rest = target - sum(shares)
    for at, line in enumerate(listed):
        more = min(rest, line.unit_price.minor * line.quantity - shares[at])
        shares[at] += more
        rest -= more
    return tuple(
        part for line, share in zip(listed, shares, strict=True) for part in _split(line, share)
    )


def _split(line: Line, share: int) -> Iterable[Line]:
    price, more = divmod(share, line.quantity)
    for quantity, each in ((more, price + 1), (line.quantity - more, price)):
        if quantity:
            unit_price = Money(each, line.unit_price.currency)
            yield replace(line, quantity=quantity, unit_price=unit_price, discount_bp=0)


def _gross(lines: Sequence[Line], net: int) -> int:
    """The gross of `net` with the taxes of these lines in their proportion."""
    full = sum(line.net.minor for line in lines) or 1
    rates: dict[int, int] = {}
    for line in lines:
        rates[line.tax_bp] = rates.get(line.tax_bp, 0) + line.net.minor
    return net + sum(rounded_share(net * base // full, rate) for rate, base in rates.items())


def _lowest(company: Company, line: Line, max_bp: int) -> int:
    most = line.unit_price.minor * (BASIS_POINTS - max_bp)
    return max(_item(company, line.item).floor.minor, -(-most // BASIS_POINTS))


def _line(company: Company, item_id: str, quantity: int, language: str) -> Line:
    item = _item(company, item_id)
    if not 0 < quantity <= MOST_PIECES:
        raise Unpriceable(f"{quantity} × {item.title} is no quantity Coo quotes.")
    return Line(
        item=item.id,
        description=title_of(item, language),
        quantity=quantity,
        unit=item.unit,
        unit_price=item.price,
        tax_bp=company.tax_bp(item),
    )


def title_of(item: PriceItem, language: str) -> str:
    """The item's title in a language, where the operator gave one."""
    known = language in set(Language)
    return item.titles.get(Language(language), item.title) if known else item.title


def _item(company: Company, item_id: str) -> PriceItem:
    item = company.item(item_id)
    if item is None:
        raise Unpriceable(f"There is no item {item_id!r} on the price list.")
    return item
