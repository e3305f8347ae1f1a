"""SIGKILL at every step of a migration of memory, while the company goes on working."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Works, at_work, open_app
from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import App
from bot.settings import Settings
from bot.work.memory import filler_of, generations_of
from bot.work.memory_seen import memory_seen
from ledger.domain.failpoints import Moment
from memory.episodes import Episode
from memory.generations import GenerationStore
from memory.local.generation import LocalGeneration
from memory.tally import Tally

pytestmark = pytest.mark.slow

PROCESS = Path(__file__).parents[1] / "peers" / "reindexing_process.py"
MAIL = """From: {name} <{name}@example.com>\r
To: hello@studio-nord.example\r
Subject: A new website\r
Message-ID: <{name}@mail.example.com>\r
Date: Mon, 16 Nov 2026 08:12:44 +0000\r
\r
Hello Nora, we would like your website design package. Could you send us an offer? {name}\r
"""
DEATHS = [
    ("same", Moment.MEMORY_MOVE_AFTER, 1),
    ("same", Moment.MEMORY_BATCH_UNMARKED, 1),
    ("none", Moment.MEMORY_MOVE_BEFORE, 2),
    ("none", Moment.MEMORY_MOVE_AFTER, 2),
    ("back", Moment.MEMORY_MOVE_AFTER, 1),
]


class Company:
    """A company at work in this process."""

    def __init__(self, app: App, works: Works) -> None:
        self.app, self.works = app, works

    async def mail(self, name: str) -> None:
        await self.app.intake.mail(MAIL.format(name=name).encode(), f"{name}.eml")
        await self.works.relay.run_until_idle()

    async def reindexes(self, *arguments: object) -> int:
        """Another process does; mails come in meanwhile. How it ended."""
        command = [sys.executable, str(PROCESS), str(self.app.folder.root), *map(str, arguments)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
        told = asyncio.create_task(process.communicate())
        await self.mail(f"during-{'-'.join(str(each)[:6] for each in arguments)}".replace(" ", ""))
        _, complaint = await told
        assert process.returncode in {0, -9}, complaint.decode()
        return process.returncode

    async def check(self) -> None:
        """The memory that counts has all that the ledger tells, and vectors of one kind only."""
        await self.works.tending.catch_up()
        generations = generations_of(self.app, Tally())
        now = (await generations.standing()).current
        store = await generations.open(now, looking=True)
        fresh = await LocalGeneration.open(self.app.folder.root / "fresh" / "memory.db")
        try:
            await filler_of(self.app).fill(fresh, generations.exclusively)
            assert await episodes(store) == await episodes(fresh)
            status = await store.status()
            assert status.fingerprint == now.fingerprint
            assert not (now.fingerprint and status.lag)
        finally:
            await store.close()
            await fresh.close()
        for path in (self.app.folder.root / "fresh").iterdir():
            path.unlink()


async def episodes(store: GenerationStore) -> list[Episode]:
    return sorted(await store.sample(10_000), key=lambda each: each.id)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    data = tmp_path / "company"
    write_company(data, defaults(), force=True)
    settings = Settings(data=data, embedder="bundled")
    async with open_app(settings) as app, at_work(app, "test") as works:
        made = Company(app, works)
        await made.mail("ada")
        yield made


@pytest.mark.parametrize("death", DEATHS, ids=str)
async def test_a_kill_at_any_step_leaves_one_complete_memory_and_is_made_good(
    company: Company, death: tuple[str, Moment, int]
) -> None:
    to, moment, n = death
    if to == "back":
        assert await company.reindexes("none") == 0
    assert await company.reindexes(to, moment, n) == -9
    await company.mail("ben")
    await company.check()
    switched = to != "same" and moment is Moment.MEMORY_MOVE_AFTER
    seen = await memory_seen(company.app)
    assert (seen.turn == (1 if to == "back" else 0)) is not switched
    if not switched:
        assert await company.reindexes(to) == 0
    await company.mail("cleo")
    await company.check()
    seen = await memory_seen(company.app)
    assert seen.candidate is None
    assert seen.current.generation.embedder == ("none" if to == "none" else "bundled")
