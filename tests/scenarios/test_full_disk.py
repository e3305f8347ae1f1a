"""The disk is full: nothing leaves without a durable intent, the operator is told, it goes on."""

from __future__ import annotations

import errno
import io
import itertools
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.demo.customer import ADA
from bot.demo.demo import Story, chain_state, replay_state
from connectors.base import Order
from connectors.mail import maildir
from connectors.mail.maildir import MaildirOut
from ledger.commits import Commits
from ledger.domain.entities import Action, ActionStatus, Case
from ledger.domain.events import ActionFailed, ActionSucceeded, CaseStuck, MailReceived
from ledger.writer import WriteFailed

FULL = "database or disk is full"
MOST_STARTS = 60
SELDOM = 0.12


class Disk:
    """Refuses some writes of the ledger: those for which `full` says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full: Iterator[bool] = itertools.repeat(False)
        self.refused = 0
        commit = Commits.commit

        def commits(commits: Commits, items: Any) -> Any:
            if next(self.full):
                self.refused += 1
                raise sqlite3.OperationalError(FULL)
            return commit(commits, items)

        monkeypatch.setattr(Commits, "commit", commits)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def intents(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each call of the mail connector: whether its try was on disk before."""
    found: list[bool] = []
    execute = MaildirOut.execute

    async def executes(self: MaildirOut, order: Order) -> Any:
        ledger = self._folder.parents[1] / "ledger.db"
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as connection:
            key = f"attempt:{order.key}:{order.n}"
            query = "SELECT count(*) FROM facts WHERE fact_key = ?"
            found.append(connection.execute(query, (key,)).fetchone() == (1,))
        connection.close()
        return await execute(self, order)

    monkeypatch.setattr(MaildirOut, "execute", executes)
    return found


async def lived(founder: Any) -> dict[str, Any]:
    """The story, started again where the disk was full at once; what it came to."""
    for _ in range(MOST_STARTS):
        try:
            async with founder.business() as business:
                silent = Console(file=io.StringIO())
                await Story(business.app, business.office, silent, ADA).run()
                return await ending(business)
        except WriteFailed:
            continue
    raise AssertionError(f"still not over after {MOST_STARTS} starts")


async def ending(business: Any) -> dict[str, Any]:
    facts = await business.all_facts()
    return {
        "chain": await chain_state(business.app),
        "replay": await replay_state(business.app),
        "facts": Counter(type(fact.event).__name__ for fact in facts),
        "mails": [str(mail["X-Coo-Command"]) for mail in business.sent()],
        "cases": [case.outcome for case in await business.app.views.all(Case)],
    }


@pytest.fixture
async def calm(founder: Any, tmp_path: Path) -> dict[str, Any]:
    other = type(founder)(tmp_path / "calm")
    other.configure()
    ended = await lived(other)
    assert ended["cases"] == ["paid"]
    return ended


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_ledger_that_is_full_now_and_then_loses_and_doubles_nothing(
    seed: int, calm: dict[str, Any], founder: Any, disk: Disk, intents: list[bool]
) -> None:
    lots = random.Random(seed)
    disk.full = (lots.random() < SELDOM for _ in itertools.count())
    assert await lived(founder) == calm
    assert disk.refused >= 4
    assert intents
    assert all(intents)


async def test_nothing_is_sent_while_the_intent_cannot_be_written(
    business: Any, disk: Disk, intents: list[bool]
) -> None:
    await business.mail("We would like your website design package.\n\nAda\n")
    card = await business.only_card()
    disk.full = itertools.repeat(True)
    with pytest.raises(WriteFailed, match="could not be written"):
        await business.approves(card)
    assert not intents
    assert not business.sent()
    disk.full = itertools.repeat(False)
    await business.approves(card)
    assert len(business.sent()) == 1


async def test_an_approval_that_was_recorded_before_the_disk_was_full_is_carried_out_later(
    founder: Any, disk: Disk, intents: list[bool]
) -> None:
    async with founder.business() as business:
        await business.mail("We would like your website design package.\n\nAda\n")
        card = await business.only_card()
        disk.full = itertools.chain([False], itertools.repeat(True))  # the tap still fits
        with pytest.raises(WriteFailed):
            await business.approves(card)
        assert not business.sent()
        disk.full = itertools.repeat(False)
    async with founder.business() as business:
        await business.settle()
        assert len(business.sent()) == 1
        assert not await business.facts(CaseStuck)
        assert intents == [True]


async def test_a_mail_that_cannot_be_kept_is_refused_whole_and_taken_later(
    business: Any, disk: Disk
) -> None:
    disk.full = itertools.repeat(True)
    with pytest.raises(WriteFailed, match="Check free space"):
        await business.mail("We would like your website design package.\n\nAda\n")
    disk.full = itertools.repeat(False)
    assert not await business.facts(MailReceived)
    await business.mail("We would like your website design package.\n\nAda\n")
    assert len(await business.facts(MailReceived)) == 1


async def test_a_full_maildir_is_told_with_its_remedy_and_a_retry_sends_the_mail_once(
    business: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await business.mail("We would like your website design package.\n\nAda\n")
    card = await business.only_card()

    def refuses(path: Path, data: bytes) -> None:
        path.write_bytes(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(maildir, "_write_durably", refuses)
        await business.approves(card)
        assert not business.sent()
        assert not list((business.app.folder.outbox / "tmp").iterdir())
    [failed] = await business.facts(ActionFailed)
    assert "disk is full" in failed.cause
    broken = await business.says("failures")
    assert "disk is full" in broken
    assert f"retry {failed.action}" in broken
    action = await business.app.views.get(Action, failed.action)
    assert action.status is ActionStatus.FAILED
    await business.says(f"retry {failed.action}")
    assert len(business.sent()) == 1
    assert len(await business.facts(ActionSucceeded)) == 1
    assert "Nothing is broken" in await business.says("failures")
