"""What is known applied to how the company is configured: the operator's word, obeyed by code.

Of what holds for a contact, the most particular counts: what was agreed with them, else what was
said of the item or the company, else company.yaml. A price of company.yaml that is changed later
ends what was said of the item before (`folding_knowledge`), so the later word always counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.domain.company import Company, EarlyPayment, PriceItem
from ledger.domain.knowledge import (
    COMPANY,
    DaysValue,
    EarlyValue,
    Knowledge,
    KnowledgeKind,
    MoneyValue,
    PercentValue,
    YesNoValue,
)
from ledger.domain.tax import NOBODY, Buyer, charged

PRICE = "price:"
DISCOUNT = "discount"
DISCOUNT_CAP = "discount-cap"
PAYMENT_DAYS = "payment-days"
EARLY_PAYMENT = "early-payment"
DELIVERY_DAYS = "delivery-days"
ADDRESS = "preference:address"
LANGUAGE = "preference:language"
TAX_COUNTRY = "tax:country"
TAX_VAT_ID = "tax:vat-id"
TAX_BUSINESS = "tax:business"
BILLING_ADDRESS = "billing:address"
BILLING_REFERENCE = "billing:reference"
BILLING_ORDER = "billing:order"
BILLING_CURRENCY = "billing:currency"


def as_known(company: Company, held: Sequence[Knowledge]) -> Company:
    """The company with the prices, terms and caps that hold for one contact.

    `held` is what is in force for them, the company and the items; without any it is unchanged.
    """
    if not held:
        return company
    company = company.priced_in(currency_of(held))
    rails = company.guardrails
    most = percent_of(held, DISCOUNT_CAP)
    cap = max(rails.max_discount_bp if most is None else most, percent_of(held, DISCOUNT) or 0)
    delivery = days_of(held, DELIVERY_DAYS)
    payment = days_of(held, PAYMENT_DAYS)
    buyer = buyer_of(held)
    return replace(
        company,
        prices=tuple(_taxed(company, _priced(company, i, held), buyer) for i in company.prices),
        payment_days=company.payment_days if payment is None else payment,
        early_payment=early_of(held) or company.early_payment,
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


def early_of(held: Sequence[Knowledge]) -> EarlyPayment | None:
    """The discount for paying early that was agreed, or None."""
    known = said_of(held, EARLY_PAYMENT)
    if known is None or not isinstance(known.value, EarlyValue):
        return None
    return EarlyPayment(percent_bp=known.value.basis_points, days=known.value.days)


def words_of(held: Sequence[Knowledge], topic: str) -> str:
    """The words that count under a topic, "" where there are none."""
    known = said_of(held, topic)
    return known.text if known else ""


def buyer_of(held: Sequence[Knowledge]) -> Buyer:
    """What the operator entered of a contact for tax and e-invoices: of them alone."""
    own = [one for one in held if one.subject != COMPANY]
    if not any(one.kind is KnowledgeKind.BILLING for one in own):
        return NOBODY
    business = said_of(own, TAX_BUSINESS)
    known = business.value if business else None
    return Buyer(
        country=words_of(own, TAX_COUNTRY),
        vat_id=words_of(own, TAX_VAT_ID),
        business=known.yes if isinstance(known, YesNoValue) else None,
        address=tuple(words_of(own, BILLING_ADDRESS).splitlines()),
        reference=words_of(own, BILLING_REFERENCE),
        order=words_of(own, BILLING_ORDER),
    )


def currency_of(held: Sequence[Knowledge]) -> str:
    """The currency in which a contact is offered and billed; "" for the company's."""
    return words_of([one for one in held if one.subject != COMPANY], BILLING_CURRENCY)


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


def _taxed(company: Company, item: PriceItem, buyer: Buyer) -> PriceItem:
    """The item without tax, where the buyer's country rules it out."""
    if buyer == NOBODY or charged(company, buyer, item.id):
        return item
    return replace(item, tax_bp=0)
