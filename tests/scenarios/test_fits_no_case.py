"""What fits no case is not lost: it is listed until a person says where it belongs."""

from __future__ import annotations

from typing import Any

from ledger.domain.entities import Payment, Stray
from ledger.domain.events import StrayPlaced
from ledger.replay import refold

NUMBER = "2026-0001"
BEN = "Ben Sample <ben@sample.example>"
OF_ANOTHER_COO = {"X-Coo-Action": "act-00000000"}
LEAD = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nBen\n"


async def test_a_payment_for_nothing_known_stays_in_the_inbox_until_it_is_assigned(
    business: Any,
) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="order 77", bank_id="PAY-77", currency="USD")
    assert "Fits no case: payment of $2,856.00 from Ada Example." in await business.says("inbox")
    assert "Fits no case: 1 thing." in await business.says("status")
    said = await business.says("assign 1 to case 1")
    assert "Recorded: payment of $2,856.00 from Ada Example belongs to case 1" in said
    (placed,) = await business.facts(StrayPlaced)
    assert placed.case == (await business.case()).id
    assert "Fits no case" not in await business.says("inbox")
    assert (await refold(business.app.ledger)).identical


async def test_an_assigned_payment_of_the_right_amount_pays_the_invoice(business: Any) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="Invoice 2026-9999", bank_id="PAY-1")
    (question,) = await business.questions()
    await business.office.answer(question.id, "stranger:")
    await business.settle()
    await business.says("match PAY-1 1")
    (invoice,) = await business.invoices()
    assert invoice.status == "paid"
    assert not await business.app.views.find(Stray, "open")
    (payment,) = await business.app.views.find(Payment, f"invoice:{invoice.id}")
    assert payment.id == "PAY-1"


async def test_an_automatic_mail_is_listed_and_can_be_put_aside(business: Any) -> None:
    await business.offered()
    await business.mail("Our offers this week", sender=BEN, subject="Sale", headers=OF_ANOTHER_COO)
    assert "Fits no case: mail from ben@sample.example, 'Sale'" in await business.says("inbox")
    await business.says("assign sale to nothing")
    assert "Fits no case" not in await business.says("inbox")
    assert (await refold(business.app.ledger)).identical


async def test_the_same_mail_twice_is_not_a_stray(business: Any) -> None:
    offer = await business.offered()
    headers = {"X-Copy": "1"}
    await business.mail("Thank you.\n", answers=offer)
    first = await business.all_facts()
    copy = next(f for f in reversed(first) if type(f.event).__name__ == "MailReceived")
    raw = await business.app.blobs.get(copy.event.raw_sha256)
    await business.raw(b"X-Copy: " + headers["X-Copy"].encode() + b"\r\n" + raw)
    assert not await business.app.views.find(Stray, "open")


async def test_bad_assignments_say_what_to_do(business: Any) -> None:
    await business.offered()
    await business.pays("5.00", reference="x")
    assert "assign 2 to case 3" in await business.says("assign")
    assert "I know nothing called" in await business.says("assign 9 to case 1")
    assert "I know nothing called" in await business.says("assign 1 to case 99")
    assert not await business.facts(StrayPlaced)
