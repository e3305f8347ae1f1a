"""delegate: one agent writes one text, from typed values alone. Runs once a brief, side by side."""

from __future__ import annotations

from typing import Any

from graph.agents.draft_model import drafted
from graph.briefs import brief_of
from graph.ports import World
from graph.state import CaseState, as_json, said


async def delegate(state: CaseState, world: World) -> dict[str, Any]:
    """The draft for `state["brief"]`."""
    work = await drafted(world, brief_of(state["brief"]))
    return {
        "drafted": [as_json(work.drafted)],
        "out": [said(event) for event in work.fell_back],
    }
