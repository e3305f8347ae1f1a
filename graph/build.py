"""The graph of a case. Read it as a table of contents; the chapters are in graph/nodes/."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from graph.chapters import Node, Nodes
from graph.nodes.await_fact import await_fact
from graph.nodes.gate import gate
from graph.ports import Surroundings
from graph.state import CaseState
from ledger.domain.values import canonical


@dataclass(frozen=True)
class Context:
    """What LangGraph hands to every chapter of one delivery."""

    surroundings: Surroundings


CaseGraph = CompiledStateGraph[CaseState, Context, CaseState, CaseState]

NODE_SECONDS = 180.0
"""A node that takes longer is given up, and its delivery is tried again."""


def case_graph(
    nodes: Nodes, saver: BaseCheckpointSaver[str], *, seconds: float = NODE_SECONDS
) -> CaseGraph:
    """await_fact → understand → recall → plan → (delegate …) → review → gate → report → again.

    There is no END: a closed case waits too, since a late payment or a reply may come.
    """
    graph = StateGraph(CaseState, context_schema=Context)

    _chapter(graph, "await_fact", await_fact, seconds)
    _chapter(graph, "understand", nodes.understand, seconds)
    _chapter(graph, "recall", nodes.recall, seconds)
    _chapter(graph, "plan", nodes.plan, seconds)
    _chapter(graph, "delegate", nodes.delegate, seconds)
    _chapter(graph, "review", nodes.review, seconds)
    _chapter(graph, "gate", gate, seconds)
    _chapter(graph, "report", nodes.report, seconds)

    graph.add_edge(START, "await_fact")
    graph.add_edge("await_fact", "understand")
    graph.add_edge("understand", "recall")
    graph.add_edge("recall", "plan")
    graph.add_conditional_edges("plan", _one_each, ["delegate", "review"])
    graph.add_edge("delegate", "review")
    graph.add_edge("review", "gate")
    graph.add_edge("gate", "report")
    graph.add_edge("report", "await_fact")

    return graph.compile(checkpointer=saver)


def _one_each(state: CaseState) -> list[Send] | str:
    """One `delegate` a brief, side by side; without briefs straight to the review."""
    briefs = state.get("briefs") or []
    return [Send("delegate", {**state, "brief": brief}) for brief in briefs] or "review"


def _chapter(graph: StateGraph[Any, Any], name: str, node: Node, seconds: float) -> None:
    async def run(state: CaseState, runtime: Runtime[Context]) -> dict[str, Any]:
        return await node(state, runtime.context.surroundings.at(_place(name, state)))

    graph.add_node(name, run, timeout=seconds)


def _place(name: str, state: CaseState) -> str:
    if name != "delegate":
        return name
    return f"delegate.{hashlib.sha256(canonical(state['brief'])).hexdigest()[:8]}"
