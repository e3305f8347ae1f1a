"""Work that the operator says is done: the case it belongs to."""

from __future__ import annotations

from typing import Final

from graph.desk import Desk, routed, tells
from ledger.domain.entities import Case
from ledger.domain.events import WorkReported
from ledger.domain.facts import Draft, Fact

WORK: Final = "work"


async def route_work(fact: Fact, report: WorkReported, desk: Desk) -> list[Draft]:
    """To the case that was named; what it makes due, the case itself decides."""
    if await desk.views.get(Case, report.target) is None:
        text = f"There is no case {report.target!r}, so nothing was noted."
        return [tells(fact, WORK, text)]
    return [routed(fact, report.target, WORK, f"{report.operator} says that it is done.")]
