"""A credit note on paper: what it reverses, why, and every amount with its sign turned."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from connectors.invoices.data import credit_note_data
from connectors.invoices.pdf import render_credit_note
from connectors.invoices.texts import TEXTS
from ledger.domain.company import Bank, Company, Language, Operator, Tax
from ledger.domain.entities import Contact
from ledger.domain.events import CreditNoteIssued
from ledger.domain.values import Line, Money, reversed_lines, totals

COMPANY = Company(
    id="nordlicht",
    name="Atelier Nordlicht",
    address=("Lindenstraße 12", "10969 Berlin"),
    email="hallo@nordlicht.example",
    operator=Operator(name="Ada", email="ada@nordlicht.example"),
    bank=Bank(holder="Ada", iban="DE02120300000000202051"),
    tax=Tax(tax_number="32/123/45678"),
)
CONTACT = Contact(id="con-1", name="Zoë", address="zoe@kunde.example", persons=("p",))
LINES = reversed_lines(
    (
        Line("site", "Website", 1, "piece", Money(240_000, "EUR"), 1900, 550),
        Line("book", "Buch", 2, "piece", Money(2_900, "EUR"), 700),
    )
)


def note(reason: str = "Menge war falsch <b>") -> CreditNoteIssued:
    sums = totals(LINES, "EUR")
    return CreditNoteIssued(
        credit_note="crn-1",
        number="ST-2026-0003",
        series="2026",
        action="act-9",
        invoice="inv-1",
        invoice_number="2026-0007",
        invoice_date=date(2026, 10, 13),
        contact="con-1",
        lines=LINES,
        net=sums.net,
        total=sums.gross,
        issued_on=date(2026, 11, 22),
        ordinal=3,
        reason=reason,
    )


def printed(language: Language, issued: CreditNoteIssued | None = None) -> str:
    data = render_credit_note(issued or note(), COMPANY, CONTACT, TEXTS[language])
    pages = PdfReader(BytesIO(data)).pages
    text = " ".join(page.extract_text() for page in pages)
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


WORDS = {
    Language.ENGLISH: (
        "Credit note ST-2026-0003", "reverses invoice 2026-0007 of 13 October 2026", "-€2,268.00",
        "Reason: Menge war falsch <b>", "Nothing is owed for invoice 2026-0007",
    ),
    Language.GERMAN: (
        "Stornorechnung ST-2026-0003", "Rechnung 2026-0007 vom 13. Oktober 2026", "-2.268,00 €",
        "Grund: Menge war falsch <b>", "Aus der Rechnung 2026-0007 ist nichts mehr zu zahlen",
    ),
    Language.FRENCH: (
        "Avoir ST-2026-0003", "la facture 2026-0007 du 13 octobre 2026", "-2 268,00 €",
        "Motif : Menge war falsch <b>", "Plus rien n'est dû au titre de la facture 2026-0007",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
def test_a_credit_note_says_in_each_language_what_it_reverses_and_why(language: Language) -> None:
    text = printed(language)
    assert [words for words in WORDS[language] if words not in text] == []


def test_a_credit_note_asks_for_no_money() -> None:
    text = printed(Language.GERMAN)
    assert "Bitte überweisen" not in text
    assert "Zahlbar bis" not in text


def test_without_a_reason_none_is_printed() -> None:
    assert "Reason" not in printed(Language.ENGLISH, note(reason=""))


def test_the_same_credit_note_is_the_same_bytes() -> None:
    texts = TEXTS[Language.FRENCH]
    first = render_credit_note(note(), COMPANY, CONTACT, texts)
    assert render_credit_note(note(), COMPANY, CONTACT, texts) == first


def test_its_data_names_the_invoice_and_has_negative_sums_and_tax_lines() -> None:
    data = credit_note_data(note(), COMPANY, CONTACT)
    assert data["reverses"] == {
        "invoice": "inv-1", "number": "2026-0007", "issued_on": "2026-10-13",
    }  # fmt: skip
    assert [tax["tax"] for tax in data["taxes"]] == [-406, -43_092]
    assert (data["net"], data["gross"]) == (-232_600, -276_098)
    assert [line["quantity"] for line in data["lines"]] == [-1, -2]
