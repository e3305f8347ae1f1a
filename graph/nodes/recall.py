"""recall: ask memory for similar deals before anything about money is decided."""

from __future__ import annotations

from typing import Any

import msgspec

from graph.looking import deal_in
from graph.ports import RecallRequest, World
from graph.slots import Intent, Slots
from graph.state import CaseState, Json, as_json, said
from ledger.domain.events import Recalled

_WORTH_IT = frozenset({Intent.NEW_REQUEST, Intent.COUNTER_OFFER, Intent.ACCEPTANCE})


async def recall(state: CaseState, world: World) -> dict[str, Any]:
    """What memory offers, kept with the plan; nothing where nothing is negotiated."""
    data = (state.get("understood") or {}).get("slots")
    slots = msgspec.convert(data, Slots) if data else None
    if slots is None or slots.intent not in _WORTH_IT:
        return {}
    deal = deal_in(state)
    items = tuple(one.item for one in slots.wanted) or tuple(one.item for one in deal.requested)
    request = RecallRequest(
        text=f"{slots.intent.value.replace('_', ' ')} {' '.join(items)}".strip(),
        contact=deal.contact,
        items=items,
        not_case=deal.case,
        precedents=slots.intent is Intent.NEW_REQUEST and bool(items),
    )
    found = await world.recall(request)
    event = Recalled(
        query=request.text,
        degraded=found.degraded,
        stale=found.stale,
        episodes=found.episodes,
        deals=tuple(deal.number for deal in found.precedents.deals),
    )
    recalled: Json = {
        "episodes": [as_json(episode) for episode in found.episodes],
        "degraded": found.degraded,
        "stale": [as_json(each) for each in found.stale],
    }
    if found.precedents:
        recalled["precedents"] = as_json(found.precedents)
    return {"recalled": recalled, "out": [said(event)]}
