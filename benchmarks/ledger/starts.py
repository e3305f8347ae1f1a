"""Starting: what it takes until a folder is at work, and what a rebuild needs beside the state.

Each start is a process of its own (`python -m benchmarks.ledger.starts WHAT FOLDER`), measured
after its imports.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select

from benchmarks.ledger.places import COMPANY, ledger_in
from bot.app import at_work, open_app
from bot.company.init import write_company
from bot.company.text import defaults
from bot.settings import Settings
from ledger.domain.present import Present
from ledger.lanes import WATERMARK
from ledger.store import Ledger, Tx
from ledger.tables import FACTS, VIEWS
from memory.local.store import LocalStore

SUBSCRIBERS: Final = ("router", "planner", "dispatcher", "memory")
_STATUS: Final = Path("/proc/self/status")
_PEAK: Final = Path("/proc/self/clear_refs")
_CASES_A_COMMIT: Final = 2_000


async def measure(folder: Path) -> dict[str, Any]:
    """All figures of starting with the ledger in `folder`. Its read tables are made anew."""
    colds = [await _elsewhere("cold", folder) for _ in range(3)]
    cold = sorted(colds, key=lambda one: float(one["cold_start_s"]))[1]
    if not _STATUS.exists():
        print("rebuild_extra_mb is null: this system has no /proc.", file=sys.stderr)
        return {**cold, "rebuild_extra_mb": None}
    live = await _elsewhere("live", folder)
    rebuilt = await _elsewhere("rebuild", folder)
    extra = rebuilt["peak_mb"] - live["live_mb"]
    return {
        **cold,
        "rebuild_extra_mb": round(extra, 1),
        "rebuild_live_mb": live["live_mb"],
        "rebuild_s": rebuilt["rebuild_s"],
    }


async def at_rest(folder: Path) -> None:
    """Leave the folder as a company leaves it that has reacted to everything."""
    if not (folder / "company.yaml").exists():
        write_company(folder, defaults(), force=True)
    async with ledger_in(folder) as ledger:
        head = await ledger.head()
        cases = await ledger.read(
            lambda connection: connection.execute(
                select(FACTS.c.case_id, FACTS.c.version).order_by(FACTS.c.seq)
            ).all()
        )
        newest = {str(case): int(version) for case, version in cases}
        await _reacted(ledger, newest)
        await ledger.transact(partial(_move, positions={WATERMARK: head.seq}))
    store = await LocalStore.open(folder / "memory.db")
    await store.advance(head.seq)
    await store.close()


async def _reacted(ledger: Ledger, newest: dict[str, int]) -> None:
    cases = list(newest.items())
    for start in range(0, len(cases), _CASES_A_COMMIT):
        page = dict(cases[start : start + _CASES_A_COMMIT])
        await ledger.transact(partial(_move, positions=page))


def _move(tx: Tx, positions: dict[str, int]) -> None:
    for name in SUBSCRIBERS:
        for case, position in positions.items():
            known, _ = tx.cursor(name, case)
            tx.move_cursor(name, case, expected=known, to=max(known, position), token="")


async def _elsewhere(what: str, folder: Path) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, what, str(folder), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"The process that measures {what!r} failed; see above.")
    found: dict[str, Any] = json.loads(out)
    return found


# --- in the process that is measured ----------------------------------------------------------


async def _cold(folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    async with open_app(Settings(data=folder)) as app:
        opened = time.perf_counter()
        async with at_work(app, "benchmark") as works:
            await works.relay.run_until_idle()
            ended = time.perf_counter()
    return {
        "cold_start_s": round(ended - began, 3),
        "cold_start_open_s": round(opened - began, 3),
        "cold_start_mb": _memory_mb("VmHWM"),
    }


async def _live(folder: Path) -> dict[str, Any]:
    """What the present state takes in memory, and nothing else."""
    async with ledger_in(folder) as ledger:
        before = _memory_mb("VmRSS")
        present = Present()
        await ledger.read(lambda connection: present.fold(ledger.stream_to_fold(connection)))
        gc.collect()
        return {"live_mb": round(_memory_mb("VmRSS") - before, 1), "seq": present.seq}


async def _rebuild(folder: Path) -> dict[str, Any]:
    """Delete the read tables and open: the most that it takes at any moment."""
    async with ledger_in(folder, views=False) as ledger:
        await ledger.transact(_empty)
    before = _memory_mb("VmRSS")
    _PEAK.write_text("5")
    began = time.perf_counter()
    async with ledger_in(folder):
        seconds = time.perf_counter() - began
    return {"peak_mb": _memory_mb("VmHWM") - before, "rebuild_s": round(seconds, 2)}


def _empty(tx: Tx) -> None:
    for table in VIEWS:
        tx.connection.execute(delete(table))


def _memory_mb(name: str) -> float:
    for line in _STATUS.read_text().splitlines() if _STATUS.exists() else ():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    assert defaults().id == COMPANY
    measured = {"cold": _cold, "live": _live, "rebuild": _rebuild}[sys.argv[1]]
    print(json.dumps(asyncio.run(measured(Path(sys.argv[2])))))
