"""What a node of a case's graph is, and which ones hold business sense."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graph.ports import World
from graph.state import CaseState

Node = Callable[[CaseState, World], Awaitable[dict[str, Any]]]
"""A chapter: the state and what may be read of the world; an update of the state."""


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """The chapters with business sense in them; the wait and the gate are always the same."""

    understand: Node
    recall: Node
    plan: Node
    delegate: Node
    review: Node
    report: Node
