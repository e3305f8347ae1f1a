"""Threads: one a case, resumed only at the checkpoint that the ledger knows of.

The head of a thread may belong to a run whose facts were never committed; resuming there hands
the second gate the first gate's answer. So every call names its checkpoint, and a new one is
found by the mark its run carried, never by being the newest (clocks jump).
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.types import Command
from langsmith.run_helpers import tracing_context
from msgspec import Struct

from graph.build import CaseGraph, Context
from graph.checkpoints import Checkpoints
from graph.ports import Surroundings
from graph.state import CaseState, Json
from ledger.domain.errors import CooError

RECURSION_LIMIT = 60
"""Steps a single delivery may take; the way round is nine."""

_MARK = "coo_run"

GraphMaker = Callable[[BaseCheckpointSaver[str]], CaseGraph]


class ThreadBusy(CooError):
    """Two deliveries wanted the thread of one case at once."""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"The planner already works on case {case!r}.",
            "Nothing was done twice. The delivery is repeated when the first one is through.",
        )


class ThreadLost(CooError):
    """A run ended somewhere else than at its wait."""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"The thread of case {case!r} did not come back to its wait.",
            "Its checkpoint is not used. The delivery is repeated from the last good one.",
        )


class Ran(Struct, frozen=True, kw_only=True):
    """Where a run ended: the checkpoint to resume next, and the state there."""

    checkpoint: str
    state: CaseState


class Threads:
    """The threads of one company in one store of checkpoints."""

    def __init__(self, make: GraphMaker, checkpoints: Checkpoints, company: str) -> None:
        self._graph = make(checkpoints.saver)
        self._checkpoints = checkpoints
        self._company = company
        self._busy: set[str] = set()

    @contextmanager
    def alone(self, case: str) -> Iterator[None]:
        """Hold a case's thread. Raises `ThreadBusy` where another delivery has it."""
        if case in self._busy:
            raise ThreadBusy(case)
        self._busy.add(case)
        try:
            yield
        finally:
            self._busy.discard(case)

    async def has(self, case: str, checkpoint: str) -> bool:
        """Whether the checkpoint is still there. LangGraph itself would start from nothing."""
        config = self._config(case, checkpoint)
        return await self._checkpoints.saver.aget_tuple(config) is not None

    async def at(self, case: str, checkpoint: str) -> Ran:
        """A checkpoint with its state, without running anything."""
        snapshot = await self._graph.aget_state(self._config(case, checkpoint))
        return Ran(checkpoint=checkpoint, state=cast("CaseState", snapshot.values))

    async def start(
        self, case: str, surroundings: Surroundings, *, deal: Json | None = None
    ) -> Ran:
        """A new thread that waits for its first fact, from a deal where one is known."""
        await self._checkpoints.drop(self._thread(case))
        begin: CaseState = {"case": case, "deal": deal or {}, "drafted": [], "out": []}
        return await self._run(case, begin, surroundings, "")

    async def resume(
        self, case: str, checkpoint: str, delivered: Json, surroundings: Surroundings
    ) -> Ran:
        """Hand the next fact to exactly this checkpoint."""
        return await self._run(case, Command(resume=delivered), surroundings, checkpoint)

    async def keep_only(self, case: str, *checkpoints: str) -> None:
        """Forget all others: older ones, and those of runs whose facts were never committed."""
        await self._checkpoints.prune(self._thread(case), [name for name in checkpoints if name])

    async def erase(self, case: str) -> None:
        """Forget the whole thread, and leave nothing of it on disk."""
        await self._checkpoints.erase([self._thread(case)])

    async def _run(self, case: str, given: Any, surroundings: Surroundings, checkpoint: str) -> Ran:
        mark = uuid.uuid4().hex
        config = self._config(case, checkpoint)
        config["recursion_limit"] = RECURSION_LIMIT
        config["metadata"] = {_MARK: mark}
        # A tracing variable in the environment would send whole cases to somebody's server.
        with tracing_context(enabled=False):
            state = await self._graph.ainvoke(
                given, config, context=Context(surroundings), durability="exit"
            )
        if not state.pop("__interrupt__", ()):
            raise ThreadLost(case)
        return Ran(checkpoint=await self._marked(case, mark), state=cast("CaseState", state))

    async def _marked(self, case: str, mark: str) -> str:
        found = self._checkpoints.saver.alist(self._config(case), filter={_MARK: mark}, limit=1)
        # Left half-way, a generator is closed at some later time, perhaps after its connection.
        async with aclosing(cast("AsyncGenerator[CheckpointTuple]", found)) as checkpoints:
            async for each in checkpoints:
                return str(each.config["configurable"]["checkpoint_id"])
        raise ThreadLost(case)

    def _config(self, case: str, checkpoint: str = "") -> RunnableConfig:
        where = {"thread_id": self._thread(case), "checkpoint_ns": ""}
        return {"configurable": {**where, **({"checkpoint_id": checkpoint} if checkpoint else {})}}

    def _thread(self, case: str) -> str:
        return f"{self._company}/{case}"
