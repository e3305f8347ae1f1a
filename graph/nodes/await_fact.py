"""await_fact: the wait, and nothing but the wait.

A node that waits is run again from its first line when it is resumed. So nothing may stand
beside the wait: an effect, a read or a model call here would happen twice.
"""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt

from graph.ports import World
from graph.state import CaseState


async def await_fact(state: CaseState, _world: World) -> dict[str, Any]:
    """Wait for the next fact of the case, then clear the table for its delivery.

    The runner resumes it with `{"fact": …, "source": … or None, "company": sha256}`.
    """
    delivered = interrupt({"waits_for": "fact"})
    return {
        "fact": delivered["fact"],
        "source": delivered["source"],
        "company": delivered["company"],
        "company_is_new": delivered["company"] != state.get("company"),
        "understood": None,
        "recalled": None,
        "moves": [],
        "briefs": [],
        "proposed": [],
        "drafted": None,
        "out": None,
    }
