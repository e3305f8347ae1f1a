"""Contacts, open invoices and the operator's tone are brought along, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.bringing.bringing import bring
from bot.bringing.telling import told
from bot.console.render import plain
from ledger.domain.entities import Case, Contact, Invoice
from ledger.domain.events import CaseStuck, FailureReported
from ledger.domain.going_live import Tone
from ledger.domain.identity import somebody
from ledger.domain.values import Money
from ledger.replay import refold

BROUGHT = Path(__file__).with_name("brought")
NORA = "Nora Lindt"


async def test_an_invoice_from_before_coo_is_open_and_paid_by_its_number(business: Any) -> None:
    done = await bring(business.app, [BROUGHT], NORA)
    assert done.wrong == ()
    assert (done.contacts, done.invoices, done.paid, done.forms) == (5, 2, 1, 2)
    await business.settle()
    assert [e.cause for e in await business.facts(CaseStuck)] == []
    assert await business.facts(FailureReported) == []
    listed = await business.says("open invoices")
    assert "RE-2026-0041" in listed
    assert "RE-2026-0042" in listed
    assert "RE-2026-0030" not in listed
    (first,) = await business.app.views.find(Invoice, "number:RE-2026-0041")
    assert (first.open, first.status) == (Money(100_000, "EUR"), "sent")
    await business.pays("1000.00", reference="Rechnung RE-2026-0041")
    (first,) = await business.app.views.find(Invoice, "number:RE-2026-0041")
    assert (first.open.minor, first.status) == (0, "paid")
    assert "RE-2026-0043, after your RE-2026-0042" in await business.says("numbers")

    before = (await business.app.ledger.head()).seq
    again = await bring(business.app, [BROUGHT], NORA)
    assert (again.new, (await business.app.ledger.head()).seq) == (0, before)
    assert "Nothing was added" in plain(told(again))
    assert len(await business.app.views.all(Case)) == 2
    assert (await refold(business.app.ledger)).identical


async def test_contacts_have_one_entry_a_key_and_the_tone_is_learnt_without_quotations(
    business: Any,
) -> None:
    done = await bring(business.app, [BROUGHT], NORA)
    said = " ".join(plain(told(done)).split())
    assert "4 of 4 begin “Moin {first},”" in said
    assert "4 of 4 end “Beste Grüße aus Hamburg”" in said
    assert "4 say du, 0 say Sie" in said
    assert "Krause" not in said
    tone = await business.app.views.get(Tone, "de")
    assert (tone.greeting, tone.mails, tone.formal) == ("Moin {first},", 4, 0)
    await business.settle()
    person = business.app.keys.person("ada@home.example")
    (entry,) = await business.app.views.find(Contact, f"person:{person}")
    whole = await somebody(business.app.views, entry.id)
    assert whole.name == "Ada Byron"
    assert "du" in await business.says("memory Jürgen")


async def test_one_wrong_row_takes_nothing_at_all(business: Any, tmp_path: Path) -> None:
    bad = tmp_path / "open.csv"
    bad.write_text(
        "Number,Customer,E-mail,Date,Net,Tax,Gross,Currency\n"
        "7,Ada,ada@example.com,2026-11-01,100.00,19.00,120.00,EUR\n"
        "8,Nobody known,,2026-11-01,100.00,19.00,119.00,EUR\n"
        "9,Bob,bob@example.com,31.31.2026,100.00,19.00,119.00,EUR\n"
        "10,Bob,bob@example.com,2026-11-02,100.00,19.00,119.00,EUR\n"
    )
    before = (await business.app.ledger.head()).seq
    done = await bring(business.app, [bad, BROUGHT], NORA)
    words = " ".join(plain(told(done)).split())
    assert "open.csv:2: Net and tax do not add up to gross." in words
    assert "open.csv:3: No contact is called 'Nobody known'." in words
    assert "open.csv:4: '31.31.2026' is no date." in words
    assert (await business.app.ledger.head()).seq == before
