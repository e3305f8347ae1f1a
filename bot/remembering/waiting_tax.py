"""Cards of offers that wait with another tax or currency: nothing is changed behind them."""

from __future__ import annotations

from collections.abc import Sequence

from bot import texts
from ledger.domain.applied import buyer_of, currency_of
from ledger.domain.commands import SendProposal
from ledger.domain.company import Company
from ledger.domain.entities import Action, Approval, ApprovalStatus, Proposal
from ledger.domain.identity import ids_of
from ledger.domain.knowledge import Knowledge
from ledger.domain.reading import Views
from ledger.domain.tax import TaxCase, TaxKind, tax_case


async def other_tax_lines(
    views: Views, company: Company, contact: str, held: Sequence[Knowledge]
) -> list[str]:
    """One line for each card whose offer bears another tax or currency than the contact's now."""
    ids, found = await ids_of(views, contact), []
    home = TaxKind.SMALL_BUSINESS if company.tax.exempt else TaxKind.DOMESTIC
    for approval in await views.find(Approval, f"status:{ApprovalStatus.PENDING}"):
        offer = await _offer_on(views, approval)
        if offer is None or offer.contact not in ids:
            continue
        currency = currency_of(held) or company.currency
        if offer.net.currency != currency:
            found.append(
                texts.BILLING_WAITS_CURRENCY.format(
                    number=approval.number, currency=offer.net.currency
                )
            )
        now = tax_case(company, buyer_of(held), offer.lines)
        kind = now.kind if isinstance(now, TaxCase) else home
        offered = offer.tax or home
        if kind is not offered:
            tax = texts.BILLING_KINDS[offered.value]
            found.append(texts.BILLING_WAITS.format(number=approval.number, tax=tax))
    return found


async def _offer_on(views: Views, approval: Approval) -> Proposal | None:
    action = await views.get(Action, approval.action)
    command = action.command if action else None
    if not isinstance(command, SendProposal):
        return None
    offer = await views.get(Proposal, command.proposal)
    return offer if offer and offer.version == command.version else None
