"""One payment can name two invoices; its money is never booked twice."""

from __future__ import annotations

from typing import Any

from ledger.domain.entities import Invoice

BEN = "Ben Example <ben@example.org>"


async def billed(business: Any, sender: str) -> None:
    """A website is offered to this sender, accepted and invoiced."""
    known = len(business.sent())
    await business.mail(
        "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nBye\n",
        sender=sender,
    )
    await business.approves()
    (offer,) = [mail for mail in business.sent() if mail["To"] in sender][-1:]
    await business.mail("We accept your offer, please go ahead.\n", sender=sender, answers=offer)
    await business.approves()
    assert len(business.sent()) == known + 2


async def test_a_payment_that_names_two_invoices_of_its_amount_pays_neither_by_itself(
    business: Any,
) -> None:
    await billed(business, "Ada Example <ada@example.com>")
    await billed(business, BEN)
    await business.pays("2856.00", reference="Invoices 2026-0001 and 2026-0002")
    invoices = await business.app.views.all(Invoice)
    booked = sum(invoice.paid.minor for invoice in invoices)
    assert booked <= 285_600, [invoice.status for invoice in invoices]
    assert booked == 0
    assert len(await business.questions()) == 2


async def test_its_money_is_booked_where_the_operator_says_and_then_nowhere_else(
    business: Any,
) -> None:
    await billed(business, "Ada Example <ada@example.com>")
    await billed(business, BEN)
    await business.pays("2856.00", reference="Invoices 2026-0001 and 2026-0002")
    await business.hears()
    for question in await business.questions():
        book = next(option.id for option in question.options if option.label.startswith("Book"))
        await business.office.answer(question.id, book)
        await business.settle()
    invoices = await business.app.views.all(Invoice)
    assert sorted(invoice.paid.minor for invoice in invoices) == [0, 285_600]
    assert "booked on another invoice" in await business.hears()
