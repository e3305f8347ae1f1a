"""Several processes append to one folder; a disk that refuses in the middle of a commit."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
from datetime import UTC, datetime
from pathlib import Path

from ledger.domain.errors import KeyConflict
from ledger.domain.events import Told
from ledger.domain.facts import Draft
from ledger.seal import Keys
from ledger.store import Ledger, WriteFailed

SPAWN = multiprocessing.get_context("spawn")
EACH = 120
PATIENCE = 60


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


def told(key: str, text: str = "hello", case: str = "desk") -> Draft:
    return Draft(case=case, event=Told(topic="x", text=text), key=key, by="me", person="p-ada")


def opening(folder: Path, keys: Keys):
    return Ledger.open(folder, company="acme", keys=keys, clock=Clock())


def _append_many(folder: str, name: str, barrier, results) -> None:
    async def work() -> None:
        keys = Keys.open(Path(folder) / "keys.db")
        barrier.wait(PATIENCE)
        async with await opening(Path(folder), keys) as ledger:
            ones = [ledger.append([told(f"{name}{n}", case=f"c{n % 5}")]) for n in range(EACH)]
            done = await asyncio.gather(*ones)
            shared = await ledger.append([told("shared")])
            try:
                won = await ledger.append([told("decision:1", f"by {name}")])
            except KeyConflict:
                won = None
        keys.close()
        results.put((sum(one.new for one in done), shared.new, won is not None))

    asyncio.run(work())


async def test_two_processes_that_append_at_once_make_one_chain_without_gaps(
    tmp_path: Path,
) -> None:
    barrier, results = SPAWN.Barrier(2), SPAWN.Queue()
    both = [
        SPAWN.Process(target=_append_many, args=(str(tmp_path), name, barrier, results))
        for name in ("a", "b")
    ]
    for process in both:
        process.start()
    found = [results.get(timeout=PATIENCE) for _ in both]
    for process in both:
        process.join()
    assert [new for new, _, _ in found] == [EACH, EACH]
    assert sum(shared for _, shared, _ in found) == 1
    assert sorted(won for _, _, won in found) == [False, True]
    keys = Keys.open(tmp_path / "keys.db")
    async with await opening(tmp_path, keys) as ledger:
        assert (await ledger.verify()).seq == 2 * EACH + 2
        versions = [fact.version for fact in await ledger.case("c1")]
        assert versions == list(range(1, 2 * EACH // 5 + 1))
    keys.close()


def _meet_a_refusing_disk(folder: str, results) -> None:
    async def work() -> None:
        keys = Keys.open(Path(folder) / "keys.db")
        async with await opening(Path(folder), keys) as ledger:
            await ledger.append([told("before")])
            log = (Path(folder) / "ledger.db-wal").stat().st_size
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (log + 4096, hard))
            both = [ledger.append([told(key, "x" * 20_000)]) for key in ("lost", "lost too")]
            failed = await asyncio.gather(*both, return_exceptions=True)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            after = await ledger.append([told("after", "x" * 20_000)])
            keys_kept = [fact.key async for fact in ledger.facts()]
            head = await ledger.verify()
        keys.close()
        kinds = [isinstance(error, WriteFailed) for error in failed]
        results.put((kinds, after.new, keys_kept, head.seq))

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    asyncio.run(work())


def test_a_disk_that_refuses_the_commit_loses_only_that_commit(tmp_path: Path) -> None:
    results = SPAWN.Queue()
    process = SPAWN.Process(target=_meet_a_refusing_disk, args=(str(tmp_path), results))
    process.start()
    found = results.get(timeout=PATIENCE)
    process.join()
    assert found == ([True, True], 1, ["before", "after"], 2)
