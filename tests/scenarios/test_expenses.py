"""What the company spent: told, forwarded, from a file; asked about where unclear."""

from __future__ import annotations

import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.domain.company import Receiving
from ledger.domain.entities import Case, Question
from ledger.domain.expenses import Expense
from ledger.domain.values import Money

if TYPE_CHECKING:
    from conftest import Business, Founder

OWN = "Nora Lindt <nora@studio-nord.example>"
RECEIPT = """Hetzner Online GmbH
Rechnung Nr. R2026-1234
Rechnungsdatum: 03.11.2026
Zwischensumme 20,00 EUR
MwSt 19 % 3,80 EUR
Gesamtbetrag 23,80 EUR
"""


def forwarded(text: str, message: str, sender: str = OWN) -> bytes:
    mail = EmailMessage(policy.SMTP)
    mail["From"] = sender
    mail["To"] = "hello@studio-nord.example"
    mail["Subject"] = "Fwd: receipt"
    mail["Message-ID"] = f"<{message}@studio-nord.example>"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    mail.set_content("For the books.")
    mail.add_attachment(text, filename="receipt.txt")
    return mail.as_bytes()


async def expenses(business: Business) -> list[Expense]:
    return list(await business.app.views.all(Expense))


async def asked(business: Business) -> Question:
    """The one question about an expense."""
    (found,) = [one for one in await business.questions() if one.about.startswith("exp-")]
    return found


async def test_a_forwarded_receipt_asks_what_it_is_for_and_then_stands_in_the_books(
    business: Business, tmp_path: Path
) -> None:
    await business.raw(forwarded(RECEIPT, "one"))
    (expense,) = await expenses(business)
    assert expense.unclear == ("category",)
    assert (expense.vendor, expense.told) == ("Hetzner Online GmbH", "R2026-1234")
    assert await business.app.views.all(Case) == []
    assert "You forwarded a receipt" in await business.says("no-action")
    question = await asked(business)
    assert "€23.80" in question.text
    assert "Expense e1 waits" in await business.says("books 2026-11")
    await business.office.answer(question.id, text="hosting")
    await business.settle()
    told = await business.says("books 2026-11")
    assert "Hosting and software 20.00" in told, told
    assert "Input VAT 3.80" in told
    await business.says(f"export books 2026-11 {tmp_path}")
    with zipfile.ZipFile(tmp_path / "books-studio-nord-2026-11.zip") as archive:
        assert (
            archive.read("receipts/e1-Hetzner-Online-GmbH.txt").split() == RECEIPT.encode().split()
        )
    await business.raw(forwarded(RECEIPT, "two"))
    question = await asked(business)
    assert "same" in question.text
    await business.office.answer(question.id, choice="same")
    await business.settle()
    assert "Expenses 20.00" in await business.says("books 2026-11")


async def test_a_forwarded_scan_or_a_receipt_in_the_mail_itself_is_an_expense_and_no_lead(
    business: Business,
) -> None:
    mail = EmailMessage(policy.SMTP)
    mail["From"], mail["To"] = OWN, "hello@studio-nord.example"
    mail["Subject"], mail["Message-ID"] = "Fwd: Your receipt", "<in@studio-nord.example>"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    mail.set_content(
        "---------- Forwarded message ---------\nFrom: Billing <b@domains.example>\n\n"
        "Domains Ltd\nInvoice date: 2026-11-05\nWebsite, one year\nTotal 11.90 EUR\n"
    )
    await business.raw(mail.as_bytes())
    scan = message_from_bytes(forwarded(RECEIPT, "scan"), policy=policy.SMTP)
    (part,) = scan.iter_attachments()
    part.set_content(b"%PDF-1.4 no more", maintype="application", subtype="pdf", filename="s.pdf")
    await business.raw(scan.as_bytes())
    assert await business.app.views.all(Case) == []
    told, unread = await expenses(business)
    assert (told.vendor, told.amount, told.unclear) == (
        "Domains Ltd",
        Money(1190, "EUR"),
        ("category",),
    )
    assert unread.unclear == ("amount", "date", "category")
    assert len(await business.questions()) == 2


async def test_a_receipt_that_somebody_else_sends_is_no_expense(business: Business) -> None:
    await business.raw(forwarded(RECEIPT, "one", "Mallory <mallory@example.com>"))
    assert await expenses(business) == []


async def test_a_debit_pays_the_one_expense_that_it_fits_and_a_correction_lets_go_of_it(
    business: Business,
) -> None:
    await business.says("expense 23.80 EUR hosting 2026-11-20 19% at Hetzner")
    await business.pays("-23.80", reference="Hetzner R2026", bank_id="D-1")
    (expense,) = await expenses(business)
    assert (expense.status, expense.paid_by) == ("paid", "D-1")
    told = await business.says("books 2026-11")
    assert "Unmatched on 2026-11-30 0.00" in told
    assert "Expenses to pay" not in told
    await business.says("expense e1 25.00")
    told = await business.says("books 2026-11")
    assert "Unmatched on 2026-11-30 -23.80" in told, told
    assert "Expenses to pay on 2026-11-30 -25.00" in told


async def test_two_debits_that_fit_alike_are_left_to_the_operator(business: Business) -> None:
    await business.pays("-12.00", reference="A", bank_id="D-1")
    await business.pays("-12.00", reference="B", bank_id="D-2")
    await business.says("expense 12.00 EUR travel")
    (expense,) = await expenses(business)
    assert expense.status == "open"


async def test_a_file_of_expenses_is_taken_in_once_and_asks_for_what_is_missing(
    business: Business, tmp_path: Path
) -> None:
    file = tmp_path / "cards.csv"
    file.write_text(
        "Datum;Betrag;Währung;Lieferant;Kategorie;MwSt\n"
        "03.11.2026;-1.190,00;EUR;Möbel Krüger;Bürobedarf;19\n"
        "04.11.2026;-7,50;CHF;SBB;Reisekosten;\n"
        "05.11.2026;-9,99;EUR;Unbekannt;;\n",
        encoding="utf-8",
    )
    said = await business.says(f"expenses {file}")
    assert "3 expenses" in said, said
    assert "1 expense wait" in said
    assert "3 expenses were there already" in await business.says(f"expenses {file}")
    told = await business.says("books 2026-11")
    assert "EUR CHF" in told, told
    assert "Office supplies 1000.00 0.00" in told
    assert "Travel 0.00 7.50" in told
    assert len(await business.questions()) == 1


@pytest.mark.parametrize(("found", "unclear"), [("pass", ()), ("", ("category",))])
async def test_a_known_vendor_is_booked_at_once_only_where_a_server_vouches_for_the_mail(
    founder: Founder, found: str, unclear: tuple[str, ...]
) -> None:
    founder.configure(receiving=Receiving(authserv_id="mx.example.net"))
    async with founder.business() as business:
        await business.says("expense 11.90 EUR hosting 2026-10-03 19% Hetzner Online GmbH")
        vouches = f"Authentication-Results: mx.example.net; dmarc={found}\r\n" if found else ""
        await business.raw(vouches.encode() + forwarded(RECEIPT, "known"))
        (mailed,) = [one for one in await expenses(business) if one.told == "R2026-1234"]
        assert (mailed.spent.category, mailed.unclear) == ("hosting", unclear)
