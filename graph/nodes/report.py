"""report: the words at the end of a delivery, and the deal as all its facts leave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph.folding import deal_said
from graph.looking import deal_in, fact_in, moves_in
from graph.moves import AnyMove, CloseDeal, Decide, TellOperator, WakeMe, WakeOnWorkday
from graph.ports import World
from graph.state import CaseState, Json, as_json, event_of, said
from ledger.domain.events import (
    AlarmSet,
    Alternative,
    CaseClosed,
    DecisionRecorded,
    Event,
    Told,
)
from ledger.domain.facts import short_id


async def report(state: CaseState, world: World) -> dict[str, Any]:
    """Decisions, news, alarms and the end of the case; then the fold of everything said."""
    out: list[Json] = [
        said(event)
        for step, move in enumerate(moves_in(state))
        for event in _closing(state, step, await _dated(move, world))
    ]
    deal = deal_in(state)
    for entry in (*state.get("out", []), *out):
        deal = deal_said(deal, event_of(entry["event"]))
    return {"deal": as_json(deal), "out": out}


async def _dated(move: AnyMove, world: World) -> AnyMove:
    """The moment behind a working day; that calendar is read, so it is on record."""
    if not isinstance(move, WakeOnWorkday):
        return move
    due = await world.workday(move.on, move.after, move.country)
    return WakeMe(due=due, purpose=move.purpose)


def _closing(state: CaseState, step: int, move: AnyMove) -> Iterator[Event]:
    fact = fact_in(state)
    match move:
        case Decide():
            yield DecisionRecorded(
                decision=short_id("dec", fact.case, fact.id, step),
                topic=move.topic,
                chosen=move.chosen,
                by=move.by,
                evidence=move.evidence,
                alternatives=tuple(Alternative(*pair) for pair in move.alternatives),
                outcome=move.outcome,
                about=move.about,
            )
        case TellOperator():
            yield Told(topic=move.topic, text=move.text)
        case WakeMe():
            alarm = short_id("alm", fact.case, fact.id, step)
            yield AlarmSet(alarm=alarm, due=move.due, purpose=move.purpose)
        case CloseDeal():
            yield CaseClosed(outcome=move.outcome)
        case _:
            return
