"""What is open on an invoice follows from payments: parts, discounts, fees, refunds, matches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.domain.company import EarlyPayment
from ledger.domain.entities import Invoice, Payment
from ledger.domain.events import (
    BalanceReduced,
    CaseClosed,
    CaseReopened,
    CreditKept,
    InvoicePaid,
    PaymentMatched,
)
from ledger.domain.values import Money
from ledger.replay import refold

NUMBER = "Invoice 2026-0001"
BEN = "Ben Example <ben@example.org>"
ENTRY = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}<Sts>BOOK</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RmtInf><Ustrd>{reference}</Ustrd></RmtInf>{details}</TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
SWIFT = (
    ":20:A\r\n:25:10010010/1\r\n:28C:1/1\r\n:60F:C261126EUR0,00\r\n"
    ":61:2611271127C{amount}NTRFNONREF\r\n:86:166?00GUTSCHRIFT?20SVWZ+{reference}?32Ada Example\r\n"
    ":62F:C261127EUR{amount}\r\n-\r\n"
)


def camt(amount: str, reference: str, *, returned: bool = False) -> bytes:
    return ENTRY.format(
        amount=amount.lstrip("-"),
        sign="DBIT" if amount.startswith("-") else "CRDT",
        day="2026-11-27" if not returned else "2026-12-01",
        reference=reference,
        more="",
        details="<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>" if returned else "",
    ).encode()


def swift(amount: str, reference: str) -> bytes:
    return SWIFT.format(amount=amount, reference=reference).encode()


async def stands(business: Any, number: str = "2026-0001") -> tuple[int, str]:
    """(what is open in cents, status) of an invoice."""
    (invoice,) = await business.app.views.find(Invoice, f"number:{number}")
    return invoice.open.minor, invoice.status


async def two_invoices(business: Any) -> None:
    """2026-0001 to Ada and 2026-0002 to Ben, each over 2,856.00."""
    accepts = "We accept your offer, please go ahead.\n"
    for sender in ("Ada Example <ada@example.com>", BEN):
        await business.mail(
            "Hello,\n\nwe would like your website design package. Could you send us an offer?\n",
            sender=sender,
        )
        await business.approves()
        (offer,) = [mail for mail in business.sent() if mail["To"] in sender][-1:]
        await business.mail(accepts, sender=sender, answers=offer)
        await business.approves()
    await business.hears()


@pytest.fixture
def terms(founder: Any) -> Any:
    founder.configure(
        early_payment=EarlyPayment(percent_bp=200, days=10), bank_fee_tolerance=Money(500, "EUR")
    )
    return founder


async def test_an_early_discount_within_its_days_closes_and_is_shown_on_the_invoice(
    terms: Any,
) -> None:
    async with terms.business() as business:
        await business.invoiced()
        await business.hears()
        await business.pays("2798.88", reference=NUMBER)
        assert "The rest is €57.12 early-payment discount" in await business.hears()
        assert await stands(business) == (0, "paid")
        assert await business.facts(CaseClosed)
        shown = await business.says("invoice 2026-0001")
        assert "Payment B-1 of €2,798.88" in shown
        assert "€57.12 less is owed: early-payment discount with payment B-1" in shown


async def test_the_discount_outside_its_days_asks_and_nothing_closes_until_you_say(
    terms: Any,
) -> None:
    terms.configure(early_payment=EarlyPayment(percent_bp=200, days=1))
    async with terms.business() as business:
        await business.invoiced()
        business.clock.forward(days=9)
        await business.pays("2798.88", reference=NUMBER)
        assert await stands(business) == (285_600, "sent")
        question = await business.only_question()
        assert "discount for payment within 1 days, which were over" in question.text
        assert "Book it and let €57.12 go" in [each.label for each in question.options][1]
        await business.says(f"{question.number} b")
        assert await stands(business) == (0, "paid")
        assert [each.kind for each in await business.facts(BalanceReduced)] == ["waived"]


async def test_a_discount_that_you_remember_of_a_customer_counts_for_them(business: Any) -> None:
    await business.invoiced()
    await business.says("remember Ada gets 3% Skonto within 10 days")
    assert "3 % within 10 days" in await business.says("memory Ada")
    await business.pays("2770.32", reference=NUMBER)
    assert await stands(business) == (0, "paid")
    (less,) = await business.facts(BalanceReduced)
    assert (less.kind, less.amount) == ("discount", Money(8_568, "EUR"))


async def test_a_discount_is_only_for_who_pays_the_whole_invoice_at_once(terms: Any) -> None:
    async with terms.business() as business:
        await business.invoiced()
        await business.pays("1000.00", reference=NUMBER)
        await business.says(f"{(await business.only_question()).number} a")
        await business.pays("1798.88", reference=NUMBER, bank_id="B-2")
        assert await stands(business) == (185_600, "sent")
        assert await business.facts(BalanceReduced) == []


@pytest.mark.parametrize(
    ("amount", "open_after"), [("2851.00", 0), ("2850.99", 285_600)], ids=["within", "a cent more"]
)
async def test_a_bank_fee_closes_within_the_tolerance_and_never_a_cent_outside(
    terms: Any, amount: str, open_after: int
) -> None:
    async with terms.business() as business:
        await business.invoiced()
        await business.pays(amount, reference=NUMBER)
        assert (await stands(business))[0] == open_after
        kinds = [each.kind for each in await business.facts(BalanceReduced)]
        assert kinds == ([] if open_after else ["fee"])


async def test_too_much_can_be_kept_as_credit_and_pays_the_next_invoice(business: Any) -> None:
    await two_invoices(business)
    await business.pays("3000.00", reference=NUMBER)
    question = await business.only_question()
    assert "Keep €144.00 as their credit" in [each.label for each in question.options]
    await business.says(f"{question.number} b")
    assert await stands(business) == (0, "paid")
    (kept,) = await business.facts(CreditKept)
    assert kept.amount == Money(14_400, "EUR")
    listed = await business.says("open invoices")
    assert "€144.00 is on no invoice. It is kept as credit of Ada Example." in listed
    before = business.clock.now()
    business.clock.forward(hours=1)
    await business.says("match B-1 2026-0002 144.00")
    past = await business.says(f"as-of {before:%Y-%m-%d %H:%M} open invoices")
    assert "€144.00 is on no invoice" in past
    assert await stands(business, "2026-0002") == (271_200, "sent")
    assert await stands(business) == (0, "paid")


async def test_one_transfer_over_two_invoices_is_split_by_the_numbers_it_quotes(
    business: Any,
) -> None:
    await two_invoices(business)
    await business.pays("5712.00", reference="Invoices 2026-0001 and 2026-0002")
    assert await stands(business) == (0, "paid")
    assert await stands(business, "2026-0002") == (0, "paid")
    assert len(await business.facts(InvoicePaid)) == 2
    assert not await business.questions()
    assert "€2,856.00 of it on this invoice" in await business.says("invoice 2026-0002")


async def test_a_match_moves_a_payment_and_unmatch_takes_it_back_as_facts(business: Any) -> None:
    await two_invoices(business)
    await business.pays("2856.00", reference=NUMBER)
    assert "is to pay 2026-0002" in await business.says("match B-1 2026-0002")
    assert await stands(business) == (285_600, "sent")
    assert await stands(business, "2026-0002") == (0, "paid")
    assert len(await business.facts(CaseReopened)) == 1
    assert "was taken off invoice 2026-0001 as you said" in await business.hears()
    await business.says("unmatch B-1")
    assert await stands(business, "2026-0002") == (285_600, "sent")
    assert "€2,856.00 is on no invoice" in await business.says("open invoices")
    await business.says("match B-1 2026-0001, 2026-0002")
    assert "no money is left for it" in await business.hears()
    await business.says("match payment B-1 to 2026-0001")
    assert await stands(business) == (0, "paid")
    assert "names no invoice" in await business.says("match B-1 2026-0099")
    assert "'5x' is no amount. Write the sum" in await business.says("match B-1 2026-0002 5x")
    assert "names no invoice" in await business.says("unmatch B-1 2026-0099")
    assert (await refold(business.app.ledger)).difference == ""


async def test_a_returned_debit_opens_the_invoice_again_and_a_later_payment_closes_it(
    business: Any,
) -> None:
    await business.invoiced()
    await business.payment(camt("2856.00", NUMBER))
    await business.hears()
    await business.payment(camt("-2856.00", NUMBER, returned=True))
    assert "was returned by the bank. The invoice is open again" in await business.hears()
    assert await stands(business) == (285_600, "sent")
    assert not (await business.case()).closed
    await business.payment(camt("2856.00", "2026-0001, second try"))
    assert await stands(business) == (0, "paid")


async def test_a_refund_of_what_was_too_much_is_booked_and_any_other_one_asks(
    business: Any,
) -> None:
    await business.invoiced()
    await business.pays("3000.00", reference=NUMBER)
    await business.says(f"{(await business.only_question()).number} a")
    assert await stands(business) == (-14_400, "overpaid")
    await business.pays("-144.00", reference=NUMBER, bank_id="B-2")
    assert await stands(business) == (0, "paid")
    await business.pays("-100.00", reference=NUMBER, bank_id="B-3")
    assert await stands(business) == (0, "paid")
    await business.says(f"{(await business.only_question()).number} a")
    assert await stands(business) == (10_000, "sent")
    assert not (await business.case()).closed


async def test_the_same_entry_in_two_kinds_of_statement_is_one_payment(business: Any) -> None:
    await business.invoiced()
    reference = "Rechnung 2026-0001, Gruesse"
    (first,) = await business.payment(camt("2856.00", reference), "s.xml")
    (again,) = await business.payment(swift("2856,00", "Rechnung 2026-0001, Grüße"), "s.sta")
    assert (first.new, again.new) == (True, False)
    assert len(await business.app.views.all(Payment)) == 1
    assert await stands(business) == (0, "paid")


async def test_an_entry_that_only_looks_the_same_is_asked_about_before_it_counts(
    business: Any,
) -> None:
    await business.invoiced()
    await business.payment(camt("2856.00", "Invoice 2026-0001 with thanks"))
    await business.payment(swift("2856,00", NUMBER))
    assert len(await business.facts(PaymentMatched)) == 1
    question = await business.only_question()
    assert question.text.startswith("Same entry? €2,856.00 of 2026-11-27")
    await business.says(f"{question.number} a")
    assert not await business.questions()
    assert "is on no invoice" not in await business.says("open invoices")
    assert "matched to no invoice" not in await business.says("books")


async def test_two_entries_that_look_alike_are_two_once_you_say_so(business: Any) -> None:
    await two_invoices(business)
    await business.payment(camt("2856.00", "Invoice 2026-0001 with thanks"))
    await business.payment(swift("2856,00", NUMBER))
    await business.says(f"{(await business.only_question()).number} b")
    assert "already paid" in (await business.only_question()).text
    assert len(await business.app.views.all(Payment)) == 2


async def test_a_case_with_every_kind_of_correction_replays_as_it_was_recorded(
    terms: Any, tmp_path: Path
) -> None:
    async with terms.business() as business:
        await business.invoiced()
        await business.pays("2798.88", reference=NUMBER)
        await business.says("unmatch B-1 2026-0001")
        assert await stands(business) == (285_600, "sent")
        await business.says("match B-1 2026-0001")
        assert await stands(business) == (5_712, "sent")
        await business.pays("57.12", reference=NUMBER, bank_id="B-2")
        assert await stands(business) == (0, "paid")
        report = await business.app.replayer.replay((await business.case()).id)
        assert report.first_difference == ""
        assert (await refold(business.app.ledger)).difference == ""
