"""What is remembered of a fact: an episode that says who, what, how much and how it ended.

Pure: the same case gives the same episodes, however often and in whatever order they are told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.amounts import percent_words
from ledger.domain.commands import (
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.events import (
    ActionSucceeded,
    CaseClosed,
    DecisionOutcome,
    DecisionRecorded,
    Event,
    Instructed,
    InvoicePaid,
    ProposalAccepted,
    ProposalDrafted,
    Rejected,
    Understood,
)
from ledger.domain.facts import Fact, derived_id
from ledger.domain.values import Line
from memory.claims import (
    ACTION,
    CASE,
    INVOICE,
    PRICE,
    PROPOSAL,
    Claim,
    amount,
    kind_of,
    over,
    terms,
    topic,
)
from memory.episodes import Episode
from memory.story import Story

TOLD: tuple[type[Event], ...] = (
    Understood,
    ProposalDrafted,
    ProposalAccepted,
    ActionSucceeded,
    Rejected,
    Instructed,
    DecisionRecorded,
    DecisionOutcome,
    InvoicePaid,
    CaseClosed,
)
"""The events memory keeps something of."""

LONGEST_QUOTE = 1_000
"""Signs of somebody's own words that an episode keeps."""


AGES: Final = {"conversation": timedelta(days=3 * 365)}
"""How long an episode of a kind is worth recalling; what is not named here does not age."""


_TOLD_ELSEWHERE = frozenset({"approval", "rejection", "instruction"})
"""Topics of decisions whose own facts (what was sent, refused or wished) are told already."""

_SAYS_LITTLE = frozenset({"approved", "edited", "changed"})
"""Outcomes on the way: how it ended is told when it ends."""


class _Said(Struct, frozen=True):
    """What one fact comes to. `facts` are further ids it rests on.

    `since` begins it, `until` ends it; `claims` are topics with what is said of each.
    """

    kind: str
    text: str
    items: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    superseded: bool = False
    since: datetime | None = None
    until: datetime | None = None
    claims: tuple[Claim, ...] = ()


class _ItemSlot(Struct):
    item: str


class _Slots(Struct):
    """The part of the extractor's slots that memory needs."""

    items: tuple[_ItemSlot, ...] = ()


def episodes_of(fact: Fact, story: Story) -> tuple[Episode, ...]:
    """What is remembered because of this fact; of an erased person nothing.

    A new version of a proposal also tells the earlier ones again, which are now superseded.
    """
    if story.erased:
        return ()
    again = story.earlier_versions(fact.event) if isinstance(fact.event, ProposalDrafted) else []
    told = ((told_by, _said(told_by, story)) for told_by in (fact, *again))
    return tuple(_episode(source, said, story) for source, said in told if said is not None)


def _at_its_prices(said: _Said, fact: Fact, story: Story) -> _Said:
    """What was done or decided about an offer names its sums: they end with the prices behind."""
    offer = story.newest(fact)
    history = isinstance(fact.event, InvoicePaid | CaseClosed)
    if offer is None or history or said.kind not in {"decision", "outcome"}:
        return said
    prices = tuple(claim for claim in _claims(offer) if kind_of(claim[0]) == PRICE)
    return replace(said, since=story.drafted_at(offer), claims=(*said.claims, *prices))


def _episode(fact: Fact, told: _Said, story: Story) -> Episode:
    said = _at_its_prices(told, fact, story)
    return Episode(
        id=derived_id(fact.id, "memory"),
        kind=said.kind,
        case=fact.case,
        at=fact.at,
        text=said.text,
        facts=(fact.id, *said.facts),
        person=story.person,
        contact=story.contact,
        items=said.items,
        superseded=said.superseded,
        who=story.name,
        valid_from=said.since,
        valid_to=said.until or _outlived(said.kind, fact.at),
        topics=tuple(topic for topic, _ in said.claims),
        values=tuple(value for _, value in said.claims),
    )


def _outlived(kind: str, at: datetime) -> datetime | None:
    return at + AGES[kind] if kind in AGES else None


def _said(fact: Fact, story: Story) -> _Said | None:  # noqa: C901  # one line a fact: a table
    match fact.event:
        case Understood() as event:
            return _heard(event, story)
        case ProposalDrafted() as event:
            return _offered(event, story)
        case ProposalAccepted() as event:
            return _accepted(event, story)
        case ActionSucceeded() as event:
            return _done(event, story)
        case Rejected() as event:
            return _rejected(event, fact, story)
        case Instructed(operator=operator, text=text):
            said = _quote(text) or "something that was not kept"
            return _Said(
                "decision", f"{operator} said about {story.who}: {said}", _deal(fact, story)
            )
        case DecisionRecorded() as event:
            return None if event.topic in _TOLD_ELSEWHERE else _decided(event, fact, story)
        case DecisionOutcome() as event:
            return _turned_out(event, fact, story)
        case InvoicePaid() as event:
            return _paid(event, story)
        case CaseClosed(outcome=outcome):
            text = f"The case with {story.who} closed: {outcome}"
            claims = ((topic(CASE, fact.case), outcome),)
            return _Said("outcome", text, _deal(fact, story), claims=claims)
        case _:
            return None


def _heard(event: Understood, story: Story) -> _Said:
    mail = story.mails.get(event.fact)
    words = f": {_quote(f'{mail.subject}. {mail.text}')}" if mail else ""
    text = f"{story.who} wrote ({event.intent.replace('_', ' ')}){words}"
    return _Said("conversation", text, _slot_items(event.slots), (event.fact,))


