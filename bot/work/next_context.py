"""What the next model call on a case would see, whether or not there is a model to see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.work.gathering import Present, gathered
from graph.agents.fallback import TIERS, budget_of
from graph.deal import Deal
from graph.folding import deal_after
from graph.planners.remembering import Past
from graph.planners.wording import offer_words, things
from graph.ports import Gathering
from ledger.domain.entities import Case
from ledger.domain.errors import UnknownFact
from ledger.domain.events import CaseOpened, Recalled, Routed
from ledger.domain.facts import Fact
from ledger.domain.identity import met_as
from ledger.domain.reading import History
from memory.sight import Part
from memory.working import Item, Sections, WorkingContext, assembled

if TYPE_CHECKING:
    from bot.opening import App


async def next_context(app: App, case: Case, part: Part) -> WorkingContext:
    """What a call of this part of the main model would see now. What it is about comes with the
    next fact, so the goal says where the case stands; recalled is what the last plan recalled."""
    now = app.clock.now()
    facts = await app.ledger.case(case.id)
    deal = await _deal(app.ledger, facts)
    present = Present(
        views=app.views,
        history=app.ledger,
        policies=app.policies,
        company=app.company,
        now=now,
    )
    asked = Gathering(case=case.id, part=part.value, contact=case.contact, items=_items(deal))
    bearing = await gathered(present, asked)
    past = await _past(app, case, facts, now) if part is Part.PLAN else None
    sections = Sections(
        goal=_goal(app, case, deal, part),
        facts=bearing.facts,
        tasks=bearing.tasks,
        turns=bearing.turns,
        recalled=tuple(past.shown()) if past else (),
        withheld=(*bearing.withheld, *(past.withheld() if past else ())),
    )
    return assembled(sections, budget_of(app.company.budgets, TIERS[0]))


async def _deal(history: History, facts: Sequence[Fact]) -> Deal:
    deal = Deal()
    for fact in facts:
        deal = deal_after(deal, fact, await _source(history, fact))
    return deal


async def _source(history: History, fact: Fact) -> Fact | None:
    match fact.event:
        case Routed(fact=source) | CaseOpened(fact=source):
            try:
                return await history.fact(source)
            except UnknownFact:  # then the deal knows less of it
                return None
        case _:
            return None


async def _past(app: App, case: Case, facts: Sequence[Fact], now: datetime) -> Past:
    """What the last plan of the case recalled, as old as it is today."""
    newest = next((f for f in reversed(facts) if isinstance(f.event, Recalled)), None)
    contact = await met_as(app.views, case.contact) if case.contact else None
    recalled = newest.event if newest and isinstance(newest.event, Recalled) else Recalled()
    return Past(
        recalled=recalled.episodes,
        case=case.id,
        cases=contact.cases if contact else (),
        now=newest.at if newest else now,
        stale=recalled.stale,
    )


def _items(deal: Deal) -> tuple[str, ...]:
    offered = deal.sent_offer.wanted if deal.sent_offer else deal.requested
    return tuple(dict.fromkeys(one.item for one in offered))


def _goal(app: App, case: Case, deal: Deal, part: Part) -> tuple[Item, ...]:
    told = {
        "next": f"whatever happens next in {case.id} ({part.value})",
        "stage": deal.stage.value,
        "offer": offer_words(deal.sent_offer) if deal.sent_offer else "none",
        "wants": things(app.company, deal.requested) or "nothing yet",
    }
    return tuple(
        Item(
            id=name, under=name, single=True, text=text, facts=(deal.opened,) if deal.opened else ()
        )
        for name, text in told.items()
    )
