"""The fold of strays: mails and payments that fit no case, until a person places them."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.domain.entities import Entity, Stray
from ledger.domain.events import ExpensePaid, PayoutArrived, Routed, StrayPlaced, Unrouted
from ledger.domain.facts import Fact
from ledger.domain.look import STRAY_NUMBERS, Look
from ledger.domain.messages import Outcome

_PLACEABLE: Final = frozenset({"mail", "payment"})


def fold_strays(fact: Fact, look: Look) -> list[Entity]:
    """What fits no case is listed; once it is routed, or put aside by hand, no longer."""
    match fact.event:
        case Unrouted() as event:
            return _stray(event, fact, look)
        case StrayPlaced() as event:
            return _placed(event.fact, event.case, look)
        case PayoutArrived() | ExpensePaid() as event:
            return _placed(event.fact, "", look)
        case Routed() as event if event.kind in _PLACEABLE:
            return _placed(event.fact, fact.case, look)
        case _:
            return []


def _stray(event: Unrouted, fact: Fact, look: Look) -> list[Entity]:
    known = look.get(Stray, event.fact)
    if (
        event.kind not in _PLACEABLE
        or event.settled
        or event.outcome == Outcome.NO_ACTION
        or known is not None
    ):
        return []
    number = look.add(STRAY_NUMBERS)
    return [Stray(id=event.fact, kind=event.kind, number=number, why=event.why, since=fact.at)]


def _placed(stray: str, case: str, look: Look) -> list[Entity]:
    known = look.get(Stray, stray)
    if known is None or (known.placed and known.case == case):
        return []
    return [replace(known, placed=True, case=case)]
