"""An invoice or a credit note as EN 16931 XML (CII), through the library factur-x. Pure.

The keys of the tables below are the standard's own: BT-1 is the invoice number, BG-25 its lines.
A credit note is an invoice with the sign of its type: its quantities and amounts are positive.
The XML is checked against the official schema that the library carries before it is used.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from facturx.generate_xml import generate_cii_xml
from lxml import etree

from connectors.invoices.categories import Category, category_of
from connectors.invoices.e_invoices import EINVOICE_REMEDY, EInvoiceInvalid
from connectors.invoices.look import plain
from connectors.invoices.parts import less_words, not_yet
from connectors.invoices.texts import Texts, language_in
from connectors.invoices.wording import day
from ledger.domain.amounts import plain_amount
from ledger.domain.claims import Issued
from ledger.domain.company import Company, EInvoice
from ledger.domain.einvoicing import postal
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.tax import NOBODY
from ledger.domain.tax_notes import small_business_note
from ledger.domain.values import Line, TaxLine, reversed_lines, totals

XRECHNUNG: Final = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
BILLING_PROCESS: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE_CODE, CREDIT_NOTE_CODE = "380", "381"
PARTIAL_CODE: Final = "326"
"""UNTDID 1001: an invoice of a part; XRechnung knows no code for a deposit."""
_TRANSFER: Final = "30"
_EMAIL: Final = "EM"
_UNITS: Final = {"piece": "H87", "hour": "HUR", "day": "DAY", "month": "MON"}
_UNIT: Final = "C62"
"""One of something, where the unit is the operator's own word."""

_RAM: Final = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_GUIDELINE: Final = f".//{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"

Fields = dict[str, Any]


def en16931_xml(issued: Issued, company: Company, contact: Contact | None, texts: Texts) -> bytes:
    """The XML of what was issued, as UTF-8. Only for one whose tax case is known."""
    data = {
        **_head(issued, texts),
        **_parties(issued, company, contact),
        **_settlement(issued, company, texts),
        "BG-25": [_line(place, line, issued) for place, line in enumerate(_lines(issued), start=1)],
    }
    try:
        xml = _generated(data)
    except Exception as error:  # the library raises bare ones
        why = f"No valid e-invoice of {issued.number!r} can be made: {error}"
        raise EInvoiceInvalid(why, EINVOICE_REMEDY) from error
    return _as_xrechnung(xml) if issued.e_invoice is EInvoice.XRECHNUNG else xml


def _generated(data: Fields) -> bytes:
    """Checked against the official schema; the schematron would be asked of a server."""
    return bytes(generate_cii_xml(data, level="en16931", check_xsd=True, check_schematron=False))


def _as_xrechnung(xml: bytes) -> bytes:
    """The same document under the rules of XRechnung, which it names."""
    tree = etree.fromstring(xml)
    tree.find(_GUIDELINE).text = XRECHNUNG
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _head(issued: Issued, texts: Texts) -> Fields:
    buyer = issued.buyer or NOBODY
    found: Fields = {
        "BT-1": issued.number,
        "BT-2": issued.issued_on,
        "BT-3": INVOICE_CODE,
        "BT-5": issued.total.currency,
        "BT-10": buyer.reference,
        "BT-13": buyer.order,
        "BT-23": BILLING_PROCESS if issued.e_invoice is EInvoice.XRECHNUNG else "",
    }
    match issued:
        case InvoiceIssued():
            found |= {"BT-9": issued.due_on, **_service(issued)}
            found |= _of_part(issued, texts)
            found["BT-20"] = texts.payable.format(due=day(issued.due_on, texts))
        case CreditNoteIssued():
            words = texts.credit_note
            opening = words.opening.format(
                number=issued.invoice_number, day=day(issued.invoice_date, texts)
            )
            found |= {
                "BT-3": CREDIT_NOTE_CODE,
                "BT-20": words.closing.format(number=issued.invoice_number),
                "BT-72": issued.issued_on,
                "BG-1": [{"BT-22": plain(f"{opening} {issued.reason}").strip()}],
                "BG-3": [{"BT-25": issued.invoice_number, "BT-26": issued.invoice_date}],
            }
    return _said(found)


def _service(issued: InvoiceIssued) -> Fields:
    """The day of the service, or the period in which it is to be: BT-72 is a day that was."""
    part = issued.part
    if part is None or part.supplied:
        return {"BT-72": issued.service_date}
    return {"BT-73": part.service_from, "BT-74": issued.service_date}


def _of_part(issued: InvoiceIssued, texts: Texts) -> Fields:
    """The kind of invoice, what was billed before, and the words that the law wants of both."""
    part = issued.part
    if part is None:
        return {}
    notes = [not_yet(part, issued.service_date, texts)]
    notes += [words for words, _ in less_words(part, texts)]
    return {
        "BT-3": INVOICE_CODE if part.final else PARTIAL_CODE,
        "BG-1": [{"BT-22": plain(words)} for words in notes if words],
        "BG-3": [{"BT-25": one.number, "BT-26": one.issued_on} for one in part.deducted],
    }


def _parties(issued: Issued, company: Company, contact: Contact | None) -> Fields:
    buyer = _buyer(issued, contact)
    found: Fields = {"BG-4": _seller(issued, company), "BG-7": buyer}
    if category_of(issued.tax) is Category.INTRA_COMMUNITY or _to_come(issued):
        found["BG-13"] = {key: buyer[key] for key in _ADDRESS if key in buyer}
        found["BG-13"]["name"] = buyer["name"]
    return found


