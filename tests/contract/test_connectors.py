"""What every connector must do, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from smtp_server import SmtpServer

from connectors.base import Capability, Connector, Order
from connectors.invoices.files import InvoiceFiles
from connectors.mail.compose import Identity
from connectors.mail.maildir import MaildirOut
from connectors.mail.server import MailServer, Security
from connectors.mail.smtp import SmtpOut
from connectors.sandbox import BlobsInMemory, Fault, Sandbox
from ledger.domain.commands import Command, IssueInvoice, SendReply
from ledger.domain.company import Bank, Company, Operator
from ledger.domain.entities import Contact
from ledger.domain.events import InvoiceIssued
from ledger.domain.reading import E
from ledger.domain.values import Line, Money
from ledger.domain.verdicts import Failed, Succeeded, Unknown

LINE = Line("site", "Website", 1, "piece", Money(100_000, "EUR"), 1900)
COMPANY = Company(
    id="c",
    name="Atelier",
    address=("Berlin",),
    email="a@atelier.example",
    operator=Operator(name="Ada", email="a@atelier.example"),
    bank=Bank(holder="Ada", iban="DE02120300000000202051"),
)
MAIL = SendReply(
    contact="con-1", to="zoe@kunde.example", subject="Hi", body="Thank you.", purpose="thanks"
)
INVOICE = IssueInvoice(
    contact="con-1",
    proposal="pro-1",
    version=1,
    lines=(LINE,),
    total=Money(119_000, "EUR"),
    service_date=date(2026, 11, 20),
    due_days=14,
)


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        return None


class NobodyKnown:
    """Views without an entity in them."""

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        if kind is Contact:
            return Contact(id=entity_id, name="Zoë", address="z@k.example", persons=())  # type: ignore[return-value]  # narrowed by kind
        return None

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return ()

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        return ()


class Bench:
    """One connector, a command it takes, one it does not, and how often it had an effect."""

    def __init__(
        self,
        connector: Connector,
        takes: Command,
        refuses: Command,
        effects: Callable[[], int],
        blobs: BlobsInMemory,
    ) -> None:
        self.connector = connector
        self.takes = takes
        self.refuses = refuses
        self.effects = effects
        self.blobs = blobs

    def order(self, number: int = 1, n: int = 1) -> Order:
        key = f"act-{number}"
        invoice = _issued(key, number) if isinstance(self.takes, IssueInvoice) else None
        return Order(key=key, n=n, case="lead-1", person="p", command=self.takes, invoice=invoice)


def _issued(action: str, number: int) -> InvoiceIssued:
    return InvoiceIssued(
        invoice=f"inv-{number}",
        number=f"2026-{number:04d}",
        series="2026",
        action=action,
        proposal="pro-1",
        version=1,
        contact="con-1",
        lines=(LINE,),
        net=Money(100_000, "EUR"),
        total=Money(119_000, "EUR"),
        issued_on=date(2026, 11, 22),
        service_date=date(2026, 11, 20),
        due_on=date(2026, 12, 6),
    )


def maildir(folder: Path, blobs: BlobsInMemory) -> Bench:
    out = folder / "mail" / "out"
    connector = MaildirOut(out, blobs, Identity.of(COMPANY), Clock())

    def count() -> int:
        return sum(1 for part in ("new", "cur") for _ in (out / part).glob("*"))

    return Bench(connector, MAIL, INVOICE, count, blobs)


def invoice_files(folder: Path, blobs: BlobsInMemory) -> Bench:
    connector = InvoiceFiles(folder / "invoices", blobs=blobs, company=COMPANY, views=NobodyKnown())
    return Bench(
        connector, INVOICE, MAIL, lambda: len(list((folder / "invoices").glob("*.pdf"))), blobs
    )


def sandbox(part: str) -> Callable[[Path, BlobsInMemory], Bench]:
    def build(_: Path, blobs: BlobsInMemory) -> Bench:
        world = Sandbox(clock=Clock(), blobs=blobs)
        takes, refuses = (INVOICE, MAIL) if part == "invoices" else (MAIL, INVOICE)
        return Bench(getattr(world, part), takes, refuses, lambda: len(world.effects), blobs)

    return build


def smtp(folder: Path, blobs: BlobsInMemory) -> Bench:
    """A real SMTP server on loopback behind it."""
    server = _smtp_server()
    before = len(server.mails)
    connector = SmtpOut(
        MailServer(host="127.0.0.1", port=server.port, security=Security.PLAIN, timeout=10),
        "",
        copies=folder / "mail" / "out",
        blobs=blobs,
        sender=Identity.of(COMPANY),
        clock=Clock(),
    )
    return Bench(connector, MAIL, INVOICE, lambda: len(server.mails) - before, blobs)


@cache
def _smtp_server() -> SmtpServer:
    """One for all of these tests; it ends with the process."""
    return SmtpServer()


CONNECTORS = {
    "maildir": maildir,
    "smtp": smtp,
    "invoice files": invoice_files,
    "sandbox mail": sandbox("mail"),
    "sandbox keyless mail": sandbox("keyless_mail"),
    "sandbox invoices": sandbox("invoices"),
}
"""How to set up each connector; another one is added here and passes the same tests."""


@pytest.fixture(params=sorted(CONNECTORS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return CONNECTORS[request.param](tmp_path, BlobsInMemory())


def readable(bench: Bench) -> bool:
    return bench.connector.capability is not Capability.NEITHER


async def test_it_has_a_name_and_says_what_it_can_do_about_an_attempt_nobody_saw_end(
    bench: Bench,
) -> None:
    assert bench.connector.name
    assert isinstance(bench.connector.capability, Capability)


async def test_it_takes_its_own_commands_and_no_others(bench: Bench) -> None:
    assert bench.connector.takes(bench.takes)
    assert not bench.connector.takes(bench.refuses)


async def test_one_order_is_one_effect_with_a_receipt(bench: Bench) -> None:
    outcome = await bench.connector.execute(bench.order())
    assert isinstance(outcome, Succeeded)
    assert outcome.receipt.provider
    assert outcome.receipt.reference
    assert outcome.receipt.location
    assert bench.effects() == 1


async def test_the_documents_of_a_receipt_can_be_opened(bench: Bench) -> None:
    outcome = await bench.connector.execute(bench.order())
    assert isinstance(outcome, Succeeded)
    for document in outcome.receipt.documents:
        assert len(await bench.blobs.get(document.sha256)) == document.size


async def test_what_never_happened_is_not_found_and_looking_does_nothing(bench: Bench) -> None:
    if not readable(bench):
        with pytest.raises(ConnectionError):
            await bench.connector.look_up(bench.order())
        return
    assert await bench.connector.look_up(bench.order()) is None
    assert bench.effects() == 0


async def test_what_happened_is_found_with_the_same_receipt(bench: Bench) -> None:
    done = await bench.connector.execute(bench.order())
    if not readable(bench):
        with pytest.raises(ConnectionError):
            await bench.connector.look_up(bench.order())
        return
    assert await bench.connector.look_up(bench.order(n=2)) == done
    assert bench.effects() == 1


async def test_a_keyed_provider_makes_the_same_key_one_effect(bench: Bench) -> None:
    first = await bench.connector.execute(bench.order())
    again = await bench.connector.execute(bench.order(n=2))
    if bench.connector.capability is Capability.KEYED:
        assert again == first
        assert bench.effects() == 1
    else:
        assert isinstance(again, Succeeded | Failed | Unknown)


async def test_two_orders_are_two_effects(bench: Bench) -> None:
    first = await bench.connector.execute(bench.order(1))
    second = await bench.connector.execute(bench.order(2))
    assert isinstance(first, Succeeded)
    assert isinstance(second, Succeeded)
    assert first.receipt.reference != second.receipt.reference
    assert bench.effects() == 2


# --- a provider in trouble: outcomes, never exceptions ------------------------------------------


def in_the_way(folder: Path) -> None:
    """A file where the connector's folder should be."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")


