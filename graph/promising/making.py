"""Which commitments a fact makes: read from what people wrote, or following from a deal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from graph.agents.promises import DELIVERY, PAYMENT, Promised, pointed_at, promises_in
from graph.agents.quoting import new_text
from graph.agents.told_promises import promise_in
from graph.promising.due import BY_INVOICE, Wall
from graph.slots import Slots
from ledger.domain.commands import MailCommand
from ledger.domain.entities import Action, Commitment, Invoice, Proposal
from ledger.domain.events import (
    US,
    CommitmentMade,
    CommitmentTold,
    InvoiceIssued,
    MailReceived,
    OperatorActed,
    OperatorWrote,
    ProposalAccepted,
    Understood,
)
from ledger.domain.facts import Fact, short_id
from ledger.domain.values import PLAYBOOK

BY_OFFER: Final = "offer"
"""How a commitment came to be that an accepted offer makes."""

BY_OPERATOR: Final = "operator"

_TRUSTED_AGE: Final = timedelta(days=30)
"""A mail's own date counts where it is no older than that when it comes in."""

_UNREAD: Final = frozenset({"unrelated"})
"""What advertising says it will do binds nobody."""


def of_mail(
    understood: Understood, mail: Fact, contact: str, owed: Sequence[Invoice], wall: Wall
) -> list[CommitmentMade]:
    """What the sender of a mail promises. `owed` are the case's open invoices."""
    event = mail.event
    if not isinstance(event, MailReceived) or event.automatic or understood.intent in _UNREAD:
        return []
    said_on = wall.day(_written(event, mail.at))
    found = promises_in(event.text, said_on, event.sender_name)
    invoice = owed[0].id if len(owed) == 1 else ""
    return [
        _said(one, mail.id, n, said_on, promised_by=contact, to=US, by=understood.by,
              about=invoice if one.kind == PAYMENT else "")
        for n, one in enumerate(_all(found, understood, event, said_on))
    ]  # fmt: skip


def of_sent(action: Action, fact: Fact, wall: Wall) -> list[CommitmentMade]:
    """What we promise in a mail that has left; its receipt is the source."""
    command = action.command
    if not isinstance(command, MailCommand):
        return []
    said_on = wall.day(fact.at)
    return [
        _said(one, fact.id, n, said_on, promised_by=US, to=command.contact, by=PLAYBOOK)
        for n, one in enumerate(promises_in(command.body, said_on))
    ]


def of_own_word(
    event: OperatorActed, source: Fact | None, contact: str, fact: Fact, wall: Wall
) -> list[CommitmentMade]:
    """What the operator promised himself: in a mail of his own, or as he tells it."""
    said_on = wall.day(fact.at)
    own = source.event if source is not None else None
    if isinstance(own, OperatorWrote):
        return [
            _said(one, own_id, n, said_on, promised_by=US, to=contact, by=BY_OPERATOR)
            for own_id in [event.fact]
            for n, one in enumerate(promises_in(new_text(own.text), said_on))
        ]
    told = promise_in(event.text, said_on)
    if told is None or not told.ours:
        return []
    one = Promised(what=told.what, quote=told.quote, due=told.due, kind=told.kind)
    return [_said(one, event.fact, 0, said_on, promised_by=US, to=contact, by=BY_OPERATOR)]


def of_acceptance(
    event: ProposalAccepted, offer: Proposal, fact: Fact, wall: Wall
) -> CommitmentMade:
    """An accepted offer is our promise to deliver in its time."""
    said_on = wall.day(fact.at)
    what = ", ".join(f"{line.quantity} × {line.description}" for line in offer.lines)
    days = offer.delivery_days
    return CommitmentMade(
        commitment=short_id("prm", offer.id, event.version),
        promised_by=US,
        to=offer.contact,
        kind=DELIVERY,
        source=event.fact or fact.id,
        said_on=said_on,
        due=said_on + timedelta(days=days) if days > 0 else None,
        about=offer.id,
        read_by=BY_OFFER,
        what=f"deliver {what}"[:160],
        quote=f"Offer {offer.number}, version {event.version}: delivery within {days} days",
    )


def of_invoice(event: InvoiceIssued, fact: Fact) -> CommitmentMade:
    """An invoice is its customer's to pay by its day."""
    return CommitmentMade(
        commitment=short_id("prm", event.invoice),
        promised_by=event.contact,
        to=US,
        kind=PAYMENT,
        source=fact.id,
        said_on=event.issued_on,
        due=event.due_on,
        about=event.invoice,
        read_by=BY_INVOICE,
        what=f"pay invoice {event.number}",
        quote=f"Invoice {event.number}, due on {event.due_on}",
    )


def of_told(event: CommitmentTold, fact: Fact, kind: str, wall: Wall) -> CommitmentMade:
    """What the operator says was promised."""
    return CommitmentMade(
        commitment=short_id("prm", fact.id),
        promised_by=event.promised_by,
        to=event.to,
        kind=kind,
        source=fact.id,
        said_on=wall.day(fact.at),
        due=event.due,
        read_by=BY_OPERATOR,
        what=event.what,
        quote=event.quote,
    )


def is_said_again(made: CommitmentMade, known: Commitment) -> bool:
    """Whether somebody promises what they promised before, perhaps for another day."""
    same = (known.promised_by, known.to, known.kind) == (made.promised_by, made.to, made.kind)
    if known.kind == PAYMENT and made.about and known.read_by != BY_INVOICE:
        return same and known.about == made.about
    return same and known.what.casefold() == made.what.casefold()


def _said(
    one: Promised,
    source: str,
    ordinal: int,
    said_on: date,
    *,
    promised_by: str,
    to: str,
    by: str,
    about: str = "",
) -> CommitmentMade:
    return CommitmentMade(
        commitment=short_id("prm", source, ordinal),
        promised_by=promised_by,
        to=to,
        kind=one.kind,
        source=source,
        said_on=said_on,
        due=one.due,
        about=about,
        read_by=by,
        what=one.what,
        quote=one.quote,
    )


def _written(mail: MailReceived, came: datetime) -> datetime:
    """When it was written, as far as the sender can be believed; else when it came."""
    sent = mail.sent_at
    if sent is None or not came - _TRUSTED_AGE <= sent <= came + timedelta(days=1):
        return came
    return sent


def _all(
    found: Sequence[Promised], understood: Understood, mail: MailReceived, said_on: date
) -> list[Promised]:
    """What the rules found, and what a model pointed at besides.

    A model only names sentences of the mail; what is promised in them, and for when, is read by
    the rules' eyes on days, and one that asks or sets a condition stays none.
    """
    if not understood.slots:
        return list(found)
    pointed = msgspec.json.decode(understood.slots, type=Slots).promises
    known = {one.quote for one in found}
    more = (pointed_at(each, mail.text, said_on) for each in pointed)
    return [*found, *(one for one in more if one is not None and one.quote not in known)]
