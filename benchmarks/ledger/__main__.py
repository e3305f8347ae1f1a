"""Run `python -m benchmarks.ledger [--json] [--events N] [--only NAME] [--folder PATH]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.ledger import appends, effects, growth, planning

EVENTS: Final = 100_000
"""Large enough to see what grows, small enough for a few minutes."""


def main() -> None:
    """Measure, and print one JSON object or a table."""
    chosen = _arguments()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        found = asyncio.run(_measure(Path(folder), chosen.events, chosen.only))
    if chosen.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:40} {json.dumps(value)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--events", type=int, default=EVENTS, help="size of the largest ledger")
    parser.add_argument("--only", choices=sorted(_PARTS), help="measure one part")
    parser.add_argument("--folder", help="where files are kept meanwhile (which disk is measured)")
    return parser.parse_args()


async def _measure(folder: Path, events: int, only: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in [only] if only else _PARTS:
        print(f"measuring {name} …", file=sys.stderr)
        began = time.perf_counter()
        found |= await _PARTS[name](folder, events, found)
        print(f"  {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return {**found, "conditions": _conditions(events)}


async def _appends(folder: Path, _events: int, _found: dict[str, Any]) -> dict[str, Any]:
    return await appends.measure(folder)


async def _effects(folder: Path, _events: int, found: dict[str, Any]) -> dict[str, Any]:
    raw = found.get("raw_commit_ms") or (await appends.measure(folder))["raw_commit_ms"]
    return await effects.measure(folder / "effects", raw)


async def _planning(folder: Path, _events: int, _found: dict[str, Any]) -> dict[str, Any]:
    return await planning.measure(folder / "planning")


async def _growth(folder: Path, events: int, _found: dict[str, Any]) -> dict[str, Any]:
    return await growth.measure(folder, events)


_PARTS: Final[dict[str, Callable[[Path, int, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "appends": _appends,
    "effects": _effects,
    "planning": _planning,
    "growth": _growth,
}


def _conditions(events: int) -> dict[str, Any]:
    """What a reader must know to compare figures."""
    return {
        "events": events,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }


if __name__ == "__main__":
    main()
