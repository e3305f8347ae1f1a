"""A deal that is billed in parts: each part waits for its trigger and is an invoice of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.entities import Invoice
from ledger.domain.events import CaseClosed, WorkDone
from ledger.replay import refold

if TYPE_CHECKING:
    from tests.scenarios.conftest import Business, Founder
else:
    Business = Founder = Any

LEAD = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
ACCEPTS = "We accept your offer, please go ahead.\n\nAda\n"


async def accepted(business: Business, billing: str = "") -> None:
    """Ada asks, the offer goes out billed like this, and she accepts it."""
    await business.mail(LEAD)
    if billing:
        said = await business.says(f"billing case 1 {billing}")
        assert "To be offered, billed" in said, said
    await business.approves()
    await business.mail(ACCEPTS, answers=business.sent()[-1])


async def approves_both(business: Business) -> Invoice:
    """The invoice is issued and sent."""
    await business.approves()
    await business.approves()
    return (await business.invoices())[-1]


async def test_a_deposit_and_a_final_invoice_wait_for_their_triggers_and_meet_the_whole(
    business: Business,
) -> None:
    await accepted(business, "deposit 40% final")
    offer = business.sent()[-1].get_content()
    assert "Payment: 40 % deposit on acceptance, 60 % on delivery." in offer
    deposit = await approves_both(business)
    assert (deposit.total.minor, deposit.part.place) == (114_240, 1)
    assert "Final invoice waits for: delivered" in await business.says("status case 1")
    await business.pays("1142.40", reference=f"Invoice {deposit.number}")
    heard = await business.hears()
    assert "The final invoice waits for: delivered." in heard
    assert not await business.facts(CaseClosed)
    await business.says("I delivered the website")
    card = await business.only_card()
    shown = await business.says(f"show {card.number}")
    assert f"less invoice {deposit.number}" in shown
    final = await approves_both(business)
    assert (final.total.minor, final.net.minor) == (171_360, 144_000)
    assert final.total + deposit.total == final.total.__class__(285_600, "EUR")
    assert (await business.facts(WorkDone))[0].on == final.service_date
    await business.pays("1713.60", reference=f"Invoice {final.number}", bank_id="B-2")
    assert (await business.facts(CaseClosed))[0].outcome == "paid"
    assert {one.status for one in await business.invoices()} == {"paid"}
    assert (await refold(business.app.ledger)).difference == ""
    assert "is identical" in await business.says("replay 1")


async def test_a_deposit_is_not_reversed_once_a_final_invoice_that_deducts_it_was_issued_meanwhile(
    business: Business,
) -> None:
    await accepted(business, "deposit 40% final")
    deposit = await approves_both(business)
    await business.says("I delivered the website")
    await business.says(f"undo {deposit.number} wrong")
    final, reversal = await business.cards()
    await business.approves(final)
    await business.approves(reversal)
    standing = [one for one in await business.invoices() if not one.credited_by]
    assert sum(one.total.minor for one in standing) == 285_600
    assert f"deducts invoice {deposit.number}: reverse that one first" in await business.hears()


async def test_what_was_accepted_is_shown_and_billed_though_a_later_version_was_drafted(
    business: Business,
) -> None:
    await business.mail(LEAD)
    await business.says("billing case 1 deposit 40% final")
    await business.approves()
    await business.says("billing case 1 deposit 50% final")
    await business.says("billing case 1 milestones 30/30")
    await business.mail(ACCEPTS, answers=business.sent()[-1])
    (question,) = await business.questions()
    await business.office.answer(question.id, choice=question.options[0].id)
    await business.settle()
    deposit = await approves_both(business)
    assert deposit.part is not None
    assert (deposit.total.minor, deposit.part.of) == (142_800, 2)
    status = await business.says("status case 1")
    assert "Final invoice waits for: delivered" in status
    assert "milestone" not in status
    assert "deposit 50%" in await business.says("billing case 1")


async def test_a_customer_who_says_it_is_live_bills_nothing_before_the_operator_agrees(
    business: Business,
) -> None:
    await accepted(business, "deposit 40% final")
    deposit = await approves_both(business)
    await business.mail("Everything is live now, thank you!\n\nAda\n", answers=business.sent()[-1])
    first = await business.only_question()
    assert "Is it delivered?" in first.text
    assert await business.cards() == []
    await business.says(f"{first.number} b")
    assert "The final invoice waits for: delivered." in await business.hears()
    assert await business.cards() == []
    await business.mail("We received it, thanks.\n\nAda\n", answers=business.sent()[-1])
    await business.says(f"{(await business.only_question()).number} a")
    assert await business.questions() == []
    shown = await business.says(f"show {(await business.only_card()).number}")
    assert f"less invoice {deposit.number}" in shown
    (done,) = await business.facts(WorkDone)
    assert done.on == business.clock.now().date()
    assert [one.id for one in await business.invoices()] == [deposit.id]
