"""The structured data of an invoice: what a bookkeeping program wants to read."""

from __future__ import annotations

from typing import Any

from ledger.domain.company import Company
from ledger.domain.entities import Contact
from ledger.domain.events import InvoiceIssued
from ledger.domain.values import Line, totals


def invoice_data(
    invoice: InvoiceIssued, company: Company, contact: Contact | None
) -> dict[str, Any]:
    """JSON-able. Amounts in minor units of `currency`, rates in basis points, dates ISO."""
    return {
        "schema": "coo.invoice/1",
        "invoice": invoice.invoice,
        "number": invoice.number,
        "series": invoice.series,
        "action": invoice.action,
        "proposal": invoice.proposal,
        "proposal_version": invoice.version,
        "issued_on": invoice.issued_on.isoformat(),
        "service_date": invoice.service_date.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "currency": invoice.total.currency,
        "seller": _seller(company),
        "buyer": _buyer(invoice.contact, contact),
        "lines": [_line(line) for line in invoice.lines],
        **_sums(invoice, company),
        "payment": _payment(invoice, company),
    }


def _seller(company: Company) -> dict[str, Any]:
    return {
        "name": company.name,
        "address": list(company.address),
        "country": company.country,
        "email": company.email,
        "tax_number": company.tax.tax_number,
        "vat_id": company.tax.vat_id,
    }


def _buyer(contact_id: str, contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {"contact": contact_id}
    return {
        "contact": contact_id,
        "organisation": contact.organisation,
        "name": contact.name,
        "email": contact.address,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "item": line.item,
        "description": line.description,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price.minor,
        "discount_bp": line.discount_bp,
        "net": line.net.minor,
        "tax_bp": line.tax_bp,
    }


def _sums(invoice: InvoiceIssued, company: Company) -> dict[str, Any]:
    taxes = totals(invoice.lines, invoice.total.currency).taxes
    return {
        "net": invoice.net.minor,
        "taxes": [
            {"rate_bp": tax.rate_bp, "base": tax.base.minor, "tax": tax.tax.minor} for tax in taxes
        ],
        "gross": invoice.total.minor,
        "exempt": company.tax.exempt,
        "exempt_note": company.tax.exempt_note if company.tax.exempt else "",
    }


def _payment(invoice: InvoiceIssued, company: Company) -> dict[str, Any]:
    return {
        "holder": company.bank.holder,
        "iban": "".join(company.bank.iban.split()),
        "bic": company.bank.bic,
        "bank": company.bank.bank,
        "reference": invoice.number,
    }
