"""From what a person calls a thing to the thing: an id, a number, a name, a subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from msgspec import Struct

from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.commands import MailCommand
from ledger.domain.entities import (
    Action,
    Approval,
    ApprovalStatus,
    Case,
    Contact,
    CreditNote,
    Invoice,
    Proposal,
    Question,
)
from ledger.domain.identity import Identity, everybody, identity
from ledger.domain.reading import Views

T = TypeVar("T")

MOST_OFFERED: Final = 9


class Candidate(Struct, Generic[T], frozen=True):
    """Something a person may mean: its handles, and how it is offered to them."""

    thing: T
    handles: tuple[str, ...]
    names: tuple[str, ...]
    label: str


class Several(Struct, frozen=True):
    """It could be any of these."""

    labels: tuple[str, ...]


class Missing(Struct, frozen=True):
    """Nothing is called that."""

    said: str


def pick(candidates: Sequence[Candidate[T]], said: str) -> Candidate[T] | Several | Missing:
    """The one that is meant. Exact handles win over exact names, those over beginnings, those
    over mere mention; the first kind of match that fits anything decides."""
    wanted = said.casefold().lstrip("#")
    tests: tuple[Callable[[Candidate[T]], bool], ...] = (
        lambda each: wanted in (handle.casefold() for handle in each.handles),
        lambda each: wanted in (name.casefold() for name in each.names),
        lambda each: any(_begins(name, wanted) for name in (*each.names, *each.handles[1:])),
        lambda each: any(wanted in name.casefold() for name in each.names),
    )
    for test in tests:
        found = [each for each in candidates if test(each)]
        if found:
            return found[0] if len(found) == 1 else offered(found)
    return Missing(said)


def offered(candidates: Iterable[Candidate[T]]) -> Several:
    """The candidates as a person may choose among them."""
    labels = [each.label for each in candidates]
    more = len(labels) - MOST_OFFERED
    cut = (f"… and {counted(more, 'other')}",) if more > 0 else ()
    return Several((*labels[:MOST_OFFERED], *cut))


def _begins(name: str, wanted: str) -> bool:
    folded = name.casefold()
    return folded.startswith(wanted) or any(w.startswith(wanted) for w in folded.split())


class Things:
    """Looks candidates up. Numbers and ids are exact reads; names look through what is open."""

    def __init__(self, views: Views) -> None:
        self._views = views

    async def approvals(self) -> list[Candidate[Approval]]:
        """Undecided cards, oldest first."""
        waiting: list[Approval] = []
        for status in (ApprovalStatus.PENDING, ApprovalStatus.POSTPONED):
            waiting += await self._views.find(Approval, f"status:{status}")
        return [await self._approval(each) for each in sorted(waiting, key=lambda a: a.number)]

    async def approval(self, said: str) -> Candidate[Approval] | Several | Missing:
        """A card by number or id, decided or not; by name only among the undecided."""
        exact = await self._views.get(Approval, said)
        if exact is None and said.lstrip("#").isdigit():
            found = await self._views.find(Approval, f"number:{said.lstrip('#')}")
            exact = found[0] if found else None
        if exact is not None:
            return await self._approval(exact)
        return pick(await self.approvals(), said)

    async def questions(self) -> list[Question]:
        """Open questions, oldest first."""
        found = await self._views.find(Question, "status:open")
        return sorted(found, key=lambda question: question.number)

    async def question(self, number: str) -> Question | None:
        """The question with this number, open or not."""
        found = await self._views.find(Question, f"number:{number}")
        return found[0] if found else None

    async def case(self, said: str) -> Candidate[Case] | Several | Missing:
        """A case by number, id, document number, contact or title."""
        number = said.casefold().removeprefix("case").strip().lstrip("#")
        exact = await self._views.get(Case, said)
        if exact is None and number.isdigit():
            found = await self._views.find(Case, f"number:{number}")
            exact = found[0] if found else None
        exact = exact or await self._by_document(said)
        if exact is not None:
            return await self._case(exact)
        return pick(await self.cases(), said)

    async def cases(self) -> list[Candidate[Case]]:
        """All cases, newest first."""
        found = await self._views.all(Case)
        return [await self._case(each) for each in reversed(found)]

    async def contact(self, said: str) -> Candidate[Contact] | Several | Missing:
        """Somebody by an id, name, address, key or organisation; who is merged is one."""
        return pick([_somebody(each) for each in await everybody(self._views)], said)

    async def entry(self, said: str) -> Candidate[Contact] | Several | Missing:
        """One entry of the address book, merged or not."""
        found = await self._views.all(Contact)
        exact = [each for each in found if each.id == said.casefold()]
        return pick([_contact(each) for each in exact or found], said)

    async def _by_document(self, said: str) -> Case | None:
        for kind in (Proposal, Invoice, CreditNote):
            found: Sequence[Proposal | Invoice | CreditNote] = await self._views.find(
                kind, f"number:{said.upper()}"
            )
            if found:
                return await self._views.get(Case, found[0].case)
        return None

    async def _case(self, case: Case) -> Candidate[Case]:
        names = await self._known_as(case.contact)
        who = f", {one_line(names[0], 40)}" if names else ""
        label = f"case {case.number}{who}: {one_line(case.title or case.kind, 50)} ({case.id})"
        handles = (f"case {case.number}", case.id)
        return Candidate(case, handles, (*names, case.title) if case.title else names, label)

    async def _approval(self, approval: Approval) -> Candidate[Approval]:
        action = await self._views.get(Action, approval.action)
        command = action.command if action else None
        known = await self._known_as(command.contact) if command else ()
        case = await self._views.get(Case, approval.case)
        subject = command.subject if isinstance(command, MailCommand) else ""
        names = (*known, subject, approval.title, case.title if case else "")
        label = f"{approval.number}: {one_line(approval.title or subject or approval.id, 60)}"
        handles = (str(approval.number), approval.id, approval.case, approval.action)
        return Candidate(approval, handles, tuple(filter(None, names)), label)

    async def _known_as(self, contact: str) -> tuple[str, ...]:
        """What somebody is called: as in this case first, then by everything merged with it."""
        whole = await identity(self._views, contact)
        return tuple(dict.fromkeys((*_names(whole.under(contact)), *whole.names))) if whole else ()


def entry_label(entry: Contact) -> str:
    """`Ada Example <ada@example.com> (con-1)`"""
    names = [one_line(name, 60) for name in _names(entry)]
    where = f" <{names[1]}>" if len(names) > 1 else ""
    return f"{names[0] if names else entry.id}{where} ({entry.id})"


def _somebody(whole: Identity) -> Candidate[Contact]:
    names = whole.names
    label = f"{one_line(names[0] if names else whole.id, 60)} ({whole.id})"
    return Candidate(whole.contact, whole.ids, names, label)


def _contact(contact: Contact) -> Candidate[Contact]:
    return Candidate(contact, (contact.id,), _names(contact), entry_label(contact))


def _names(contact: Contact) -> tuple[str, ...]:
    known = (contact.name, contact.organisation, contact.address, contact.key)
    return tuple(filter(None, known))
