"""Replay: a case's deliveries run again from its facts, to see that they come out the same.

It holds no connector, no key and no way to the world: what the record does not answer stops it.
"""

from __future__ import annotations

from msgspec import Struct

from graph.checkpoints import Checkpoints, MemoryCheckpoints
from graph.past import past_of
from graph.rerun import Fold, Rerun, Reruns
from graph.threads import GraphMaker, Threads
from ledger.domain.reading import History


class ReplayReport(Struct, frozen=True, kw_only=True):
    """What a replay found. `first_difference` is written for people, "" where there is none.

    `erased` deliveries lost what they were about with the person it belonged to, so they could
    not be run again; that is no difference.
    """

    case: str
    deliveries: int
    identical: bool
    first_difference: str = ""
    erased: int = 0


class Replayer:
    """Replays cases in memory; the ledger and the threads of the running planner stay as is."""

    def __init__(
        self,
        history: History,
        make: GraphMaker,
        fold: Fold,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self._history = history
        self._make = make
        self._fold = fold
        self._checkpoints = checkpoints

    async def replay(self, case: str) -> ReplayReport:
        """Run every recorded delivery of a case again and compare what it says."""
        past = await past_of(self._history, case)
        checkpoints = self._checkpoints or MemoryCheckpoints()
        threads = Threads(self._make, checkpoints, "replay")
        return _report(case, await Reruns(threads, self._fold).all(past))


def _report(case: str, rerun: Rerun) -> ReplayReport:
    real = [found for found in rerun.differences if not found.erased]
    return ReplayReport(
        case=case,
        deliveries=rerun.deliveries,
        identical=not real,
        first_difference=real[0].words if real else "",
        erased=len(rerun.differences) - len(real),
    )
