"""What similar deals came to: memory says which ones, the ledger what they say.

Terms and amounts are read from the proposals by id, words from the mails that left; an episode's
own text is never used, and what customers wrote is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol

from graph.agents.reading import clean_name
from graph.ports import RecallRequest
from ledger.domain.commands import SendProposal
from ledger.domain.company import Company
from ledger.domain.entities import Action, ActionStatus, Approval, Contact, Invoice, Proposal
from ledger.domain.events import Recollection
from ledger.domain.going_live import Tone, lessons_of_tone
from ledger.domain.identity import ids_of, met_as
from ledger.domain.lessons import Sent, lessons_of
from ledger.domain.precedents import Lesson, PastDeal, Precedents, Refusal
from ledger.domain.reading import Views
from memory.episodes import Recaller
from memory.recall import recall
from memory.standing import Witness

MOST_DEALS: Final = 16
"""Agreed deals, and refused offers, that memory is asked for."""

NEAREST: Final = 6
"""Agreed deals whose mails teach wording: those most like what is asked for."""

AGREED: Final = "negotiation"
DECIDED: Final = "decision"

_ABOUT_PRICE: Final = re.compile(
    r"price|cheap|expensive|discount|\bfloor|\btoo (?:high|low|much|little)|\boff\b|[%€$£]|"
    r"preis|teuer|billig|rabatt|nachlass|günstig|zu (?:hoch|niedrig|viel|wenig)|"
    r"prix|\bcher|remise|rabais|trop (?:haut|bas|élevé)",
    re.IGNORECASE,
)
"""What a reason says where it is the price that was refused."""

_LEFT = (ActionStatus.SUCCEEDED, ActionStatus.BY_OPERATOR)


class Past(Protocol):
    """What a look at the past needs: memory, whoever judges what it finds, and the ledger."""

    @property
    def store(self) -> Recaller: ...

    @property
    def witness(self) -> Witness: ...

    @property
    def views(self) -> Views: ...

    @property
    def company(self) -> Company: ...


class Looking:
    """One look at the past, for one request."""

    def __init__(self, past: Past, request: RecallRequest) -> None:
        self._past, self._request = past, request
        self._views, self._company = past.views, past.company

    async def precedents(self, now: datetime) -> Precedents:
        """The deals agreed, the offers refused and the habits of wording, most similar first."""
        contacts = await ids_of(self._views, self._request.contact)
        deals = await self._deals(await self._recalled(AGREED, contacts, now), contacts)
        refused = await self._refused(await self._recalled(DECIDED, contacts, now), contacts)
        mails = [mail for deal in deals[:NEAREST] for mail in await self._mails(deal)]
        learnt = await self._with_own_tone(lessons_of(mails))
        return Precedents(deals=tuple(deals), refused=tuple(refused), lessons=learnt)

    async def _with_own_tone(self, learnt: tuple[Lesson, ...]) -> tuple[Lesson, ...]:
        """What drafts taught comes first; else how the operator's own sent mails begin and end."""
        known = {(lesson.change, lesson.language) for lesson in learnt}
        own = [
            lesson
            for tone in await self._views.all(Tone)
            for lesson in lessons_of_tone(tone)
            if (lesson.change, lesson.language) not in known
        ]
        return (*learnt, *own)

    async def _recalled(
        self, kind: str, contacts: tuple[str, ...], now: datetime
    ) -> tuple[Recollection, ...]:
        found = await recall(
            self._past.store,
            self._past.witness,
            text=self._request.text,
            now=now,
            contacts=contacts if self._request.contact else (),
            items=self._request.items,
            not_case=self._request.not_case,
            kinds=(kind,),
            limit=MOST_DEALS,
        )
        return found.episodes

    async def _deals(
        self, recalled: Sequence[Recollection], contacts: tuple[str, ...]
    ) -> list[PastDeal]:
        found = [
            deal
            for case, facts in _by_case(recalled)
            for proposal in await self._views.find(Proposal, f"case:{case}")
            if (deal := await self._agreed(proposal, facts, contacts)) is not None
        ]
        return sorted(found, key=lambda deal: (not deal.same, -self._alike(deal)))

    async def _agreed(
        self, proposal: Proposal, facts: tuple[str, ...], contacts: tuple[str, ...]
    ) -> PastDeal | None:
        """The deal, where it was agreed and still stands; a reversed invoice takes it back."""
        terms = proposal.terms(proposal.accepted_version)
        if terms is None or proposal.accepted_on is None:
            return None
        invoices = await self._views.find(Invoice, f"proposal:{proposal.id}")
        if any(invoice.credited_by for invoice in invoices):
            return None
        return PastDeal(
            case=proposal.case,
            contact=proposal.contact,
            proposal=proposal.id,
            number=proposal.number,
            version=terms.version,
            lines=terms.lines,
            net=terms.net,
            discount_bp=terms.discount_bp,
            delivery_days=terms.delivery_days,
            agreed_on=proposal.accepted_on,
            same=proposal.contact in contacts,
            paid=bool(invoices) and all(one.status in {"paid", "overpaid"} for one in invoices),
            facts=facts,
        )

    async def _refused(
        self, recalled: Sequence[Recollection], contacts: tuple[str, ...]
    ) -> list[Refusal]:
        return [
            refusal
            for case, facts in _by_case(recalled)
            for action in await self._views.all(Action, case=case)
            if (refusal := await self._refusal(action, facts, contacts)) is not None
        ]

    async def _refusal(
        self, action: Action, facts: tuple[str, ...], contacts: tuple[str, ...]
    ) -> Refusal | None:
        """The offer that was refused for its price; another reason says nothing of the price."""
        command = action.command
        if action.status is not ActionStatus.REJECTED or not isinstance(command, SendProposal):
            return None
        proposal = await self._views.get(Proposal, command.proposal)
        terms = proposal.terms(command.version) if proposal else None
        approval = await self._views.get(Approval, action.approval)
        if proposal is None or terms is None or approval is None or approval.decided_at is None:
            return None
        if not _ABOUT_PRICE.search(approval.reason):
            return None
        return Refusal(
            case=action.case,
            contact=proposal.contact,
            number=proposal.number,
            version=terms.version,
            lines=terms.lines,
            net=terms.net,
            discount_bp=terms.discount_bp,
            delivery_days=terms.delivery_days,
            refused_on=approval.decided_at.date(),
            by=approval.decided_by,
            action=action.id,
            same=proposal.contact in contacts,
            facts=facts,
        )

    async def _mails(self, deal: PastDeal) -> Sequence[Sent]:
        """The offer that was accepted: as it was drafted first, and as it left."""
        actions = await self._views.all(Action, case=deal.case)
        offers = [
            action
            for action in actions
            if isinstance(action.command, SendProposal) and action.command.version == deal.version
        ]
        left = next((action for action in offers if action.status in _LEFT), None)
        contact = await met_as(self._views, deal.contact)
        if left is None or contact is None or contact.erased:
            return ()
        return (_sent(left, offers[0], deal, contact, self._company),)

    def _alike(self, deal: PastDeal) -> float:
        """How many of all items both have; 0 to 1."""
        theirs, wanted = {line.item for line in deal.lines}, set(self._request.items)
        return len(theirs & wanted) / (len(theirs | wanted) or 1)


def _sent(left: Action, first: Action, deal: PastDeal, contact: Contact, company: Company) -> Sent:
    return Sent(
        action=left.id,
        number=deal.number,
        contact=deal.contact,
        language=contact.language or company.language,
        draft=_body(first),
        text=_body(left),
        names=tuple(name for name in (_greeted(contact), contact.organisation) if name),
        same=deal.same,
    )


def _greeted(contact: Contact) -> str:
    """The name as our drafts use it."""
    return clean_name(contact.name)


def _body(action: Action) -> str:
    return action.command.body if isinstance(action.command, SendProposal) else ""


def _by_case(recalled: Iterable[Recollection]) -> list[tuple[str, tuple[str, ...]]]:
    """Each case once, in the order of its best episode, with the facts behind that one."""
    found: dict[str, tuple[str, ...]] = {}
    for one in recalled:
        found.setdefault(one.case, one.facts)
    return list(found.items())
