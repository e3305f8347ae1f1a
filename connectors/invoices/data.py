"""The structured data of invoices and credit notes: what a bookkeeping program wants to read."""

from __future__ import annotations

from typing import Any

from ledger.domain.billing import InvoicePart, asked_for
from ledger.domain.claims import Issued
from ledger.domain.company import Company
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.tax import TaxKind
from ledger.domain.values import Line


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
        **_part(invoice.part),
        "due_on": invoice.due_on.isoformat(),
        "currency": invoice.total.currency,
        "seller": _seller(company),
        "buyer": _buyer(invoice, contact),
        "lines": [_line(line) for line in invoice.lines],
        **_sums(invoice, company),
        "payment": _payment(invoice, company),
    }


def credit_note_data(
    note: CreditNoteIssued, company: Company, contact: Contact | None
) -> dict[str, Any]:
    """The same for a credit note: quantities and amounts are negative, and it names its invoice."""
    return {
        "schema": "coo.credit-note/1",
        "credit_note": note.credit_note,
        "number": note.number,
        "series": note.series,
        "action": note.action,
        "reverses": {
            "invoice": note.invoice,
            "number": note.invoice_number,
            "issued_on": note.invoice_date.isoformat(),
        },
        "reason": note.reason,
        "issued_on": note.issued_on.isoformat(),
        **_part(note.part),
        "currency": note.total.currency,
        "seller": _seller(company),
        "buyer": _buyer(note, contact),
        "lines": [_line(line) for line in note.lines],
        **_sums(note, company),
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


def _buyer(issued: Issued, contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {"contact": issued.contact, **_entered(issued)}
    return {
        "contact": issued.contact,
        "organisation": contact.organisation,
        "name": contact.name,
        "email": contact.address,
        **_entered(issued),
    }


def _entered(issued: Issued) -> dict[str, Any]:
    """What was entered of them; nothing where nothing was."""
    buyer = issued.buyer
    if buyer is None:
        return {}
    return {
        "country": issued.tax.country if issued.tax else buyer.country,
        "vat_id": buyer.vat_id,
        "address": list(buyer.address),
        "reference": buyer.reference,
        "order": buyer.order,
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


def _part(part: InvoicePart | None) -> dict[str, Any]:
    """Which part of a deal it bills, and what it deducts; nothing for an invoice of the whole."""
    if part is None:
        return {}
    since = {"service_from": part.service_from.isoformat()} if part.service_from else {}
    return {
        "part": {"place": part.place, "of": part.of, "share_bp": part.share_bp},
        "supplied": part.supplied,
        **since,
        "deducted": [
            {
                "invoice": one.invoice,
                "number": one.number,
                "issued_on": one.issued_on.isoformat(),
                "net": one.net.minor,
                "tax": one.tax.minor,
            }
            for one in part.deducted
        ],
    }


def _sums(issued: Issued, company: Company) -> dict[str, Any]:
    sums, case = asked_for(issued.lines, issued.part, issued.total.currency), issued.tax
    exempt = case.kind is TaxKind.SMALL_BUSINESS if case else company.tax.exempt
    known = {"tax_case": case.kind.value, "e_invoice": issued.e_invoice.value} if case else {}
    return {
        "net": sums.net.minor,
        "taxes": [
            {"rate_bp": tax.rate_bp, "base": tax.base.minor, "tax": tax.tax.minor}
            for tax in sums.taxes
        ],
        "gross": sums.gross.minor,
        "exempt": exempt,
        "exempt_note": company.tax.exempt_note if exempt else "",
        **known,
    }


def _payment(invoice: InvoiceIssued, company: Company) -> dict[str, Any]:
    return {
        "holder": company.bank.holder,
        "iban": "".join(company.bank.iban.split()),
        "bic": company.bank.bic,
        "bank": company.bank.bank,
        "reference": invoice.number,
    }
