"""What this contact was told before: mails that left, offers, promises, and prices in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from ledger.domain.applied import ADDRESS, price_said, words_of
from ledger.domain.commands import OutgoingMail, SendProposal
from ledger.domain.company import Company, PriceItem
from ledger.domain.entities import Action, ActionStatus, Commitment, Contact, Invoice, Proposal
from ledger.domain.identity import identity
from ledger.domain.knowledge import Knowledge, MoneyValue
from ledger.domain.lessons import Sent
from ledger.domain.reading import Views
from ledger.domain.values import Money

_LEFT = (
    ActionStatus.ATTEMPTED,
    ActionStatus.SUCCEEDED,
    ActionStatus.UNKNOWN,
    ActionStatus.BY_OPERATOR,
)


class Mailed(Struct, frozen=True, kw_only=True):
    """A mail that left, or may have, `on` that day (UTC)."""

    action: str
    case: str
    name: str
    body: str
    on: date


class HeldPrice(Struct, frozen=True, kw_only=True):
    """A price that was told and holds, beside the one of the price list. `number`: `k3`."""

    item: PriceItem
    listed: Money
    held: Money
    number: str
    on: date


class SaidBefore(Struct, frozen=True, kw_only=True):
    """Everything a new mail to a contact could repeat or contradict. `now` and `case` are its own.

    `drafts` are their offers as drafted and as they left, for what the operator takes out.
    `address` is how they want to be addressed, "" where nothing was said.
    """

    case: str = ""
    today: date
    mails: tuple[Mailed, ...] = ()
    offers: tuple[Proposal, ...] = ()
    reversed: tuple[str, ...] = ()
    promises: tuple[Commitment, ...] = ()
    prices: tuple[HeldPrice, ...] = ()
    drafts: tuple[Sent, ...] = ()
    address: str = ""
    language: str = ""


async def said_before(
    views: Views,
    configured: Company,
    known: Sequence[Knowledge],
    *,
    contact: str,
    case: str,
    action: str,
    today: date,
) -> SaidBefore:
    """Look it up, in every case of whom the contact is merged with, but for the action itself."""
    whole = await identity(views, contact)
    if whole is None:
        return SaidBefore(case=case, today=today)
    cases = whole.contact.cases
    actions = [one for each in cases for one in await views.all(Action, case=each)]
    offers = [one for each in cases for one in await views.all(Proposal, case=each)]
    invoices = [one for each in cases for one in await views.all(Invoice, case=each)]
    promised = [
        one for each in whole.ids for one in await views.find(Commitment, f"open:contact:{each}")
    ]
    left = [one for one in actions if one.id != action and one.status in _LEFT]
    return SaidBefore(
        case=case,
        today=today,
        mails=tuple(_mails(left)),
        offers=tuple(offers),
        reversed=tuple(one.proposal for one in invoices if one.credited_by),
        promises=tuple(one for one in promised if one.ours),
        prices=tuple(_prices(configured, known)),
        drafts=tuple(_drafts(actions, left, whole.contact)),
        address=words_of(known, ADDRESS),
        language=whole.contact.language,
    )


def _mails(left: Sequence[Action]) -> Iterator[Mailed]:
    for action in left:
        if isinstance(action.command, OutgoingMail):
            yield Mailed(
                action=action.id,
                case=action.case,
                name=action.name,
                body=action.command.body,
                on=(action.attempted_at or action.proposed_at).date(),
            )


def _prices(company: Company, known: Sequence[Knowledge]) -> Iterator[HeldPrice]:
    for item in company.prices:
        said = price_said(company, known, item.id)
        if said is None or not isinstance(said.value, MoneyValue):
            continue
        if said.value.amount != item.price:
            yield HeldPrice(
                item=item,
                listed=item.price,
                held=said.value.amount,
                number=f"k{said.number}",
                on=said.recorded_at.date(),
            )


def _drafts(actions: Sequence[Action], left: Sequence[Action], contact: Contact) -> Iterator[Sent]:
    for sent in left:
        if not isinstance(sent.command, SendProposal):
            continue
        mail = sent.command
        first = next(
            one.command
            for one in actions
            if isinstance(one.command, SendProposal)
            and (one.command.proposal, one.command.version) == (mail.proposal, mail.version)
        )
        yield Sent(
            action=sent.id,
            number=mail.proposal,
            contact=contact.id,
            language=contact.language,
            draft=first.body,
            text=mail.body,
            names=tuple(name for name in (contact.name, contact.organisation) if name),
            same=True,
        )
