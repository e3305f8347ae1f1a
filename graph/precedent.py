"""What a new offer takes over from agreed ones: discount, delivery, and the words of its mail.

Pure, and never beyond the guardrails. Only deals that were agreed and what the operator decided
count; with fewer than `FEWEST` similar ones nothing is taken over at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import date
from typing import Final, TypeVar

from msgspec import Struct

from graph.slots import Wanted
from graph.terms import Terms, Unpriceable, list_lines, minimum_net, priced
from ledger.domain.company import Company
from ledger.domain.precedents import Lesson, PastDeal, Precedents, Refusal
from ledger.domain.values import Line

FEWEST: Final = 3
"""So many similar agreed deals make a precedent."""

NEAR: Final = 3
"""So many of the most similar ones are asked for each value."""

HALF: Final = 0.5
"""Share of items in common from which on two deals are similar."""

V = TypeVar("V", bound=Hashable)


class Following(Struct, frozen=True, kw_only=True):
    """An offer's terms with the deals they were taken from.

    `price_from` and `delivery_from` are () where the list price and the company's own delivery
    stand. `refused`: prices that were left out since the operator refused them. `capped_bp` is the
    discount that was agreed where the guardrails allow only less, else 0.
    """

    terms: Terms
    price_from: tuple[PastDeal, ...] = ()
    delivery_from: tuple[PastDeal, ...] = ()
    refused: tuple[Refusal, ...] = ()
    capped_bp: int = 0
    lessons: tuple[Lesson, ...] = ()

    @property
    def cited(self) -> tuple[PastDeal, ...]:
        """Every deal that gave a value, each once."""
        found = {deal.proposal: deal for deal in (*self.price_from, *self.delivery_from)}
        return tuple(found.values())


class Refused(Struct, frozen=True, kw_only=True):
    """Every price there is to go by was refused: only a person can name another one."""

    refused: tuple[Refusal, ...]


def following(
    company: Company,
    wanted: Sequence[Wanted],
    known: Precedents,
    *,
    today: date,
    deadline: date | None = None,
    language: str = "",
    said: Terms | None = None,
    delivery_said: bool = False,
) -> Following | Refused | None:
    """What to take over; None where the offer is made as if there were no past.

    `said`: the price was told by the operator, so it is not taken over; likewise the delivery.
    """
    alike = similar(company, wanted, known.deals)
    refused = standing(wanted, known)
    if said is not None:
        return _in_words(known, alike, said, language)
    if len(alike) < FEWEST:
        return Refused(refused=refused) if any(not one.discount_bp for one in refused) else None
    near = nearest(alike)
    barred = {one.discount_bp for one in refused}
    price = _voted([(deal, deal.discount_bp) for deal in near if deal.discount_bp not in barred])
    if not price and 0 in barred:
        return Refused(refused=refused)
    days = _voted([(deal, deal.delivery_days) for deal in near])
    agreed_days = 0 if delivery_said else days[0].delivery_days
    delivery = _delivery(company, agreed_days, today, deadline)
    agreed = price[0].discount_bp if price else 0
    most = company.guardrails.max_discount_bp
    terms = _terms(company, wanted, price[0] if price else None, today)
    return Following(
        terms=Terms(discount_bp=terms.discount_bp, net=terms.net, delivery_days=delivery),
        price_from=price,
        delivery_from=days if delivery else (),
        refused=refused,
        capped_bp=agreed if agreed > most else 0,
        lessons=tuple(one for one in known.lessons if one.language == language),
    )


def _in_words(
    known: Precedents, alike: Sequence[PastDeal], said: Terms, language: str
) -> Following | None:
    """Only the words of similar deals: what the operator told of a price is nearer than they."""
    lessons = tuple(one for one in known.lessons if one.language == language)
    return Following(terms=said, lessons=lessons) if len(alike) >= FEWEST and lessons else None


def similar(
    company: Company, wanted: Sequence[Wanted], deals: Sequence[PastDeal]
) -> tuple[PastDeal, ...]:
    """The deals enough like what is wanted: the same contact first, then items, then quantities.

    Among equals the order of memory stays, which puts the younger ones first.
    """
    fitting = [
        deal
        for deal in deals
        if deal.net.currency == company.currency and _alike(wanted, deal.lines) >= HALF
    ]
    return tuple(
        sorted(
            fitting,
            key=lambda deal: (
                not deal.same,
                -_alike(wanted, deal.lines),
                -_amounts_alike(wanted, deal.lines),
            ),
        )
    )


def nearest(alike: Sequence[PastDeal]) -> tuple[PastDeal, ...]:
    """Those that are asked: the very contact's own where there are any, else the most similar."""
    own = [deal for deal in alike if deal.same]
    return tuple((own or alike)[:NEAR])


