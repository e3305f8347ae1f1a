"""The keeper of promises: a subscriber that records commitments and what became of them.

It says nothing of facts from before it was there (`PROMISES_SINCE`): an old ledger, delivered to
it once more, is left as it is. The planner neither waits for it nor is woken by what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

from graph.agents.plaintext import plain
from graph.agents.promises import PAYMENT, kind_of
from graph.promising import making
from graph.promising.due import ALARM, BY_INVOICE, PURPOSE, Wall, alarm_at, due_at, moments
from graph.promising.settling import kept_by_mail, kept_by_sending
from ledger.domain.absence import back_from
from ledger.domain.commands import MailCommand
from ledger.domain.entities import Action, Alarm, Case, Commitment, Contact, Invoice, Proposal
from ledger.domain.errors import UnknownFact
from ledger.domain.events import (
    US,
    AbsenceNoted,
    ActionSucceeded,
    AlarmRang,
    AlarmSet,
    CommitmentBroken,
    CommitmentKept,
    CommitmentMade,
    CommitmentMoved,
    CommitmentOrdered,
    CommitmentsDue,
    CommitmentTold,
    CommitmentWithdrawn,
    CreditNoteIssued,
    Event,
    InvoiceIssued,
    InvoicePaid,
    MailReceived,
    OperatorActed,
    ProposalAccepted,
    ProposalDeclined,
    Told,
    Understood,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction
from ledger.domain.identity import identity, ids_of
from ledger.domain.look import PROMISES_SINCE
from ledger.domain.reading import History, Views
from ledger.domain.roles import NEEDED
from ledger.domain.speakers import role_now
from ledger.domain.values import DESK

KEEPER: Final = "promises"
"""The subscriber's name: it signs the facts and names the cursor."""

_READ: Final = (
    Understood,
    ActionSucceeded,
    ProposalAccepted,
    ProposalDeclined,
    InvoiceIssued,
    InvoicePaid,
    CreditNoteIssued,
    CommitmentTold,
    CommitmentOrdered,
    CommitmentMade,
    CommitmentMoved,
    AbsenceNoted,
    OperatorActed,
)
_NOT_ALLOWED: Final = "Only an owner or an approver says what became of a promise. Nothing changed."
_GONE: Final = "There is no such promise any more. Nothing changed. See `promises`."


class Reads(Views, Protocol):
    """The present state, and its counters."""

    async def counter(self, name: str) -> int: ...


