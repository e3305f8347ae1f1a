"""What the operator wrote or said himself: it stands, and nothing is said a second time."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

from ledger.domain.entities import Invoice, Proposal
from ledger.domain.events import OperatorActed, OperatorWrote, ProposalAccepted, ProposalTold
from ledger.replay import refold

FINE = "Hi Ada,\n\nthat is fine: we can do it for {price} net.\n\nNora\n"


async def writes(
    business: Any, text: str, *, answers: str = "", to: str = "Ada Example <ada@example.com>"
) -> EmailMessage:
    """The operator writes from his own mail program, and the Sent folder is read."""
    message = EmailMessage()
    message["From"] = "Nora Lindt <hello@studio-nord.example>"
    message["To"] = to
    message["Subject"] = "Re: A new website"
    message["Message-ID"] = f"<own-{len(await business.all_facts())}@studio-nord.example>"
    message["Date"] = business.clock.now()
    if answers:
        message["In-Reply-To"] = answers
    message.set_content(text)
    business.clock.forward(minutes=1)
    await business.app.intake.own_mail(message.as_bytes())
    await business.settle()
    return message


async def test_a_mail_of_your_own_withdraws_the_card_and_its_price_is_what_is_billed(
    business: Any,
) -> None:
    await business.mail("Hello,\n\nplease send an offer for the website package.\n\nAda\n")
    card = await business.only_card()
    await business.hears()
    own = await writes(business, FINE.format(price="1,900.00 EUR"))
    assert not await business.cards()
    heard = await business.hears()
    assert f"Card {card.number}" in heard
    assert "You wrote to Ada Example <ada@example.com>" in heard
    assert "yourself; this card is withdrawn" in heard
    (told,) = await business.facts(ProposalTold)
    (proposal,) = await business.app.views.all(Proposal)
    assert (proposal.version, proposal.net.minor) == (told.version, 190_000)
    assert proposal.status == "sent"
    await business.mail("Great, we accept your offer.\n\nAda\n", answers=own)
    (accepted,) = await business.facts(ProposalAccepted)
    assert accepted.version == told.version
    assert not business.sent()
    await business.approves()
    (invoice,) = await business.app.views.all(Invoice)
    assert invoice.net.minor == 190_000
    assert (await refold(business.app.ledger)).difference == ""


async def test_told_in_chat_that_their_price_is_fine_asks_once_whether_the_deal_is_made(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail("Thank you. Could you do it for 1,500 EUR net?\n\nAda\n", answers=offer)
    before = len(business.sent())
    said = await business.says("I told Ada 1500 is fine")
    assert "Noted as told by you" in said
    assert not await business.cards()
    question = await business.only_question()
    assert "which is what they asked for" in question.text
    await business.says(f"{question.number} a")
    (accepted,) = await business.facts(ProposalAccepted)
    (proposal,) = await business.app.views.all(Proposal)
    assert (accepted.version, proposal.net.minor) == (proposal.version, 150_000)
    assert len(business.sent()) == before


async def test_what_you_did_is_asked_about_where_the_case_is_not_clear(business: Any) -> None:
    await business.mail("Hello,\n\nplease send an offer for the website package.\n\nAda\n")
    await business.mail(
        "Hello,\n\nplease send an offer for the website package.\n\nBob\n",
        sender="Bob Other <bob@other.example>",
        subject="Website for Bob",
    )
    said = await business.says("I told them 900 is fine")
    assert "cannot tell in which case" in said
    assert "Ada Example" in said
    assert not await business.facts(OperatorActed)
    assert len(await business.cards()) == 2
    await business.says("I called Bob")
    (card,) = await business.cards()
    assert "Ada" in (await business.says(f"show {card.number}"))
    await business.says("told 1 1900 is fine")
    assert [event.how for event in await business.facts(OperatorActed)] == ["called", "told"]
    assert not await business.cards()


async def test_an_own_mail_twice_or_of_no_business_changes_nothing(business: Any) -> None:
    await business.mail("Hello,\n\nplease send an offer for the website package.\n\nAda\n")
    await writes(business, "Lunch on Friday?\n", to="Mum <mum@home.example>")
    assert not await business.facts(OperatorWrote)
    own = await writes(business, "Hi Ada, I will call you tomorrow.\n")
    await business.app.intake.own_mail(own.as_bytes())
    await business.settle()
    assert len(await business.facts(OperatorActed)) == 1
    copy = await business.raw(own.as_bytes())
    assert copy.new
    assert len(await business.facts(OperatorActed)) == 1
    assert (await business.case()).number == 1
    assert not await business.cards()


async def test_a_copy_of_what_coo_sent_itself_is_no_word_of_yours(business: Any) -> None:
    offer = await business.offered()
    assert await business.app.intake.own_mail(offer.as_bytes()) is None
    bare = EmailMessage()
    for name in ("From", "To", "Subject", "Message-ID"):
        bare[name] = offer[name]
    bare.set_content("We can do it for 1 EUR net.\n")
    assert await business.app.intake.own_mail(bare.as_bytes()) is None
    assert not await business.facts(OperatorWrote)
