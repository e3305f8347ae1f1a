"""A customer is written to in their own language, from the offer to the invoice's PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

ENGLISH = re.compile(
    r"\b(?:hello|offer|thank|you|your|delivery|within|valid|until|net|invoice|due|days?|price|"
    r"less|regards|wishes|please|quantity|december|from|the|and)\b",
    re.IGNORECASE,
)
"""Words that give an English sentence away, and are no words of German or French."""

TALKS = {
    "de": (
        "Lea Groß <lea@gross.example>",
        "Anfrage",
        "Guten Tag, wir möchten ein Logo und zwei Workshoptage. Bitte senden Sie uns ein Angebot.",
        "Wären 12 % Rabatt möglich?",
        "Einverstanden, wir nehmen Ihr Angebot an.",
        ("Guten Tag Lea Groß,", "3.050,00 €", "7. Dezember 2026", "Rechnung 2026-0001"),
    ),
    "fr": (
        "Zoé Béranger <zoe@beranger.example>",
        "Demande de devis",
        "Bonjour, nous souhaitons un logo et deux journées d'atelier. Faites-nous un devis.",
        "Pourriez-vous nous faire une remise de 12 % ?",
        "C'est bon pour nous, nous acceptons votre offre.",
        ("Bonjour Zoé Béranger,", "3 050,00 €", "7 décembre 2026", "Facture 2026-0001"),
    ),
}


@pytest.mark.parametrize("language", TALKS)
async def test_every_mail_and_the_invoice_are_in_the_customers_language(
    business: Any, founder: Any, language: str
) -> None:
    sender, subject, lead, counter, accepts, parts = TALKS[language]
    await business.mail(lead, sender=sender, subject=subject)
    await business.approves()
    await business.mail(counter, sender=sender, answers=business.sent()[-1])
    await business.mail(accepts, sender=sender, answers=business.sent()[-1])
    await business.approves()
    offer, best, invoice = (whole(mail) for mail in business.sent())
    pdf = printed(founder.folder / "invoices" / "2026-0001.pdf")
    for text in (offer, best, invoice, pdf):
        bare = re.sub(r"Studio Nord|Workshop\w*|\S+@\S+", " ", text)
        assert ENGLISH.findall(bare) == []
    everything = f"{offer} {best} {invoice} {pdf}"
    assert [part for part in parts if part not in everything] == []


def whole(mail: Any) -> str:
    """Subject and text of a mail, with plain spaces."""
    body = mail.get_body(("plain",)).get_content()
    return " ".join(f"{mail['Subject']}\n{body}".split())


def printed(path: Path) -> str:
    """The text of a PDF, with plain spaces and without the address of our own company."""
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    return " ".join(text.replace("Germany", " ").split())


UNDONE = {
    "de": ("Stornorechnung CN-2026-0001", "hebt", "Zur Rechnung", "Korrektur"),
    "fr": ("Avoir CN-2026-0001", "annule", "Annule la facture", "rectification"),
}


@pytest.mark.parametrize("language", TALKS)
async def test_credit_notes_and_corrections_are_in_the_customers_language(
    business: Any, founder: Any, language: str
) -> None:
    sender, subject, lead, _, accepts, _ = TALKS[language]
    title, verb, fact, sorry = UNDONE[language]
    await business.mail(lead, sender=sender, subject=subject)
    await business.approves()
    await business.mail(accepts, sender=sender, answers=business.sent()[-1])
    await business.approves()
    await business.says("undo 2026-0001")
    await business.approves()
    await business.approves()
    mail = whole(business.sent()[-1])
    pdf = printed(founder.folder / "invoices" / "CN-2026-0001.pdf")
    assert title in mail
    assert verb in mail
    assert title in pdf
    assert fact in pdf
    await business.mail(lead, sender="Neu <neu@example.org>", subject="Zwei")
    await business.approves()
    (sent,) = [m for m in business.sent() if m["To"] == "neu@example.org"]
    await business.says(f"undo {sent['X-Coo-Action']}")
    await business.approves()
    correction = business.sent()
    texts = [whole(m) for m in correction if m["X-Coo-Command"] == "SendCorrection"]
    assert sorry in texts[0]
    for text in (mail, pdf, *texts):
        assert ENGLISH.findall(re.sub(r"Studio Nord|Workshop\w*|\S+@\S+", " ", text)) == []
