"""The dispatcher over the real ledger, relay, attempts and files, through deaths and losses."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Capability, Connector, Order
from connectors.dispatcher import Dispatcher
from connectors.invoices.files import InvoiceFiles
from connectors.sandbox import BlobsInMemory, Fault, Sandbox
from ledger.attempts import Attempts
from ledger.domain.commands import Command, IssueInvoice, SendReply, command_name, command_sha
from ledger.domain.company import Bank, Budgets, Company, Operator
from ledger.domain.entities import Action, ActionStatus, Failure, Invoice
from ledger.domain.events import (
    ActionProposed,
    AttemptStarted,
    CaseOpened,
    CaseStuck,
    Event,
    InvoiceIssued,
    ResumeOrdered,
    RetryOrdered,
    Routed,
    StopOrdered,
    VerdictGiven,
)
from ledger.domain.facts import Draft
from ledger.domain.preconditions import InvoiceNotIssued
from ledger.domain.values import DESK, Line, Money
from ledger.domain.verdicts import Allow, Outcome, Succeeded, Verdict
from ledger.relay import Relay
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.tables import DISPOSABLE
from ledger.views import InlineViews, ReadViews

CASE = "lead-1"
COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Street 1",),
    email="me@acme.example",
    operator=Operator(name="Ada", email="ada@acme.example"),
    bank=Bank(holder="Acme", iban="DE02120300000000202051"),
    budgets=Budgets(mails_per_day=2, mails_per_contact_per_day=2),
)


class Died(BaseException):
    """The process is gone."""


class Ticking:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Permissive:
    """A gate that allows."""

    async def evaluate(
        self, case: str, person: str, proposed: ActionProposed, *, phase: str
    ) -> tuple[Verdict, str]:
        return Allow((), "1@a"), "{}"


class Dying:
    """Dies just before or just after its first call."""

    def __init__(self, inner: Connector, moment: str) -> None:
        self.name = inner.name
        self.capability = inner.capability
        self._inner = inner
        self._moment = moment

    def takes(self, command: Command) -> bool:
        return self._inner.takes(command)

    async def execute(self, order: Order) -> Outcome:
        if self._moment == "after the call":
            await self._inner.execute(order)
        raise Died

    async def look_up(self, order: Order) -> Succeeded | None:
        return await self._inner.look_up(order)


def reply(number: int = 1) -> SendReply:
    return SendReply(
        contact="con-1", to="zoe@kunde.example", subject="Hi", body=f"No {number}", purpose="hello"
    )


def invoice() -> IssueInvoice:
    return IssueInvoice(
        contact="con-1",
        proposal="pro-1",
        version=1,
        lines=(Line("site", "Website", 1, "piece", Money(100_000, "EUR"), 1900),),
        total=Money(119_000, "EUR"),
        service_date=date(2026, 11, 20),
        due_days=14,
        preconditions=(InvoiceNotIssued("pro-1"),),
    )


class Office:
    """One process on the data folder."""

    def __init__(self, ledger: Ledger, world: World) -> None:
        self.ledger = ledger
        self.views = ReadViews(ledger)
        self.world = world
        self.files = InvoiceFiles(
            world.folder / "invoices", blobs=world.blobs, company=COMPANY, views=self.views
        )

    def relay(self, *connectors: Connector, shared: bool = False) -> Relay:
        dispatcher = Dispatcher(
            connectors=connectors or (self.world.sandbox.mail, self.files),
            attempts=Attempts(self.ledger, COMPANY),
            views=self.views,
            gate=Permissive(),
            history=self.ledger,
            clock=self.world.clock,
            shared=shared,
        )
        return Relay(self.ledger, [dispatcher], clock=self.world.clock)

    async def run(self, *connectors: Connector, shared: bool = False) -> None:
        await self.relay(*connectors, shared=shared).run_until_idle()

    async def deliver_until_death(self, connector: Connector) -> None:
        """The process dies in the middle of the effect."""
        with pytest.raises(BaseException) as caught:  # noqa: PT011 - a group around it, maybe
            await self.run(connector)
        assert "Died" in repr(caught.value)

    async def say(self, *events: Event, case: str = CASE) -> None:
        at = (await self.ledger.head()).seq
        drafts = [
            Draft(case=case, event=event, key=f"test:{at}:{n}", by="test", person="p-zoe")
            for n, event in enumerate(events)
        ]
        await self.ledger.append(drafts)

    async def propose(self, command: Command, action: str = "act-1") -> None:
        sha = command_sha(command)
        await self.say(
            ActionProposed(
                action=action,
                name=command_name(command),
                risk=command.risk.value,
                sha256=sha,
                agent="test",
                command=command,
            ),
            VerdictGiven(
                action=action,
                sha256=sha,
                phase="proposal",
                verdict=Allow((), "1@a"),
                input_sha256="0",
            ),
        )

    async def order(self, event: Event, kind: str) -> None:
        """An order of the operator, routed to the case as the router does it."""
        appended = await self.ledger.append(
            [Draft(case=DESK, event=event, key=f"order:{event}", by="intake")]
        )
        await self.say(Routed(fact=appended.facts[0].id, kind=kind, why="test"))

    async def status(self, action: str = "act-1") -> ActionStatus:
        found = await self.views.get(Action, action)
        assert found is not None
        return found.status

    async def of(self, *kinds: type[Event]) -> list[Any]:
        return [fact.event async for fact in self.ledger.facts() if isinstance(fact.event, kinds)]


class World:
    """What outlives a process: the folder, the clock and everything out there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Ticking()
        self.blobs = BlobsInMemory()
        self.sandbox = Sandbox(clock=self.clock, blobs=self.blobs)

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Office]:
        keys = Keys.open(self.folder / "keys.db")
        ledger = await Ledger.open(
            self.folder, company="acme", keys=keys, clock=self.clock, projection=InlineViews()
        )
        try:
            office = Office(ledger, self)
            if not (await ledger.head()).seq:
                await office.say(CaseOpened(kind="lead", fact="", contact="con-1"))
            yield office
        finally:
            await ledger.close()
            keys.close()


