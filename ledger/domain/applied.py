"""What is known applied to how the company is configured: the operator's word, obeyed by code.

Of what holds for a contact, the most particular counts: what was agreed with them, else what was
said of the item or the company, else company.yaml. A price of company.yaml that is changed later
ends what was said of the item before (`folding_knowledge`), so the later word always counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.domain.company import Company, PriceItem
from ledger.domain.knowledge import (
    COMPANY,
    DaysValue,
    Knowledge,
    KnowledgeKind,
    MoneyValue,
    PercentValue,
)

PRICE = "price:"
DISCOUNT = "discount"
DISCOUNT_CAP = "discount-cap"
PAYMENT_DAYS = "payment-days"
DELIVERY_DAYS = "delivery-days"
ADDRESS = "preference:address"
LANGUAGE = "preference:language"


def as_known(company: Company, held: Sequence[Knowledge]) -> Company:
    """The company with the prices, terms and caps that hold for one contact.

    `held` is what is in force for them, the company and the items; without any it is unchanged.
    """
    if not held:
        return company
    rails = company.guardrails
    most = percent_of(held, DISCOUNT_CAP)
    cap = max(rails.max_discount_bp if most is None else most, percent_of(held, DISCOUNT) or 0)
    delivery = days_of(held, DELIVERY_DAYS)
    payment = days_of(held, PAYMENT_DAYS)
    return replace(
        company,
        prices=tuple(_priced(company, item, held) for item in company.prices),
        payment_days=company.payment_days if payment is None else payment,
        guardrails=replace(
            rails,
            max_discount_bp=cap,
            deadline_days=rails.deadline_days if delivery is None else delivery,
        ),
    )


def said_of(held: Sequence[Knowledge], topic: str, item: str = "") -> Knowledge | None:
    """What counts under a topic: the contact's own, else the item's or the company's."""
    found = [one for one in held if one.topic == topic]
    general = {COMPANY, item}
    own = [one for one in found if one.subject not in general]
    return next(iter([*own, *found]), None)


def price_said(company: Company, held: Sequence[Knowledge], item: str) -> Knowledge | None:
    """The price that was said for an item, in the company's currency; None where none was."""
    known = said_of(held, f"{PRICE}{item}", item)
    if known is None or not isinstance(known.value, MoneyValue):
        return None
    return known if known.value.amount.currency == company.currency else None


def percent_of(held: Sequence[Knowledge], topic: str) -> int | None:
    """The percentage that counts under a topic, in basis points."""
    known = said_of(held, topic)
    return known.value.basis_points if known and isinstance(known.value, PercentValue) else None


def days_of(held: Sequence[Knowledge], topic: str) -> int | None:
    """The number of days that counts under a topic."""
    known = said_of(held, topic)
    return known.value.days if known and isinstance(known.value, DaysValue) else None


def words_of(held: Sequence[Knowledge], topic: str) -> str:
    """The words that count under a topic, "" where there are none."""
    known = said_of(held, topic)
    return known.text if known else ""


def policies_of(held: Sequence[Knowledge]) -> tuple[str, ...]:
    """What the operator said never, or always, to do with this contact."""
    own = (one for one in held if one.subject != COMPANY)
    return tuple(one.text for one in own if one.kind is KnowledgeKind.POLICY and one.text)


def _priced(company: Company, item: PriceItem, held: Sequence[Knowledge]) -> PriceItem:
    """The item at the price that was said. The floor never stands above it."""
    known = price_said(company, held, item.id)
    if known is None or not isinstance(known.value, MoneyValue):
        return item
    price = known.value.amount
    return replace(item, price=price, floor=min(item.floor, price, key=lambda it: it.minor))
