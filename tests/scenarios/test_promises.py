"""Promises: of a customer, of ours, kept, broken, moved, due, and told once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ledger.domain.entities import Case, Commitment, CommitmentStatus, Contact
from ledger.domain.events import CommitmentMade, CommitmentsDue, CompanyConfigured, MailReceived
from ledger.domain.look import PROMISES_SINCE
from ledger.replay import refold

Business = Any
Founder = Any

FRIDAY = date(2026, 11, 27)
ASKS = "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?"
PROMISING = f"{ASKS} I'll send you our team photos by Friday.\n\nAda\n"


async def promises(business: Business) -> list[Commitment]:
    return list(await business.app.views.all(Commitment))


async def at(business: Business, day: int, hour: int = 9) -> None:
    """The clock reaches that hour of a day in November, counted on into December."""
    moment = datetime(2026, 11, day, hour, 1, tzinfo=UTC) if day <= 30 else None  # November
    business.clock.moment = moment or datetime(2026, 12, day - 30, hour, 1, tzinfo=UTC)
    await business.settle()


async def test_what_a_customer_promised_and_did_not_do_is_told_once_with_where_they_said_it(
    business: Business,
) -> None:
    await business.mail(PROMISING)
    (made,) = await promises(business)
    assert (made.due, made.what, made.ours) == (FRIDAY, "our team photos", False)
    await business.hears()
    await at(business, 27)
    assert "photos" not in await business.hears()
    await at(business, 28)
    heard = await business.hears()
    assert "Ada Example promised our team photos by Fri 27 Nov 2026 (mail of 23 Nov" in heard
    assert "nothing came" in heard
    await at(business, 30)
    await at(business, 33)
    assert "photos" not in await business.hears()
    listed = await business.says("promises ada")
    assert "p1 · Ada Example to you: our team photos, was due Fri 27 Nov 2026" in listed
    assert "“I'll send you our team photos by Friday.”" in listed


async def test_a_mail_with_the_promised_thing_keeps_the_promise_and_nothing_is_told(
    business: Business,
) -> None:
    await business.mail(PROMISING)
    await business.mail("Hello Nora,\n\nattached are our team photos, as promised.\n\nAda\n")
    (kept,) = await promises(business)
    assert kept.status is CommitmentStatus.KEPT
    await business.hears()
    await at(business, 28)
    assert "photos" not in await business.hears()
    assert "kept" in await business.says("promises")


async def test_an_accepted_offer_binds_us_to_its_delivery_and_its_invoice_binds_them_to_pay(
    business: Business,
) -> None:
    await business.invoiced()
    ours, theirs = await promises(business)
    assert (ours.ours, ours.kind, ours.due) == (True, "delivery", date(2026, 12, 3))
    assert (theirs.ours, theirs.kind, theirs.due) == (False, "payment", date(2026, 12, 7))
    await business.hears()
    await at(business, 32)
    heard = await business.hears()
    assert "p1 · Ada Example: deliver 1 × Website design package, due Thu 3 Dec 2026" in heard
    assert "pay invoice" not in heard  # the case itself minds an invoice
    assert "Noted as kept" in await business.says("kept p1")
    await at(business, 33)
    assert "deliver" not in await business.hears()
    (invoice,) = await business.invoices()
    await business.pays("2856.00", reference=invoice.number)
    assert {one.status for one in await promises(business)} == {CommitmentStatus.KEPT}
    assert f"Invoice {invoice.number} is paid" in await business.says("promises ada")


async def test_ours_is_told_on_the_working_day_before_and_on_the_day_and_may_be_moved(
    business: Business,
) -> None:
    await business.mail(ASKS)
    said = await business.says("promise Ada the draft by Monday")
    assert "you to Ada Example" in said
    (made,) = await promises(business)
    assert (made.ours, made.due, made.what) == (True, date(2026, 11, 30), "the draft")
    await business.hears()
    await at(business, 27)
    assert "the draft, due Mon 30 Nov 2026" in await business.hears()
    await at(business, 28)
    assert "the draft" not in await business.hears()
    assert "due Tue 1 Dec 2026 now" in await business.says("moved p1 to Tuesday")
    await at(business, 30)
    assert "the draft, due Tue 1 Dec 2026" in await business.hears()
    await at(business, 31)
    assert "the draft, due today" in await business.hears()
    assert "first Mon 30 Nov 2026" in await business.says("promises")
    assert "broken" in await business.says("broken p1 no time")
    assert "no time" in await business.says("promises")


async def test_the_operators_plain_sentence_is_noted_and_other_sentences_are_not(
    business: Business,
) -> None:
    await business.mail(ASKS)
    assert "Noted" in await business.says("Ada promised us the texts by Friday")
    assert "Noted: " not in await business.says("Ada promised nothing so far, it seems")
    assert "Nobody called 'Bertha'" in await business.says("I promised Bertha a call on Monday")
    (made,) = await promises(business)
    assert (made.ours, made.due, made.what) == (False, FRIDAY, "the texts")
    assert "names no single day" in await business.says("moved p1 to whenever")
    assert "kept" in await business.says("kept texts")
    assert "Noted: " in await business.says("remember I promised Ada a call on Monday")
    assert [one.what for one in await promises(business)] == ["the texts", "a call"]


async def test_after_days_without_coo_all_that_is_due_is_told_in_one_list_in_order(
    founder: Founder,
) -> None:
    async with founder.business() as business:
        await business.mail(ASKS)
        await business.says("promise Ada the draft by Thursday")
        await business.says("Ada promised us the texts by Tuesday")
        await business.says("Ada promised us the keys by Wednesday")
        await business.hears()
    founder.clock.moment = datetime(2026, 12, 4, 15, 0, tzinfo=UTC)
    async with founder.business() as business:
        await business.settle()
        (told,) = await business.facts(CommitmentsDue)
        numbers = [
            (await business.app.views.get(Commitment, one.commitment)).number for one in told.due
        ]
        assert numbers == [2, 3, 1]
        assert [one.when for one in told.due] == ["after", "after", "after"]
        assert (await refold(business.app.ledger)).difference == ""


async def test_a_promise_of_somebody_who_was_erased_leaves_nothing_of_their_words(
    business: Business,
) -> None:
    await business.mail(PROMISING)
    await business.says("erase ada")
    await business.says("erase ada confirm")
    (left,) = await promises(business)
    assert (left.what, left.quote, left.status) == ("", "", CommitmentStatus.WITHDRAWN)
    await at(business, 28)
    assert await business.facts(CommitmentsDue) == []
    assert (await refold(business.app.ledger)).difference == ""


async def test_promises_of_merged_contacts_are_listed_together_and_as_of_a_day(
    business: Business,
) -> None:
    await business.mail(PROMISING)
    await business.mail(
        "Hello,\n\nI'll call you on Friday.\n", sender="Ada <ada@home.example>", subject="Call"
    )
    one, other = [each.id for each in await business.app.views.all(Contact)]
    await business.says(f"merge {one} {other}")
    listed = await business.says("promises ada@home.example")
    assert "our team photos" in listed
    assert "call" in listed
    await at(business, 30)
    await business.says("kept p1")
    then = await business.says("as-of 2026-11-24 promises")
    assert "p1 · Ada Example to you: our team photos, by Fri 27 Nov 2026" in then


async def test_what_was_written_before_promises_were_noted_is_left_as_it_was(
    business: Business,
) -> None:
    since = await business.app.views.counter(PROMISES_SINCE)
    facts = await business.all_facts()
    begun = next(fact.seq for fact in facts if isinstance(fact.event, CompanyConfigured))
    assert since == begun
    await business.mail(PROMISING)
    (made,) = [
        fact for fact in await business.all_facts() if isinstance(fact.event, CommitmentMade)
    ]
    source = await business.app.ledger.fact(made.event.source)
    assert isinstance(source.event, MailReceived)
    assert made.person == source.person


async def test_a_new_offer_shows_and_minds_what_was_promised_before_and_so_does_the_overview(
    business: Business,
) -> None:
    await business.mail("Hello Nora,\n\nwho are you?\n\nAda\n", subject="Hello")
    await business.says("promise Ada the draft by Tuesday")
    await business.mail(ASKS, subject="A website")
    card = await business.says("inbox")
    assert "p1 · you to Ada Example: the draft, by Tue 24 Nov 2026" in card
    assert "Mind what you promised them before: p1 (due 2026-11-24)" in card
    assert "Promises: 1 open, 0 due today or before" in await business.says("home")
    assert "p1 · you to Ada Example: the draft, by Tue 24 Nov 2026" in await business.says("digest")
    for case in await business.app.views.all(Case):
        assert (await business.app.replayer.replay(case.id)).first_difference == ""
