from __future__ import annotations

from datetime import date
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader

from connectors.invoices.data import invoice_data
from connectors.invoices.girocode import transfer_code
from connectors.invoices.pdf import render_pdf
from connectors.invoices.texts import TEXTS, Texts, language_of
from connectors.invoices.wording import amount, day, grouped_iban, percent
from ledger.domain.company import Bank, Company, Language, Operator, Tax
from ledger.domain.entities import Contact
from ledger.domain.events import InvoiceIssued
from ledger.domain.values import Line, Money, totals

COMPANY = Company(
    id="nordlicht",
    name="Atelier Nordlicht",
    address=("Lindenstraße 12", "10969 Berlin"),
    email="hallo@nordlicht.example",
    operator=Operator(name="Ada", email="ada@nordlicht.example"),
    bank=Bank(
        holder="Ada Łukasiewicz", iban="DE02120300000000202051", bic="BYLADEM1001", bank="DKB"
    ),
    tax=Tax(tax_number="32/123/45678", vat_id="DE123456789"),
)
CONTACT = Contact(
    id="con-1",
    name="Zoë Šťastná",
    address="zoe@kunde.example",
    persons=("p",),
    organisation="Kunde & Söhne <GmbH>",
)
LINES = (
    Line("site", "Website mit acht Unterseiten", 1, "piece", Money(240_000, "EUR"), 1900, 550),
    Line("photo", "Fotografie vor Ort", 3, "hour", Money(12_500, "EUR"), 1900),
    Line("book", "Buch „Gutes Schreiben“", 2, "piece", Money(2_900, "EUR"), 700),
)


def issued(lines: tuple[Line, ...] = LINES, *, currency: str = "EUR") -> InvoiceIssued:
    sums = totals(lines, currency)
    return InvoiceIssued(
        invoice="inv-1",
        number="2026-0007",
        series="2026",
        action="act-1",
        proposal="pro-1",
        version=2,
        contact="con-1",
        lines=lines,
        net=sums.net,
        total=sums.gross,
        issued_on=date(2026, 11, 22),
        service_date=date(2026, 11, 20),
        due_on=date(2026, 12, 6),
    )


def pages(
    invoice: InvoiceIssued,
    *,
    language: Language = Language.GERMAN,
    company: Company = COMPANY,
    contact: Contact | None = CONTACT,
) -> list[str]:
    data = render_pdf(invoice, company, contact, TEXTS[language])
    read = PdfReader(BytesIO(data)).pages
    return [page.extract_text().replace("\u00a0", " ").replace("\u202f", " ") for page in read]


def test_the_same_invoice_is_the_same_bytes() -> None:
    first = render_pdf(issued(), COMPANY, CONTACT, TEXTS[Language.FRENCH])
    render_pdf(issued(LINES * 9), COMPANY, None, TEXTS[Language.ENGLISH])
    again = render_pdf(issued(), COMPANY, CONTACT, TEXTS[Language.FRENCH])
    assert first == again


def test_a_german_invoice_says_everything_a_tax_office_asks_for() -> None:
    text = pages(issued())[0]
    for part in (
        "Rechnung 2026-0007",
        "Atelier Nordlicht · Lindenstraße 12 · 10969 Berlin",
        "Kunde & Söhne <GmbH>",
        "Zoë Šťastná",
        "zoe@kunde.example",
        "22. November 2026",
        "20. November 2026",
        "6. Dezember 2026",
        "3 Stunden",
        "125,00 €",
        "−5,5 %",
        "2.268,00 €",
        "USt. 7 % auf 58,00 €",
        "USt. 19 % auf 2.643,00 €",
        "502,17 €",
        "3.207,23 €",
        "Ada Łukasiewicz",
        "DE02 1203 0000 0000 2020 51",
        "BYLADEM1001",
        "Steuernummer 32/123/45678",
        "USt-IdNr. DE123456789",
        "Seite 1 von 1",
    ):
        assert part in text, part


def test_english_and_french_invoices_speak_their_language() -> None:
    english = pages(issued(), language=Language.ENGLISH)[0]
    french = pages(issued(), language=Language.FRENCH)[0]
    assert "Please transfer €3,207.23 by 6 December 2026." in english
    assert "VAT 19% on €2,643.00" in english
    assert "Merci de virer 3 207,23 € au plus tard le 6 décembre 2026." in french
    assert "TVA 19 % sur 2 643,00 €" in french


def test_a_small_business_says_why_it_charges_no_tax() -> None:
    note = "Kleinunternehmer gemäß § 19 UStG."
    tax = Tax(exempt=True, exempt_note=note)
    company = msgspec.structs.replace(COMPANY, language=Language.GERMAN, tax=tax)
    lines = tuple(msgspec.structs.replace(line, tax_bp=0) for line in LINES)
    text = pages(issued(lines), company=company)[0]
    assert note in text
    assert "USt." not in text


