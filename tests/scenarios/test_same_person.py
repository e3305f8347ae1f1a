"""Who is who: exact keys are known, the rest is asked, and every answer can be taken back."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.entities import Approval, Case, Contact, Stop
from ledger.domain.events import (
    ActionSucceeded,
    ContactsKeptApart,
    ContactsMerged,
    ContactSplit,
    QuestionAnswered,
    Recalled,
)
from ledger.domain.identity import identity, keys_of
from ledger.domain.verdicts import Ask
from ledger.replay import refold

ADA = "Ada Example <ada@example.com>"
HOME = "Ada Example <ada.example@home.example>"
SALES = "Ada Example <sales@example.com>"
BEN = "Ben Sample <ben@sample.example>"
LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)
SIGNED = LEAD + "\n-- \nAda Example\nTel. 040 / 1234567\n"


async def contact_of(business: Any, address: str) -> Contact:
    person = business.app.keys.person(address)
    (found,) = await business.app.views.find(Contact, f"person:{person}")
    return found  # type: ignore[no-any-return]  # the business is typed loosely in tests


async def two_contacts(business: Any) -> tuple[str, str]:
    """Ada writes from work and from home, with nothing that gives her away."""
    await business.mail(LEAD)
    await business.mail(LEAD, sender=HOME)
    assert not await business.questions()
    work = await contact_of(business, "ada@example.com")
    home = await contact_of(business, "ada.example@home.example")
    return work.id, home.id


async def folds_alike(business: Any) -> None:
    check = await refold(business.app.ledger)
    assert check.identical, check.difference


# --- asked, never assumed -----------------------------------------------------------------------


async def test_the_same_name_at_the_same_domain_is_asked_about_and_not_assumed(
    business: Any,
) -> None:
    await business.mail(LEAD)
    await business.mail(LEAD, sender=SALES)
    question = await business.only_question()
    assert question.text.startswith("Same person? Ada Example <sales@example.com>")
    assert "an address at the same domain" in question.why
    known = await identity(business.app.views, (await contact_of(business, "ada@example.com")).id)
    assert len(known.ids) == 1
    told = await business.hears()
    assert "Same person?" in told
    assert "kept apart until you say so" in told


async def test_the_same_phone_in_the_signature_is_asked_about_however_it_is_written(
    business: Any,
) -> None:
    await business.mail(SIGNED)
    await business.mail(SIGNED.replace("040 / 1234567", "+49 (0)40 1234567"), sender=HOME)
    question = await business.only_question()
    assert "the same phone number in the signature" in question.why
    await business.says("yes")
    (merged,) = await business.facts(ContactsMerged)
    assert merged.question == question.id
    assert merged.contact == (await contact_of(business, "ada@example.com")).id
    await folds_alike(business)


async def test_a_phone_number_that_is_only_quoted_gives_nobody_away(business: Any) -> None:
    await business.mail(SIGNED)
    quoting = LEAD + "\nAm Montag schrieb Ada:\n> Tel. 040 / 1234567\n"
    await business.mail(quoting, sender=BEN)
    assert not await business.questions()


async def test_namesakes_at_other_firms_are_not_even_asked_about(business: Any) -> None:
    await two_contacts(business)
    assert len(await business.app.views.all(Case)) == 2


async def test_a_no_is_a_fact_and_is_not_asked_again(business: Any) -> None:
    await business.mail(LEAD)
    await business.mail(LEAD, sender=SALES)
    await business.says("no")
    (apart,) = await business.facts(ContactsKeptApart)
    assert {apart.contact, apart.other} == {
        (await contact_of(business, "ada@example.com")).id,
        (await contact_of(business, "sales@example.com")).id,
    }
    await business.mail(SIGNED, sender=SALES, subject="Once more")
    await business.mail(SIGNED, subject="Once more")
    assert not [q for q in await business.questions() if q.text.startswith("Same person?")]
    await folds_alike(business)


async def test_somebody_else_can_be_named_by_their_id(business: Any) -> None:
    await business.mail(LEAD)
    await business.mail(LEAD, sender=BEN)
    await business.mail(LEAD, sender=SALES)
    question = await business.only_question()
    ben = (await contact_of(business, "ben@sample.example")).id
    await business.office.answer(question.id, text=ben)
    await business.settle()
    known = await identity(business.app.views, ben)
    assert set(known.addresses) == {"ben@sample.example", "sales@example.com"}


async def test_a_known_thread_answered_from_another_address_is_asked_and_yes_makes_them_one(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail("We accept your offer, please go ahead.\n", sender=HOME, answers=offer)
    question = await business.only_question()
    assert "Is it the same person?" in question.text
    assert not await business.facts(ContactsMerged)
    await business.says("yes")
    (merged,) = await business.facts(ContactsMerged)
    assert merged.evidence == ("it answered a known thread",)
    known = await identity(business.app.views, merged.contact)
    assert known.addresses == ("ada@example.com", "ada.example@home.example")
    assert await business.facts(QuestionAnswered)
    await folds_alike(business)


async def test_a_payer_of_that_name_is_asked_about_once_and_known_by_the_account_from_then_on(
    business: Any,
) -> None:
    await business.invoiced()
    await business.payment(_transfer("B-1", "IBAN-1"))
    assert await _booked(business) == 0
    assert "Same person? Ada Example, account DE75512108001245126199," in await business.hears()
    await business.says("yes")
    assert await _booked(business) == 285_600
    ada = await identity(business.app.views, (await contact_of(business, "ada@example.com")).id)
    assert "DE75512108001245126199" in ada.names
    await business.mail(LEAD, subject="Another website")
    await business.approves()
    (offer,) = [m for m in business.sent() if "another" in str(m["Subject"]).lower()]
    await business.mail("We accept your offer, please go ahead.\n", answers=offer)
    await business.approves()
    await business.payment(_transfer("B-2", "thanks again"))
    assert await _booked(business) == 2 * 285_600
    assert not await business.questions()
    await folds_alike(business)


async def test_a_payer_who_is_somebody_else_pays_nothing_and_is_listed(business: Any) -> None:
    await business.invoiced()
    await business.payment(_transfer("B-1", "x"))
    await business.says("no")
    assert await _booked(business) == 0
    assert "Fits no case: payment of €2,856.00 from Ada Example." in await business.says("inbox")
    await business.payment(_transfer("B-2", "x"))
    assert not await business.questions(), "that this account is another's is known now"


def _transfer(bank_id: str, reference: str) -> bytes:
    return (
        f'{{"id": "{bank_id}", "amount": "2856.00", "currency": "EUR", "date": "2026-11-27", '
        f'"payer": "Ada Example", "iban": "DE75 5121 0800 1245 1261 99", '
        f'"reference": "{reference}"}}'
    ).encode()


async def _booked(business: Any) -> int:
    return sum(invoice.paid.minor for invoice in await business.invoices())


# --- merged by hand, and taken back ---------------------------------------------------------------


async def test_merge_and_split_change_who_a_case_is_with_and_nothing_else(business: Any) -> None:
    work, home = await two_contacts(business)
    said = await business.says(f"merge {work} {home}")
    assert f"`split {home}` takes it back" in said
    told = await business.says("contact ada@example.com")
    assert "ada.example@home.example" in told
    assert told.count("A new website") == 2
    await folds_alike(business)
    await business.says(f"split {home}")
    (split,) = await business.facts(ContactSplit)
    assert (split.contact, split.parted) == (work, home)
    assert (await business.says("contact ada@example.com")).count("A new website") == 1
    assert [case.contact for case in await business.app.views.all(Case)] == [work, home]
    await folds_alike(business)


async def test_what_comes_while_merged_stays_with_the_address_that_wrote(business: Any) -> None:
    work, home = await two_contacts(business)
    await business.says(f"merge {work} {home}")
    for case in await business.app.views.all(Case):
        await business.says(f"tell {case.id} close the case")
    await business.mail(LEAD, sender=HOME, subject="A shop")
    await business.says(f"unmerge {home}")
    known = await identity(business.app.views, home)
    assert len(known.contact.cases) == 2
    assert len((await identity(business.app.views, work)).contact.cases) == 1


async def test_a_stop_of_one_address_holds_for_the_other_once_they_are_one(business: Any) -> None:
    work, home = await two_contacts(business)
    await business.says(f"stop {work}")
    await business.says(f"merge {work} {home}")
    (card,) = [c for c in await business.cards() if (await _contact_of(business, c)) == home]
    await business.approves(card)
    assert not business.sent()
    (stop,) = await business.app.views.find(Stop, "active")
    assert set(stop.covers) == {work, home}
    assert "STOPPED" in await business.says("contact ada.example@home.example")
    await business.says("resume ada.example@home.example")
    assert [mail["To"] for mail in business.sent()] == ["ada.example@home.example"]


async def test_a_stop_ordered_for_one_name_holds_for_both_after_they_are_parted(
    business: Any,
) -> None:
    work, home = await two_contacts(business)
    await business.says(f"merge {work} {home}")
    await business.says("stop ada.example@home.example")
    await business.says(f"split {home}")
    for card in await business.cards():
        await business.approves(card)
    assert not business.sent()


async def _contact_of(business: Any, card: Approval) -> str:
    case = await business.app.views.get(Case, card.case)
    return str(case.contact)


async def test_a_mail_goes_to_the_address_of_its_case_and_a_new_address_always_asks(
    business: Any,
) -> None:
    work, home = await two_contacts(business)
    await business.says(f"merge {work} {home}")
    cards = list(await business.cards())
    await business.approves(cards[0])
    assert [mail["To"] for mail in business.sent()] == ["ada@example.com"]
    await business.mail(
        "Could you do it for 2300 EUR net?\n", sender=HOME, answers=business.sent()[0]
    )
    assert not await business.questions(), "it is the same person"
    asked = [c for c in await business.cards() if c.case == cards[0].case]
    assert len(asked) == 1
    shown = await business.says(f"show {asked[0].number}")
    assert "ada@example.com" in shown
    assert "the talk did not go to ada@example.com so far" in shown


async def test_the_limit_of_mails_a_day_counts_all_addresses_of_one_contact(founder: Any) -> None:
    budgets = replace(defaults().budgets, mails_per_contact_per_day=1)
    founder.configure(budgets=budgets)
    async with founder.business() as business:
        work, home = await two_contacts(business)
        await business.says(f"merge {work} {home}")
        first, second = await business.cards()
        await business.approves(first)
        assert len(await business.facts(ActionSucceeded)) == 1
        case = await business.app.views.get(Case, second.case)
        await business.says(f"tell {case.id} 5% discount")
        verdicts = [
            fact.event.verdict
            for fact in await business.all_facts()
            if type(fact.event).__name__ == "VerdictGiven" and fact.case == second.case
        ]
        fired = {rule.rule for v in verdicts if isinstance(v, Ask) for rule in v.fired}
        assert {"many-mails-today", "recipient-changed"} <= fired


async def test_memory_recalls_what_was_agreed_under_the_other_address(business: Any) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="Invoice 2026-0001")
    await business.mail("Hello, do you have time in May?\n", sender=HOME, subject="May")
    work = (await contact_of(business, "ada@example.com")).id
    home = (await contact_of(business, "ada.example@home.example")).id
    await business.says(f"merge {work} {home}")
    await business.mail(LEAD, sender=HOME, subject="One more website")
    recalled = (await business.facts(Recalled))[-1]
    episodes = [each for each in recalled.episodes if "2026-0001" in each.text or each.case]
    assert episodes
    assert recalled.episodes[0].case == (await business.app.views.find(Case, "number:1"))[0].id


async def test_every_key_of_a_merged_contact_is_named_to_whom_erases_it(business: Any) -> None:
    work, home = await two_contacts(business)
    await business.says(f"merge {work} {home}")
    await business.says(f"link {work} +49 40 1234567")
    person = business.app.keys.person
    wanted = {
        person("ada@example.com"),
        person("ada.example@home.example"),
        person("phone:+49401234567"),
    }
    assert set(await keys_of(home, business.app.views)) == wanted
    assert set(await keys_of(work, business.app.views)) == wanted


async def test_a_linked_phone_number_is_the_contacts_until_it_is_taken_back(business: Any) -> None:
    await business.mail(LEAD)
    ada = (await contact_of(business, "ada@example.com")).id
    assert "Recorded" in await business.says(f"link {ada} 040 1234567")
    assert "+49401234567" in await business.says("contact ada")
    await business.mail(SIGNED, sender=HOME)
    question = await business.only_question()
    assert "the same phone number in the signature" in question.why
    linked = await contact_of(business, "phone:+49401234567")
    await business.says(f"split {linked.id}")
    assert "+49401234567" not in await business.says(f"contact {ada}")
    await folds_alike(business)


async def test_nonsense_is_answered_with_what_was_wrong_and_what_to_do(business: Any) -> None:
    work, home = await two_contacts(business)
    assert "merge CON-A CON-B" in await business.says("merge")
    assert "I know nothing called" in await business.says(f"merge {work} nobody-there")
    assert "could be several" in await business.says(f"merge ada {home}")
    assert "They are one already" in await business.says(f"merge {work} {work}")
    assert "merged with nobody" in await business.says(f"split {work}")
    assert "is no key" in await business.says(f"link {work} 12")
    assert "split CON" in await business.says("split")
    assert not await business.facts(ContactsMerged)
    assert not await business.facts(ContactSplit)


async def test_of_several_that_were_merged_the_one_that_leaves_must_be_named(
    business: Any,
) -> None:
    work, home = await two_contacts(business)
    await business.mail(LEAD, sender=BEN)
    ben = (await contact_of(business, "ben@sample.example")).id
    await business.says(f"merge {work} {home}")
    await business.says(f"merge {ben} into {work}")
    assert "Name the one that leaves" in await business.says(f"split {work}")
    await business.says(f"split {home}")
    known = await identity(business.app.views, work)
    assert set(known.ids) == {work, ben}
    await folds_alike(business)
