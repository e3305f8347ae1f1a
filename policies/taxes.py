"""Whether an invoice bears the tax that was offered, and that holds now."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.domain.applied import buyer_of
from ledger.domain.commands import Command, IssueInvoice
from ledger.domain.company import Company
from ledger.domain.knowledge import Knowledge
from ledger.domain.tax import NOBODY, TaxCase, TaxKind, Unclear, tax_case
from policies.circumstances import Offer

UNCLEAR = "unclear"
"""How rules see a case that is not clear."""


def tax_fields(
    company: Company, held: Sequence[Knowledge], command: Command, offer: Offer | None
) -> dict[str, object]:
    """What the rules see of an invoice's tax: the case now, the one offered, whether they differ.

    Where nothing is known, and nothing was, nothing is said: the buyer counts as at home.
    """
    if not isinstance(command, IssueInvoice):
        return {}
    offered = offer.tax if offer else None
    buyer = buyer_of(held)
    billed = replace(command.buyer or NOBODY, order=buyer.order)
    now = tax_case(company, buyer, command.lines)
    if now is None and offered is None and command.tax is None:
        return {}
    home = TaxKind.SMALL_BUSINESS if company.tax.exempt else TaxKind.DOMESTIC
    return {
        "tax_case": _kind(now, home),
        "tax_offered": (offered or home).value,
        "tax_changed": (command.tax, billed) != (now, buyer)
        or _kind(now, home) != (offered or home).value,
    }


def _kind(case: TaxCase | Unclear | None, home: TaxKind) -> str:
    match case:
        case Unclear():
            return UNCLEAR
        case TaxCase(kind=kind):
            return kind.value
        case _:
            return home.value
