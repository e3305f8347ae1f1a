"""A customer who pays in another currency is offered and billed what the price list says there."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.company import Elsewhere
from ledger.domain.entities import Action, Invoice
from ledger.domain.values import Money
from ledger.domain.verdicts import Ask
from ledger.replay import refold

LEAD = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
DOLLARS = Elsewhere(price=Money(260_000, "USD"), floor=Money(220_000, "USD"))


async def test_a_customer_in_dollars_is_offered_haggles_and_is_billed_in_dollars(
    founder: Any,
) -> None:
    website, *others = defaults().prices
    founder.configure(prices=(replace(website, currencies={"USD": DOLLARS}), *others))
    async with founder.business() as business:
        await business.mail(LEAD)
        assert "Nothing on the price list has a price in 'CHF'" in await business.says(
            "contact ada currency CHF"
        )
        await business.says("contact ada country US")
        await business.says("contact ada business yes")
        said = await business.says("contact ada currency usd")
        assert "currency: USD" in said
        assert "Card 1 waits in another currency (EUR)" in said
        await business.says("tell 1 at list price")
        card = await business.only_card()
        assert "US$2,600.00" in card.title
        await business.approves()

        await business.mail("Could you do it for $2,400 net?\n", answers=business.sent()[-1])
        await business.approves()
        await business.mail("We accept your offer.\n", answers=business.sent()[-1])
        card = await business.only_card()
        action = await business.app.views.get(Action, card.action)
        assert action is not None
        assert isinstance(action.verdict, Ask)
        await business.approves()
        await business.approves()
        (invoice,) = await business.app.views.all(Invoice)
        assert invoice.total == invoice.net == Money(240_000, "USD")
        assert "$2,400.00" in await business.says("books")
        await business.pays("2400.00", reference=invoice.number, currency="USD")
        assert (await business.invoices())[0].status == "paid"
        assert (await refold(business.app.ledger)).difference == ""
        assert "is identical" in await business.says("replay 1")
