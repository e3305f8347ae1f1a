"""Going back in time: the same questions, answered from the state as it was."""

from __future__ import annotations

from typing import Any

import pytest

from bot.office.past import PastOffice
from ledger.domain.entities import Approval, Contact, Invoice
from ledger.domain.errors import UnknownFact
from ledger.domain.present import Present
from ledger.past import as_of, as_of_fact, last_before


async def test_the_books_of_yesterday_know_nothing_of_todays_invoice(business: Any) -> None:
    await business.offered()
    business.clock.forward(days=3)
    offer = business.sent()[-1]
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    await business.approves()
    assert "Invoiced €2,856.00, paid €0.00, open €2,856.00" in await business.says("books")
    then = await business.says("as-of yesterday books")
    assert "No invoice has been issued." in then
    assert "As of 2026-11-25 23:59:59" in then


async def test_what_was_open_then_is_open_again_as_of_then(business: Any) -> None:
    await business.invoiced()
    invoice = (await business.invoices())[0]
    business.clock.forward(days=2)
    await business.pays("2856.00", reference=f"Invoice {invoice.number}")
    assert "open €0.00" in await business.says("books")
    assert "open €2,856.00" in await business.says("as-of 1 day ago books")
    assert "sent" in await business.says(f"as-of yesterday invoice {invoice.number}")
    assert "paid €2,856.00" in await business.says(f"invoice {invoice.number}")


async def test_a_card_that_is_decided_now_waits_in_the_inbox_as_of_then(business: Any) -> None:
    await business.mail("Hello, we would like your website design package. Ada")
    waiting = business.clock.now()
    business.clock.forward(hours=1)
    card = await business.approves()
    assert "Nothing waits for you." in await business.says("inbox")
    then = await business.says(f"as-of {waiting:%Y-%m-%d %H:%M} inbox")
    assert f"{card.number}" in then
    assert "ada@example.com" in then
    reply = await business.commands.answer(f"as-of {waiting:%Y-%m-%d %H:%M} inbox")
    assert [each.buttons for each in reply.cards] == [()]


async def test_an_audit_as_of_a_moment_ends_there(business: Any) -> None:
    await business.mail("Hello, we would like your website design package. Ada")
    moment = f"{business.clock.now():%Y-%m-%d %H:%M}"
    business.clock.forward(hours=1)
    await business.approves()
    assert "Done: receipt" in await business.says("audit 1")
    for line in (f"audit 1 --as-of {moment}", f"as-of {moment} audit 1"):
        then = await business.says(line)
        assert "You were asked" in then
        assert "Done: receipt" not in then
        assert "Approved by" not in then


async def test_a_bare_name_shows_a_case_a_person_or_an_invoice_as_it_was(business: Any) -> None:
    await business.invoiced()
    business.clock.forward(hours=1)
    assert "waiting" in await business.says("as-of 5 minutes ago ada")
    number = (await business.invoices())[0].number
    assert f"Invoice {number} to Ada Example" in await business.says(f"as-of 1 minute ago {number}")
    assert "ada@example.com" in await business.says("as-of 1 minute ago contact ada")
    assert "Studio Nord" in await business.says("as-of 1 minute ago")


async def test_before_the_first_fact_and_after_now_the_answer_says_so(business: Any) -> None:
    await business.offered()
    early = await business.says("as-of 2020-01-01 books")
    assert "Nothing was on record" in early
    assert "The first fact is of 2026-11-23" in early
    assert "lies ahead" in await business.says("as-of 2030-01-01 books")
    assert "no moment I can read" in await business.says("as-of someday books")


async def test_nothing_can_be_done_in_the_past(business: Any) -> None:
    await business.mail("Hello, we would like your website design package. Ada")
    card = await business.only_card()
    facts = len(await business.all_facts())
    business.clock.forward(minutes=1)
    for line in ("approve 1", "reject 1 no", "stop", "retry 1", "tell 1 shorter", "replay 1"):
        assert "one can only look" in await business.says(f"as-of 1 minute ago {line}")
    assert len(await business.all_facts()) == facts
    assert (await business.only_card()).id == card.id


async def test_who_is_erased_now_is_erased_in_the_past_as_well(business: Any) -> None:
    await business.offered()
    contact = (await business.app.views.all(Contact))[0]
    business.app.keys.forget(contact.persons[0])
    business.clock.forward(minutes=1)
    for line in ("as-of 1 minute ago contact", "as-of 1 minute ago audit 1"):
        said = await business.says(f"{line} {contact.id if 'contact' in line else ''}")
        assert "ada@example.com" not in said.lower()
    assert "Erased" in await business.says(f"as-of 1 minute ago contact {contact.id}")


async def test_the_past_is_what_a_fold_of_its_facts_gives(business: Any) -> None:
    """Every moment of a whole deal: as it stood then and as it folds from the facts until then."""
    await business.invoiced()
    facts = await business.all_facts()
    for seq in (1, len(facts) // 2, len(facts)):
        past = await as_of_fact(business.app.ledger, seq)
        present = Present()
        present.fold(facts[:seq])
        assert past.seq == seq
        for kind in (Approval, Contact, Invoice):
            assert list(await past.all(kind)) == list(present.all(kind))


async def test_the_past_of_this_very_moment_is_the_present(business: Any) -> None:
    await business.invoiced()
    past = await as_of(business.app.ledger, business.clock.now())
    for kind in (Approval, Contact, Invoice):
        assert list(await past.all(kind)) == list(await business.app.views.all(kind))


async def test_facts_of_later_are_unknown_then(business: Any) -> None:
    await business.offered()
    facts = await business.all_facts()
    past = await as_of_fact(business.app.ledger, 3)
    assert (await past.fact(facts[2].id)).seq == 3
    with pytest.raises(UnknownFact):
        await past.fact(facts[3].id)
    assert all(fact.seq <= 3 for fact in await past.case(facts[4].case))


async def test_facts_that_a_clock_set_back_dates_early_are_left_out_and_counted(
    business: Any,
) -> None:
    await business.offered()
    moment = business.clock.now()
    before = len(await business.all_facts())
    business.clock.forward(days=1)
    await business.says("tell 1 we start in March")
    business.clock.forward(days=-2)
    await business.says("say hello")
    past = await as_of(business.app.ledger, moment)
    assert past.seq == before
    assert past.set_back > 0
    business.clock.forward(days=3)
    said = await business.says(f"as-of {moment:%Y-%m-%d %H:%M} status")
    assert "a clock was set back" in said


async def test_days_end_in_the_companys_own_time_zone(founder: Any) -> None:
    founder.configure(time_zone="Pacific/Auckland")
    async with founder.business() as business:
        await business.offered()
        business.clock.forward(days=1)
        assert "2026-11-23 23:59:59 UTC+1300" in await business.says("as-of 2026-11-23 status")


async def test_a_span_begins_at_the_first_fact_recorded_in_it(business: Any) -> None:
    start = business.clock.now()
    await business.offered()
    assert await last_before(business.app.ledger, start) == 0
    business.clock.forward(days=1)
    total = len(await business.all_facts())
    assert await last_before(business.app.ledger, business.clock.now()) == total


def test_the_office_of_the_past_has_no_way_to_act() -> None:
    acts = {"tap", "say", "answer", "stop", "resume", "retry"}
    assert not acts & set(dir(PastOffice))
