from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from connectors.base import Capability, Order
from connectors.invoices.files import InvoiceFiles, file_name
from ledger.domain.commands import IssueInvoice
from ledger.domain.company import Bank, Company, EInvoice, Operator
from ledger.domain.entities import Contact
from ledger.domain.events import InvoiceIssued
from ledger.domain.reading import E
from ledger.domain.tax import Buyer, TaxCase, TaxKind
from ledger.domain.values import Line, Money
from ledger.domain.verdicts import Failed, Succeeded

LINE = Line("site", "Website", 1, "piece", Money(100_000, "EUR"), 1900)
TOTAL = Money(119_000, "EUR")
COMPANY = Company(
    id="c",
    name="Atelier",
    address=("Berlin",),
    email="a@x.example",
    operator=Operator(name="Ada", email="a@x.example"),
    bank=Bank(holder="Ada", iban="DE02120300000000202051"),
)
COMMAND = IssueInvoice(
    contact="con-1",
    proposal="pro-1",
    version=1,
    lines=(LINE,),
    total=TOTAL,
    service_date=date(2026, 11, 20),
    due_days=14,
)
INVOICE = InvoiceIssued(
    invoice="inv-1",
    number="RE/2026-0007",
    series="2026",
    action="act-1",
    proposal="pro-1",
    version=1,
    contact="con-1",
    lines=(LINE,),
    net=Money(100_000, "EUR"),
    total=TOTAL,
    issued_on=date(2026, 11, 22),
    service_date=date(2026, 11, 20),
    due_on=date(2026, 12, 6),
)


class AddressBook:
    """Views that hold one contact."""

    def __init__(self, contact: Contact | None) -> None:
        self.contact = contact

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return self.contact if kind is Contact else None  # type: ignore[return-value]  # narrow

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return ()

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        return ()


class BlobsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes, *, person: str = "") -> str:
        sha = hashlib.sha256(data).hexdigest()
        self.kept[sha] = data
        return sha

    async def get(self, sha256: str) -> bytes:
        return self.kept[sha256]


def contact(name: str = "Zoë") -> Contact:
    return Contact(id="con-1", name=name, address="z@k.example", persons=("p",))


def order(invoice: InvoiceIssued | None = INVOICE) -> Order:
    return Order(key="act-1", n=1, case="lead-1", person="p", command=COMMAND, invoice=invoice)


