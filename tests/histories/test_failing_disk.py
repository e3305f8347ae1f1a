"""A disk that refuses writes at any byte: no effect without a durable intent, and it resumes.

The refusals are real ones of the operating system: no file of this process may grow beyond a
limit, so that SQLite meets them in its log, for the ledger and for the checkpoints.
"""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rehearsal import Rehearsal
from verdict import faults_of

from bot.channel import Verb
from bot.commands import Commands, Session
from bot.console.render import plain
from ledger.domain.entities import Approval
from ledger.domain.errors import CooError
from ledger.domain.events import CaseStuck, Tapped
from ledger.domain.failpoints import Moment
from ledger.store import WriteFailed

LEAST = 64 * 1024
"""Below this the limit would hit files that are none of Coo's."""


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(size, LEAST), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    found = Rehearsal(tmp_path / "company")
    await found.begin()
    await found.lead(0)
    await found.settle()
    yield found
    await found.end()


def log_of(company: Rehearsal) -> int:
    """How long the ledger's log is."""
    return (company.folder / "ledger.db-wal").stat().st_size


async def card(company: Rehearsal) -> Approval:
    (found,) = await company.app.views.find(Approval, "status:pending")
    return found


@pytest.mark.parametrize("room", [*range(0, 40_000, 4_000), 60_000, 100_000])
async def test_wherever_the_disk_is_full_nothing_leaves_unrecorded_and_it_resumes(
    company: Rehearsal, room: int
) -> None:
    waiting = await card(company)
    failed: Exception | None = None
    with no_file_grows_beyond(log_of(company) + room):
        try:
            await company.taps(waiting, Verb.APPROVE)
            await company.settle()
        except CooError as error:
            failed = error
    assert company.world.undurable == []
    assert failed is None or isinstance(failed, WriteFailed)
    assert room > 0 or "Nothing of it was kept. Check free space" in str(failed)
    await company.restart()
    await company.settle()
    if not [fact for fact in await company.facts() if isinstance(fact.event, Tapped)]:
        await company.taps(waiting, Verb.APPROVE)  # as the message says: do it again
        await company.settle()
    assert len(company.world.effects) == 1
    assert await faults_of(company) == []


async def test_the_chat_says_that_nothing_was_kept_and_what_to_do(company: Rehearsal) -> None:
    commands = Commands(company.office, Session())
    await commands.answer("show 1")
    with no_file_grows_beyond(log_of(company)):
        told = plain(await commands.answer("approve 1"))
    assert "could not be written" in told
    assert "Check free space" in told
    await company.settle()
    assert not company.world.effects
    await commands.answer("approve 1")
    await company.settle()
    assert len(company.world.effects) == 1


class BadSync:
    """Refuses the n-th commit as a failing fsync does. `kept`: the bytes are there all the same,
    as after a power cut they may be."""

    def __init__(self, company: Rehearsal, nth: int, *, kept: bool) -> None:
        self._moment = Moment.COMMIT_AFTER if kept else Moment.COMMIT_BEFORE
        self._left = nth
        self._company = company

    def reached(self, moment: Moment) -> None:
        self._left -= moment is self._moment
        if self._left == 0 and moment is self._moment:
            self._company.fate.dead = self._moment is Moment.COMMIT_AFTER
            raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept all the same"])
async def test_a_commit_whose_sync_fails_is_told_and_made_good(
    company: Rehearsal, nth: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the bytes are kept all the same, the process is killed before it can write more."""
    waiting = await card(company)
    bad, reached = BadSync(company, nth, kept=kept), company.fate.reached

    def reaches(moment: Any) -> None:
        bad.reached(moment)
        reached(moment)

    monkeypatch.setattr(company.fate, "reached", reaches)
    for _ in range(3):  # whoever is told that it failed does it again
        try:
            await company.taps(waiting, Verb.APPROVE)
            await company.settle()
        except WriteFailed:
            continue
    assert company.world.undurable == []
    assert len(company.world.effects) == 1
    assert not [fact for fact in await company.facts() if isinstance(fact.event, CaseStuck)]
    assert await faults_of(company) == []
