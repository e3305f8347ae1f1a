"""Coo dies where it hurts most, and loses what it can make again; the story ends the same.

Checkpoint and ledger are two commits, and so are an effect and its receipt. Each delivery of the
whole story dies once, exactly there, and Coo is started again on the same folder, from which
meanwhile everything may be gone that the ledger does not need.
"""

from __future__ import annotations

import io
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.demo.customer import ADA
from bot.demo.demo import Story, chain_state, replay_state
from ledger.attempts import Attempts
from ledger.deliveries import Deliveries
from ledger.domain.claims import Claim
from ledger.domain.entities import Case, Failure
from ledger.domain.events import ActionSucceeded, AttemptStarted, InvoiceIssued
from ledger.tables import DISPOSABLE

pytestmark = pytest.mark.slow

MOST_DEATHS = 200
MADE_UP = re.compile(r"\b[a-z]{3}-[0-9a-z]{8}(\.[0-9a-f]{16})?|\bP-[0-9A-Z]{8}|<[0-9a-f]{16}@")
"""Ids and Message-IDs: another one in every folder."""

RECHECKED = {"VerdictGiven"}
"""What a try that is made again may say again."""


class Died(BaseException):
    """The process is gone: no handler of an ordinary error may catch this."""


class Fate:
    """Lets die whoever has not died at this point before."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def strikes(self, point: str) -> None:
        if point not in self._met:
            self._met.add(point)
            raise Died

    @property
    def deaths(self) -> int:
        return len(self._met)


@pytest.fixture
def fate() -> Fate:
    return Fate()


@pytest.fixture
def before_commit(fate: Fate, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The subscriber has done its work, checkpoints and effects included; nothing is committed."""
    commit = Deliveries._commit

    def begins(*subscribers: str) -> None:
        async def dies(self: Deliveries, lane: Any, fact: Any, reaction: Any) -> None:
            if lane.subscriber.name in subscribers:
                fate.strikes(f"{lane.subscriber.name} {fact.id}")
            await commit(self, lane, fact, reaction)

        monkeypatch.setattr(Deliveries, "_commit", dies)

    return begins


