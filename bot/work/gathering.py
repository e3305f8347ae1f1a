"""What bears on a model call, read from the present: turns, open tasks, facts and limits."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from graph.ports import Gathered, Gathering
from ledger.domain.company import Company
from ledger.domain.documents import Document
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Alarm,
    Approval,
    ApprovalStatus,
    Case,
    Commitment,
    Question,
    Stop,
)
from ledger.domain.errors import UnknownFact
from ledger.domain.events import LeftOut
from ledger.domain.facts import Fact
from ledger.domain.identity import Identity, identity
from ledger.domain.knowledge import COMPANY, Knowledge
from ledger.domain.known import all_in_force
from ledger.domain.reading import History, Views
from memory.bearing import Open, Rule, known_facts, limits_of, tasks_of
from memory.papers import MOST_DOCUMENTS, documents_of
from memory.sight import SIGHTS, Part, Sight, Veil
from memory.turns import needed, turns_of
from memory.working import OLDER, Item, Section
from policies.engine import Policies

WAITING: Final = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})
UNDER_WAY: Final = frozenset(
    {ActionStatus.ALLOWED, ActionStatus.ATTEMPTED, ActionStatus.WITHHELD, ActionStatus.UNKNOWN}
)
"""Steps that wait for something else than the owner's word."""

NEXT_STEPS: Final = ("SendProposal", "SendReply", "IssueInvoice", "SendInvoice")
"""Commands whose rules bear on what is planned."""


MOST_FACTS: Final = 400
"""Facts of a case among which its last messages are looked for: a delivery makes about ten."""


class Present(Struct, frozen=True, kw_only=True):
    """Where it is read from."""

    views: Views
    history: History
    policies: Policies
    company: Company
    now: datetime


async def gathered(present: Present, asked: Gathering) -> Gathered:
    """What a call of this part may see of the case, and what it may not."""
    part = Part(asked.part)
    sight = SIGHTS[part]
    who = await identity(present.views, asked.contact) if asked.contact else None
    veil = _veil(who, sight)
    facts, before = await _recent(present, asked.case)
    desk = await _desk(present, facts)
    turns = turns_of(facts, desk, sight, veil, now=asked.about)
    papers = documents_of(await _documents(present, asked.case), sight)
    known, withheld = known_facts(await _in_force(present, asked, who), sight, veil)
    limits = await _limits(present, asked, who) if part is Part.PLAN else ()
    return Gathered(
        turns=(*papers.shown, *turns.shown),
        tasks=tasks_of(await _open(present, asked, who), veil) if sight.tasks else (),
        facts=(*limits, *known),
        withheld=(*before, *papers.withheld, *turns.withheld, *(withheld if sight.knows else ())),
    )


async def _recent(present: Present, case: str) -> tuple[Sequence[Fact], tuple[LeftOut, ...]]:
    """The last facts of a case, and a note of those that are not even looked at."""
    found = await present.views.get(Case, case)
    skipped = max((found.version if found else 0) - MOST_FACTS, 0)
    facts = await present.history.case(case, after=skipped)
    why = f"{OLDER}: the first {skipped} facts of the case"
    return facts, ((LeftOut(Section.TURNS.value, case, why),) if skipped else ())


def _veil(who: Identity | None, sight: Sight) -> Veil:
    return Veil(() if who is None or sight.names else who.names)


async def _desk(present: Present, facts: Sequence[Fact]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for name in needed(facts):
        try:
            found[name] = await present.history.fact(name)
        except UnknownFact:  # then the turn is not shown
            continue
    return found


async def _documents(present: Present, case: str) -> list[tuple[Document, Fact]]:
    """The documents of the case that counts as theirs, with what they say."""
    found = await present.views.find(Document, f"case:{case}") if case else ()
    facts = {}
    for one in found[-MOST_DOCUMENTS:]:
        with contextlib.suppress(UnknownFact):  # then it is not shown
            facts[one.id] = await present.history.fact(one.fact)
    return [(one, facts[one.id]) for one in found if one.id in facts]


async def _in_force(present: Present, asked: Gathering, who: Identity | None) -> list[Knowledge]:
    """Of the contact, of the items in question, and of the company."""
    subjects = ((who.id,) if who else ()) + (*asked.items, COMPANY)
    return await all_in_force(present.views, subjects, present.now)


async def _open(present: Present, asked: Gathering, who: Identity | None) -> Open:
    views, case = present.views, asked.case
    approvals = await views.all(Approval, case=case)
    questions = await views.all(Question, case=case)
    actions = await views.all(Action, case=case)
    alarms = await views.all(Alarm, case=case)
    return Open(
        approvals=tuple(each for each in approvals if each.status in WAITING),
        questions=tuple(each for each in questions if each.status == "open"),
        commitments=await _promised(views, case, who),
        actions=tuple(each for each in actions if each.status in UNDER_WAY),
        alarms=tuple(each for each in alarms if not each.rung and not each.ends),
    )


async def _promised(views: Views, case: str, who: Identity | None) -> tuple[Commitment, ...]:
    keys = [f"open:case:{case}", *(f"open:contact:{each}" for each in (who.ids if who else ()))]
    found = [each for key in keys for each in await views.find(Commitment, key)]
    return tuple({each.id: each for each in found}.values())


async def _limits(present: Present, asked: Gathering, who: Identity | None) -> tuple[Item, ...]:
    stops = await present.views.find(Stop, "active")
    bearing = [each for each in stops if _bears(each, asked.case, who)]
    rules = [
        Rule(each.id, each.effect.value)
        for each in present.policies.rules
        if each.effect.value != "allow" and any(each.concerns(step) for step in NEXT_STEPS)
    ]
    return limits_of(present.company, bearing, rules, present.policies.policy)


def _bears(stop: Stop, case: str, who: Identity | None) -> bool:
    return (
        stop.scope in {"all", "copy"} or stop.target == case or bool(who and stop.target in who.ids)
    )
