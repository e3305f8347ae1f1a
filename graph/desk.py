"""What the router works with on the desk: read access, the clock, and how it says things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.domain.entities import Action, Approval, Case, Contact
from ledger.domain.errors import UnknownFact
from ledger.domain.events import Event, PaymentReceived, Routed, Told, Unrouted
from ledger.domain.facts import Draft, Fact
from ledger.domain.identity import identity, ids_of
from ledger.domain.reading import Clock, History, Views
from ledger.domain.values import DESK, Money

ROUTER = "router"
"""The subscriber's name: it signs the facts and names the cursor."""


@dataclass(frozen=True)
class Desk:
    """Read access to the present and the past, and the time. Nothing here can write.

    `pseudonym` gives the name that a mark (see `graph.marks`) goes by in the ledger; `country`
    (ISO 3166) is the company's, for phone numbers that name none; `currency` too, for prices.
    `operator` is the address from which receipts are forwarded; "" where none are known by it.
    """

    views: Views
    history: History
    clock: Clock
    pseudonym: Callable[[str], str]
    country: str
    currency: str = "EUR"
    operator: str = ""

    async def fact(self, fact_id: str) -> Fact | None:
        """The fact with this id, or None."""
        try:
            return await self.history.fact(fact_id)
        except UnknownFact:
            return None

    async def case(self, case: str) -> Case | None:
        """The case with this id, or None."""
        return await self.views.get(Case, case)

    async def contact_of(self, person: str) -> Contact | None:
        """The contact with exactly this pseudonym; none for an empty one."""
        found = await self.views.find(Contact, f"person:{person}") if person else ()
        return found[0] if found else None

    async def open_cases(self, contact: str) -> list[Case]:
        """The open cases of a contact and of all they are merged with, oldest first."""
        ids = await ids_of(self.views, contact)
        found = [case for each in ids for case in await self.views.find(Case, f"contact:{each}")]
        return sorted((case for case in found if not case.closed), key=lambda case: case.number)

    async def erased(self, case: str) -> bool:
        """Whether the person a case is with was erased: then nothing new belongs there."""
        found = await self.views.get(Case, case)
        contact = await self.views.get(Contact, found.contact) if found else None
        return contact is not None and contact.erased

    async def sender(self, case: str, person: str) -> str:
        """`same` where the person is the case's own contact, under whatever key, else `other`."""
        found = await self.views.get(Case, case)
        contact = await identity(self.views, found.contact) if found else None
        return "same" if contact and person and person in contact.persons else "other"

    async def person_behind(self, case: str) -> str:
        """Whose key seals what is said about a case; "" where it has no contact."""
        found = await self.views.get(Case, case)
        contact = await self.views.get(Contact, found.contact) if found else None
        return contact.persons[0] if contact and contact.persons else ""

    async def action_behind(self, approval: Approval) -> Action | None:
        """What an approval is about."""
        return await self.views.get(Action, approval.action)


def says(
    cause: Fact, event: Event, *, case: str = DESK, person: str = "", key: str = "", name: str = ""
) -> Draft:
    """A draft of the router. `name` is a fact id that must be found again."""
    return Draft(case=case, event=event, key=key, by=ROUTER, cause=cause.id, person=person, id=name)


def routed(
    source: Fact,
    case: str,
    kind: str,
    why: str,
    sender: str = "",
    *,
    cause: Fact | None = None,
    proves: str = "",
    shared: bool = False,
    part: Money | None = None,
) -> Draft:
    """The desk fact `source` concerns that case; `cause` where a later fact says so.

    Money that goes to one case alone goes there whole.
    """
    if isinstance(source.event, PaymentReceived) and not shared:
        part = source.event.amount
    event = Routed(
        fact=source.id,
        kind=kind,
        why=why,
        sender=sender,
        proves=proves,
        shared=shared,
        part=part,
    )
    return says(cause or source, event, case=case, person=source.person)


def unrouted(
    source: Fact,
    kind: str,
    why: str,
    remedy: str,
    *,
    cause: Fact | None = None,
    settled: bool = False,
    outcome: str = "",
) -> Draft:
    """This desk fact concerns no case; `cause` where a later fact says so."""
    event = Unrouted(
        fact=source.id, kind=kind, why=why, remedy=remedy, settled=settled, outcome=outcome
    )
    return says(cause or source, event)


def tells(cause: Fact, topic: str, text: str, *, case: str = DESK, person: str = "") -> Draft:
    """Something a person should know."""
    return says(cause, Told(topic=topic, text=text), case=case, person=person)
