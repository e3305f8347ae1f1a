"""The ledger's files cut or torn at any byte: what was committed before stands, and is verified.

A commit is in the log (`ledger.db-wal`) first; a checkpoint copies it into `ledger.db` later.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from ledger.chain import Head
from ledger.domain.errors import ChainBroken
from ledger.domain.events import CaseOpened, OperatorSaid
from ledger.domain.facts import Draft
from ledger.replay import refold
from ledger.seal import Keys
from ledger.sqlite import refuse_cut
from ledger.store import Ledger, LedgerUnreadable
from ledger.views import InlineViews

CHECKPOINTED = 60
"""Facts in the file itself before the transactions that are cut."""

FRAME = 24 + 4096
LOG_HEADER = 32


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


@dataclass(frozen=True)
class Crashed:
    """The files of a ledger as a crash found them, and how long its log was after each commit."""

    folder: Path
    before: Path
    after: Path
    heads: tuple[tuple[int, Head], ...]

    @property
    def log(self) -> bytes:
        return (self.folder / "ledger.db-wal").read_bytes()

    @property
    def last_commits(self) -> range:
        """Every place of the log within its last two transactions."""
        return range(self.heads[-3][0], self.heads[-1][0] + 1)

    def surviving(self, length: int) -> Head:
        """The last head whose commit is whole in a log of this length."""
        return [head for size, head in self.heads if size <= length][-1]


def drafts(first: int, count: int) -> list[Draft]:
    said = [
        Draft(
            case=f"lead-{n % 7}",
            event=OperatorSaid(operator="olga", channel="console", text=f"word {n} " * 20),
            key=f"said:{n}",
            by="intake",
        )
        for n in range(first, first + count)
    ]
    opened = CaseOpened(kind="lead", fact="f", title=f"Lead {first}")
    return [Draft(case=f"lead-{first % 7}", event=opened, key=f"o:{first}", by="router"), *said]


def opening(folder: Path, keys: Keys):
    return Ledger.open(folder, company="acme", keys=keys, clock=Clock(), projection=InlineViews())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    opened = Keys.open(tmp_path_factory.mktemp("keys") / "keys.db")
    yield opened
    opened.close()


@pytest.fixture
async def crashed(tmp_path: Path, keys: Keys) -> Crashed:
    """A ledger with a past, and four transactions that only its log holds."""
    live, folder = tmp_path / "live", tmp_path / "crashed"
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    live.mkdir()
    async with await opening(live, keys) as ledger:
        await ledger.append(drafts(0, CHECKPOINTED))
    shutil.copy(live / "ledger.db", before)
    log = live / "ledger.db-wal"
    async with await opening(live, keys) as ledger:
        heads = [(0, await ledger.head())]
        for first, count in ((100, 1), (200, 12), (300, 2), (400, 1)):
            await ledger.append(drafts(first, count))
            heads.append((log.stat().st_size, await ledger.head()))
        shutil.copytree(live, folder)
    shutil.copy(live / "ledger.db", after)
    return Crashed(folder, before, after, tuple(heads))


def with_log(crashed: Crashed, folder: Path, log: bytes) -> Path:
    """The crashed ledger once more, with this log."""
    folder.mkdir(exist_ok=True)
    for leftover in folder.iterdir():
        leftover.unlink()
    shutil.copy(crashed.folder / "ledger.db", folder / "ledger.db")
    (folder / "ledger.db-wal").write_bytes(log)
    return folder


async def assert_goes_on_from(folder: Path, keys: Keys, expected: Head) -> None:
    """It opens at this head, verifies, its tables are those of its facts, and it takes new ones."""
    async with await opening(folder, keys) as ledger:
        assert await ledger.verify() == expected
        assert (await refold(ledger)).identical
        added = await ledger.append(drafts(900, 1))
        assert [fact.seq for fact in added.facts] == [expected.seq + 1, expected.seq + 2]
        assert (await ledger.verify()).seq == expected.seq + 2


def telling(cuts: range) -> list[int]:
    """Cuts around every frame of a stretch of the log: within its header, its page, and its end."""
    frames = range(cuts.start, cuts.stop, FRAME)
    near = {at + by for at in frames for by in (-1, 0, 1, 8, 23, 24, 25, 2000)}
    return sorted({cut for cut in near if cut in cuts} | {cuts.stop - 1})


async def test_a_log_cut_anywhere_leaves_whole_transactions_and_goes_on_from_there(
    crashed: Crashed, keys: Keys, tmp_path: Path
) -> None:
    log = crashed.log
    ends = [size for size, _ in crashed.heads]
    chosen = [cut for end in ends[1:] for cut in (end - FRAME, end - 1, end, end + 1)]
    for cut in (0, LOG_HEADER, *chosen):
        folder = with_log(crashed, tmp_path / "cut", log[:cut])
        await assert_goes_on_from(folder, keys, crashed.surviving(cut))


async def test_a_log_torn_anywhere_loses_no_transaction_before_the_tear(
    crashed: Crashed, keys: Keys, tmp_path: Path
) -> None:
    log = crashed.log
    for (start, _), (end, _) in pairwise(crashed.heads[1:]):
        tear = (start + end) // 2
        folder = with_log(crashed, tmp_path / "torn", log[:tear] + b"\xa5" * (len(log) - tear))
        await assert_goes_on_from(folder, keys, crashed.surviving(tear))


async def test_a_checkpoint_broken_off_at_any_byte_loses_nothing(
    crashed: Crashed, keys: Keys, tmp_path: Path
) -> None:
    before, after = crashed.before.read_bytes(), crashed.after.read_bytes()
    whole = crashed.heads[-1][1]
    for copied in (1, 99, 4095, 4096, 4097, len(before) // 2, len(after) - 1, len(after)):
        folder = with_log(crashed, tmp_path / "checkpoint", crashed.log)
        (folder / "ledger.db").write_bytes(after[:copied] + before[copied:])
        await assert_goes_on_from(folder, keys, whole)


async def test_a_file_cut_without_its_log_is_refused_and_never_read_as_a_shorter_past(
    crashed: Crashed, keys: Keys, tmp_path: Path
) -> None:
    after = crashed.after.read_bytes()
    for cut in (1, 100, 4096, 4097, len(after) // 2, len(after) - 4096, len(after) - 1):
        folder = with_log(crashed, tmp_path / "file", b"")
        (folder / "ledger.db").write_bytes(after[:cut])
        with pytest.raises((LedgerUnreadable, ChainBroken)):
            await read_to_its_end(folder, keys)


async def read_to_its_end(folder: Path, keys: Keys) -> None:
    async with await opening(folder, keys) as ledger:
        await ledger.verify()


def heads_at(folder: Path, database: Path, log: bytes, cuts: Sequence[int]) -> Iterator[Head]:
    """What SQLite itself recovers from the log at each cut, from long to short."""
    for cut in cuts:
        shutil.copy(database, folder / "ledger.db")
        (folder / "ledger.db-wal").write_bytes(log[:cut])
        (folder / "ledger.db-shm").unlink(missing_ok=True)
        with closing(sqlite3.connect(folder / "ledger.db")) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            (head,) = connection.execute("SELECT seq, hash FROM chain_heads").fetchall()
            last = connection.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1")
            assert last.fetchone() == head
        yield Head(*head)


def test_cuts_around_every_frame_recover_a_whole_transaction(
    crashed: Crashed, tmp_path: Path
) -> None:
    cuts = telling(crashed.last_commits)
    found = heads_at(tmp_path, crashed.folder / "ledger.db", crashed.log, cuts)
    assert list(found) == [crashed.surviving(cut) for cut in cuts]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_cuts_at_any_byte_of_the_last_transactions_recover_a_whole_transaction(
    crashed: Crashed, tmp_path: Path, seed: int
) -> None:
    cuts = sorted(random.Random(seed).sample(crashed.last_commits, 2_000))
    found = heads_at(tmp_path, crashed.folder / "ledger.db", crashed.log, cuts)
    for cut, head in zip(cuts, found, strict=True):
        assert head == crashed.surviving(cut), cut


def test_a_log_that_comes_and_goes_under_another_process_is_no_missing_end(tmp_path: Path) -> None:
    path, done = tmp_path / "ledger.db", threading.Event()

    def others() -> None:
        for number in range(150):
            with closing(sqlite3.connect(path)) as other:
                other.execute("PRAGMA journal_mode=WAL")
                other.execute(f"CREATE TABLE grows_{number} (data)")
                other.execute(f"INSERT INTO grows_{number} VALUES (zeroblob(9000))")  # noqa: S608 - a number
                other.commit()
        done.set()

    thread = threading.Thread(target=others)
    thread.start()
    while not done.is_set():
        refuse_cut(URL.create("sqlite", database=str(path)))
    thread.join()
