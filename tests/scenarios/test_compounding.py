"""The tenth deal makes the eleventh better: its price, its terms, its words, and where from."""

from __future__ import annotations

import itertools
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.channel import Verb
from ledger.domain.commands import SendProposal, command_sha, with_edits
from ledger.domain.entities import Action, Case, Proposal
from ledger.domain.events import CaseStuck, DecisionOutcome, DecisionRecorded, Recalled
from memory.local.store import LocalStore

HABIT = "You get a short video of every draft."
BYE = "Warmly from the harbour"


class Past(NamedTuple):
    """One recorded deal: who asked for what, and how the operator wanted it."""

    who: str
    wish: str
    said: str
    edited: bool = False


WEBSITE = "your website design package"
PAST = (
    Past("Bea", WEBSITE, "5 % off, delivery in 21 days", edited=True),
    Past("Cem", "your logo design", ""),
    Past("Dora", WEBSITE, "5 % off, delivery in 21 days", edited=True),
    Past("Emil", "2 workshop days", "10 % off, delivery in 30 days"),
    Past("Fay", WEBSITE, "5 % off, delivery in 21 days", edited=True),
    Past("Gus", "your logo design", "3 % off"),
    Past("Hana", "2 workshop days", "10 % off, delivery in 30 days"),
    Past("Ivo", WEBSITE, "", edited=True),
    Past("Jo", "your logo design", ""),
    Past("Kai", "2 workshop days", "10 % off, delivery in 30 days"),
)


def address(who: str) -> str:
    return f"{who} Example <{who.lower()}@{who.lower()}.example>"


async def asks(business: Any, who: str, wish: str) -> Action:
    """Somebody asks for something; the offer that waits for the operator."""
    text = f"Hello Nora,\n\nwe would like {wish}. Could you send us an offer?\n\n{who}\n"
    await business.mail(text, sender=address(who), subject=f"A question of {who}")
    return await waiting(business)


async def waiting(business: Any) -> Action:
    card = await business.only_card()
    action: Action = await business.app.views.get(Action, card.action)
    return action


def offer_in(action: Action) -> SendProposal:
    assert isinstance(action.command, SendProposal)
    return action.command


async def sends(business: Any, action: Action, *, edited: bool) -> EmailMessage:
    """The operator approves the offer, or first changes its words as they always do."""
    card, command = await business.only_card(), offer_in(action)
    if edited:
        body = reworded(command.body)
        changed = with_edits(command, {"body": body})
        await business.office.tap(card.id, Verb.EDIT, command_sha(changed), edits={"body": body})
        await business.settle()
    else:
        await business.approves(card)
    mails: list[EmailMessage] = business.sent()
    return next(mail for mail in mails if command.to in mail["To"])


def reworded(body: str) -> str:
    """How this operator writes: a short greeting, a promise of hers, her own sign-off."""
    first = body.split(",", maxsplit=1)[0].split()[1]
    lines = body.replace(body.split("\n", maxsplit=1)[0], f"Hi {first},", 1)
    return lines.replace("Best wishes\n", f"{HABIT}\n\n{BYE}\n")


async def happened(business: Any, past: Past) -> None:
    """The whole deal, up to the customer's yes and the invoice that went out."""
    action = await asks(business, past.who, past.wish)
    if past.said and (card := await business.only_card()):
        await business.says(f"tell {card.number} {past.said}")
        action = await waiting(business)
    offer = await sends(business, action, edited=past.edited)
    text = f"We accept your offer, please go ahead.\n\n{past.who}\n"
    await business.mail(text, sender=address(past.who), answers=offer)
    await business.approves()
    business.clock.forward(days=1)


async def terms_of(business: Any, action: Action) -> Proposal:
    found: Proposal = await business.app.views.get(Proposal, offer_in(action).proposal)
    return found


async def forgotten(folder: Path) -> None:
    """Memory is emptied, and not filled from the ledger again."""
    lost(folder)
    store = await LocalStore.open(folder / "memory.db", None)
    await store.advance(1_000_000)
    await store.close()


def lost(folder: Path) -> None:
    """The files of memory are gone; the ledger is still there."""
    for path in (*folder.glob("memory.db*"), *folder.glob("memory.index/*")):
        path.unlink()


