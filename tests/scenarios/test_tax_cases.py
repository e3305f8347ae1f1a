"""Country and VAT id decide the tax of offers and invoices; what is unclear is asked."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from facturx.facturx import get_facturx_xml_from_pdf
from msgspec.structs import replace
from pypdf import PdfReader

from bot.company.text import defaults
from ledger.domain.company import EInvoice
from ledger.domain.entities import Action, Invoice
from ledger.domain.events import (
    CreditNoteIssued,
    DocumentKept,
    InvoiceIssued,
    ProposalDrafted,
    QuestionAsked,
)
from ledger.domain.tax import TaxKind
from ledger.domain.verdicts import Ask
from ledger.replay import refold

if TYPE_CHECKING:
    from tests.scenarios.conftest import Business, Founder
else:
    Business = Founder = Any

LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)
ACCEPTS = "We accept your offer, please go ahead.\n\nAda\n"
TAXED = replace(defaults().tax, vat_id="DE136695976")
FRENCH_ID = "FR 40 303 265 045"


@pytest.fixture
def registered(founder: Founder) -> Founder:
    """A company with a VAT id of its own."""
    founder.configure(tax=TAXED)
    return founder


async def known(business: Business, *entered: str) -> None:
    """Ada is in the address book, and this was entered of her; her first case is closed."""
    await business.mail(LEAD)
    for one in entered:
        await business.says(f"contact ada {one}")
    await business.says("tell ada close the case")


async def billed(business: Business) -> Invoice:
    """Ada asks anew and accepts; the invoice is issued."""
    await business.mail(LEAD, subject="One more website")
    await business.approves()
    await business.mail(ACCEPTS, answers=business.sent()[-1])
    return (await business.invoices())[-1]


def attached(mail: Any, ending: str) -> bytes:
    (found,) = [one for one in mail.iter_attachments() if one.get_filename().endswith(ending)]
    content: bytes = found.get_payload(decode=True)
    return content


async def test_a_business_in_france_is_offered_and_billed_under_reverse_charge(
    registered: Founder,
) -> None:
    async with registered.business() as business:
        await known(business, "country FR", f"vat-id {FRENCH_ID}", "order PO-7")
        shown = await business.says("contact ada")
        assert "VAT id: FR40303265045" in shown
        assert "no tax, reverse charge" in shown
        invoice = await billed(business)
        offer = (await business.facts(ProposalDrafted))[-1]
        assert (offer.tax, offer.total, offer.net) == (
            TaxKind.REVERSE_CHARGE, invoice.total, invoice.total,
        )  # fmt: skip
        assert invoice.buyer is not None
        assert invoice.buyer.vat_id == "FR40303265045"
        await business.approves()
        mail = business.sent()[-1]
        for each in business.sent():
            body = " ".join(each.get_body(("plain",)).get_content().split())
            assert "Reverse charge: the customer accounts for the VAT (Article 196," in body
        pdf = attached(mail, ".pdf")
        name, xml = get_facturx_xml_from_pdf(pdf, check_xsd=True)
        assert name == "factur-x.xml"
        assert b"VATEX-EU-AE" in xml
        assert b"PO-7" in xml
        text = " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
        assert "Reverse charge: the customer accounts for the VAT" in text
        assert "FR40303265045" in text
        assert "Customer in FR: no tax, reverse charge" in await business.says("invoice 2026-0001")
        await business.says("undo 2026-0001")
        await business.approves()
        note = (await business.facts(CreditNoteIssued))[-1]
        assert (note.tax, note.total) == (invoice.tax, -invoice.total)
        assert (await refold(business.app.ledger)).difference == ""
        assert "is identical" in await business.says("replay 2")


async def test_what_is_unclear_is_asked_with_its_reason_and_goes_on_once_it_is_entered(
    registered: Founder,
) -> None:
    async with registered.business() as business:
        await known(business, "country FR")
        await business.mail(LEAD, subject="One more website")
        question = await business.only_question()
        assert question.why == "tax unclear: business or consumer unknown"
        await business.says("contact ada business yes")
        await business.says(f"{question.number} a")
        asked = (await business.facts(QuestionAsked))[-1]
        assert asked.why == "tax unclear: VAT id of the customer missing"
        assert await business.cards() == []
        await business.says(f"contact ada vat-id {FRENCH_ID}")
        await business.says(f"{(await business.only_question()).number} a")
        await business.approves()
        offer = (await business.facts(ProposalDrafted))[-1]
        assert (offer.tax, offer.net) == (TaxKind.REVERSE_CHARGE, offer.total)


async def test_a_tax_case_that_changed_between_offer_and_invoice_asks(
    registered: Founder,
) -> None:
    async with registered.business() as business:
        await business.mail(LEAD)
        assert "Card 1 waits with another tax (tax as at home)" in await business.says(
            f"contact ada vat-id {FRENCH_ID}"
        )
        assert "Card 1 waits" not in await business.says("contact ada vat-id none")
        await business.approves()
        await business.says("contact ada country FR")
        await business.says(f"contact ada vat-id {FRENCH_ID}")
        await business.mail(ACCEPTS, answers=business.sent()[-1])
        card = await business.only_card()
        action = await business.app.views.get(Action, card.action)
        assert action is not None
        assert action.name == "IssueInvoice"
        assert isinstance(action.verdict, Ask)
        assert "tax-case-changed" in {fired.rule for fired in action.verdict.fired}
        assert "No tax, reverse charge" in await business.says(f"show {card.number}")
        await business.approves(card)
        (invoice,) = await business.facts(InvoiceIssued)
        assert invoice.total == invoice.net
        assert {line.tax_bp for line in invoice.lines} == {0}


async def test_of_whom_nothing_is_known_the_company_may_want_to_be_asked(
    founder: Founder,
) -> None:
    founder.configure(ask_country=True)
    async with founder.business() as business:
        await business.mail(LEAD)
        question = await business.only_question()
        assert question.why == "tax unclear: country unknown"
        await business.says("contact ada country DE")
        await business.says(f"{question.number} a")
        await business.approves()
        offer = (await business.facts(ProposalDrafted))[-1]
        assert (offer.tax, offer.net < offer.total) == (TaxKind.DOMESTIC, True)


async def test_an_xrechnung_waits_for_what_it_must_say_and_lies_beside_the_pdf(
    founder: Founder,
) -> None:
    founder.configure(tax=TAXED, e_invoice=EInvoice.XRECHNUNG, phone="+49 40 123456")
    async with founder.business() as business:
        await known(business, "country DE", "address Rathausplatz 1, 22087 Hamburg")
        await business.mail(LEAD, subject="One more website")
        await business.approves()
        await business.mail(ACCEPTS, answers=business.sent()[-1])
        question = await business.only_question()
        assert question.why == "xrechnung incomplete"
        assert "Leitweg-ID" in question.text
        await business.says("contact ada reference 04011000-1234512345-06")
        await business.says(f"{question.number} a")
        await business.approves()
        mail = business.sent()[-1]
        xml = attached(mail, ".xml")
        assert b"xrechnung_3.0" in xml
        assert b"04011000-1234512345-06" in xml
        folder = founder.folder / "invoices"
        assert sorted(path.name for path in folder.iterdir()) == [
            "2026-0001.json", "2026-0001.pdf", "2026-0001.xml",
        ]  # fmt: skip
        # Whoever is erased leaves no VAT id, no address and no reference in the ledger.
        await business.says("erase ada@example.com confirm")
        (kept,) = await business.facts(DocumentKept)
        assert kept.files == ("2026-0001.pdf", "2026-0001.json", "2026-0001.xml")
        (invoice,) = await business.invoices()
        assert invoice.buyer is None
        assert invoice.tax is not None
        assert (invoice.tax.kind, invoice.tax.country) == (TaxKind.DOMESTIC, "DE")
        assert (await refold(business.app.ledger)).difference == ""


async def test_bad_input_says_what_was_wrong_and_changes_nothing(business: Business) -> None:
    await business.mail(LEAD)
    for said, answer in (
        ("country France", "is no country code"),
        ("vat-id FR40303265046", "is no VAT id"),
        ("vat-id", "You did not say which vat-id"),
        ("business maybe", "does not say whether"),
        ("order none", "Nothing was entered"),
    ):
        assert answer in await business.says(f"contact ada {said}")
    await business.says("contact ada country DE")
    assert "is a VAT id of FR" in await business.says(f"contact ada vat-id {FRENCH_ID}")
    assert "is checked when it is entered" in await business.says("correct k1 FR")
    assert "no country any more" in await business.says("contact ada country none")
    assert "as to a customer at home" in await business.says("contact ada order PO-1")
