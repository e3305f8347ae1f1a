"""What the operator wants undone: the case it belongs to."""

from __future__ import annotations

from typing import Final

from graph.desk import Desk, routed, tells
from ledger.domain.entities import Action, Case, CreditNote, Invoice, Payment, Proposal
from ledger.domain.events import UndoOrdered
from ledger.domain.facts import Draft, Fact

UNDO: Final = "undo"

Kind = type[Action] | type[Invoice] | type[CreditNote] | type[Proposal]
_KINDS: Final[tuple[Kind, ...]] = (Action, Invoice, CreditNote, Proposal)


async def route_undo(fact: Fact, order: UndoOrdered, desk: Desk) -> list[Draft]:
    """To the case whose doing it is; what belongs to none is answered in words."""
    case = await _case(order.target, desk)
    if not case:
        text = (
            f"Nothing in a case is called {order.target!r}, so nothing was undone. Name an action, "
            "a document by its number, or a case; `audit CASE` shows them."
        )
        return [tells(fact, UNDO, text)]
    return [routed(fact, case, UNDO, f"{order.operator} wants {order.target} undone.")]


async def _case(target: str, desk: Desk) -> str:
    if await desk.views.get(Case, target):
        return target
    for kind in _KINDS:
        found = await desk.views.get(kind, target)
        if found is not None:
            return found.case
    payment = await desk.views.get(Payment, target)
    return payment.cases[0] if payment and payment.cases else ""