@pytest.fixture
def after_commit(fate: Fate, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The subscriber's facts are committed, and nobody here learns that they are."""
    commit = Deliveries._commit

    def begins(*subscribers: str) -> None:
        async def dies(self: Deliveries, lane: Any, fact: Any, reaction: Any) -> None:
            await commit(self, lane, fact, reaction)
            if lane.subscriber.name in subscribers:
                fate.strikes(f"{lane.subscriber.name} {fact.id}")

        monkeypatch.setattr(Deliveries, "_commit", dies)

    return begins


@pytest.fixture
def after_claim(fate: Fate, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt is durable, and its effect has not been called."""
    claim = Attempts.claim

    async def dies(self: Attempts, action: Any, **how: Any) -> Claim:
        claimed = await claim(self, action, **how)
        fate.strikes(action.id)
        return claimed

    monkeypatch.setattr(Attempts, "claim", dies)


async def lived(founder: Any, meanwhile: Callable[[Path], None] = lambda _: None) -> dict[str, Any]:
    """The story, started again after every death; what it came to.

    `meanwhile` is what happens to the folder while nobody runs.
    """
    for _ in range(MOST_DEATHS):
        try:
            async with founder.business() as business:
                silent = Console(file=io.StringIO())
                await Story(business.app, business.office, silent, ADA).run()
                return await ending(business)
        except Died:
            meanwhile(founder.folder)
    raise AssertionError(f"still not over after {MOST_DEATHS} deaths")


def delete_files(folder: Path) -> None:
    """Checkpoints and memory are gone."""
    for name in ("checkpoints.db", "memory.db"):
        for path in folder.glob(f"{name}*"):
            path.unlink()


def drop_tables(folder: Path) -> None:
    """Read tables and cursors are gone."""
    _in_tables(folder, "DROP TABLE {table}")


def empty_tables(folder: Path) -> None:
    """Read tables and cursors are empty."""
    _in_tables(folder, "DELETE FROM {table}")


def _in_tables(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        for table in DISPOSABLE:
            connection.execute(statement.format(table=table.name))
        connection.commit()


def everything_and(more: Callable[[Path], None]) -> Callable[[Path], None]:
    def lose(folder: Path) -> None:
        delete_files(folder)
        more(folder)

    return lose


LOSSES = {
    "checkpoints and memory": delete_files,
    "dropped tables": drop_tables,
    "emptied tables": empty_tables,
    "everything, tables dropped": everything_and(drop_tables),
    "everything, tables emptied": everything_and(empty_tables),
}


async def ending(business: Any) -> dict[str, Any]:
    facts = await business.all_facts()
    kinds = Counter(type(fact.event).__name__ for fact in facts)
    started = Counter(f.event.action for f in facts if isinstance(f.event, AttemptStarted))
    done = Counter(f.event.action for f in facts if isinstance(f.event, ActionSucceeded))
    return {
        "chain": await chain_state(business.app),
        "replay": await replay_state(business.app),
        "facts": {kind: count for kind, count in kinds.items() if kind not in RECHECKED},
        "attempts": sorted(started.values()),
        "receipts": sorted(done.values()),
        "numbers": [f.event.number for f in facts if isinstance(f.event, InvoiceIssued)],
        "mails": [read(mail) for mail in business.sent()],
        "invoices": sorted(path.name for path in business.app.folder.invoices.iterdir()),
        "cases": [(case.outcome, case.title) for case in await business.app.views.all(Case)],
        "failures": await business.app.views.all(Failure),
    }


def read(mail: EmailMessage) -> list[str]:
    body = mail.get_body()
    assert body
    names = ("Message-ID", "In-Reply-To", "References", "X-Coo-Command", "To", "Subject")
    text = [*(str(mail[name]) for name in names), body.get_content()]
    return [MADE_UP.sub("…", part) for part in text]


@pytest.fixture
async def calm(founder: Any, tmp_path: Path) -> dict[str, Any]:
    """How the story ends undisturbed."""
    other = type(founder)(tmp_path / "calm")
    other.configure()
    ended = await lived(other)
    assert ended["chain"] == "ok"
    assert ended["replay"] == "identical"
    assert ended["numbers"] == ["2026-0001"]
    assert [mail[3] for mail in ended["mails"]] == ["SendProposal", "SendProposal", "SendInvoice"]
    assert ended["cases"] == [("paid", "A new website for our pottery")]
    return ended


async def test_a_planner_that_dies_between_checkpoint_and_ledger_commit_says_everything_once(
    calm: dict[str, Any], founder: Any, fate: Fate, before_commit: Callable[..., None]
) -> None:
    before_commit("planner")
    assert await lived(founder) == calm
    assert fate.deaths == calm["facts"]["DeliveryRecorded"]


async def test_no_subscriber_does_anything_twice_where_it_dies_before_its_commit(
    calm: dict[str, Any], founder: Any, fate: Fate, before_commit: Callable[..., None]
) -> None:
    before_commit("router", "dispatcher", "memory")
    assert await lived(founder) == calm
    assert fate.deaths > 20


async def test_no_subscriber_does_anything_twice_where_it_dies_after_its_commit(
    calm: dict[str, Any], founder: Any, fate: Fate, after_commit: Callable[..., None]
) -> None:
    after_commit("router", "planner", "dispatcher", "memory")
    assert await lived(founder) == calm
    assert fate.deaths > 20 + calm["facts"]["DeliveryRecorded"]


async def test_an_attempt_that_was_claimed_and_never_called_is_made_once(
    calm: dict[str, Any], founder: Any, fate: Fate, after_claim: None
) -> None:
    assert await lived(founder) == calm
    assert fate.deaths == len(calm["receipts"])


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
async def test_what_is_deleted_after_each_step_of_the_planner_is_made_again(
    lose: Callable[[Path], None],
    calm: dict[str, Any],
    founder: Any,
    fate: Fate,
    after_commit: Callable[..., None],
) -> None:
    after_commit("planner")
    assert await lived(founder, lose) == calm
    assert fate.deaths == calm["facts"]["DeliveryRecorded"]


@pytest.mark.parametrize("lose", list(LOSSES.values())[-2:], ids=list(LOSSES)[-2:])
async def test_what_is_deleted_between_an_effect_and_its_receipt_is_made_again(
    lose: Callable[[Path], None],
    calm: dict[str, Any],
    founder: Any,
    fate: Fate,
    before_commit: Callable[..., None],
) -> None:
    before_commit("planner", "dispatcher")
    assert await lived(founder, lose) == calm
    assert fate.deaths > calm["facts"]["DeliveryRecorded"]
