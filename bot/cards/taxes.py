"""The rows of a card about the tax of an invoice, its buyer and its e-invoice."""

from __future__ import annotations

from collections.abc import Iterator

from bot import texts
from bot.channel import Row
from bot.wording.untrusted import inline
from ledger.domain.commands import IssueCreditNote, IssueInvoice
from ledger.domain.company import EInvoice
from ledger.domain.tax import Buyer, TaxCase


def taxes(command: IssueInvoice | IssueCreditNote) -> Iterator[Row]:
    """Nothing where nothing was entered of the customer."""
    if command.tax is not None:
        yield Row(texts.ROW_TAX, tuple(_case(command.tax)), important=True)
    if command.buyer is not None:
        yield Row(texts.ROW_BUYER, tuple(_buyer(command.buyer)))
    if command.e_invoice is not EInvoice.NONE:
        yield Row(texts.ROW_E_INVOICE, (texts.E_INVOICES[command.e_invoice.value],))


def _case(case: TaxCase) -> Iterator[str]:
    business = texts.TAX_BUSINESS if case.business else texts.TAX_CONSUMER
    kind, country = texts.TAX_KINDS[case.kind.value], inline(case.country)
    yield texts.TAX_CASE.format(kind=kind, country=country, business=business)
    if case.seller_vat_id:
        yield texts.TAX_OWN_ID.format(vat_id=inline(case.seller_vat_id))


def _buyer(buyer: Buyer) -> Iterator[str]:
    if buyer.address:
        yield texts.BUYER_ADDRESS.format(address=", ".join(map(inline, buyer.address)))
    if buyer.country:
        yield texts.BUYER_COUNTRY.format(country=inline(buyer.country))
    if buyer.vat_id:
        yield texts.BUYER_VAT_ID.format(vat_id=inline(buyer.vat_id))
    if buyer.business is not None:
        yield texts.BUYER_BUSINESS[buyer.business]
    if buyer.reference:
        yield texts.BUYER_REFERENCE.format(reference=inline(buyer.reference))
    if buyer.order:
        yield texts.BUYER_ORDER.format(order=inline(buyer.order))
