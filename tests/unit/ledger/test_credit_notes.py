"""Credit notes in the ledger: one an invoice, numbers without gaps, and what becomes of money."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.attempts import Attempts
from ledger.domain.claims import Claim, Claimed, CreditNoteExists, WorldMoved
from ledger.domain.commands import IssueCreditNote, command_name, command_sha
from ledger.domain.company import Bank, Company, InvoiceNumbers, Operator
from ledger.domain.entities import Action, CreditNote, Invoice
from ledger.domain.errors import SettingsInvalid
from ledger.domain.events import (
    ActionProposed,
    CreditNoteIssued,
    Event,
    InvoiceIssued,
    InvoicePaid,
    PaymentMatched,
    PaymentReceived,
    VerdictGiven,
)
from ledger.domain.facts import Draft
from ledger.domain.preconditions import InvoiceNotCredited, InvoicePaidSoFar
from ledger.domain.values import Line, Money, reversed_lines, totals
from ledger.domain.verdicts import Allow
from ledger.replay import refold
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews

EUR = "EUR"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LINE = Line("site", "Website", 3, "piece", Money(3_333, EUR), 1_900, 550)
GROSS = totals((LINE,), EUR).gross


class StillClock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""


class Desk:
    """A ledger with issued invoices, and the counter at which credit notes are claimed."""

    def __init__(self, ledger: Ledger, company: Company) -> None:
        self.ledger = ledger
        self.views = ReadViews(ledger)
        self._attempts = Attempts(ledger, company)
        self._said = 0

    async def tell(self, *told: Event, case: str = "lead-1") -> None:
        drafts = []
        for event in told:
            self._said += 1
            drafts.append(Draft(case=case, event=event, key=f"t:{self._said}", by="test"))
        await self.ledger.append(drafts)

    async def billed(self, invoice: str = "inv-1") -> None:
        n = int(invoice.partition("-")[2])
        issued = InvoiceIssued(
            invoice=invoice,
            number=f"2026-{n:04d}",
            series="2026",
            action=f"act-bill-{n}",
            proposal=f"pro-{n}",
            version=1,
            contact="con-1",
            lines=(LINE,),
            net=totals((LINE,), EUR).net,
            total=GROSS,
            issued_on=date(2026, 11, 20),
            service_date=date(2026, 11, 20),
            due_on=date(2026, 12, 4),
            ordinal=n,
        )
        await self.tell(issued, case=f"lead-{n}")

    async def allowed(self, action: str, invoice: str = "inv-1", paid: int = 0) -> None:
        n = int(invoice.partition("-")[2])
        command = IssueCreditNote(
            contact="con-1",
            invoice=invoice,
            number=f"2026-{n:04d}",
            invoice_date=date(2026, 11, 20),
            lines=reversed_lines((LINE,)),
            total=-GROSS,
            paid=Money(paid, EUR),
            preconditions=(
                InvoiceNotCredited(invoice),
                InvoicePaidSoFar(invoice, Money(paid, EUR)),
            ),
        )
        sha = command_sha(command)
        await self.tell(
            ActionProposed(
                action=action,
                name=command_name(command),
                risk=command.risk,
                sha256=sha,
                agent="test",
                command=command,
                undoes=f"act-bill-{n}",
            ),
            VerdictGiven(
                action=action,
                sha256=sha,
                phase="proposal",
                verdict=Allow((), "1@a"),
                input_sha256="",
            ),
            case=f"lead-{n}",
        )

    async def claim(self, action: str) -> Claim:
        found = await self.views.get(Action, action)
        assert found is not None
        return await self._attempts.claim(
            found, n=1, connector="invoices", capability="read-back", cause="f" * 32
        )

    async def pays(self, minor: int) -> None:
        money = Money(minor, EUR)
        paid = PaymentReceived(
            payment=f"B-{minor}", amount=money, booked_on=date(2026, 11, 21), source="test"
        )
        matched = PaymentMatched(payment=f"B-{minor}", invoice="inv-1", amount=money, fact="f")
        await self.tell(paid, matched)

    async def invoice(self) -> Invoice:
        found = await self.views.get(Invoice, "inv-1")
        assert found is not None
        return found


@asynccontextmanager
async def office(folder: Path, numbers: InvoiceNumbers | None = None) -> AsyncIterator[Desk]:
    company = Company(
        id="acme",
        name="Acme",
        address=("Main Street 1",),
        email="hello@acme.example",
        operator=Operator(name="Olga", email="olga@acme.example"),
        bank=Bank(holder="Acme", iban="DE89370400440532013000"),
        credit_note_numbers=numbers or InvoiceNumbers(format="CN-{year}-{number:04d}"),
    )
    keys = Keys.open(folder / "keys.db")
    ledger = await Ledger.open(
        folder, company=company.id, keys=keys, clock=StillClock(), projection=InlineViews()
    )
    try:
        yield Desk(ledger, company)
    finally:
        await ledger.close()
        keys.close()


def numbers_of(claims: Sequence[Claim]) -> list[str]:
    return sorted(c.issued.number for c in claims if isinstance(c, Claimed) and c.issued)


async def test_thirty_claims_at_once_number_the_credit_notes_without_gap_or_double(
    tmp_path: Path,
) -> None:
    async with office(tmp_path) as desk:
        for n in range(1, 31):
            await desk.billed(f"inv-{n}")
            await desk.allowed(f"act-{n}", f"inv-{n}")
        claims = await asyncio.gather(*(desk.claim(f"act-{n}") for n in range(1, 31)))
        assert numbers_of(claims) == [f"CN-2026-{n:04d}" for n in range(1, 31)]
        assert (await refold(desk.ledger)).identical


async def test_an_invoice_is_reversed_once_whoever_asks(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        await desk.billed()
        await desk.allowed("act-1")
        await desk.allowed("act-2")
        first = await desk.claim("act-1")
        assert isinstance(first, Claimed)
        assert isinstance(first.issued, CreditNoteIssued)
        assert isinstance(await desk.claim("act-2"), WorldMoved | CreditNoteExists)
        assert len(await desk.views.all(CreditNote)) == 1


async def test_a_credit_note_leaves_nothing_open_and_links_both_actions(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        await desk.billed()
        await desk.allowed("act-1")
        await desk.claim("act-1")
        invoice = await desk.invoice()
        assert (invoice.status, invoice.open.minor, invoice.billed.minor) == ("credited", 0, 0)
        (note,) = await desk.views.find(CreditNote, "invoice:inv-1")
        assert note.total == -invoice.total
        assert note.net == -invoice.net
        assert invoice.credited_by == note.id
        action = await desk.views.get(Action, "act-1")
        assert action is not None
        assert action.undoes == "act-bill-1"


async def test_money_that_moved_meanwhile_holds_the_credit_note_back(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        await desk.billed()
        await desk.allowed("act-1")
        await desk.pays(1_000)
        refused = await desk.claim("act-1")
        assert isinstance(refused, WorldMoved)
        assert "is another sum by now" in refused.detail
        assert await desk.views.all(CreditNote) == []


@pytest.mark.parametrize("before", [True, False], ids=["paid first", "reversed first"])
async def test_what_was_paid_on_a_reversed_invoice_is_owed_back_in_whatever_order(
    tmp_path: Path, before: bool
) -> None:
    async with office(tmp_path) as desk:
        await desk.billed()
        if before:
            await desk.pays(GROSS.minor)
            await desk.tell(InvoicePaid(invoice="inv-1", paid_on=date(2026, 11, 21)))
        await desk.allowed("act-1", paid=GROSS.minor if before else 0)
        assert isinstance(await desk.claim("act-1"), Claimed)
        if not before:
            await desk.pays(GROSS.minor)
        invoice = await desk.invoice()
        assert (invoice.status, invoice.open) == ("credited", -GROSS)
        await desk.pays(-GROSS.minor)
        assert (await desk.invoice()).open.minor == 0
        assert (await refold(desk.ledger)).identical


async def test_a_number_that_an_invoice_has_is_passed_over(tmp_path: Path) -> None:
    async with office(tmp_path, InvoiceNumbers(format="{year}-{number:04d}")) as desk:
        await desk.billed("inv-1")
        await desk.billed("inv-2")
        await desk.allowed("act-1")
        assert numbers_of([await desk.claim("act-1")]) == ["2026-0003"]


async def test_a_format_that_makes_no_numbers_is_refused_before_anything_is_issued(
    tmp_path: Path,
) -> None:
    async with office(tmp_path, InvoiceNumbers(format="{year}")) as desk:
        await desk.billed()
        await desk.allowed("act-1")
        with pytest.raises(SettingsInvalid, match="Credit note numbers cannot be made") as refused:
            await desk.claim("act-1")
        assert "credit_note_format" in refused.value.remedy
        assert (await desk.invoice()).status == "issued"


@pytest.mark.parametrize("discount", [0, 1, 550, 9_999])
def test_a_reversed_document_is_exactly_the_opposite_to_the_last_cent(discount: int) -> None:
    lines = (
        Line("a", "A", 7, "piece", Money(333, EUR), 1_900, discount),
        Line("b", "B", 1, "piece", Money(1, EUR), 700, discount),
    )
    sums, back = totals(lines, EUR), totals(reversed_lines(lines), EUR)
    assert (back.net, back.gross) == (-sums.net, -sums.gross)
    assert [tax.tax for tax in back.taxes] == [-tax.tax for tax in sums.taxes]