Process = Callable[[], AbstractAsyncContextManager[Office]]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def setups(office: Office) -> dict[str, tuple[Connector, Command]]:
    world = office.world.sandbox
    return {
        "keyed mail": (world.mail, reply()),
        "keyless mail": (world.keyless_mail, reply()),
        "invoice files": (office.files, invoice()),
    }


def happened(office: Office) -> int:
    pdfs = list((office.world.folder / "invoices").glob("*.pdf"))
    return len(office.world.sandbox.effects) + len(pdfs)


async def test_an_allowed_invoice_takes_the_first_number_and_lies_on_disk(world: World) -> None:
    async with world.process() as office:
        await office.propose(invoice())
        await office.run()
        (issued,) = await office.of(InvoiceIssued)
        assert issued.number == "2026-0001"
        assert (world.folder / "invoices" / "2026-0001.pdf").exists()
        found = await office.views.get(Action, "act-1")
        assert found is not None
        assert found.receipt is not None
        assert found.receipt.reference == "2026-0001"
        assert await office.views.find(Invoice, "number:2026-0001")
        await office.ledger.verify()


@pytest.mark.parametrize("moment", ["before the call", "after the call"])
@pytest.mark.parametrize("setup", ["keyed mail", "invoice files"])
async def test_a_process_that_dies_around_the_call_leaves_exactly_one_effect(
    world: World, setup: str, moment: str
) -> None:
    async with world.process() as office:
        connector, command = setups(office)[setup]
        await office.propose(command)
        await office.deliver_until_death(Dying(connector, moment))
    async with world.process() as office:
        connector, _ = setups(office)[setup]
        await office.run(connector)
        assert await office.status() is ActionStatus.SUCCEEDED
        assert happened(office) == 1
        assert len(await office.of(AttemptStarted)) == 1
        assert len(await office.of(InvoiceIssued)) == (setup == "invoice files")
        assert await office.of(CaseStuck) == []


@pytest.mark.parametrize("moment", ["before the call", "after the call"])
async def test_a_keyless_provider_is_never_called_again_after_a_death(
    world: World, moment: str
) -> None:
    async with world.process() as office:
        connector, command = setups(office)["keyless mail"]
        assert connector.capability is Capability.NEITHER
        await office.propose(command)
        await office.deliver_until_death(Dying(connector, moment))
    before = len(world.sandbox.calls)
    async with world.process() as office:
        await office.run(world.sandbox.keyless_mail)
        assert await office.status() is ActionStatus.UNKNOWN
        assert len(world.sandbox.calls) == before
        failure = await office.views.get(Failure, "act-1")
        assert failure is not None
        assert failure.count == 1


