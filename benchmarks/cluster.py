"""How much several workers get done, and where one chain a company ends it.

    python -m benchmarks.cluster [--json] [--cases 24] [--database URL]

Without --database it starts PostgreSQL in a temporary folder, durable as in production. Each run
takes in leads and waits until a card lies before the operator for each: two desk facts, a plan, an
offer with its document, a verdict and an approval. No model is asked: what is left is Coo itself.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import open_app
from bot.settings import Secret, Settings
from bot.work.cluster import elsewhere, on_shift
from ledger.domain.entities import Approval
from ledger.domain.events import Told
from ledger.domain.facts import Draft
from ledger.domain.failpoints import Moment
from ledger.places import keys_at
from ledger.store import Ledger
from ledger.views import InlineViews

WORKERS: Final = (1, 2, 4)
APPENDERS: Final = (1, 4, 16)
APPENDS: Final = 400
LONGEST_S: Final = 600.0
SERVER: Final = Path(__file__).parents[1] / "tests" / "peers" / "postgres_server.py"


class Commits:
    """Counts the commits of a process and the time they take."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self._begun = 0.0

    def reached(self, moment: Moment) -> None:
        """A commit begins, or is through."""
        if moment is Moment.COMMIT_BEFORE:
            self._begun = time.perf_counter()
        elif moment is Moment.COMMIT_AFTER:
            self.count += 1
            self.seconds += time.perf_counter() - self._begun


class WallClock:
    """The time of the machine, for the bare ledger."""

    def __init__(self) -> None:
        from bot.clock import SystemClock  # noqa: PLC0415 - only here

        self._clock = SystemClock()
        self.now = self._clock.now
        self.sleep = self._clock.sleep


def work(url: str, folder: Path, ready: Any, report: Any) -> None:
    """One worker process, until SIGTERM; then it says what its commits took."""
    asyncio.run(_work(url, folder, ready, report))


async def _work(url: str, folder: Path, ready: Any, report: Any) -> None:
    stop, commits = asyncio.Event(), Commits()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings(data=folder, database=Secret(url))
    async with open_app(settings, failpoints=commits) as app, on_shift(app) as shift:
        ready.release()
        await shift.run(stop)
    report.put((commits.count, commits.seconds))


async def run(url: str, workers: int, cases: int) -> dict[str, Any]:
    """So many workers on an empty database."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "company"
        write_company(folder, defaults())
        ready, report = context.Semaphore(0), context.Queue()
        async with _opened(url, folder) as app:
            started = [
                context.Process(target=work, args=(url, folder, ready, report))
                for _ in range(workers)
            ]
            for each in started:
                each.start()
            for _ in started:
                await asyncio.to_thread(ready.acquire)
            paths = [_lead(Path(base), n) for n in range(cases)]
            begun = time.perf_counter()
            await asyncio.gather(*(app.intake.file(path) for path in paths))
            await _until_cards(app, cases)
            seconds = time.perf_counter() - begun
            for each in started:
                each.terminate()
            told = [await asyncio.to_thread(report.get) for _ in started]
            for each in started:
                await asyncio.to_thread(each.join)
            facts = (await app.ledger.head()).seq
    commits = sum(count for count, _ in told)
    in_commits = sum(spent for _, spent in told)
    return {
        "workers": workers,
        "cases_per_s": round(cases / seconds, 2),
        "facts_per_case": round(facts / cases, 1),
        "commits_per_case": round(commits / cases, 1),
        "commit_ms": round(1000 * in_commits / max(commits, 1), 2),
        "commit_share": round(in_commits / seconds, 3),
    }


def _opened(url: str, folder: Path) -> Any:
    return open_app(Settings(data=folder, database=Secret(url)))


async def _until_cards(app: Any, count: int) -> None:
    async with asyncio.timeout(LONGEST_S), elsewhere(app):
        while len(await app.views.find(Approval, "status:pending")) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # what is waited for happens in other processes


def _lead(folder: Path, n: int) -> Path:
    mail = EmailMessage()
    mail["From"] = f"Person {n} <p{n}@example.com>"
    mail["To"] = "hello@studio-nord.example"
    mail["Subject"] = f"A new website {n}"
    mail["Message-ID"] = f"<lead-{n}@mail.example.com>"
    mail.set_content(
        "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\n"
        "Person\n"
    )
    path = folder / f"lead-{n}.eml"
    path.write_bytes(mail.as_bytes())
    return path


async def chain(url: str, appenders: int) -> float:
    """Appends a second of one company, each in a commit of its own, from so many connections."""
    async with AsyncExitStack() as closing:
        ledgers = []
        for _ in range(appenders):
            keys = keys_at(url, "chain")
            closing.callback(keys.close)
            ledger = await Ledger.open(
                url, company="chain", keys=keys, clock=WallClock(), projection=InlineViews()
            )
            ledgers.append(await closing.enter_async_context(ledger))
        before = (await ledgers[0].head()).seq
        each = APPENDS // appenders

        async def write(number: int, ledger: Ledger) -> None:
            for n in range(each):
                key = f"{before}/{number}/{n}"
                event = Told(topic="bench", text=key)
                await ledger.append([Draft(case=f"c-{number}", event=event, key=key, by="bench")])

        begun = time.perf_counter()
        await asyncio.gather(*(write(n, ledger) for n, ledger in enumerate(ledgers)))
        return each * appenders / (time.perf_counter() - begun)


@contextmanager
def _databases(given: str) -> Iterator[Any]:
    """Gives the URL of an empty database each time; one that was named is used as it is."""
    if given:
        yield lambda: given
        return
    spec = importlib.util.spec_from_file_location("postgres_server", SERVER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["postgres_server"] = module
    spec.loader.exec_module(module)
    server = module.PostgresServer(durable=True)
    server.start()
    try:
        yield server.fresh
    finally:
        server.end()


def measure(cases: int, database: str) -> dict[str, Any]:
    """All runs."""
    with _databases(database) as fresh:
        rates = {n: asyncio.run(chain(fresh(), n)) for n in APPENDERS}
        runs = [asyncio.run(run(fresh(), workers, cases)) for workers in WORKERS]
    commits = runs[0]["commits_per_case"]
    return {
        "cases": cases,
        "runs": runs,
        "speedup_2": round(runs[1]["cases_per_s"] / runs[0]["cases_per_s"], 2),
        "speedup_4": round(runs[2]["cases_per_s"] / runs[0]["cases_per_s"], 2),
        "chain_appends_per_s": {str(n): round(rate) for n, rate in rates.items()},
        "chain_cap_cases_per_s": round(max(rates.values()) / max(commits, 1), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--database", default="", help="an empty one; it must allow one run only")
    given = parser.parse_args()
    found = measure(given.cases, given.database)
    if given.json:
        print(json.dumps(found))
        return
    for each in found["runs"]:
        print(
            f"{each['workers']} workers: {each['cases_per_s']} cases/s, {each['commits_per_case']} "
            f"commits a case of {each['commit_ms']} ms, {each['commit_share']:.0%} of the time in "
            "commits"
        )
    print(f"2 workers do {found['speedup_2']} times as much as one, 4 {found['speedup_4']} times")
    print(f"one chain takes {found['chain_appends_per_s']} appends/s from 1, 4, 16 connections,")
    print(f"so no number of workers gets beyond {found['chain_cap_cases_per_s']} cases/s")


if __name__ == "__main__":
    main()