def test_many_lines_go_over_pages_that_repeat_the_head_and_count_themselves() -> None:
    read = pages(issued(LINES * 30))
    assert len(read) > 2
    for place, text in enumerate(read, start=1):
        assert f"Seite {place} von {len(read)}" in text
        assert "Rechnung 2026-0007" in text
        assert ("Beschreibung" in text) == ("Buch" in text)
    assert all("Buch" in text for text in read[:-1])
    assert "Gesamtbetrag" in read[-1]
    assert not any("Gesamtbetrag" in text for text in read[:-1])


def test_a_description_longer_than_a_page_still_makes_an_invoice() -> None:
    endless = msgspec.structs.replace(LINES[0], description="Korrekturschleife und " * 600)
    unbroken = msgspec.structs.replace(LINES[0], description="x" * 500)
    read = pages(issued((endless, unbroken)))
    assert len(read) > 1
    assert "Gesamtbetrag" in read[-1]


def test_markup_and_invisible_signs_in_names_are_printed_as_text_or_dropped() -> None:
    odd = msgspec.structs.replace(
        CONTACT, organisation="<b>Fett</b> & \u202eKo\u200b\x00", name="<font size=99>"
    )
    text = pages(issued(), contact=odd)[0]
    assert "<b>Fett</b> & Ko" in text
    assert "<font size=99>" in text


def test_an_unknown_contact_is_named_by_its_id() -> None:
    assert "con-1" in pages(issued(), contact=None)[0]


def test_yen_have_no_cents_and_no_transfer_code() -> None:
    line = Line("a", "Translation", 1, "piece", Money(120_000, "JPY"), 0)
    invoice = issued((line,), currency="JPY")
    assert "JP¥120,000." not in pages(invoice, language=Language.ENGLISH)[0]
    assert "120,000" in pages(invoice, language=Language.ENGLISH)[0]
    assert transfer_code(invoice, COMPANY.bank) == ""


def test_the_file_dates_itself_to_the_day_of_issue_not_to_the_clock() -> None:
    document = PdfReader(BytesIO(render_pdf(issued(), COMPANY, CONTACT, TEXTS[Language.GERMAN])))
    assert document.metadata is not None
    assert document.metadata["/CreationDate"] == "D:20261122000000Z"
    assert document.metadata["/ModDate"] == "D:20261122000000Z"
    assert document.metadata["/Title"] == "Rechnung 2026-0007"


def test_the_fonts_travel_in_the_file() -> None:
    document = PdfReader(BytesIO(render_pdf(issued(), COMPANY, CONTACT, TEXTS[Language.GERMAN])))
    fonts = document.pages[0]["/Resources"]["/Font"].values()
    embedded = [
        font["/FontDescriptor"]["/FontFile2"] for font in fonts if "/FontDescriptor" in font
    ]
    assert len(embedded) >= 2


def test_the_transfer_code_carries_holder_account_amount_and_number() -> None:
    lines = transfer_code(issued(), COMPANY.bank).split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[4:8] == ["BYLADEM1001", "Ada Łukasiewicz", "DE02120300000000202051", "EUR3207.23"]
    assert lines[-1] == "2026-0007"


def test_structured_data_is_json_and_adds_up() -> None:
    data = invoice_data(issued(), COMPANY, CONTACT)
    assert msgspec.json.decode(msgspec.json.encode(data)) == data
    assert data["net"] + sum(tax["tax"] for tax in data["taxes"]) == data["gross"] == 320_723
    assert sum(line["net"] for line in data["lines"]) == data["net"]
    assert data["currency"] == "EUR"
    assert data["payment"]["reference"] == "2026-0007"
    assert data["buyer"]["organisation"] == "Kunde & Söhne <GmbH>"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("de", Language.GERMAN), ("fr-CH", Language.FRENCH), ("EN_us", Language.ENGLISH)],
)
def test_an_invoice_is_written_in_the_contacts_language(wanted: str, expected: Language) -> None:
    assert language_of(wanted, Language.ENGLISH) is expected


@pytest.mark.parametrize("wanted", ["", "it", "x"])
def test_a_language_coo_does_not_write_falls_back_to_the_companys(wanted: str) -> None:
    assert language_of(wanted, Language.FRENCH) is Language.FRENCH


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS.keys())
def test_every_language_has_every_word_and_its_places(texts: Texts) -> None:
    words = msgspec.structs.asdict(texts)
    assert all(words.values())
    assert "{amount}" in texts.pay
    assert "{due}" in texts.pay
    assert "{rate}" in texts.tax
    assert "{page}" in texts.page
    assert "{pages}" in texts.page


def test_large_amounts_keep_every_cent() -> None:
    texts = TEXTS[Language.GERMAN]
    assert amount(Money(9_007_199_254_740_993, "EUR"), texts) == "90.071.992.547.409,93\u00a0€"
    assert percent(725, texts) == "7,25\u00a0%"
    assert day(date(2026, 3, 1), texts) == "1. März 2026"
    assert grouped_iban("FR14 2004 1010 0505") == "FR14 2004 1010 0505"
