"""plan: the planner picks moves; each must be legal now; each text they need becomes a brief."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from graph.briefing import briefs_for, language_of
from graph.looking import (
    booked_elsewhere,
    contact_of,
    fact_in,
    is_quiet,
    is_running,
    situation_of,
)
from graph.moves import (
    AnyMove,
    AskOperator,
    Choice,
    Wait,
    WakeMe,
    WakeOnWorkday,
    is_legal,
    move_json,
)
from graph.planners.model import ModelPlanner
from graph.planners.playbook import Playbook
from graph.planners.wording import described
from graph.ports import World
from graph.situation import Planned, Situation
from graph.state import CaseState, said
from ledger.domain.events import PlanMade, PlanStep, UndoOrdered


async def plan(state: CaseState, world: World) -> dict[str, Any]:
    """Moves, briefs and the plan as a fact. Waiting alone is no plan worth recording."""
    if is_quiet(fact_in(state).event):
        return {"moves": [], "briefs": []}
    situation = await situation_of(state, world)
    contact = await contact_of(situation.deal, world)
    situation = replace(
        situation,
        cases=contact.cases if contact else (),
        booked=await booked_elsewhere(situation.deal, world),
        running=await _is_running(situation, world),
        language=language_of(situation, contact),
    )
    planned = await ModelPlanner(Playbook()).choose(situation, world)
    choice = allowed(situation, planned.choice)
    out = [said(event) for event in planned.fell_back]
    if any(not isinstance(move, Wait | WakeMe | WakeOnWorkday) for move in choice.moves):
        out.append(said(_made(planned, choice)))
    briefs = briefs_for(situation, choice.moves, contact)
    return {
        "moves": [move_json(move) for move in choice.moves],
        "briefs": [*briefs],
        "out": out,
    }


async def _is_running(situation: Situation, world: World) -> bool:
    """Whether what the operator wants undone is being tried."""
    order = situation.event
    doing = situation.deal.meant(order.target) if isinstance(order, UndoOrdered) else None
    return doing is not None and await is_running(doing.action, world)


def allowed(situation: Situation, choice: Choice) -> Choice:
    """The choice, or a question where one of its moves may not be made at this point."""
    wrong = next((move for move in choice.moves if not is_legal(situation.deal, move)), None)
    if wrong is None:
        return choice
    stage = situation.deal.stage.value
    why = f"{described((wrong,))[0]} is not possible while the deal is {stage}."
    question = AskOperator(
        topic="illegal",
        about=situation.cause,
        text=f"{why} Nothing was done. What should happen?",
        why=why,
    )
    return Choice(id="ask-operator", moves=(question,), why=why)


def _made(planned: Planned, choice: Choice) -> PlanMade:
    return PlanMade(
        goal=choice.goal,
        planner=planned.planner,
        steps=tuple(_steps(choice.moves)),
        why=choice.why,
        not_taken=choice.not_taken,
        remark=planned.remark,
        rests_on=planned.rests_on,
    )


def _steps(moves: Sequence[AnyMove]) -> list[PlanStep]:
    words = described(moves)
    return [
        PlanStep(str(at), what, (str(at - 1),) if at > 1 else ())
        for at, what in enumerate(words, 1)
    ]
