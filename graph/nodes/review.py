"""review: moves and drafts become facts and commands. What does not hold becomes a question.

Every draft is read once more before it may become part of a command: a text that names another
amount than the deal's is thrown away for the template.
"""

from __future__ import annotations

from typing import Any

from graph.looking import contact_of, invoice_of, moves_in, provenance_of, situation_of
from graph.making import Making
from graph.moves import CreditInvoice, SendAgain
from graph.ports import World
from graph.state import CaseState, as_json, said


async def review(state: CaseState, world: World) -> dict[str, Any]:
    """The facts the moves make true, and the actions they propose, in order."""
    moves = moves_in(state)
    if not moves:
        return {"proposed": []}
    situation = await situation_of(state, world)
    contact = await contact_of(situation.deal, world)
    making = Making.of(state, situation, contact)
    making.earlier = {
        move.action: await provenance_of(move.action, world)
        for move in moves
        if isinstance(move, SendAgain)
    }
    if any(isinstance(move, CreditInvoice | SendAgain) for move in moves):
        making.invoice = await invoice_of(situation.deal, world)
    for step, move in enumerate(moves):
        making.make(step, move)
    return {
        "out": [said(event) for event in making.events],
        "proposed": [as_json(action) for action in making.actions],
    }