def standing(wanted: Sequence[Wanted], known: Precedents) -> tuple[Refusal, ...]:
    """Refused prices for these very items, but for those that were agreed to afterwards."""
    items = {one.item for one in wanted}
    return tuple(
        one
        for one in known.refused
        if {line.item for line in one.lines} == items
        and not any(
            deal.discount_bp == one.discount_bp and deal.agreed_on >= one.refused_on
            for deal in known.deals
        )
    )


def _voted(pairs: Sequence[tuple[PastDeal, V]]) -> tuple[PastDeal, ...]:
    """The deals with the value most of them have; among equals that of the most similar one."""
    if not pairs:
        return ()
    votes = Counter(value for _, value in pairs)
    best = max(votes, key=lambda value: votes[value])  # the first of equals: pairs keep their order
    return tuple(deal for deal, value in pairs if value == best)


def _terms(company: Company, wanted: Sequence[Wanted], deal: PastDeal | None, today: date) -> Terms:
    """Terms that meet the agreed price as far as guardrails and floors allow."""
    if deal is None or not deal.discount_bp:
        return Terms()
    most = min(deal.discount_bp, company.guardrails.max_discount_bp)
    exact = _same_sum(company, wanted, deal) if most == deal.discount_bp else None
    for terms in (exact, Terms(discount_bp=most)):
        if terms is not None and _possible(company, wanted, terms, today):
            return terms
    return Terms(net=minimum_net(company, wanted, max_bp=most))


def _same_sum(company: Company, wanted: Sequence[Wanted], deal: PastDeal) -> Terms | None:
    """The agreed sum itself, where its lines show no single discount and the prices are as then."""
    if {line.discount_bp for line in deal.lines} == {deal.discount_bp}:
        return None
    had = _counts(deal.lines)
    if had != {one.item: one.quantity for one in wanted}:
        return None
    full = sum(line.net.minor for line in list_lines(company, wanted))
    return Terms(net=deal.net.minor) if 0 < deal.net.minor <= full else None


def _possible(company: Company, wanted: Sequence[Wanted], terms: Terms, today: date) -> bool:
    try:
        made = priced(company, wanted, terms, today=today)
    except Unpriceable:
        return False
    return made.discount_bp <= company.guardrails.max_discount_bp


def _delivery(company: Company, agreed: int, today: date, deadline: date | None) -> int:
    """Days to take over; 0 for the company's own, also where the customer needs it sooner."""
    least = company.guardrails.deadline_days
    late = deadline is not None and (deadline - today).days < agreed
    return agreed if agreed > least and not late else 0


def _alike(wanted: Sequence[Wanted], lines: Sequence[Line]) -> float:
    """The share of all items that both have, 0 to 1."""
    ours, theirs = {one.item for one in wanted}, {line.item for line in lines}
    return len(ours & theirs) / (len(ours | theirs) or 1)


def _amounts_alike(wanted: Sequence[Wanted], lines: Sequence[Line]) -> float:
    """How near the quantities are, 0 to 1: the smaller part of each item by the larger."""
    ours, theirs = {one.item: one.quantity for one in wanted}, _counts(lines)
    items = ours.keys() | theirs.keys()
    least = sum(min(ours.get(item, 0), theirs.get(item, 0)) for item in items)
    return least / (sum(max(ours.get(item, 0), theirs.get(item, 0)) for item in items) or 1)


def _counts(lines: Sequence[Line]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for line in lines:
        found[line.item] += line.quantity
    return dict(found)
