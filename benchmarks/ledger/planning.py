"""What planning a delivery costs beside bare LangGraph with the same nodes and checkpointer."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from langgraph.types import Command
from langsmith.run_helpers import tracing_context

from benchmarks.ledger.effects import lead_mail
from bot.app import at_work, open_app
from bot.company.init import write_company
from bot.company.text import defaults
from bot.settings import Settings
from graph.build import Context, case_graph
from graph.checkpoints import FileCheckpoints
from graph.nodes import NODES
from graph.past import payload
from graph.ports import World
from graph.records import company_sha
from graph.runner import Runner
from ledger.domain.facts import Delivery, Reaction

LEADS: Final = 12


async def measure(folder: Path) -> dict[str, Any]:
    """Plan some leads; every delivery runs once in the product and once in the bare graph."""
    write_company(folder, defaults(), force=True)
    async with _bare(folder / "bare.db") as bare, open_app(Settings(data=folder)) as app:
        handle = Runner.handle
        ours: list[float] = []
        theirs: list[float] = []

        async def handling(self: Runner, delivery: Delivery) -> Reaction:
            began = time.perf_counter()
            reaction = await handle(self, delivery)
            ours.append(time.perf_counter() - began)
            theirs.append(await bare.deliver(delivery, self._world))
            return reaction

        Runner.handle = handling  # type: ignore[method-assign]  # listens
        try:
            async with at_work(app, "benchmark") as works:
                for number in range(LEADS):
                    await app.intake.mail(lead_mail(number), f"lead-{number}.eml")
                await works.relay.run_until_idle()
        finally:
            Runner.handle = handle  # type: ignore[method-assign]  # as it was
    return {
        "planner_ratio": round(median(ours) / median(theirs), 2),
        "planner_ms": round(median(ours) * 1000, 2),
        "planner_bare_ms": round(median(theirs) * 1000, 2),
    }


class _Plainly:
    """The surroundings without a record of what was asked."""

    def __init__(self, world: World) -> None:
        self._world = world

    def at(self, place: str) -> World:  # noqa: ARG002 - every place asks the same world
        return self._world


class _Bare:
    """The nodes in LangGraph as its manual runs them: a thread a case, resumed at its head."""

    def __init__(self, checkpoints: FileCheckpoints) -> None:
        self._graph = case_graph(NODES, checkpoints.saver)
        self._begun: set[str] = set()

    async def deliver(self, delivery: Delivery, world: World) -> float:
        """Seconds for one delivery."""
        case = delivery.fact.case
        company = company_sha(await world.company())
        given = payload(delivery.fact, delivery.source, company)
        began = time.perf_counter()
        if case not in self._begun:
            self._begun.add(case)
            await self._run(case, {"case": case, "deal": {}, "drafted": [], "out": []}, world)
        await self._run(case, Command(resume=given), world)
        return time.perf_counter() - began

    async def _run(self, case: str, given: Any, world: World) -> None:
        config: Any = {"configurable": {"thread_id": case}, "recursion_limit": 60}
        with tracing_context(enabled=False):
            await self._graph.ainvoke(
                given, config, context=Context(_Plainly(world)), durability="exit"
            )


@asynccontextmanager
async def _bare(path: Path) -> AsyncIterator[_Bare]:
    checkpoints = await FileCheckpoints.open(path)
    try:
        yield _Bare(checkpoints)
    finally:
        await checkpoints.close()
