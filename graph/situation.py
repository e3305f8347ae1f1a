"""What a planner looks at: the deal with the new fact folded in, and what was read out of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from graph.deal import Deal
from graph.moves import Choice
from graph.ports import Owed, World
from graph.slots import Slots
from graph.wishes import Wish
from ledger.domain.company import Company
from ledger.domain.events import Event, PlannerFellBack, Recollection, Stale
from ledger.domain.facts import Fact
from ledger.domain.knowledge import Knowledge
from ledger.domain.precedents import Precedents


class Situation(Struct, frozen=True, kw_only=True):
    """Everything a plan may rest on. `slots`: a customer's words; `wish`: the operator's.

    `cases` are all cases of the contact, as the address book has them; `booked` the payments of
    this case that were booked on an invoice of another one; `running`, whether what the operator
    wants undone is being tried at this moment. `known` is what is in force for the contact;
    `company` obeys it already, `configured` is as company.yaml says. `promised` are our open
    promises to them. `language` is the one a mail to them would be in. `issued_on` is the day of
    the invoice, where a payment may have been early enough for a discount.
    """

    deal: Deal
    fact: Fact
    source: Fact | None
    company: Company
    now: datetime
    slots: Slots | None = None
    wish: Wish | None = None
    recalled: tuple[Recollection, ...] = ()
    stale: tuple[Stale, ...] = ()
    precedents: Precedents = Precedents()
    language: str = ""
    cases: tuple[str, ...] = ()
    booked: tuple[str, ...] = ()
    running: bool = False
    known: tuple[Knowledge, ...] = ()
    configured: Company | None = None
    promised: tuple[Owed, ...] = ()
    issued_on: date | None = None

    @property
    def event(self) -> Event:
        """What happened: the desk fact behind a Routed or CaseOpened, else the fact itself."""
        return self.source.event if self.source is not None else self.fact.event

    @property
    def cause(self) -> str:
        """The id of the fact to give as the reason."""
        return self.source.id if self.source is not None else self.fact.id

    @property
    def today(self) -> date:
        """The present day, UTC."""
        return self.now.date()


class Planned(Struct, frozen=True, kw_only=True):
    """A choice, who made it and what they said about it, and which planners gave up before.

    `rests_on` are the facts behind what a model cited.
    """

    choice: Choice
    planner: str
    remark: str = ""
    rests_on: tuple[str, ...] = ()
    fell_back: tuple[PlannerFellBack, ...] = ()


class Planner(Protocol):
    """Picks moves. Two implementations: the playbook, and a model over the playbook's choices."""

    async def choose(self, situation: Situation, world: World) -> Planned: ...


Options = Callable[[Situation], tuple[Choice, ...]]
"""The choices there are, the playbook's own first."""