@pytest.mark.parametrize(
    ("setup", "where"),
    [(maildir, "mail/out"), (invoice_files, "invoices")],
    ids=["mail", "invoice"],
)
async def test_a_disk_that_takes_nothing_is_an_outcome_and_not_an_exception(
    setup: Callable[[Path, BlobsInMemory], Bench], where: str, tmp_path: Path
) -> None:
    in_the_way(tmp_path / where)
    bench = setup(tmp_path, BlobsInMemory())
    outcome = await bench.connector.execute(bench.order())
    assert isinstance(outcome, Failed | Unknown)
    assert outcome.cause


@pytest.mark.parametrize("part", ["mail", "keyless_mail", "invoices"])
@pytest.mark.parametrize("fault", list(Fault))
async def test_every_fault_of_the_sandbox_is_an_outcome_that_tells_the_truth(
    part: str, fault: Fault
) -> None:
    world = Sandbox(clock=Clock(), blobs=BlobsInMemory())
    connector = getattr(world, part)
    bench = Bench(connector, INVOICE if part == "invoices" else MAIL, MAIL, int, world.blobs)
    world.fail_next(fault)
    outcome = await connector.execute(bench.order())
    if isinstance(outcome, Failed):
        assert world.effects == []
    if isinstance(outcome, Succeeded):
        assert len(world.effects) == 1
    assert isinstance(outcome, Succeeded) == (fault is Fault.SLOW)
    assert isinstance(outcome, Failed) == (fault in {Fault.ERROR, Fault.REFUSED})


async def test_a_sandbox_that_repeats_itself_counts_its_duplicates() -> None:
    world = Sandbox(clock=Clock(), blobs=BlobsInMemory())
    bench = Bench(world.keyless_mail, MAIL, INVOICE, int, BlobsInMemory())
    await world.keyless_mail.execute(bench.order())
    assert world.duplicates == 0
    await world.keyless_mail.execute(bench.order())
    assert world.duplicates == 1
    assert len(world.mails) == 2


async def test_a_sandbox_that_cannot_be_reached_takes_nothing() -> None:
    world = Sandbox(clock=Clock(), blobs=BlobsInMemory())
    bench = Bench(world.mail, MAIL, INVOICE, int, BlobsInMemory())
    world.reachable = False
    assert isinstance(await world.mail.execute(bench.order()), Failed)
    with pytest.raises(ConnectionError):
        await world.mail.look_up(bench.order())
    assert world.effects == []