def _offered(event: ProposalDrafted, story: Story) -> _Said:
    text = (
        f"Proposal {event.number} version {event.version} for {story.who}: {_lines(event.lines)}."
        f" Net {amount(event.net)}, total {amount(event.total)}, discount"
        f" {percent_words(event.discount_bp)}, delivery in {event.delivery_days} days."
    )
    return _Said(
        "proposal",
        text,
        _items(event.lines),
        superseded=story.is_superseded(event),
        until=over(event.valid_until),
        claims=_claims(event),
    )


def _accepted(event: ProposalAccepted, story: Story) -> _Said:
    offer = story.proposal(event.proposal, event.version)
    if offer is None:
        return _Said("negotiation", f"{story.who} accepted a proposal.", (), (event.fact,))
    counters = event.version - 1
    rounds = f"after {counters} counter-offer{'s' * (counters > 1)}" if counters else "at once"
    text = (
        f"{story.who} accepted proposal {offer.number} {rounds}: {_lines(offer.lines)} for"
        f" {amount(offer.total)}, discount {percent_words(offer.discount_bp)}."
    )
    return _Said(
        "negotiation",
        text,
        _items(offer.lines),
        (event.fact,),
        since=story.drafted_at(offer),
        claims=_claims(offer),
    )


def _done(event: ActionSucceeded, story: Story) -> _Said:
    proposed = story.action(event.action)
    what = _what(proposed.command if proposed else None, proposed.name if proposed else "An action")
    text = f"{what} for {story.who} was done ({event.receipt.reference})."
    if proposed and proposed.amount:
        text += f" It was about {amount(proposed.amount)}."
    return _Said("outcome", text, claims=((topic(ACTION, event.action), ""),))


def _what(command: object, name: str) -> str:  # noqa: C901 - one arm a command: a table
    """In our own words: a mail's subject is its customer's text, and outcomes stand on cards."""
    match command:
        case SendProposal(version=version):
            return f"Sending version {version} of the offer"
        case SendReply():
            return "Answering their mail"
        case SendInvoice(number=number):
            return f"Sending invoice {number}"
        case SendReminder(number=number):
            return f"Reminding of invoice {number}"
        case IssueInvoice(lines=lines):
            return f"Issuing the invoice over {_lines(lines)}"
        case IssueCreditNote(number=number):
            return f"Reversing invoice {number} with a credit note"
        case SendCreditNote(number=number):
            return f"Sending credit note {number}"
        case SendCorrection(body=body):
            return f"Correcting an earlier mail with {_quote(body)!r}"
        case SendSpecimen(to=to):
            return f"Showing the first real mail to {to}"
        case ReopenCase():
            return "Opening the case again"
        case _:
            return name


def _rejected(event: Rejected, fact: Fact, story: Story) -> _Said:
    proposed = story.action(event.action)
    name = proposed.name if proposed else "an action"
    sum_ = f" over {amount(proposed.amount)}" if proposed and proposed.amount else ""
    reason = _quote(event.reason) or "no reason given"
    text = f"{event.operator} refused {name}{sum_} for {story.who}: {reason}"
    return _Said("decision", text, _deal(fact, story))


def _decided(event: DecisionRecorded, fact: Fact, story: Story) -> _Said:
    against = "; ".join(f"Not {a.what}, since {a.why_not}" for a in event.alternatives)
    parts = [f"Decision on {event.topic} for {story.who}: {event.chosen} (by {event.by})", against]
    parts += [f"Outcome: {event.outcome}"] if event.outcome else []
    text = ". ".join(part for part in parts if part) + "."
    return _Said("decision", text, _deal(fact, story), event.evidence)


def _turned_out(event: DecisionOutcome, fact: Fact, story: Story) -> _Said | None:
    """How a decision of the case ended, with what it was chosen over."""
    found = story.decision(event.decision)
    if found is None or event.outcome in _SAYS_LITTLE:
        return None
    made, decided = found
    against = "; ".join(f"not {each.what}" for each in decided.alternatives)
    text = (
        f"Decision on {decided.topic} for {story.who} turned out {event.outcome}:"
        f" {decided.chosen} (by {decided.by}){f', {against}' if against else ''}."
    )
    return _Said("decision", text, _deal(fact, story), (made.id, event.fact, *decided.evidence))


def _paid(event: InvoicePaid, story: Story) -> _Said:
    issued = story.invoice(event.invoice)
    if issued is None:
        return _Said("outcome", f"{story.who} paid an invoice on {event.paid_on}.")
    days = (event.paid_on - issued.due_on).days
    when = f"{days} days late" if days > 0 else "in time"
    text = (
        f"{story.who} paid invoice {issued.number} over {amount(issued.total)} on"
        f" {event.paid_on}, {when}."
    )
    claims = ((topic(INVOICE, event.invoice), ""),)
    return _Said("outcome", text, _items(issued.lines), claims=claims)


def _deal(fact: Fact, story: Story) -> tuple[str, ...]:
    """The items that the case was about at this fact."""
    offer = story.newest(fact)
    return _items(offer.lines) if offer else ()


def _claims(offer: ProposalDrafted) -> tuple[Claim, ...]:
    """Which version of which offer it is, and what it says of prices and terms."""
    version = (topic(PROPOSAL, offer.proposal), str(offer.version))
    return (version, *terms(offer.lines, offer.discount_bp, offer.delivery_days))


def _items(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.item for line in lines))


def _slot_items(slots: str) -> tuple[str, ...]:
    try:
        read = msgspec.json.decode(slots or "{}", type=_Slots)
    except msgspec.DecodeError:
        return ()  # Another extractor's slots: its items are not known, its words still are.
    return tuple(dict.fromkeys(slot.item for slot in read.items))


def _lines(lines: Iterable[Line]) -> str:
    return ", ".join(f"{line.quantity} × {line.description}" for line in lines) or "nothing"


def _quote(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= LONGEST_QUOTE else one[: LONGEST_QUOTE - 1] + "…"
