"""Replays of cases: the planner once more, over what was recorded."""

from __future__ import annotations

from functools import partial

from graph.build import case_graph
from graph.folding import fold_json
from graph.nodes import NODES
from graph.replayer import Replayer
from ledger.store import Ledger


def replayer(ledger: Ledger) -> Replayer:
    """Replays the cases of a ledger; it has no way to the world."""
    return Replayer(ledger, partial(case_graph, NODES), fold_json)
