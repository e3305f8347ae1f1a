"""A price changes while offers are out: the operator hears which, and nothing leaves with it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.entities import ApprovalStatus
from ledger.domain.events import PricesChanged
from ledger.domain.values import Money

LOGO = "Hello Nora,\n\nwe would like your logo design. An offer, please?\n\n{who}\n"


def with_logo_at(minor: int) -> dict[str, Any]:
    """The company's price list with another price for the logo."""
    prices = [
        replace(item, price=Money(minor, "EUR"), floor=Money(50_000, "EUR"))
        if item.id == "logo"
        else item
        for item in defaults().prices
    ]
    return {"prices": tuple(prices)}


async def asks(business: Any, who: str) -> None:
    await business.mail(
        LOGO.format(who=who),
        sender=f"{who} Example <{who.lower()}@example.com>",
        subject=f"Logo for {who}",
    )


async def test_a_new_price_lists_the_open_offers_that_used_the_old_one(founder: Any) -> None:
    async with founder.business() as business:
        await asks(business, "Ada")
        await business.approves()
        await asks(business, "Ben")
        await business.mail("We would like your website design package.\n", sender="c@example.com")
    founder.configure(**with_logo_at(70_000))
    async with founder.business() as business:
        await business.settle()
        heard = await business.hears()
        assert "Logo design costs €700.00 now, no longer €650.00" in heard
        assert "case 1, P-" in heard
        assert "case 2, P-" in heard
        assert "case 3, P-" not in heard
        assert "sent and valid until" in heard


async def test_a_card_with_the_old_price_is_taken_back_and_the_new_one_is_offered_if_wanted(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await asks(business, "Ada")
        card = await business.only_card()
    founder.configure(**with_logo_at(70_000))
    async with founder.business() as business:
        await business.settle()
        assert await business.cards() == []
        old = await business.app.views.get(type(card), card.id)
        assert old.status is ApprovalStatus.SUPERSEDED
        await business.approves(card)
        assert business.sent() == []
        question = await business.only_question()
        assert "Which price shall it have?" in question.text
        assert [option.label for option in question.options] == [
            "Make it anew with the new price",
            "Keep €650.00 net",
            "Leave it to me",
        ]
        await business.says(f"{question.number} a")
        assert "€833.00" in (await business.only_card()).title


async def test_the_old_price_may_be_kept_for_an_offer_that_waits(founder: Any) -> None:
    async with founder.business() as business:
        await asks(business, "Ada")
    founder.configure(**with_logo_at(70_000))
    async with founder.business() as business:
        await business.settle()
        question = await business.only_question()
        await business.says(f"{question.number} b")
        mails = [mail.get_content() for mail in business.sent()]
        titles = [card.title for card in await business.cards()]
        assert any("€773.50" in text for text in (*mails, *titles))


async def test_no_offer_with_the_price_is_said_as_well(founder: Any) -> None:
    async with founder.business() as business:
        await business.settle()
    founder.configure(**with_logo_at(70_000))
    async with founder.business() as business:
        await business.settle()
        assert "No open offer used the old price" in await business.hears()
    async with founder.business() as business:
        await business.settle()
        assert len(await business.facts(PricesChanged)) == 1


async def test_a_new_item_on_the_list_changes_no_price(founder: Any) -> None:
    async with founder.business() as business:
        await business.settle()
    founder.configure(prices=defaults().prices[:2])
    async with founder.business() as business:
        await business.settle()
    founder.configure()
    async with founder.business() as business:
        await business.settle()
        assert await business.facts(PricesChanged) == []
