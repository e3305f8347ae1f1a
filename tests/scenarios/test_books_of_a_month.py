"""The books of a month, as the operator sees them and as an accountant gets them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.core.data import Posting, Transaction
from beancount.loader import load_string

from bot.books.beancount import beancount_account
from ledger.domain.postings import JournalEntry, balances

if TYPE_CHECKING:
    from conftest import Business


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_paid_invoice_stands_in_the_books_of_its_month(business: Business) -> None:
    await business.invoiced()
    (invoice,) = await business.invoices()
    assert "Open: 2026-0001 to Ada Example, €2,856.00" in await business.says("books November")
    await business.pays("2856.00", reference=invoice.number)
    await business.pays("99.00", reference="thanks", bank_id="B-2")
    told = await business.says("books 2026-11")
    for figure in (
        "Income 19 % 2400.00",
        "VAT to pay 456.00",
        "Open on 2026-11-30 0.00",
        "Unmatched on 2026-11-30 99.00",
        "Bank on 2026-11-30 2955.00",
        "Unmatched: B-2, €99.00, 2026-11-27 from Ada Example.",
    ):
        assert figure in told, told
    assert "names no month" in await business.says("books nonsense")
    assert "has not begun" in await business.says("books 2027-01")


async def test_what_is_taken_off_again_is_a_second_entry_and_the_first_stays(
    business: Business,
) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    before = {each.id: each for each in await business.app.views.all(JournalEntry)}
    await business.says("unmatch B-1")
    told = await business.says("books 2026-11")
    assert "Open on 2026-11-30 2856.00" in told
    assert "Unmatched on 2026-11-30 2856.00" in told
    after = {each.id: each for each in await business.app.views.all(JournalEntry)}
    (reversal,) = [each for name, each in after.items() if name not in before]
    assert reversal.takes_back
    assert {name: after[name] for name in before} == before


async def test_the_export_is_the_same_bytes_and_another_bookkeeper_agrees_with_it(
    business: Business, tmp_path: Path
) -> None:
    mail = await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    await business.pays("99.00", reference="=HYPERLINK(1)", bank_id="B-2")
    await business.says(f"export books November {tmp_path}")
    path = tmp_path / "books-studio-nord-2026-11.zip"
    first = path.read_bytes()
    await business.says(f"export books 2026-11 {tmp_path}")
    assert path.read_bytes() == first

    archive = zipfile.ZipFile(io.BytesIO(first))
    (sent,) = [part.get_content() for part in mail.iter_attachments()]
    pdf = archive.read("invoices/2026-0001.pdf")
    assert hashlib.sha256(pdf).digest() == hashlib.sha256(sent).digest()
    (lost,) = rows(archive, "unmatched.csv")
    assert (lost["payment"], lost["reference"]) == ("B-2", "'=HYPERLINK(1)")
    (issued,) = rows(archive, "invoices.csv")
    assert (issued["net"], issued["tax"], issued["gross"]) == ("2400.00", "456.00", "2856.00")

    found, errors, _ = load_string(archive.read("journal.beancount").decode())
    assert errors == []
    held: dict[tuple[str, str], Decimal] = {}
    for entry in found:
        for one in entry.postings if isinstance(entry, Transaction) else ():
            assert isinstance(one, Posting)
            assert one.units is not None
            key = (one.account, one.units.currency)
            held[key] = held.get(key, Decimal()) + (one.units.number or Decimal())
    ours = balances(await business.app.views.all(JournalEntry))
    for (account, currency), minor in ours.items():
        name = beancount_account(account)
        theirs = sum(v for (a, c), v in held.items() if a.startswith(name) and c == currency)
        assert theirs == Decimal(minor) / 100
