"""Money that does not fit is never booked by itself; the operator is told what it is."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.errors import InputUnreadable
from ledger.domain.events import (
    ActionSucceeded,
    CaseClosed,
    InvoicePaid,
    PaymentMatched,
    PaymentReceived,
)
from ledger.domain.values import Money

NUMBER = "Invoice 2026-0001"


async def booked(business: Any) -> int:
    """Minor units booked on the one invoice."""
    (invoice,) = await business.invoices()
    return int(invoice.paid.minor)


async def billed(business: Any) -> None:
    await business.invoiced()
    await business.hears()


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("2000.00", "EUR", "€856.00 too little"),
        ("3000.00", "EUR", "€144.00 too much"),
        ("2856.00", "USD", "the invoice is in EUR"),
        ("-2856.00", "EUR", "€2,856.00 left the account"),
    ],
    ids=["too little", "too much", "another currency", "a refund"],
)
async def test_a_payment_that_does_not_fit_books_nothing_and_asks(
    business: Any, amount: str, currency: str, says: str
) -> None:
    await billed(business)
    await business.pays(amount, reference=NUMBER, currency=currency)
    assert await business.facts(PaymentMatched) == []
    assert await business.facts(CaseClosed) == []
    assert await booked(business) == 0
    assert len(business.sent()) == 2
    told = await business.hears()
    assert says in told
    assert "Nothing was booked" in told
    assert "Question" in await business.says("status 1")


async def test_too_little_is_booked_once_the_operator_says_so_and_the_rest_stays_open(
    business: Any,
) -> None:
    await billed(business)
    await business.pays("2000.00", reference=NUMBER)
    question = await business.only_question()
    answer = await business.says(f"{question.number} a")
    assert "Book it on invoice 2026-0001" in answer
    assert "€856.00 is still open" in await business.hears()
    assert "€856.00 open" in await business.says("status 1")
    assert await business.facts(InvoicePaid) == []
    await business.pays("856.00", reference=NUMBER, bank_id="B-2")
    assert "Invoice 2026-0001 is paid" in await business.hears()
    assert len(await business.facts(CaseClosed)) == 1


async def test_too_much_is_booked_only_on_a_word_and_what_to_send_back_is_named(
    business: Any,
) -> None:
    await billed(business)
    await business.pays("3000.00", reference=NUMBER)
    question = await business.only_question()
    await business.says(f"{question.number} a")
    told = await business.hears()
    assert "€144.00 of it was too much: send that back" in told
    assert len(business.sent()) == 2


async def test_money_in_another_currency_cannot_be_booked_at_all(business: Any) -> None:
    await billed(business)
    await business.pays("2856.00", reference=NUMBER, currency="USD")
    question = await business.only_question()
    assert [option.label for option in question.options] == ["Leave it to me"]
    await business.says(f"{question.number} book it on the invoice")
    assert await booked(business) == 0


async def test_a_second_payment_of_a_paid_invoice_is_asked_about(business: Any) -> None:
    await billed(business)
    await business.pays("2856.00", reference=NUMBER)
    await business.hears()
    await business.pays("2856.00", reference=NUMBER, bank_id="B-2")
    assert await booked(business) == 285_600
    assert len(await business.facts(PaymentMatched)) == 1
    assert "already paid" in await business.hears()
    assert "needs you" in await business.says("status 1")


async def test_a_payment_for_an_unknown_invoice_stays_with_the_operator(business: Any) -> None:
    await billed(business)
    await business.pays("10.00", reference="Invoice 2026-9999")
    told = await business.hears()
    assert "A payment of €10.00 from Ada Example fits no case" in told
    assert "2026-9999" in told
    assert await booked(business) == 0


async def test_a_payment_without_a_number_is_asked_about_where_amount_and_name_fit(
    business: Any,
) -> None:
    await billed(business)
    await business.pays("2855.99", reference="thanks")
    assert "fits no case" in await business.hears()
    assert await booked(business) == 0
    await business.pays("2856.00", reference="thanks", bank_id="B-2")
    assert await booked(business) == 0
    assert "Same person? Ada Example paid €2,856.00" in await business.hears()
    await business.says("yes")
    assert await booked(business) == 285_600
    assert "is paid" in await business.hears()


async def test_money_nobody_has_placed_is_not_forgotten_when_the_case_closes(
    business: Any,
) -> None:
    await billed(business)
    await business.pays("856.00", reference=NUMBER, currency="USD")
    await business.pays("2856.00", reference=NUMBER, bank_id="B-2")
    assert await business.facts(CaseClosed)
    question = await business.only_question()
    assert "US$856.00" in question.text
    assert "US$856.00" in await business.says("inbox")


async def test_the_same_payment_twice_is_one_fact_and_the_caller_is_told(business: Any) -> None:
    await billed(business)
    (first,) = await business.pays("2856.00", reference=NUMBER)
    (second,) = await business.pays("2856.00", reference=NUMBER)
    assert (first.new, second.new) == (True, False)
    assert first.fact.id == second.fact.id
    assert len(await business.facts(PaymentReceived)) == 1
    assert await booked(business) == 285_600


async def test_the_same_entry_with_another_amount_is_refused_and_the_rest_is_taken(
    business: Any,
) -> None:
    await billed(business)
    await business.pays("2000.00", reference=NUMBER)
    again = (
        b'[{"id": "B-1", "amount": "2856.00", "currency": "EUR", "date": "2026-11-27",'
        b' "reference": "Invoice 2026-0001"},'
        b' {"id": "B-2", "amount": "5.00", "currency": "EUR", "date": "2026-11-27",'
        b' "reference": "coffee"}]'
    )
    with pytest.raises(InputUnreadable) as refused:
        await business.payment(again)
    assert "'B-1'" in refused.value.cause
    assert "what was recorded first stays" in refused.value.remedy
    received = await business.facts(PaymentReceived)
    assert [each.amount for each in received] == [Money(200_000, "EUR"), Money(500, "EUR")]


async def test_a_payment_before_the_invoice_was_sent_keeps_the_invoice_from_going_out(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail("We accept your offer, please go ahead.\n", answers=offer)
    card = await business.only_card()
    await business.says(f"show {card.number}")
    await business.pays("2856.00", reference=NUMBER)
    answer = await business.says(f"approve {card.number}")
    assert "no longer counts: The invoice is paid" in answer
    assert len(business.sent()) == 1
    assert len(await business.facts(ActionSucceeded)) == 2


async def test_the_audit_says_what_was_chosen_for_a_payment_in_words(business: Any) -> None:
    await billed(business)
    await business.pays("2000.00", reference=NUMBER)
    question = await business.only_question()
    await business.says(f"{question.number} a")
    audit = await business.says("audit 1")
    assert "Book it on invoice 2026-0001 by Nora Lindt" in audit
    assert "match:" not in audit
