"""One lead becomes one paid invoice."""

from __future__ import annotations

from typing import Any

from ledger.domain.entities import Proposal
from ledger.domain.events import ActionSucceeded, CaseClosed, DecisionRecorded
from ledger.domain.values import Money


async def test_a_lead_is_offered_the_list_price_once_its_card_is_approved(business: Any) -> None:
    await business.mail("Hello, we would like your website design package. An offer, please?\n")
    assert business.sent() == []
    await business.approves()
    (offer,) = business.sent()
    assert offer["To"] == "ada@example.com"
    assert "€2,856.00" in offer.get_content()


async def test_a_counter_offer_within_the_guardrails_is_agreed_to_without_a_card(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail("Could you do it for 2200.00 EUR net? Then we start.\n", answers=offer)
    assert await business.cards() == []
    assert "€2,618.00" in business.sent()[-1].get_content()


async def test_a_counter_offer_below_the_floor_is_never_agreed_to(business: Any) -> None:
    offer = await business.offered()
    await business.mail("We can only pay 1500.00 EUR net for it.\n", answers=offer)
    (proposal,) = await business.app.views.all(Proposal)
    assert proposal.net >= Money(2_000_00, "EUR")
    assert all("1,500" not in mail.get_content() for mail in business.sent())


async def test_an_acceptance_issues_one_invoice_and_a_payment_closes_the_case(
    business: Any,
) -> None:
    await business.invoiced()
    (invoice,) = await business.invoices()
    assert (invoice.number, invoice.total) == ("2026-0001", Money(2_856_00, "EUR"))
    await business.pays("2856.00", reference="Invoice 2026-0001")
    (invoice,) = await business.invoices()
    assert invoice.status == "paid"
    assert await business.facts(CaseClosed)
    assert await business.facts(DecisionRecorded)
    assert len(await business.facts(ActionSucceeded)) == 3