def _to_come(issued: Issued) -> bool:
    """Whether nothing has been supplied yet. Without a day of delivery the delivery must name the
    place: the schema has no empty one."""
    part = issued.part if isinstance(issued, InvoiceIssued) else None
    return part is not None and not part.supplied


_ADDRESS: Final = ("country_code", "city", "postcode", "addr_l1", "addr_l2", "addr_l3")


def _seller(issued: Issued, company: Company) -> Fields:
    """Whoever is outside the scope of the tax may not show a VAT id (BR-O-02)."""
    outside = category_of(issued.tax) is Category.OUTSIDE_SCOPE
    vat_id = "" if outside or issued.tax is None else issued.tax.seller_vat_id
    person = {
        "name": company.operator.name,
        "email": company.operator.email,
        "phone": company.phone,
    }
    return _said(
        {
            "name": plain(company.name),
            "identifiers": {} if vat_id else {None: company.id},
            "vat_identifier": vat_id,
            "tax_identifier": "" if outside else company.tax.tax_number,
            "contacts": [_said(person)],
            "einvoicing_addr": company.email,
            "einvoicing_addr_schemeid": _EMAIL,
            **_place(company.address, company.country),
        }
    )


def _buyer(issued: Issued, contact: Contact | None) -> Fields:
    buyer, tax = issued.buyer or NOBODY, issued.tax
    name = (contact.organisation or contact.name or contact.address) if contact else ""
    outside = category_of(tax) is Category.OUTSIDE_SCOPE
    person = {"name": contact.name, "email": contact.address} if contact else {}
    return _said(
        {
            "name": plain(name) or issued.contact,
            "vat_identifier": "" if outside else buyer.vat_id,
            "contacts": [said] if (said := _said(person)) else [],
            "einvoicing_addr": contact.address if contact else "",
            "einvoicing_addr_schemeid": _EMAIL,
            **_place(buyer.address, tax.country if tax else ""),
        }
    )


def _place(address: tuple[str, ...], country: str) -> Fields:
    found = postal(address)
    lines = dict(zip(("addr_l1", "addr_l2", "addr_l3"), found.lines, strict=False))
    return {"country_code": country, "postcode": found.postcode, "city": found.city, **lines}


def _settlement(issued: Issued, company: Company, texts: Texts) -> Fields:
    lines, currency = _lines(issued), issued.total.currency
    sums = totals(lines, currency)
    tax = sums.gross - sums.net
    before = sums.gross - (-issued.total if isinstance(issued, CreditNoteIssued) else issued.total)
    return _said(
        {
            "BT-81": _TRANSFER,
            "BT-83": issued.number,
            "BT-84": "".join(company.bank.iban.split()),
            "BT-85": company.bank.holder,
            "BT-86": company.bank.bic,
            "BT-106": plain_amount(sums.net),
            "BT-109": plain_amount(sums.net),
            "BT-110": plain_amount(tax),
            "BT-112": plain_amount(sums.gross),
            "BT-113": plain_amount(before) if before.minor else "",
            "BT-115": plain_amount(sums.gross - before),
            "BG-23": [_tax(one, issued, company, texts) for one in sums.taxes],
        }
    )


def _tax(one: TaxLine, issued: Issued, company: Company, texts: Texts) -> Fields:
    category = category_of(issued.tax, one.rate_bp)
    exempt = small_business_note(company, language_in(texts))
    notes = {Category.EXEMPT: exempt} | {
        category_of(issued.tax): texts.tax_notes[issued.tax.kind]
        for _ in [1]
        if issued.tax is not None and issued.tax.kind.untaxed
    }
    return _said(
        {
            "BT-116": plain_amount(one.base),
            "BT-117": plain_amount(one.tax),
            "BT-118": category.code,
            "BT-119": "" if category is Category.OUTSIDE_SCOPE else _percent(one.rate_bp),
            "BT-120": plain(notes.get(category, "")),
            "BT-121": category.reason,
        }
    )


def _line(place: int, line: Line, issued: Issued) -> Fields:
    category = category_of(issued.tax, line.tax_bp)
    full = line.unit_price.times(line.quantity)
    return _said(
        {
            "BT-126": str(place),
            "BT-129": str(line.quantity),
            "BT-130": _UNITS.get(line.unit, _UNIT),
            "BT-131": plain_amount(line.net),
            "BT-146": plain_amount(line.unit_price),
            "BT-151": category.code,
            "BT-152": "" if category is Category.OUTSIDE_SCOPE else _percent(line.tax_bp),
            "BT-153": plain(line.description),
            "BT-155": line.item,
            "BG-27": [
                {
                    "rate": _percent(line.discount_bp),
                    "base_amount": plain_amount(full),
                    "amount": plain_amount(full - line.net),
                    "reason_code": _DISCOUNT,
                }
            ]
            if line.discount_bp
            else [],
        }
    )


_DISCOUNT: Final = "95"
"""UNTDID 5189: a discount."""


def _lines(issued: Issued) -> tuple[Line, ...]:
    """The lines with the sign they have in the XML."""
    return reversed_lines(issued.lines) if isinstance(issued, CreditNoteIssued) else issued.lines


def _percent(basis_points: int) -> str:
    return f"{Decimal(basis_points) / 100:.2f}"


def _said(fields: Fields) -> Fields:
    """Without what is not known, since an empty element is an error, and without signs that XML
    cannot hold."""
    cleaned = {key: plain(part) if isinstance(part, str) else part for key, part in fields.items()}
    return {key: value for key, value in cleaned.items() if value not in ("", [], {}, None)}
