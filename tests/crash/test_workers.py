"""Several workers on one PostgreSQL: killed, stopped and continued, and cut off from it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bot.channel import Verb
from bot.company.init import write_company
from bot.company.text import defaults
from bot.office.live import LiveOffice
from bot.opening import App, open_app
from bot.settings import Secret, Settings
from bot.work.cluster import Elsewhere, elsewhere
from ledger.domain.entities import Approval
from ledger.domain.events import (
    ActionSucceeded,
    ActionUnknown,
    AttemptStarted,
    CaseStuck,
    DeliveryRecorded,
)
from ledger.domain.facts import Fact
from ledger.domain.failpoints import Moment
from ledger.replay import refold

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

LEADS = 8
PATIENCE = 150.0
LOOK_S = 0.05


class Company:
    """A company on a database, as its operator sees it while workers work elsewhere."""

    def __init__(self, app: App, workers: Elsewhere, office: LiveOffice, folder: Path) -> None:
        self.app = app
        self._workers = workers
        self._office = office
        self._folder = folder

    async def leads(self, count: int = LEADS) -> None:
        """So many people ask for an offer."""
        for n in range(count):
            mail = EmailMessage()
            mail["From"] = f"Person {n} <p{n}@example.com>"
            mail["To"] = "hello@studio-nord.example"
            mail["Subject"] = f"A new website {n}"
            mail["Message-ID"] = f"<lead-{n}@mail.example.com>"
            mail.set_content(
                "Hello Nora,\n\nwe would like your website design package. "
                "Could you send us an offer?\n\nPerson\n"
            )
            path = self._folder / f"lead-{n}.eml"
            await asyncio.to_thread(path.write_bytes, mail.as_bytes())
            await self.app.intake.file(path)

    async def cards(self) -> list[Approval]:
        return list(await self.app.views.find(Approval, "status:pending"))

    async def approves(self, card: Approval) -> None:
        await self._office.tap(card.id, Verb.APPROVE, card.sha256)

    async def facts(self) -> list[Fact]:
        return [fact async for fact in self.app.ledger.facts()]

    async def events(self, kind: type[Any]) -> list[Any]:
        return [fact.event for fact in await self.facts() if isinstance(fact.event, kind)]

    async def settled(self) -> bool:
        """Whether the workers came to an end with everything there is."""
        return await self._workers.settle(PATIENCE)

    def mails(self) -> list[Path]:
        return sorted((self.app.folder.outbox / "new").glob("*.eml"))


@pytest.fixture
def url(postgres: Any) -> str:
    found: str = postgres.fresh()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_company(tmp_path / "company", defaults())
    return tmp_path / "company"


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[Company]:
    settings = Settings(data=folder, database=Secret(url))
    async with open_app(settings) as app, elsewhere(app) as workers:
        office = LiveOffice(app, workers, operator=app.operator, channel="console")
        yield Company(app, workers, office, folder.parent)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Let the workers work until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def listening(processes: Any) -> AsyncIterator[None]:
    """Somebody reads what the workers say meanwhile: a log that nobody reads stops its writer."""

    async def listens() -> None:
        while True:
            processes.listens()
            await asyncio.sleep(LOOK_S)

    task = asyncio.create_task(listens())
    yield
    task.cancel()


def state(pid: int) -> str:
    """The state of a process by its letter: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def healthy(company: Company) -> None:
    """Every case ended, nothing happened twice, and the order inside every case was kept."""
    facts = await company.facts()
    done = Counter(f.event.action for f in facts if isinstance(f.event, ActionSucceeded))
    assert set(done.values()) == {1}
    assert not [f for f in facts if isinstance(f.event, CaseStuck | ActionUnknown)]
    assert len(company.mails()) == len(done) == LEADS
    by_id = {fact.id: fact for fact in facts}
    for case in {fact.case for fact in facts}:
        of_case = [fact for fact in facts if fact.case == case]
        assert [fact.version for fact in of_case] == list(range(1, len(of_case) + 1))
        planned = [by_id[f.cause] for f in of_case if isinstance(f.event, DeliveryRecorded)]
        assert [fact.version for fact in planned] == sorted({fact.version for fact in planned})
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    assert (await refold(company.app.ledger)).identical
    await company.app.ledger.verify()


async def test_of_three_workers_one_is_killed_and_one_stopped_and_continued(
    processes: Any, url: str, folder: Path
) -> None:
    environment = {"COO_DATABASE_URL": url, "COO_DATA": str(folder)}
    killed = (Moment.CHECKPOINT_AFTER.value, 2, int(signal.SIGKILL))
    stopped = (Moment.CLAIM_AFTER.value, 1, int(signal.SIGSTOP))
    start = ("worker", "--heartbeat", "1")
    async with opened(url, folder) as company:
        doomed = processes.coo_in(environment, *start, trap=killed)
        sleeper = processes.coo_in(environment, *start, trap=stopped)
        steady = processes.coo_in(environment, *start)
        for each in (doomed, sleeper, steady):
            await asyncio.to_thread(each.hears, "at work")

        await company.leads()
        await until(lambda: _true(not doomed.runs))
        assert doomed.ends() == -signal.SIGKILL
        await until(lambda: _so_many(company.cards, LEADS))

        for card in await company.cards():
            await company.approves(card)
        await until(lambda: _true(state(sleeper.pid) == "T"))
        await until(lambda: _so_many(lambda: company.events(ActionSucceeded), LEADS))
        assert await company.settled()
        assert state(sleeper.pid) == "T"

        before = (await company.app.ledger.head()).seq
        os.kill(sleeper.pid, signal.SIGCONT)
        assert await asyncio.to_thread(sleeper.told, signal.SIGTERM) == 0
        assert await asyncio.to_thread(steady.told, signal.SIGTERM) == 0
        assert (await company.app.ledger.head()).seq == before
        claims = Counter(event.action for event in await company.events(AttemptStarted))
        assert set(claims.values()) == {1}
        await healthy(company)


async def test_two_restarts_of_the_database_under_two_working_workers_cost_nothing(
    processes: Any, postgres: Any, url: str, folder: Path
) -> None:
    environment = {"COO_DATABASE_URL": url, "COO_DATA": str(folder)}
    async with opened(url, folder) as company:
        workers = [processes.coo_in(environment, "worker", "--heartbeat", "1") for _ in range(2)]
        for each in workers:
            await asyncio.to_thread(each.hears, "at work")
        async with listening(processes):
            await company.leads()
            await until(lambda: _so_many(company.cards, 2))
            await asyncio.to_thread(postgres.restart)
            await until(lambda: _so_many(company.cards, LEADS))
            cards = await company.cards()
            for card in cards[:4]:
                await company.approves(card)
            await asyncio.to_thread(postgres.restart)
            for card in cards[4:]:
                await company.approves(card)
            await until(lambda: _so_many(lambda: company.events(ActionSucceeded), LEADS))
            assert await company.settled()
        for each in workers:
            assert await asyncio.to_thread(each.told, signal.SIGTERM) == 0
        await healthy(company)


async def _true(value: bool) -> bool:
    return value


async def _so_many(found: Callable[[], Awaitable[list[Any]]], count: int) -> bool:
    return len(await found()) >= count
