"""The fold of the price list: what each item costs since its price last changed."""

from __future__ import annotations

from ledger.domain.entities import Entity
from ledger.domain.events import PricesChanged
from ledger.domain.facts import Fact
from ledger.domain.knowledge import ListPrice
from ledger.domain.look import Look


def fold_prices(fact: Fact, look: Look) -> list[Entity]:  # noqa: ARG001 - every fold may look
    """A change of prices: each item with its new one."""
    if not isinstance(fact.event, PricesChanged):
        return []
    now = {one.item: one.now for one in fact.event.changes}
    return [ListPrice(id=item, price=price, since=fact.at) for item, price in now.items()]
