"""A reply belongs to its thread; a yes, to the version, number and address it came with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ledger.domain.absence import absent_until, back_from
from ledger.domain.entities import Commitment, Contact, Proposal
from ledger.domain.events import CommitmentMoved, MailReceived, ProposalAccepted, Routed

HOME = "Ada <ada.example@home.example>"
YES = "We accept your offer, please go ahead.\n\nAda\n"


async def test_a_stranger_in_a_known_thread_is_one_card_however_often_they_write(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail(YES, sender=HOME, answers=offer)
    await business.mail("Hello? Did you get our yes?\n", sender=HOME, answers=offer)
    await business.mail(YES, sender=HOME, answers=offer)
    question = await business.only_question()
    assert "Is it the same person?" in question.text
    assert not await business.facts(ProposalAccepted)
    assert len(business.sent()) == 1
    await business.says(f"{question.number} a")
    assert len(await business.facts(ProposalAccepted)) == 1


async def test_a_number_quoted_from_an_unknown_address_is_the_same_one_card(
    business: Any,
) -> None:
    await business.offered()
    (proposal,) = await business.app.views.all(Proposal)
    await business.mail(f"We accept {proposal.number}.\n", sender=HOME, subject="Yes")
    assert "Is it the same person?" in (await business.only_question()).text
    assert not await business.facts(ProposalAccepted)


async def test_a_yes_to_an_older_version_asks_whichever_header_names_it(business: Any) -> None:
    first = await business.offered()
    await business.mail("Could you do it for 1,500 EUR net?\n\nAda\n", answers=first)
    assert len(business.sent()) == 2
    await business.mail(
        YES,
        headers={"In-Reply-To": "<unknown@mail.example.com>", "References": first["Message-ID"]},
    )
    assert "older version" in (await business.only_question()).text
    assert not await business.facts(ProposalAccepted)


async def test_a_yes_in_one_thread_that_names_another_offers_number_asks(business: Any) -> None:
    offer = await business.offered()
    bob = "Bob Other <bob@other.example>"
    await business.mail(
        "Hello,\n\nplease send an offer for the website package.\n\nBob\n",
        sender=bob,
        subject="Website for Bob",
    )
    card = await business.only_card()
    await business.approves(card)
    numbers = {one.case: one.number for one in await business.app.views.all(Proposal)}
    other = numbers[card.case]
    await business.mail(f"We accept your offer {other}.\n\nAda\n", answers=offer)
    assert "another number" in (await business.only_question()).text
    assert not await business.facts(ProposalAccepted)


async def test_a_mail_that_answers_their_own_earlier_mail_belongs_to_its_case(
    business: Any,
) -> None:
    await business.offered()
    first = next(iter(await business.facts(MailReceived)))
    await business.mail(
        "One more thing: could you start in March?\n\nAda\n",
        sender=HOME,
        subject="More",
        headers={"In-Reply-To": f"<{first.message_id}>"},
    )
    assert (await business.case()).number == 1
    routed = [each for each in await business.facts(Routed) if each.kind == "mail"]
    assert routed[-1].sender == "other"


async def test_what_they_promised_waits_until_they_are_back(business: Any) -> None:
    offer = await business.offered()
    today = business.clock.now().date()
    due, back = today + timedelta(days=3), today + timedelta(days=9)
    await business.mail(
        f"Thank you, I will send you the logo by {due:%d %B %Y}.\n\nAda\n", answers=offer
    )
    (promised,) = [one for one in await business.app.views.all(Commitment) if not one.ours]
    assert promised.due == due
    away = {"Auto-Submitted": "auto-replied"}
    await business.mail(f"I am back on {back:%d %B %Y}.\n", answers=offer, headers=away)
    (moved,) = await business.facts(CommitmentMoved)
    assert (moved.commitment, moved.due) == (promised.id, back)
    (ada,) = await business.app.views.all(Contact)
    assert absent_until(ada, today) == back
    assert absent_until(ada, back) is None
    assert (back_from(ada.away_until, due), back_from(None, due)) == (back, due)
