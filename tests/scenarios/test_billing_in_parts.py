"""A deal that is billed in parts: each part waits for its trigger and is an invoice of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.entities import Alarm, Invoice
from ledger.domain.events import CaseClosed, WorkDone
from ledger.domain.postings import JournalEntry, balances
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
    assert "service date – the day on which you said it was done; what you said is done" in shown
    final = await approves_both(business)
    assert (final.total.minor, final.net.minor) == (171_360, 144_000)
    assert final.total + deposit.total == final.total.__class__(285_600, "EUR")
    assert (await business.facts(WorkDone))[0].on == final.service_date
    await business.pays("1713.60", reference=f"Invoice {final.number}", bank_id="B-2")
    assert (await business.facts(CaseClosed))[0].outcome == "paid"
    assert {one.status for one in await business.invoices()} == {"paid"}
    assert (await refold(business.app.ledger)).difference == ""
    assert "is identical" in await business.says("replay 1")


async def test_an_offer_that_is_out_is_replanned_only_after_a_yes(
    business: Business,
) -> None:
    await business.offered()
    said = await business.says("billing case 1 deposit 40% final")
    assert "To be offered, billed" in said
    assert len(business.sent()) == 1
    card = await business.only_card()
    assert card.title.startswith("Offer over")
    await business.approves()
    assert "40 % deposit" in business.sent()[-1].get_content()


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
    await business.approves()
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


async def rings_until_cards(business: Business, number: int) -> list[str]:
    """One alarm after the other, until so many cards wait; what each shows."""
    for _ in range(12):
        cards = await business.cards()
        if len(cards) >= number:
            return [await business.says(f"show {one.number}") for one in cards]
        waiting = await business.app.views.find(Alarm, "waiting")
        business.clock.moment = max(business.clock.moment, min(one.due for one in waiting))
        await business.settle()
    raise AssertionError("no reminder was proposed")


async def test_each_unpaid_part_is_reminded_of_by_itself_and_a_payment_ends_only_its_own(
    business: Business,
) -> None:
    await accepted(business, "deposit 40% final")
    deposit = await approves_both(business)
    await business.says("delivered case 1")
    final = await approves_both(business)
    await business.pays("142.40", reference=f"Invoice {deposit.number}")
    (question,) = await business.questions()
    await business.says(f"{question.number} a")
    shown = await rings_until_cards(business, 2)
    mine = {one.number: [each for each in shown if one.number in each] for one in (deposit, final)}
    assert [len(each) for each in mine.values()] == [1, 1]
    assert "€1,000.00" in mine[deposit.number][0]
    assert "€1,713.60" in mine[final.number][0]
    await business.pays("1000.00", reference=f"Invoice {deposit.number}", bank_id="B-2")
    left = await business.only_card()
    assert final.number in await business.says(f"show {left.number}")
    await business.approves()
    (mail,) = [one for one in business.sent() if one["X-Coo-Command"] == "SendReminder"]
    assert final.number in mail.get_body().get_content()
    assert deposit.number not in mail.get_body().get_content()
    assert (await refold(business.app.ledger)).difference == ""
    assert "is identical" in await business.says("replay 1")


async def test_a_tax_case_that_changed_since_the_deposit_is_asked_about(founder: Founder) -> None:
    founder.configure(tax=replace(defaults().tax, vat_id="DE136695976"))
    async with founder.business() as business:
        await accepted(business, "deposit 40% final")
        deposit = await approves_both(business)
        for entered in ("country FR", "vat-id FR 40 303 265 045"):
            await business.says(f"contact ada {entered}")
        await business.says("delivered case 1")
        question = await business.only_question()
        assert "the tax changed from domestic to reverse charge" in question.text
        assert f"undo {deposit.number}" in question.text
        assert await business.cards() == []
        assert len(await business.invoices()) == 1


async def test_the_whole_of_a_deal_in_parts_is_income_once_and_the_deposit_none(
    business: Business,
) -> None:
    await accepted(business, "deposit 40% final")
    await approves_both(business)
    month = business.clock.now().strftime("%Y-%m")
    books = await business.says(f"books {month}")
    assert "Deposits received" in books
    assert "Income 19" not in books
    entries = await business.app.views.all(JournalEntry)
    assert balances(entries)["deposits/1900", "EUR"] == -96_000
    await business.says("delivered case 1")
    await approves_both(business)
    found = balances(await business.app.views.all(JournalEntry))
    assert found["income/domestic/1900", "EUR"] == -240_000
    assert found.get(("deposits/1900", "EUR"), 0) == 0
