"""The chapters of a case, put together."""

from __future__ import annotations

from typing import Final

from graph.chapters import Nodes
from graph.nodes.delegate import delegate
from graph.nodes.plan import plan
from graph.nodes.recall import recall
from graph.nodes.report import report
from graph.nodes.review import review
from graph.nodes.understand import understand

NODES: Final = Nodes(
    understand=understand,
    recall=recall,
    plan=plan,
    delegate=delegate,
    review=review,
    report=report,
)
"""What the product runs."""
