"""What was entered of a customer for tax and e-invoices, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain.applied import (
    BILLING_ADDRESS,
    BILLING_CURRENCY,
    BILLING_ORDER,
    BILLING_REFERENCE,
    TAX_BUSINESS,
    TAX_COUNTRY,
    TAX_VAT_ID,
    buyer_of,
)
from ledger.domain.company import Company
from ledger.domain.knowledge import Knowledge, KnowledgeKind, YesNoValue
from ledger.domain.tax import Unclear, case_of

FIELDS: Final = {
    "country": TAX_COUNTRY,
    "vat-id": TAX_VAT_ID,
    "business": TAX_BUSINESS,
    "address": BILLING_ADDRESS,
    "reference": BILLING_REFERENCE,
    "order": BILLING_ORDER,
    "currency": BILLING_CURRENCY,
}
"""The topics by the words people type."""

_BY_TOPIC: Final = {topic: field for field, topic in FIELDS.items()}


def billing_words(known: Knowledge) -> str:
    """`VAT id: FR40303265045`"""
    value = known.text
    if isinstance(known.value, YesNoValue):
        value = texts.KNOWN_YES if known.value.yes else texts.KNOWN_NO
    form = texts.BILLING_FIELDS[_BY_TOPIC[known.topic]]
    return form.format(value=one_line(", ".join(value.splitlines()), 120))


def billing_lines(held: Sequence[Knowledge], company: Company) -> list[str]:
    """All that was entered, and the tax that follows; [] where nothing was."""
    entered = [one for one in held if one.kind is KnowledgeKind.BILLING]
    if not entered:
        return []
    lines = [
        texts.BILLING_SETTLED.format(
            what=billing_words(one), handle=f"k{one.number}", who=one_line(one.operator, 40),
            day=one.recorded_at.date().isoformat(),
        )
        for one in entered
    ]  # fmt: skip
    return [*lines, tax_words(company, held)]


def tax_words(company: Company, held: Sequence[Knowledge]) -> str:
    """Which tax an invoice for a service would bear now."""
    case = case_of(company, buyer_of(held))
    if case is None:
        return texts.BILLING_UNKNOWN
    if isinstance(case, Unclear):
        return texts.BILLING_UNCLEAR.format(doubt=case.doubt.value)
    return texts.BILLING_TAX.format(tax=texts.BILLING_KINDS[case.kind.value])