class Desk:
    """A connector on a folder, and what stands around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "invoices"
        self.book = AddressBook(contact())
        self.blobs = BlobsInMemory()
        self.connector = InvoiceFiles(
            self.folder, blobs=self.blobs, company=COMPANY, views=self.book
        )

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_issuing_leaves_a_pdf_a_json_and_a_receipt_whose_document_is_kept(desk: Desk) -> None:
    outcome = await desk.connector.execute(order())
    assert isinstance(outcome, Succeeded)
    receipt = outcome.receipt
    assert (receipt.provider, receipt.reference) == ("invoices", "RE/2026-0007")
    assert list(desk.files()) == ["RE-2026-0007.json", "RE-2026-0007.pdf"]
    (document,) = receipt.documents
    assert receipt.location == str(desk.folder / "RE-2026-0007.pdf")
    assert desk.blobs.kept[document.sha256] == desk.files()["RE-2026-0007.pdf"]
    assert document.size == len(desk.blobs.kept[document.sha256])
    data = msgspec.json.decode(desk.files()["RE-2026-0007.json"])
    assert data["document"]["sha256"] == document.sha256
    assert data["gross"] == 119_000


async def test_issuing_the_same_invoice_twice_changes_nothing(desk: Desk) -> None:
    first = await desk.connector.execute(order())
    before = desk.files()
    assert await desk.connector.execute(order()) == first
    assert desk.files() == before


async def test_a_changed_address_book_does_not_disturb_an_invoice_that_exists(desk: Desk) -> None:
    first = await desk.connector.execute(order())
    desk.book.contact = contact("Zoë Married")
    assert await desk.connector.look_up(order()) == first
    assert await desk.connector.execute(order()) == first


async def test_another_file_of_that_number_is_never_overwritten(desk: Desk) -> None:
    desk.folder.mkdir()
    mine = desk.folder / "RE-2026-0007.pdf"
    mine.write_bytes(b"by hand")
    outcome = await desk.connector.execute(order())
    assert isinstance(outcome, Failed)
    assert "never overwritten" in outcome.cause
    assert "move it away" in outcome.remedy
    assert not outcome.retryable
    assert desk.files() == {"RE-2026-0007.pdf": b"by hand"}


async def test_another_invoice_under_the_same_file_name_is_refused(desk: Desk) -> None:
    await desk.connector.execute(order())
    before = desk.files()
    other = msgspec.structs.replace(INVOICE, number="RE-2026-0007", invoice="inv-2")
    assert isinstance(await desk.connector.execute(order(other)), Failed)
    assert await desk.connector.look_up(order(other)) is None
    assert desk.files() == before


async def test_a_crash_between_the_two_files_is_finished_on_the_next_try(desk: Desk) -> None:
    first = await desk.connector.execute(order())
    before = desk.files()
    (desk.folder / "RE-2026-0007.json").unlink()
    assert await desk.connector.look_up(order()) is None
    assert await desk.connector.execute(order()) == first
    assert desk.files() == before


async def test_a_crash_before_anything_was_written_is_looked_up_as_absent(desk: Desk) -> None:
    assert await desk.connector.look_up(order()) is None


async def test_a_damaged_pdf_is_not_taken_for_the_invoice(desk: Desk) -> None:
    await desk.connector.execute(order())
    (desk.folder / "RE-2026-0007.pdf").write_bytes(b"%PDF cut")
    assert await desk.connector.look_up(order()) is None
    assert isinstance(await desk.connector.execute(order()), Failed)


async def test_a_folder_that_cannot_be_written_is_worth_another_try(desk: Desk) -> None:
    desk.folder.write_text("a file where the folder should be")
    outcome = await desk.connector.execute(order())
    assert isinstance(outcome, Failed)
    assert outcome.retryable
    assert "RE/2026-0007" in outcome.cause
    with pytest.raises(ConnectionError):
        await desk.connector.look_up(order())


async def test_an_invoice_without_a_number_is_not_made(desk: Desk) -> None:
    assert isinstance(await desk.connector.execute(order(None)), Failed)
    assert await desk.connector.look_up(order(None)) is None
    assert not desk.folder.exists()


async def test_lines_that_do_not_add_up_to_the_total_make_no_invoice(desk: Desk) -> None:
    wrong = msgspec.structs.replace(INVOICE, total=Money(1, "EUR"))
    outcome = await desk.connector.execute(order(wrong))
    assert isinstance(outcome, Failed)
    assert "do not add up" in outcome.cause


def test_it_can_be_read_back_and_takes_only_invoices(desk: Desk) -> None:
    assert desk.connector.capability is Capability.READ_BACK
    assert desk.connector.takes(COMMAND)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("2026-0001", "2026-0001"),
        ("RE/2026 7", "RE-2026-7"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("Ä-1", "Ä-1"),
        ("a\x00b\nc", "a-b-c"),
    ],
)
def test_a_number_becomes_a_harmless_file_name(number: str, expected: str) -> None:
    assert file_name(number) == expected


@pytest.mark.parametrize("number", ["...", "//", ""])
def test_a_number_of_signs_only_still_gets_a_name_of_its_own(number: str) -> None:
    assert file_name(number).startswith("invoice-")


XRECHNUNG = replace(
    INVOICE,
    e_invoice=EInvoice.XRECHNUNG,
    tax=TaxCase(kind=TaxKind.DOMESTIC, country="DE", business=True),
    buyer=Buyer(country="DE", address=("Weg 1", "10115 Berlin"), reference="04011000-1-1"),
)


async def test_an_e_invoice_beside_the_pdf_is_kept_named_and_read_back_with_it(desk: Desk) -> None:
    outcome = await desk.connector.execute(order(XRECHNUNG))
    assert isinstance(outcome, Succeeded)
    names = ["RE-2026-0007.json", "RE-2026-0007.pdf", "RE-2026-0007.xml"]
    assert list(desk.files()) == names
    kinds = [(part.name, part.media_type) for part in outcome.receipt.documents]
    assert kinds == [(names[1], "application/pdf"), (names[2], "application/xml")]
    for part in outcome.receipt.documents:
        assert desk.blobs.kept[part.sha256] == desk.files()[part.name]
    assert await desk.connector.look_up(order(XRECHNUNG)) == outcome
    (desk.folder / names[2]).write_bytes(b"<other/>")
    assert await desk.connector.look_up(order(XRECHNUNG)) is None


async def test_an_e_invoice_that_cannot_be_valid_fails_and_can_be_made_as_a_plain_pdf(
    desk: Desk,
) -> None:
    line = replace(LINE, unit_price=Money(100_000, "XYZ"))
    foreign = replace(XRECHNUNG, lines=(line,), net=line.net, total=Money(119_000, "XYZ"))
    failed = await desk.connector.execute(order(foreign))
    assert isinstance(failed, Failed)
    assert "No valid e-invoice" in failed.cause
    assert "e_invoice: none" in failed.remedy
    plain = replace(COMPANY, e_invoice=EInvoice.NONE)
    connector = InvoiceFiles(desk.folder, blobs=desk.blobs, company=plain, views=desk.book)
    assert isinstance(await connector.execute(order(foreign)), Succeeded)
    assert list(desk.files()) == ["RE-2026-0007.json", "RE-2026-0007.pdf"]