@pytest.mark.parametrize(
    ("moment", "status"),
    [("before the call", ActionStatus.UNKNOWN), ("after the call", ActionStatus.SUCCEEDED)],
)
async def test_what_another_worker_claimed_is_looked_up_and_never_taken_over_blindly(
    world: World, moment: str, status: ActionStatus
) -> None:
    async with world.process() as office:
        connector, command = setups(office)["invoice files"]
        assert connector.capability is Capability.READ_BACK
        await office.propose(command)
        await office.deliver_until_death(Dying(connector, moment))
    async with world.process() as office:
        connector, _ = setups(office)["invoice files"]
        await office.run(connector, shared=True)
        assert await office.status() is status
        assert len(await office.of(AttemptStarted)) == 1
        assert len(list((world.folder / "invoices").glob("*.pdf"))) == (moment == "after the call")


def forget_everything_disposable(path: Path) -> None:
    """Empty the cursors and the read tables of a closed ledger."""
    file = sqlite3.connect(path)
    for table in DISPOSABLE:
        file.execute(f"DELETE FROM {table.name}")  # noqa: S608 - the names of our own tables
    file.commit()
    file.close()


async def test_lost_cursors_and_read_tables_do_nothing_twice(world: World) -> None:
    async with world.process() as office:
        await office.propose(reply())
        await office.propose(invoice(), "act-2")
        await office.run()
        world.sandbox.fail_next(Fault.REFUSED)
        await office.propose(reply(2), "act-3")
        await office.run()
        await office.order(RetryOrdered(target="act-3", operator="ada", channel="console"), "retry")
        world.sandbox.fail_next(Fault.REFUSED)
        await office.run()
        facts, calls = (await office.ledger.head()).seq, len(world.sandbox.calls)
    forget_everything_disposable(world.folder / "ledger.db")
    async with world.process() as office:
        await office.run()
        assert len(world.sandbox.calls) == calls
        assert (await office.ledger.head()).seq == facts
        assert await office.of(CaseStuck) == []


async def test_a_stop_holds_and_a_resume_lets_go(world: World) -> None:
    async with world.process() as office:
        await office.propose(reply())
        await office.ledger.append(
            [
                Draft(
                    case=DESK,
                    event=StopOrdered(scope="all", target="", operator="ada", channel="console"),
                    key="stop",
                    by="intake",
                )
            ]
        )
        await office.run()
        assert await office.status() is ActionStatus.WITHHELD
        assert world.sandbox.calls == []
        await office.order(
            ResumeOrdered(scope="all", target="", operator="ada", channel="console"), "resume"
        )
        await office.run()
        assert await office.status() is ActionStatus.SUCCEEDED


async def test_the_third_mail_of_a_day_with_two_waits_for_a_new_day(world: World) -> None:
    async with world.process() as office:
        for number in (1, 2, 3):
            await office.propose(reply(number), f"act-{number}")
            await office.run()
        assert await office.status("act-3") is ActionStatus.WITHHELD
        assert len(world.sandbox.effects) == 2
        world.clock.time += timedelta(days=1)
        await office.order(RetryOrdered(target="act-3", operator="ada", channel="console"), "retry")
        await office.run()
        assert await office.status("act-3") is ActionStatus.SUCCEEDED


async def test_a_passing_outage_costs_tries_but_no_second_effect(world: World) -> None:
    async with world.process() as office:
        world.sandbox.fail_next(Fault.ERROR, Fault.TIMEOUT_AFTER)
        await office.propose(reply())
        await office.run()
        assert await office.status() is ActionStatus.SUCCEEDED
        assert [one.n for one in await office.of(AttemptStarted)] == [1, 2]
        assert len(world.sandbox.effects) == 1
        await office.ledger.verify()


async def test_a_failure_is_retried_under_the_same_number(world: World) -> None:
    async with world.process() as office:
        (world.folder / "invoices").write_text("in the way")
        await office.propose(invoice())
        await office.run()
        assert await office.status() is ActionStatus.FAILED
        (world.folder / "invoices").unlink()
        await office.order(RetryOrdered(target=CASE, operator="ada", channel="console"), "retry")
        await office.run()
        assert await office.status() is ActionStatus.SUCCEEDED
        assert len(await office.of(InvoiceIssued)) == 1
        failure = await office.views.get(Failure, "act-1")
        assert failure is not None
        assert failure.cleared
