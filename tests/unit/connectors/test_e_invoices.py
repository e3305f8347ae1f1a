"""E-invoices: valid by the official schema and schematron, and PDF/A-3 as far as it is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import pytest
from facturx.facturx import get_facturx_xml_from_pdf, xml_check_xsd
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from saxonche import PySaxonProcessor

from bot.company.text import defaults
from connectors.invoices.data import invoice_data
from connectors.invoices.en16931 import XRECHNUNG, en16931_xml
from connectors.invoices.parts import PART_TEXTS
from connectors.invoices.rendering import papers_of
from connectors.invoices.texts import TEXTS
from ledger.domain.amounts import plain_amount
from ledger.domain.billing import (
    Deduction,
    InvoicePart,
    asked_for,
    plan_of,
    reversed_part,
    share_lines,
)
from ledger.domain.company import EInvoice, Language
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.tax import Buyer, TaxCase, TaxKind
from ledger.domain.values import Line, Money, reversed_lines, totals

OWN_ID, FRENCH_ID = "DE136695976", "FR40303265045"
COMPANY = replace(
    defaults(),
    phone="+49 40 123456",
    tax=replace(defaults().tax, vat_id=OWN_ID, exempt_note="Gemäß § 19 UStG ohne Umsatzsteuer."),
)
ADA = Contact(
    id="con-1",
    name="Ada Byron",
    address="ada@example.com",
    persons=(),
    organisation="Société <Ada> & Fils",
)
LINES = (
    Line("web", "Website „Größe“", 2, "piece", Money(33_333, "EUR"), 1_900, 550),
    Line("talk", "Beratung", 3, "hour", Money(9_999, "EUR"), 700),
    Line("odd", "Anderes", 1, "chunk", Money(1, "EUR"), 0),
)
CASES = {
    TaxKind.DOMESTIC: ("DE", "DE129273398"),
    TaxKind.SMALL_BUSINESS: ("DE", ""),
    TaxKind.REVERSE_CHARGE: ("FR", FRENCH_ID),
    TaxKind.INTRA_COMMUNITY: ("FR", FRENCH_ID),
    TaxKind.EXPORT: ("CH", ""),
    TaxKind.OUTSIDE_SCOPE: ("US", ""),
}
GUIDELINE = {"FX-SCH-A-000556"}
"""What the schematron of Factur-X has against an XRechnung: that it names XRechnung."""


def invoice(
    kind: TaxKind, form: EInvoice = EInvoice.ZUGFERD, lines: tuple[Line, ...] = LINES
) -> InvoiceIssued:
    country, vat_id = CASES[kind]
    if kind is not TaxKind.DOMESTIC:
        lines = tuple(replace(line, tax_bp=0) for line in lines)
    sums = totals(lines, "EUR")
    return InvoiceIssued(
        invoice="inv-1",
        number="2026-0007",
        series="2026",
        action="act-1",
        proposal="pro-1",
        version=1,
        contact="con-1",
        lines=lines,
        net=sums.net,
        total=sums.gross,
        issued_on=date(2026, 11, 22),
        service_date=date(2026, 12, 2),
        due_on=date(2026, 12, 6),
        e_invoice=form,
        tax=TaxCase(kind=kind, country=country, seller_vat_id=OWN_ID, business=True),
        buyer=Buyer(
            country=country,
            vat_id=vat_id,
            address=("1 rue X", "75001 Paris"),
            reference="04011000-1234512345-06",
            order="PO-7",
        ),
    )


def reversing(bill: InvoiceIssued) -> CreditNoteIssued:
    return CreditNoteIssued(
        credit_note="crn-1",
        number="CN-2026-0001",
        series="2026",
        action="act-2",
        invoice=bill.invoice,
        invoice_number=bill.number,
        invoice_date=bill.issued_on,
        contact=bill.contact,
        lines=reversed_lines(bill.lines),
        net=-bill.net,
        total=-bill.total,
        issued_on=date(2026, 12, 1),
        reason="wrong quantity",
        tax=bill.tax,
        buyer=bill.buyer,
        e_invoice=bill.e_invoice,
    )


def xml_of(issued: InvoiceIssued | CreditNoteIssued) -> bytes:
    return en16931_xml(issued, COMPANY, ADA, TEXTS[Language.GERMAN])


@cache
def schematron() -> tuple[Any, Any]:
    """The official rules of EN 16931, as the package factur-x carries them."""
    rules = files("facturx") / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
    processor = PySaxonProcessor(license=False)
    compiled = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))
    return processor, compiled


def broken_rules(xml: bytes) -> set[str]:
    processor, rules = schematron()
    node = processor.parse_xml(xml_text=xml.decode())
    report = etree.fromstring(rules.transform_to_string(xdm_node=node).encode())
    svrl = "{http://purl.oclc.org/dsdl/svrl}"
    assert len(report.findall(f".//{svrl}fired-rule")) > 80
    return {
        found.get("id")
        for kind in ("failed-assert", "successful-report")
        for found in report.findall(f".//{svrl}{kind}")
    }


def said(xml: bytes, name: str) -> list[str]:
    return [node.text for node in etree.fromstring(xml).iter(f"{{*}}{name}")]


@pytest.mark.parametrize("kind", list(CASES))
def test_every_case_is_valid_by_the_official_schema_and_rules(kind: TaxKind) -> None:
    bill = invoice(kind)
    for issued in (bill, reversing(bill)):
        xml = xml_of(issued)
        assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
        assert broken_rules(xml) == set()


def test_the_rules_notice_an_invoice_that_does_not_add_up() -> None:
    right = xml_of(invoice(TaxKind.DOMESTIC))
    assert broken_rules(right.replace(b"GrandTotalAmount>", b"GrandTotalAmount>1", 1))
    assert broken_rules(right.replace(b">DE129273398<", b">129273398<", 1))


def test_an_xrechnung_is_the_same_but_for_the_rules_it_names() -> None:
    bill = invoice(TaxKind.DOMESTIC, EInvoice.XRECHNUNG)
    xml = xml_of(bill)
    assert broken_rules(xml) == GUIDELINE
    assert XRECHNUNG in said(xml, "ID")
    assert said(xml, "BuyerReference") == ["04011000-1234512345-06"]
    assert "PO-7" in said(xml, "IssuerAssignedID")
    papers = papers_of(bill, COMPANY, ADA, TEXTS[Language.GERMAN])
    assert papers.xml == xml
    assert b"factur-x.xml" not in papers.pdf


@given(
    st.lists(
        st.tuples(
            st.integers(1, 999),
            st.integers(1, 1_000_000),
            st.sampled_from([0, 700, 1_900, 2_000]),
            st.integers(0, 9_999),
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=15, deadline=None)
def test_whatever_is_sold_the_sums_are_those_of_the_document(
    sold: list[tuple[int, int, int, int]],
) -> None:
    lines = tuple(
        Line(f"i{place}", "Thing", quantity, "piece", Money(price, "EUR"), rate, discount)
        for place, (quantity, price, rate, discount) in enumerate(sold)
    )
    bill = invoice(TaxKind.DOMESTIC, lines=lines)
    xml = xml_of(bill)
    assert broken_rules(xml) == set()
    data = invoice_data(bill, COMPANY, ADA)
    assert said(xml, "GrandTotalAmount") == [plain_amount(bill.total)]
    assert said(xml, "TaxBasisTotalAmount") == [plain_amount(Money(data["net"], "EUR"))]


# --- the PDF -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hybrid() -> bytes:
    bill = invoice(TaxKind.REVERSE_CHARGE, lines=LINES * 12)
    return papers_of(bill, COMPANY, ADA, TEXTS[Language.FRENCH]).pdf


def test_the_same_invoice_is_the_same_bytes(hybrid: bytes) -> None:
    bill = invoice(TaxKind.REVERSE_CHARGE, lines=LINES * 12)
    papers_of(invoice(TaxKind.EXPORT), COMPANY, None, TEXTS[Language.ENGLISH])
    again = papers_of(bill, COMPANY, ADA, TEXTS[Language.FRENCH]).pdf
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(hybrid).hexdigest()


def test_the_pdf_carries_its_xml_as_readers_of_zugferd_look_for_it(hybrid: bytes) -> None:
    name, xml = get_facturx_xml_from_pdf(hybrid, check_xsd=True)
    assert name == "factur-x.xml"
    assert broken_rules(xml) == set()
    root = PdfReader(BytesIO(hybrid)).trailer["/Root"]
    (attached,) = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"


def test_the_pdf_says_that_it_is_archival_and_tells_the_same_twice(hybrid: bytes) -> None:
    reader = PdfReader(BytesIO(hybrid))
    root, info = reader.trailer["/Root"], reader.metadata
    packet = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in packet
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in packet
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in packet
    assert info is not None
    for value in (info.title, info.author, info.subject, info.producer, info.creator):
        assert f">{value}<" in packet
    assert "2026-11-22T00:00:00+00:00" in packet
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261122000000+00'00'"
    (intent,) = root["/OutputIntents"]
    profile = intent.get_object()["/DestOutputProfile"].get_object().get_data()
    assert (profile[12:20], profile[36:40]) == (b"mntrRGB ", b"acsp")
    assert len(reader.trailer["/ID"][0]) == 16
    assert "/Encrypt" not in reader.trailer


def everything(thing: Any, seen: set[int]) -> Iterator[DictionaryObject]:
    thing = thing.get_object() if hasattr(thing, "get_object") else thing
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, DictionaryObject):
        yield thing
        for value in thing.values():
            yield from everything(value, seen)
    elif isinstance(thing, list):
        for value in thing:
            yield from everything(value, seen)


def test_every_font_is_in_the_file_and_nothing_is_transparent_or_runs(hybrid: bytes) -> None:
    reader = PdfReader(BytesIO(hybrid))
    assert len(reader.pages) > 1
    found = list(everything(reader.trailer["/Root"], set()))
    fonts = [one for one in found if one.get("/Type") == "/Font"]
    assert fonts
    assert all("/FontFile2" in one["/FontDescriptor"].get_object() for one in fonts)
    keys = {key for one in found for key in one}
    assert keys.isdisjoint({"/SMask", "/ca", "/CA", "/BM", "/JS", "/OpenAction", "/AA", "/Launch"})
    for page in reader.pages:
        used = set(page["/Resources"]["/Font"])
        drawn = page.get_contents().get_data().decode("latin-1")
        assert {part.split()[0] for part in drawn.split("/")[1:] if " Tf" in part[:16]} <= {
            name[1:] for name in used
        }


# --- deals that are billed in parts ---------------------------------------------------------------

PLAN = plan_of("deposit 33.33% final")


def deposit(kind: TaxKind, form: EInvoice) -> InvoiceIssued:
    whole = invoice(kind, form)
    lines = share_lines(whole.lines, PLAN, 1, "Anzahlung")
    part = InvoicePart(
        place=1, of=2, trigger=PLAN.parts[0].trigger, share_bp=3_333, supplied=False,
        service_from=whole.issued_on,
    )  # fmt: skip
    sums = totals(lines, "EUR")
    return replace(
        whole, number="2026-0006", lines=lines, net=sums.net, total=sums.gross, part=part
    )


def final(kind: TaxKind, form: EInvoice) -> InvoiceIssued:
    whole, before = invoice(kind, form), deposit(kind, form)
    taxes = totals(before.lines, "EUR").taxes
    part = InvoicePart(
        place=2, of=2, trigger=PLAN.parts[1].trigger, share_bp=6_667,
        deducted=(Deduction("inv-0", before.number, before.issued_on, taxes),),
    )  # fmt: skip
    sums = asked_for(whole.lines, part, "EUR")
    return replace(whole, net=sums.net, total=sums.gross, part=part)


@pytest.mark.parametrize("form", [EInvoice.ZUGFERD, EInvoice.XRECHNUNG])
@pytest.mark.parametrize(
    "kind", [TaxKind.DOMESTIC, TaxKind.INTRA_COMMUNITY, TaxKind.REVERSE_CHARGE]
)
def test_a_deposit_its_final_invoice_and_their_reversal_keep_the_official_rules(
    kind: TaxKind, form: EInvoice
) -> None:
    first, last = deposit(kind, form), final(kind, form)
    note = replace(reversing(last), part=reversed_part(last.part))
    allowed = GUIDELINE if form is EInvoice.XRECHNUNG else set()
    for issued in (first, last, note):
        xml = en16931_xml(issued, COMPANY, ADA, TEXTS[Language.GERMAN])
        assert broken_rules(xml) <= allowed


def test_a_deposit_names_the_period_that_is_to_come_and_says_that_nothing_is_supplied_yet() -> None:
    xml = en16931_xml(
        deposit(TaxKind.DOMESTIC, EInvoice.ZUGFERD), COMPANY, ADA, TEXTS[Language.GERMAN]
    )
    assert said(xml, "TypeCode")[0] == "326"
    assert b"ActualDeliverySupplyChainEvent" not in xml
    assert b"20261122" in xml
    assert b"20261202" in xml
    assert "noch nicht erbracht" in " ".join(said(xml, "Content"))


def test_the_final_invoice_taxes_the_whole_and_takes_off_what_was_billed_before() -> None:
    first, last = (make(TaxKind.DOMESTIC, EInvoice.ZUGFERD) for make in (deposit, final))
    xml = en16931_xml(last, COMPANY, ADA, TEXTS[Language.GERMAN])
    whole = totals(LINES, "EUR").gross
    assert said(xml, "GrandTotalAmount") == [plain_amount(whole)]
    assert said(xml, "TotalPrepaidAmount") == [plain_amount(first.total)]
    assert said(xml, "DuePayableAmount") == [plain_amount(last.total)]
    assert first.total + last.total == whole
    assert "2026-0006" in said(xml, "IssuerAssignedID")


@pytest.mark.parametrize(
    ("language", "titles", "words"),
    [
        (Language.ENGLISH, ("Deposit invoice", "Final invoice"), "less invoice 2026-0006 of"),
        (
            Language.GERMAN,
            ("Anzahlungsrechnung", "Schlussrechnung"),
            "abzüglich Rechnung 2026-0006",
        ),
        (Language.FRENCH, ("Facture d'acompte", "Facture de solde"), "déduction de la facture"),
    ],
)
def test_the_pdf_says_which_part_it_is_and_lists_what_it_deducts_with_its_tax(
    language: Language, titles: tuple[str, str], words: str
) -> None:
    pages = []
    for made in (deposit(TaxKind.DOMESTIC, EInvoice.NONE), final(TaxKind.DOMESTIC, EInvoice.NONE)):
        pdf = papers_of(made, COMPANY, ADA, TEXTS[language]).pdf
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
        pages.append(" ".join(text.split()))
    assert titles[0] in pages[0]
    assert titles[1] in pages[1]
    assert words in pages[1]
    assert PART_TEXTS[language.value].due in pages[1]


def test_the_data_of_a_final_invoice_names_its_deductions_and_what_is_left() -> None:
    last = final(TaxKind.DOMESTIC, EInvoice.NONE)
    data = invoice_data(last, COMPANY, ADA)
    assert (data["net"], data["gross"]) == (last.net.minor, last.total.minor)
    assert [one["number"] for one in data["deducted"]] == ["2026-0006"]