@pytest.mark.slow
async def test_the_eleventh_proposal_follows_the_most_similar_of_ten_deals_and_cites_them(
    founder: Any,
) -> None:
    async with founder.business() as business:
        for past in PAST:
            await happened(business, past)
        like_it = [
            one for one in await business.app.views.all(Proposal) if one.lines[0].item == "website"
        ]
        action = await asks(business, "Lena", WEBSITE)
        await follows(business, action, "Lena", like_it)
        assert (await business.facts(Recalled))[-1].deals[:4] != ()
        assert await business.facts(CaseStuck) == []
        turned_out = [one.outcome for one in await business.facts(DecisionOutcome)]
        assert turned_out.count("accepted") > len(PAST)
        card = await business.says(f"more {(await business.only_card()).number}")
        assert any(f"{past.who} Example" in card for past in PAST)

    await forgotten(founder.folder)
    async with founder.business() as business:
        await begin_anew(business, 1_000)
        action = await asks(business, "Mia", WEBSITE)
        offered, command = await terms_of(business, action), offer_in(action)
        assert (offered.discount_bp, offered.delivery_days) == (0, 10)
        assert "Total: €2,856.00" in command.body
        assert command.body.startswith("Hello Mia Example,")
        assert HABIT not in command.body
        assert BYE not in command.body
        assert not any(one.number in action.recommendation for one in like_it)

    lost(founder.folder)
    async with founder.business() as business:
        await begin_anew(business, 2_000)
        await follows(business, await asks(business, "Nils", WEBSITE), "Nils", like_it)
        for case in await business.app.views.all(Case):
            assert (await business.app.replayer.replay(case.id)).identical


async def follows(business: Any, action: Action, who: str, like_it: list[Proposal]) -> None:
    """The offer has the agreed price, terms and words, and says which deals they are from."""
    offered, command = await terms_of(business, action), offer_in(action)
    assert (offered.discount_bp, offered.delivery_days) == (500, 21)
    assert "Total: €2,713.20" in command.body
    assert "Delivery: within 21 days" in command.body
    assert command.body.startswith(f"Hi {who},")
    assert HABIT in command.body
    assert f"{BYE}\nNora Lindt" in command.body
    cited = [one for one in like_it if f"{one.number} (@{one.contact}, " in action.recommendation]
    assert len(cited) == 3
    assert all(str(one.accepted_on) in action.recommendation for one in cited)
    assert all(one.number in action.provenance["total"].note for one in cited)
    assert "your words of" in action.provenance["body"].note
    assert not any(one.number in command.body for one in like_it)
    assert not any(past.who in command.body for past in PAST)


async def begin_anew(business: Any, mails: int) -> None:
    """The operator does what waits by hand, so that the next card is the only one; the mails that
    come are numbered on."""
    business._count = itertools.count(mails)
    card = await business.only_card()
    await business.office.tap(card.id, Verb.DID_IT, card.sha256)
    await business.settle()


async def test_an_answer_that_was_given_before_asks_and_says_when(business: Any) -> None:
    offer = await business.offered()
    for turn in range(2):
        await business.mail(f"What do we get with the logo? ({turn})\n\nAda\n", answers=offer)
        number = (await business.only_question()).number
        await business.says(f"{number} The logo comes with three drafts.")
        assert len(business.sent()) == 2
    shown = await business.says(f"more {(await business.only_card()).number}")
    assert "says-it-again" in shown
    assert "the same text left on 2026-11-23" in shown


async def test_a_price_that_was_refused_is_asked_about_and_not_offered_again(business: Any) -> None:
    await asks(business, "Bea", WEBSITE)
    card = await business.only_card()
    await business.says(f"reject {card.number} far too cheap for this one")
    await business.mail(
        "Hello,\n\nwe would like your website design package.\n\nCem\n",
        sender=address("Cem"),
        subject="Website",
    )
    question = (await business.questions())[-1]
    assert "Nora Lindt refused it in P-" in question.text
    assert not await business.cards()
    rejection = (await business.facts(DecisionRecorded))[0]
    assert (rejection.topic, rejection.outcome) == ("rejection", "rejected")
