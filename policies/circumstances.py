"""What the world says about a proposed command: looked up once, then pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.billing import BillingPlan
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    OutgoingMail,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Case,
    Contact,
    CreditNote,
    Invoice,
    Proposal,
)
from ledger.domain.events import Event, ProposalAccepted, ProposalDrafted, Recalled, Routed
from ledger.domain.identity import Identity, identity
from ledger.domain.reading import Views
from ledger.domain.tax import TaxKind
from ledger.domain.values import Line, Money, reversed_lines

DAY = timedelta(hours=24)
_LEFT = (ActionStatus.ATTEMPTED, ActionStatus.SUCCEEDED, ActionStatus.UNKNOWN)
_OTHER = "other"


class Offer(Struct, frozen=True, kw_only=True):
    """A proposal at exactly one version. `replans`: an earlier one is billed in other parts."""

    contact: str
    version: int
    lines: tuple[Line, ...]
    total: Money
    discount_bp: int
    delivery_days: int
    accepted_version: int
    tax: TaxKind | None = None
    plan: BillingPlan | None = None
    replans: bool = False


class Circumstances(Struct, frozen=True, kw_only=True):
    """The entities a decision rests on; None where there is no such thing.

    `contact` is whom the command is for, as met under that entry; `contact_ids` are all ids of
    theirs. `recipient_changed`: they write, or were written to, at another address so far.
    """

    case: Case | None
    contact: Contact | None
    contact_ids: tuple[str, ...]
    recipient_changed: bool
    offer: Offer | None
    invoice: Invoice | None
    credit_note: CreditNote | None
    mails_today: int
    other_sender: bool
    memory_degraded: bool

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the deal with their sign as offered, () where they are not known."""
        known = self.offer or self.invoice
        if known:
            return known.lines
        return reversed_lines(self.credit_note.lines) if self.credit_note else ()


async def gathered(
    views: Views, case: str, command: Command, now: datetime, alongside: Sequence[Event]
) -> Circumstances:
    """Look everything up. `alongside`: events of the same delivery that no view holds yet."""
    found = await views.get(Case, case)
    known = await identity(views, command.contact)
    return Circumstances(
        case=found,
        contact=known.under(command.contact) if known else None,
        contact_ids=known.ids if known else (command.contact,),
        recipient_changed=known is not None and _changed(known, command.contact, found),
        offer=await _offer(views, case, command, alongside),
        invoice=await _invoice(views, command),
        credit_note=await _credit_note(views, command),
        mails_today=await _mails(views, known, now - DAY),
        other_sender=any(isinstance(e, Routed) and e.sender == _OTHER for e in alongside),
        memory_degraded=any(isinstance(e, Recalled) and e.degraded for e in alongside),
    )


async def _offer(
    views: Views, case: str, command: Command, alongside: Sequence[Event]
) -> Offer | None:
    """The proposal at the version the command names; for a reply the newest of the case."""
    match command:
        case SendProposal() | IssueInvoice():
            stored = await views.get(Proposal, command.proposal)
            offer = _newest(command.proposal, stored, alongside)
            return offer if offer and offer.version == command.version else None
        case SendReply() | SendCorrection():
            proposals = await views.all(Proposal, case=case)
            return _as_offer(proposals[-1], proposals[-1].accepted_version) if proposals else None
        case SendInvoice() | SendReminder() | SendCreditNote() | IssueCreditNote():
            return None
        case SendSpecimen() | ReopenCase():
            return None
        case _:
            assert_never(command)


async def _invoice(views: Views, command: Command) -> Invoice | None:
    """The invoice that a command sends or reverses."""
    if isinstance(command, SendInvoice | SendReminder | IssueCreditNote):
        return await views.get(Invoice, command.invoice)
    return None


async def _credit_note(views: Views, command: Command) -> CreditNote | None:
    if isinstance(command, SendCreditNote):
        return await views.get(CreditNote, command.credit_note)
    return None


def _newest(proposal: str, stored: Proposal | None, alongside: Iterable[Event]) -> Offer | None:
    accepted = stored.accepted_version if stored else 0
    newest: Proposal | ProposalDrafted | None = stored
    for event in alongside:
        if isinstance(event, ProposalDrafted) and event.proposal == proposal:
            newest = event
        if isinstance(event, ProposalAccepted) and event.proposal == proposal:
            accepted = event.version
    if newest is None:
        return None
    before = [one for one in stored.versions if one.version < newest.version] if stored else []
    replans = bool(before) and before[-1].plan != newest.plan
    return replace(_as_offer(newest, accepted), replans=replans)


def _as_offer(source: Proposal | ProposalDrafted, accepted: int) -> Offer:
    return Offer(
        contact=source.contact,
        version=source.version,
        lines=source.lines,
        total=source.total,
        discount_bp=source.discount_bp,
        delivery_days=source.delivery_days,
        accepted_version=accepted,
        tax=source.tax,
        plan=source.plan,
    )


def _changed(known: Identity, entry: str, case: Case | None) -> bool:
    """Whether a mail under this entry would go elsewhere than the talk has gone so far."""
    own = next(record for record in known.records if record.id == entry)
    wrote = case.last_person if case else ""
    elsewhere = bool(wrote) and wrote in known.persons and wrote not in own.persons
    return elsewhere or (not own.mails_sent and known.contact.mails_sent > 0)


async def _mails(views: Views, known: Identity | None, since: datetime) -> int:
    """Mails to the contact that left, or may have, among the actions proposed since then."""
    if known is None:
        return 0
    cases = known.contact.cases
    actions = [action for case in cases for action in await views.all(Action, case=case)]
    return sum(
        action.status in _LEFT and action.proposed_at > since and _is_mail_to(action, known.ids)
        for action in actions
    )


def _is_mail_to(action: Action, contacts: Sequence[str]) -> bool:
    return isinstance(action.command, OutgoingMail) and action.command.contact in contacts
