"""A price changed: the operator hears which open offers used the old one, and their cases too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from graph.amounts import amount_words, day_words
from graph.desk import Desk, routed, tells
from graph.planners.repricing import change_words, used
from ledger.domain.entities import Action, ActionStatus, Approval, Case, Proposal
from ledger.domain.events import PriceChange, PricesChanged
from ledger.domain.facts import Draft, Fact
from ledger.domain.folding_actions import UNDECIDED

PRICES: Final = "prices"

_OPEN: Final = frozenset({"drafted", "sent"})


class Concerned(NamedTuple):
    """An open offer that used an old price, its case, and the card it waits with, if it does."""

    proposal: Proposal
    case: Case
    card: Approval | None


async def route_prices(fact: Fact, event: PricesChanged, desk: Desk) -> list[Draft]:
    """One line a changed price and an offer; cases whose card waits look at it afresh."""
    found = await _concerned(event.changes, desk)
    waiting = [one for one in found if one.card is not None]
    why = "A price in the offer that waits has changed."
    told = tells(fact, PRICES, _words(event.changes, found))
    return [told, *(routed(fact, one.case.id, PRICES, why) for one in waiting)]


async def _concerned(changes: Sequence[PriceChange], desk: Desk) -> list[Concerned]:
    found = []
    for proposal in await desk.views.all(Proposal):
        case = await desk.views.get(Case, proposal.case)
        if proposal.status not in _OPEN or case is None or case.closed:
            continue
        if any(used(proposal.lines, change) for change in changes):
            found.append(Concerned(proposal, case, await _card(proposal, desk)))
    return found


async def _card(proposal: Proposal, desk: Desk) -> Approval | None:
    """The card that this version of the offer waits with."""
    for action in await desk.views.all(Action, case=proposal.case):
        if action.name == "SendProposal" and action.status is ActionStatus.ASKING:
            card = await desk.views.get(Approval, action.approval)
            if card is not None and card.status in UNDECIDED:
                return card
    return None


def _words(changes: Sequence[PriceChange], found: Sequence[Concerned]) -> str:
    what = "; ".join(change_words(change) for change in changes)
    if not found:
        return f"{what}. No open offer used the old price."
    offers = "; ".join(_offer(one) for one in sorted(found, key=lambda one: one.case.number))
    return f"{what}. Open offers that used the old price: {offers}."


def _offer(one: Concerned) -> str:
    offer = one.proposal
    name = f"case {one.case.number}, {offer.number} over {amount_words(offer.total)}"
    if one.card is not None:
        return f"{name}, whose card {one.card.number} I take back"
    if offer.version not in offer.sent_versions:
        return f"{name}, not sent"
    until = day_words(offer.valid_until)
    return f"{name}, sent and valid until {until} as it stands (`undo {offer.number}` corrects it)"
