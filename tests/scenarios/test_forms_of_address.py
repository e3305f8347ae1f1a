"""Who is called du and who Sie: the operator goes first, and one mail keeps one form."""

from __future__ import annotations

from typing import Any

from ledger.domain.entities import Contact
from ledger.domain.forms import familiar_in, formal_in

LEA = "Lea Groß <lea@gross.example>"
ASKS = "Hallo, kannst du uns ein Logo machen und zwei Workshoptage? Schick uns bitte dein Angebot."


async def test_a_du_is_answered_with_sie_until_the_operator_says_du_on_the_card(
    business: Any, founder: Any
) -> None:
    await business.mail(ASKS, sender=LEA, subject="Anfrage")
    card = " ".join((await business.says("show 1")).split())
    assert "This mail" not in card
    assert "They write du to you, this mail says Sie. `tell 1 per du` alters it." in card
    await business.says("tell 1 per du")
    await business.approves()
    (mail,) = business.sent()
    body = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Hallo Lea,\n\nvielen Dank für deine Anfrage." in body
    assert formal_in(body, "de") == ""
    (lea,) = await business.app.views.all(Contact)
    assert (lea.forms.ours, lea.forms.theirs) == ("familiar", "familiar")
    await business.mail("Einverstanden, wir nehmen dein Angebot an.", sender=LEA, answers=mail)
    await business.approves()
    bill = business.sent()[-1].get_body(("plain",)).get_content()
    assert "Anbei erhältst du die Rechnung" in bill
    assert "du: as in the last mail to them" in await business.says("contact lea")
    said = await business.says("contact lea address Sie")
    assert "Addressed as Sie: you said so (k1)" in said
    assert "They write du to you" in said


async def test_a_contact_who_goes_on_in_another_language_is_answered_in_it_from_then_on(
    business: Any, founder: Any
) -> None:
    sender = "Zoé Béranger <zoe@beranger.example>"
    await business.says("contact nobody language fr")
    await business.mail(
        "Hello, we need a logo and two workshop days. Please send us an offer.", sender=sender
    )
    await business.approves()
    await business.mail(
        "C'est bon pour nous, nous acceptons votre offre.", sender=sender,
        answers=business.sent()[-1],
    )  # fmt: skip
    await business.approves()
    offer, bill = (mail.get_body(("plain",)).get_content() for mail in business.sent())
    assert "Thank you for your request" in offer
    assert "merci de votre commande" in bill
    assert familiar_in(bill, "fr") == ""
    (zoe,) = await business.app.views.all(Contact)
    assert (zoe.language, zoe.forms.theirs) == ("fr", "formal")
    said = await business.says("contact zoe language de")
    assert "Written to in German: you said so (k1)" in said
