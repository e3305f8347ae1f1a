"""What the operator wants undone goes back the way business does: once, asked, and linked."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.domain.entities import Action, Case, CreditNote, Invoice
from ledger.domain.events import ActionProposed, AttemptStarted, CreditNoteIssued, PaymentMatched
from ledger.domain.values import totals
from ledger.replay import refold

YES = "We accept your offer, please go ahead.\n\nAda\n"


async def only_invoice(business: Any) -> Invoice:
    (invoice,) = await business.invoices()
    return invoice  # type: ignore[no-any-return]  # the fixture is a plain object here


async def notes(business: Any) -> list[CreditNote]:
    return list(await business.app.views.all(CreditNote))


async def credited(business: Any) -> CreditNote:
    """A sent invoice was reversed, and the credit note was sent."""
    await business.invoiced()
    await business.says("undo 2026-0001 wrong quantity")
    await business.approves()
    await business.approves()
    (note,) = await notes(business)
    return note


async def action(business: Any, name: str) -> Action:
    found = await business.app.views.all(Action)
    return next(one for one in reversed(found) if one.name == name)  # type: ignore[no-any-return]


# --- invoices ------------------------------------------------------------------------------------


async def test_a_sent_invoice_is_reversed_by_a_credit_note_that_is_issued_and_then_sent(
    business: Any,
) -> None:
    await business.invoiced()
    await business.hears()
    answer = await business.says("undo 2026-0001 wrong quantity")
    assert "Undoing: 2026-0001" in answer
    card = await business.only_card()
    assert card.title == "Credit note for invoice 2026-0001 over €2,856.00"
    assert await notes(business) == []
    heard = await business.hears()
    assert "reverse invoice 2026-0001 of 2026-11-23" in heard
    assert "nothing has been paid on it" in heard
    assert "wrong quantity" in heard

    await business.approves(card)
    (note,) = await notes(business)
    assert (note.number, note.invoice_number, note.status) == (
        "CN-2026-0001",
        "2026-0001",
        "issued",
    )
    assert note.total.minor == -285_600
    invoice = await only_invoice(business)
    assert (invoice.status, invoice.open.minor, invoice.credited_by) == ("credited", 0, note.id)
    assert len(business.sent()) == 2

    mail_card = await business.only_card()
    assert "Credit note CN-2026-0001 for invoice 2026-0001 to ada@example.com" in mail_card.title
    await business.approves(mail_card)
    mail = business.sent()[-1]
    assert mail["In-Reply-To"]
    (attachment,) = list(mail.iter_attachments())
    assert attachment.get_filename() == "CN-2026-0001.pdf"
    assert "CN-2026-0001" in mail.get_body().get_content()
    (note,) = await notes(business)
    assert note.status == "sent"
    case = await business.case()
    assert (case.closed, case.outcome) == (True, "credited")
    assert (await refold(business.app.ledger)).identical


async def test_a_credit_note_is_structured_data_with_every_sign_turned(business: Any) -> None:
    note = await credited(business)
    data = msgspec.json.decode((business.app.folder.invoices / f"{note.number}.json").read_bytes())
    assert data["schema"] == "coo.credit-note/1"
    assert data["reverses"]["number"] == "2026-0001"
    assert data["reverses"]["issued_on"] == "2026-11-23"
    assert (data["net"], data["gross"]) == (-240_000, -285_600)
    assert data["taxes"] == [{"rate_bp": 1900, "base": -240_000, "tax": -45_600}]
    assert data["reason"] == "wrong quantity"
    assert data["lines"][0]["quantity"] == -1
    assert totals(note.lines, "EUR").gross == note.total
    assert (business.app.folder.invoices / f"{note.number}.pdf").read_bytes()[:5] == b"%PDF-"


async def test_an_invoice_that_was_issued_but_never_left_needs_no_mail(business: Any) -> None:
    offer = await business.offered()
    await business.mail(YES, answers=offer)
    assert len(business.sent()) == 1
    await business.says("undo 2026-0001")
    card = await business.only_card()
    assert "Credit note for invoice 2026-0001" in card.title
    await business.hears()
    await business.approves(card)
    assert await business.cards() == []
    assert len(business.sent()) == 1
    heard = await business.hears()
    assert "The invoice never left, so nothing has to be sent" in heard
    assert (await business.case()).outcome == "credited"
    assert (await only_invoice(business)).open.minor == 0


async def test_undoing_twice_says_first_that_it_is_under_way_and_then_that_it_is_done(
    business: Any,
) -> None:
    await business.invoiced()
    await business.says("undo 2026-0001")
    await business.hears()
    await business.says("undo 2026-0001")
    assert "It is being undone already" in await business.hears()
    assert len(await business.cards()) == 1
    await business.approves()
    await business.approves()
    await business.hears()
    await business.says("undo 2026-0001")
    assert "already undone: credit note CN-2026-0001 reversed it" in await business.hears()
    assert len(await business.facts(CreditNoteIssued)) == 1


async def test_a_paid_invoice_is_reversed_and_the_refund_stays_with_the_operator(
    business: Any,
) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    assert (await business.case()).outcome == "paid"
    await business.hears()
    await business.says("undo 2026-0001")
    heard = await business.hears()
    assert "€2,856.00 has arrived for invoice 2026-0001" in heard
    assert "€2,856.00 has been paid on it: sending that back is your own doing" in heard
    await business.approves()
    await business.approves()
    assert "€2,856.00 had been paid: send it back with your bank" in await business.hears()
    invoice = await only_invoice(business)
    assert (invoice.status, invoice.open.minor) == ("credited", -285_600)
    assert (await business.case()).outcome == "credited"

    await business.pays("-2856.00", reference="refund 2026-0001", bank_id="B-2")
    assert "The refund for invoice 2026-0001 went out" in await business.hears()
    assert (await only_invoice(business)).open.minor == 0
    assert (await refold(business.app.ledger)).identical


async def test_money_that_comes_after_the_credit_note_is_not_booked_without_a_word(
    business: Any,
) -> None:
    await credited(business)
    await business.hears()
    await business.pays("2856.00", reference="2026-0001")
    question = await business.only_question()
    assert "reversed by credit note CN-2026-0001, so nothing is owed" in question.text
    assert "Send it back with your bank" in question.recommendation
    assert await business.facts(PaymentMatched) == []
    await business.says(f"{question.number} a")
    assert "€2,856.00 is the customer's. Send it back" in await business.hears()
    assert (await only_invoice(business)).open.minor == -285_600


async def test_money_that_comes_while_the_card_waits_makes_a_new_card_that_shows_it(
    business: Any,
) -> None:
    await business.invoiced()
    await business.says("undo 2026-0001 wrong quantity")
    first = await business.only_card()
    await business.hears()
    await business.pays("1000.00", reference="2026-0001")
    question = await business.only_question()
    await business.says(f"{question.number} a")
    second = await business.only_card()
    assert second.id != first.id
    heard = await business.hears()
    assert "€1,000.00 has been paid on it" in heard
    assert "wrong quantity" in heard
    await business.approves(second)
    (note,) = await notes(business)
    assert note.total.minor == -285_600
    assert (await only_invoice(business)).open.minor == -100_000


async def test_credit_notes_are_numbered_in_a_book_of_their_own_without_a_gap(
    business: Any,
) -> None:
    for who in ("Ada", "Ben", "Cleo"):
        address = f"{who} Example <{who.lower()}@example.com>"
        lead = f"Hello Nora,\n\nwe would like your logo design. An offer, please?\n\n{who}\n"
        await business.mail(lead, sender=address, subject=f"Logo for {who}")
        await business.approves()
        offer = next(m for m in business.sent() if m["To"] == f"{who.lower()}@example.com")
        await business.mail(f"We accept your offer.\n\n{who}\n", sender=address, answers=offer)
        await business.approves()
    for number in ("2026-0002", "2026-0001", "2026-0003"):
        await business.says(f"undo {number}")
        await business.approves()
        await business.approves()
    issued = await business.facts(CreditNoteIssued)
    assert [(one.number, one.ordinal) for one in issued] == [
        ("CN-2026-0001", 1),
        ("CN-2026-0002", 2),
        ("CN-2026-0003", 3),
    ]
    assert [one.invoice_number for one in issued] == ["2026-0002", "2026-0001", "2026-0003"]


async def test_the_book_of_credit_notes_is_set_beside_that_of_invoices(founder: Any) -> None:
    from ledger.domain.company import InvoiceNumbers  # noqa: PLC0415 - only this test needs it

    founder.configure(credit_note_numbers=InvoiceNumbers(format="ST{year}.{number}", next=40))
    async with founder.business() as business:
        note = await credited(business)
        assert note.number == "ST2026.40"
        assert (business.app.folder.invoices / "ST2026.40.pdf").exists()


async def test_a_reversed_deal_can_be_offered_anew_and_billed_under_a_new_number(
    business: Any,
) -> None:
    await credited(business)
    await business.says("undo case 1")
    card = await business.only_card()
    assert card.title == "Open the case again (closed: credited)"
    await business.approves(card)
    question = await business.only_question()
    assert "The case is open again" in question.text
    await business.says(f"{question.number} a")
    offer = business.sent()[-1]
    await business.mail(YES, answers=offer)
    await business.approves()
    numbers = [(one.number, one.status) for one in await business.invoices()]
    assert numbers == [("2026-0001", "credited"), ("2026-0002", "sent")]


# --- mails ---------------------------------------------------------------------------------------


async def test_a_sent_offer_is_corrected_in_its_own_thread_and_stands_no_longer(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.hears()
    sent = await action(business, "SendProposal")
    await business.says(f"undo {sent.id} The price was last year's.")
    heard = await business.hears()
    assert "cannot be called back: it left and may have been read" in heard
    card = await business.only_card()
    assert card.title == "Correction to ada@example.com"
    await business.approves(card)
    mail = business.sent()[-1]
    assert mail["To"] == "ada@example.com"
    assert mail["In-Reply-To"] == offer["Message-ID"]
    assert str(offer["Message-ID"]) in str(mail["References"])
    text = " ".join(mail.get_content().split())
    assert "no longer stands" in text
    assert "The price was last year's." in text

    await business.says(f"undo {sent.id}")
    assert "already undone: a correction went out" in await business.hears()
    await business.mail(YES, answers=offer)
    assert await business.invoices() == []
    assert len(await business.questions()) == 1


async def test_an_offer_that_was_accepted_says_what_can_be_undone_instead(business: Any) -> None:
    await business.invoiced()
    sent = await action(business, "SendProposal")
    await business.hears()
    await business.says(f"undo {sent.id}")
    assert "became invoice 2026-0001" in await business.hears()
    assert await business.cards() == []


async def test_a_credit_note_is_never_taken_back(business: Any) -> None:
    note = await credited(business)
    await business.hears()
    await business.says(f"undo {note.number}")
    assert "A credit note is never taken back. The next best is a new invoice" in (
        await business.hears()
    )
    assert await business.cards() == []


async def test_money_that_arrived_is_not_undone_and_the_next_best_is_named(business: Any) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    await business.hears()
    await business.says("undo B-1")
    heard = await business.hears()
    assert "Money that arrived cannot be undone from here" in heard
    assert "`undo 2026-0001` reverses the invoice" in heard


# --- what has not run ----------------------------------------------------------------------------


async def test_a_card_that_waits_is_withdrawn(business: Any) -> None:
    await business.mail("Hello, we would like your logo design. An offer, please?\n\nAda\n")
    card = await business.only_card()
    await business.hears()
    await business.says(f"undo {card.number}")
    heard = await business.hears()
    assert "Sending the offer is withdrawn: it had not run, and nothing left" in heard
    assert await business.cards() == []
    await business.approves(card)
    assert business.sent() == []


async def test_an_approval_whose_effect_is_held_back_is_withdrawn_for_good(business: Any) -> None:
    await business.mail("Hello, we would like your logo design. An offer, please?\n\nAda\n")
    await business.says("stop")
    card = await business.approves()
    await business.hears()
    await business.says(f"undo {card.action}")
    assert "Sending the offer is withdrawn" in await business.hears()
    await business.says("resume")
    assert business.sent() == []
    assert await business.facts(AttemptStarted) == []
    await business.says(f"undo {card.action}")
    assert "never happened: it was withdrawn or replaced" in await business.hears()


async def test_a_declined_lead_is_opened_again_and_may_be_offered_anew(business: Any) -> None:
    offer = await business.offered()
    await business.mail("No thank you, we do not want it.\n\nAda\n", answers=offer)
    case = await business.case()
    assert (case.closed, case.outcome) == (True, "declined")
    await business.says(f"undo {case.id}")
    await business.hears()
    await business.says(f"undo {case.id}")
    assert "It is being undone already: opening the case again" in await business.hears()
    await business.approves()
    case = await business.app.views.get(Case, case.id)
    assert case is not None
    assert not case.closed
    question = await business.only_question()
    await business.says(f"{question.number} a")
    assert "version 2" in business.sent()[-1].get_content()


async def test_what_nobody_did_is_answered_in_words(business: Any) -> None:
    await business.mail("Hello, we would like your logo design. An offer, please?\n\nAda\n")
    assert "Nothing called 'act-nothing' could be undone" in await business.says("undo act-nothing")
    assert "Nothing was named, so nothing was undone" in await business.says("undo")


# --- on record -----------------------------------------------------------------------------------


async def test_audit_and_why_show_what_was_undone_by_what(business: Any) -> None:
    await credited(business)
    proposed = {one.name: one for one in await business.facts(ActionProposed)}
    issue, credit = proposed["IssueInvoice"], proposed["IssueCreditNote"]
    assert credit.undoes == issue.action
    assert proposed["SendCreditNote"].undoes == proposed["SendInvoice"].action
    done = await business.app.views.get(Action, issue.action)
    assert done is not None
    assert done.undone_by == credit.action
    audit = await business.says("audit 1")
    assert "Undo ordered from Nora Lindt" in audit
    assert f"taken back by {credit.action}" in audit
    assert f"takes back {issue.action}" in audit
    assert "Credit note CN-2026-0001 issued on 2026-11-23" in audit


async def test_a_reason_that_was_edited_on_the_card_still_undoes_the_invoice(business: Any) -> None:
    await business.invoiced()
    await business.says("undo 2026-0001")
    card = await business.only_card()
    await business.says(f"show {card.number}")
    await business.says(f"edit {card.number} reason Ordered twice by mistake")
    await business.says(f"approve {card.number}")
    (issued,) = await business.facts(CreditNoteIssued)
    assert issued.reason == "Ordered twice by mistake"
    bill = await action(business, "IssueInvoice")
    assert bill.undone_by == issued.action


async def test_books_and_status_count_a_reversed_invoice_as_nothing_asked_for(
    business: Any,
) -> None:
    await credited(business)
    books = await business.says("books")
    assert "credited" in books
    case = await business.case()
    assert "€0.00 open" in await business.says(f"status {case.id}")
    assert "Credit note CN-2026-0001 for invoice 2026-0001: -€2,856.00, sent" in (
        await business.says("invoice 2026-0001")
    )


async def test_money_that_names_the_credit_note_finds_its_invoice(business: Any) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    await business.says("undo 2026-0001")
    await business.approves()
    await business.approves()
    await business.hears()
    await business.pays("-2856.00", reference="Refund CN-2026-0001", bank_id="B-9")
    assert "The refund for invoice 2026-0001 went out" in await business.hears()


async def test_a_replay_of_a_reversed_deal_is_identical(business: Any) -> None:
    await credited(business)
    case = await business.case()
    assert "is identical" in await business.says(f"replay {case.id}")


async def test_a_stopped_company_issues_no_credit_note_until_it_goes_on(business: Any) -> None:
    await business.invoiced()
    await business.says("undo 2026-0001")
    await business.says("stop")
    await business.approves()
    assert await notes(business) == []
    await business.says("resume")
    assert [note.number for note in await notes(business)] == ["CN-2026-0001"]


async def test_a_yes_to_an_offer_that_is_to_be_taken_back_is_asked_about(business: Any) -> None:
    offer = await business.offered()
    sent = await action(business, "SendProposal")
    await business.says(f"undo {sent.id}")
    correction = await business.only_card()
    await business.mail(YES, answers=offer)
    assert await business.invoices() == []
    question = await business.only_question()
    assert "you wanted that offer taken back" in question.text
    await business.says(f"{question.number} a")
    assert (await business.only_card()).title.startswith("Invoice 2026-0001")
    await business.approves(correction)
    assert all(m["X-Coo-Command"] != "SendCorrection" for m in business.sent())