class PromiseKeeper:
    """Implements `Subscriber`."""

    def __init__(self, views: Reads, history: History, wall: Wall) -> None:
        self._views, self._history, self._wall = views, history, wall

    @property
    def name(self) -> str:
        return KEEPER

    def wants(self, fact: Fact) -> bool:
        """What may hold, keep or end a promise, and its own alarms."""
        if isinstance(fact.event, AlarmRang):
            return fact.case == DESK and fact.event.alarm.startswith(ALARM)
        return isinstance(fact.event, _READ)

    async def handle(self, delivery: Delivery) -> Reaction:
        """The facts that follow; none for what happened before promises were noted."""
        fact = delivery.fact
        since = await self._views.counter(PROMISES_SINCE)
        if not since or fact.seq <= since:
            return Reaction()
        return Reaction(drafts=tuple(await self._said(fact)))

    async def _said(self, fact: Fact) -> list[Draft]:  # noqa: C901 - one arm a kind
        match fact.event:
            case Understood() as event:
                return await self._read(event, fact)
            case ActionSucceeded(action=action):
                return await self._sent(await self._views.get(Action, action), fact)
            case ProposalAccepted() as event:
                return await self._accepted(event, fact)
            case InvoiceIssued() as event:
                return await self._made([making.of_invoice(event, fact)], fact)
            case ProposalDeclined() | InvoicePaid() | CreditNoteIssued() as event:
                return await self._ended(event, fact)
            case CommitmentTold() | CommitmentOrdered() as event:
                return await self._told(event, fact)
            case CommitmentMade(commitment=name) | CommitmentMoved(commitment=name):
                return await self._alarms(name, fact)
            case AlarmRang():
                return await self._due(fact)
            case AbsenceNoted() as event:
                return await self._away(event, fact)
            case OperatorActed() as event:
                return await self._own_word(event, fact)
            case _:
                return []

    # --- what makes one ---------------------------------------------------------------------------

    async def _read(self, event: Understood, fact: Fact) -> list[Draft]:
        """Their mail: first what it keeps, then what it promises."""
        mail = await self._fact(event.fact)
        if mail is None or not isinstance(mail.event, MailReceived) or mail.event.automatic:
            return []
        contact = await self._contact(mail.person)
        kept = await self._kept_by(mail, mail.event, contact)
        owed = [one for one in await self._views.all(Invoice, case=fact.case) if one.open.minor > 0]
        made = making.of_mail(event, mail, contact, owed, self._wall)
        return [*kept, *await self._made(made, fact, person=mail.person)]

    async def _kept_by(self, mail: Fact, event: MailReceived, contact: str) -> list[Draft]:
        theirs = [
            one for one in await self._open_with(contact) if not one.ours and one.source != mail.id
        ]
        kept = [(one, kept_by_mail(one, event, theirs)) for one in theirs]
        return [
            _says(
                one.case,
                CommitmentKept(commitment=one.id, fact=mail.id, how=how),
                person=mail.person,
            )
            for one, how in kept
            if how
        ]

    async def _sent(self, action: Action | None, fact: Fact) -> list[Draft]:
        """A mail of ours has left: what it keeps, and what it promises."""
        if action is None or not isinstance(action.command, MailCommand):
            return []
        ours = [one for one in await self._open_with(action.command.contact) if one.ours]
        kept = [(one, kept_by_sending(one, action.command)) for one in ours]
        said = [
            _says(one.case, CommitmentKept(commitment=one.id, fact=fact.id, how=how))
            for one, how in kept
            if how
        ]
        made = making.of_sent(action, fact, self._wall)
        return [*said, *await self._made(made, fact, person=action.person)]

    async def _own_word(self, event: OperatorActed, fact: Fact) -> list[Draft]:
        """What the operator promised himself binds like any other promise of ours."""
        case = await self._views.get(Case, fact.case)
        if case is None or not case.contact:
            return []
        source = await self._fact(event.fact)
        made = making.of_own_word(event, source, case.contact, fact, self._wall)
        return await self._made(made, fact, person=await self._person(case.contact))

    async def _away(self, event: AbsenceNoted, fact: Fact) -> list[Draft]:
        """What they promised for a day on which they are away is looked for when they are back."""
        case = await self._views.get(Case, fact.case)
        open_ones = await self._open_with(case.contact) if case and case.contact else []
        moved = [(one, back_from(event.back_on, one.due)) for one in open_ones if one.due]
        return [
            _says(one.case, CommitmentMoved(commitment=one.id, fact=event.fact, due=day))
            for one, day in moved
            if day != one.due and not one.ours and one.read_by != BY_INVOICE
        ]

    async def _accepted(self, event: ProposalAccepted, fact: Fact) -> list[Draft]:
        offer = await self._views.get(Proposal, event.proposal)
        if offer is None:
            return []
        earlier = await self._views.find(Commitment, f"open:about:{offer.id}")
        why = "Another version of the offer was accepted."
        over = [_withdrawn(one, fact, why) for one in earlier]
        made = making.of_acceptance(event, offer, fact, self._wall)
        return [*over, *await self._made([made], fact)]

    async def _made(
        self, made: Sequence[CommitmentMade], fact: Fact, *, person: str = ""
    ) -> list[Draft]:
        """The commitments that are new; one said again is none, or is moved."""
        said: list[Draft] = []
        for one in made:
            other = one.to if one.promised_by == US else one.promised_by
            sealed = person or await self._person(other)
            if other and not sealed:
                continue  # whoever it was with was erased meanwhile
            known = await self._known(one, other, fact)
            if known is None:
                said.append(_says(fact.case, one, person=sealed))
            elif one.due is not None and one.due != known.due:
                moved = CommitmentMoved(commitment=known.id, fact=one.source, due=one.due)
                said.append(_says(known.case, moved))
        return said

    async def _known(self, one: CommitmentMade, other: str, fact: Fact) -> Commitment | None:
        if one.read_by == making.BY_OPERATOR and not other:
            return None
        known = await self._open_with(other) if other else await self._open_in(fact.case)
        return next((each for each in known if making.is_said_again(one, each)), None)

    # --- what ends one ----------------------------------------------------------------------------

    async def _ended(
        self, event: ProposalDeclined | InvoicePaid | CreditNoteIssued, fact: Fact
    ) -> list[Draft]:
        match event:
            case ProposalDeclined(proposal=proposal):
                found = await self._views.find(Commitment, f"open:about:{proposal}")
                return [_withdrawn(one, fact, "The offer was declined.") for one in found]
            case CreditNoteIssued(invoice=invoice):
                bill = await self._views.get(Invoice, invoice)
                about = [invoice, *([bill.proposal] if bill and not bill.part else [])]
                why = f"Credit note {event.number} reverses the deal."
                return [
                    _withdrawn(one, fact, why)
                    for each in about
                    for one in await self._views.find(Commitment, f"open:about:{each}")
                ]
            case InvoicePaid(invoice=invoice):
                return await self._paid(invoice, fact)

    async def _paid(self, invoice: str, fact: Fact) -> list[Draft]:
        """The money is there: every promise to pay it is kept."""
        found = [*await self._views.find(Commitment, f"open:about:{invoice}")]
        found += [one for one in await self._open_in(fact.case) if not one.about]
        bill = await self._views.get(Invoice, invoice)
        how = f"Invoice {bill.number} is paid." if bill else "The invoice is paid."
        return [
            _says(one.case, CommitmentKept(commitment=one.id, fact=fact.id, how=how))
            for one in found
            if one.kind == PAYMENT and not one.ours
        ]

    # --- what the operator says -------------------------------------------------------------------

    async def _told(self, event: CommitmentTold | CommitmentOrdered, fact: Fact) -> list[Draft]:
        role = await role_now(self._views, event.by, event.channel)
        if role is None or not role.may(NEEDED[type(event)]):
            return [_says(DESK, Told(topic="role", text=_NOT_ALLOWED))]
        if isinstance(event, CommitmentOrdered):
            return await self._ordered(event, fact)
        made = making.of_told(event, fact, kind_of(plain(event.quote)), self._wall)
        other = event.to if event.promised_by == US else event.promised_by
        drafts = await self._made([made], fact)
        case = event.case or await self._only_case(other)
        return [_in(draft, case) if draft.event is made and case else draft for draft in drafts]

    async def _ordered(self, event: CommitmentOrdered, fact: Fact) -> list[Draft]:
        known = await self._views.get(Commitment, event.commitment)
        if known is None:
            return [_says(DESK, Told(topic="promises", text=_GONE))]
        person = await self._person(known.contact)
        if known.contact and not person:
            return [_says(DESK, Told(topic="promises", text=_GONE))]
        return [_says(known.case, _settled(event, fact), person=person)]

    async def _only_case(self, contact: str) -> str:
        """The one open case with somebody; "" for none or several."""
        found = [
            case
            for each in await ids_of(self._views, contact)
            for case in await self._views.find(Case, f"contact:{each}")
            if not case.closed
        ]
        return found[0].id if contact and len(found) == 1 else ""

    # --- what is due ------------------------------------------------------------------------------

    async def _alarms(self, name: str, fact: Fact) -> list[Draft]:
        known = await self._views.get(Commitment, name)
        if known is None or not known.open:
            return []
        wanted = moments(known, fact.at, self._wall)
        alarms = [AlarmSet(alarm=alarm_at(each), due=each, purpose=PURPOSE) for each in wanted]
        # What somebody else's commitment set already rings for this one too: said once more, for
        # another person, it would be other content under the same key.
        unset = [one for one in alarms if await self._views.get(Alarm, one.alarm) is None]
        return [_says(DESK, each, key=each.alarm) for each in unset]

    async def _due(self, fact: Fact) -> list[Draft]:
        """Everything that is to be spoken of by now, in one list; nothing a second time."""
        found = await self._views.find(Commitment, "open")
        due = due_at(found, fact.at, self._wall)
        day: date = self._wall.day(fact.at)
        return [_says(DESK, CommitmentsDue(day=day, due=due))] if due else []

    # --- who and what is there --------------------------------------------------------------------

    async def _open_with(self, contact: str) -> list[Commitment]:
        """Open commitments with somebody, under all entries of theirs."""
        ids = await ids_of(self._views, contact) if contact else ()
        return [
            one
            for each in ids
            for one in await self._views.find(Commitment, f"open:contact:{each}")
        ]

    async def _open_in(self, case: str) -> Sequence[Commitment]:
        return await self._views.find(Commitment, f"open:case:{case}")

    async def _contact(self, person: str) -> str:
        found = await self._views.find(Contact, f"person:{person}") if person else ()
        return found[0].id if found else ""

    async def _person(self, contact: str) -> str:
        """Whose key seals what is said of a contact; "" for nobody, and for who was erased."""
        found = await identity(self._views, contact) if contact and contact != US else None
        entry = next((one for one in found.records if one.id == contact), None) if found else None
        return entry.persons[0] if entry and entry.persons and not entry.erased else ""

    async def _fact(self, name: str) -> Fact | None:
        try:
            return await self._history.fact(name)
        except UnknownFact:
            return None


def _settled(event: CommitmentOrdered, fact: Fact) -> Event:
    """The fact behind the operator's word."""
    match event.verb:
        case "kept":
            return CommitmentKept(commitment=event.commitment, fact=fact.id, how="you said so")
        case "broken":
            return CommitmentBroken(commitment=event.commitment, fact=fact.id, why=event.why)
        case "moved" if event.due is not None:
            return CommitmentMoved(commitment=event.commitment, fact=fact.id, due=event.due)
        case _:
            return CommitmentWithdrawn(commitment=event.commitment, fact=fact.id, why=event.why)


def _withdrawn(one: Commitment, fact: Fact, why: str) -> Draft:
    return _says(one.case, CommitmentWithdrawn(commitment=one.id, fact=fact.id, why=why))


def _in(draft: Draft, case: str) -> Draft:
    return Draft(case=case, event=draft.event, key=draft.key, by=draft.by, person=draft.person)


def _says(case: str, event: Event, *, person: str = "", key: str = "") -> Draft:
    return Draft(case=case, event=event, key=key, by=KEEPER, person=person)
