"""What one append, one audit and one start cost as the ledger grows."""

from __future__ import annotations

from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

from benchmarks.ledger import reading, starts
from benchmarks.ledger.business import FACTS_A_DEAL, case_of, drafts
from benchmarks.ledger.places import grow, ledger_in
from benchmarks.ledger.rounds import taking_turns
from ledger.audit.trail import read_trail
from ledger.store import Ledger

_SMALLEST: Final = 10_000
_ONES: Final = 60
"""Appends or audits a round."""


def sizes(events: int) -> list[int]:
    """Ten thousand facts, ten times that, and so on up to `events`."""
    found = [events]
    while found[0] > _SMALLEST:
        found.insert(0, max(found[0] // 10, _SMALLEST))
    return found


async def measure(folder: Path, events: int) -> dict[str, Any]:
    """Let a ledger grow, look at each size, and take the figures of the whole at the end."""
    own, costs, whole = folder / "growth", [], {}
    for size in sizes(events):
        async with ledger_in(own) as ledger:
            await grow(ledger, size)
            cost = await _costs(ledger, size)
            if size == events:
                whole = await reading.measure(ledger, folder)
        await starts.at_rest(own)
        began = await starts.measure(own)
        costs.append({"events": size, **cost, "cold_start_s": began["cold_start_s"]})
    disk_mb = (own / "ledger.db").stat().st_size / 1e6
    return {**whole, **began, "disk_mb": round(disk_mb, 1), "growth": costs}


async def _costs(ledger: Ledger, size: int) -> dict[str, Any]:
    """One append to a new case, and one audit of a case out of the middle."""
    source = drafts(10**9, first=10_000_000 + size)
    middle = size // FACTS_A_DEAL // 2
    middles = (case_of(middle + number % _ONES) for number in count())
    append_s, audit_s = await taking_turns(
        partial(_append, ledger, source), partial(_audit, ledger, middles)
    )
    return {
        "append_ms": round(append_s / _ONES * 1000, 3),
        "audit_ms": round(audit_s / _ONES * 1000, 3),
    }


async def _append(ledger: Ledger, source: Any) -> None:
    for draft in islice(source, _ONES):
        await ledger.append([draft])


async def _audit(ledger: Ledger, cases: Any) -> None:
    for case in islice(cases, _ONES):
        assert (await read_trail(ledger, case)).facts
