"""understand: fold the fact into the deal, and read the words that came with it.

A customer's text is read by the quarantined extractor into typed slots; the operator's words
into a wish. Mail that a machine sent is not read at all. Nothing else of a text goes any further.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from graph.agents.extract_model import Origin, extracted
from graph.agents.languages import plainly_in
from graph.agents.plaintext import LONGEST, plain
from graph.agents.quoting import new_text
from graph.agents.reading import Known, Message
from graph.agents.wish import wish_in
from graph.deal import Deal, Offer
from graph.folding import deal_after
from graph.looking import deal_in, fact_in, is_quiet, source_in
from graph.ports import World
from graph.state import CaseState, Json, as_json, said
from ledger.domain.events import (
    Event,
    Instructed,
    MailReceived,
    OperatorSaid,
    QuestionAnswered,
    Rejected,
    Routed,
    Understood,
)
from ledger.domain.facts import Fact
from ledger.domain.forms import form_in
from ledger.domain.order_numbers import without_order_numbers


async def understand(state: CaseState, world: World) -> dict[str, Any]:
    """The deal after this fact, and what was read out of its words."""
    fact, source = fact_in(state), source_in(state)
    deal = deal_after(deal_in(state), fact, source)
    update: dict[str, Any] = {"case": fact.case, "deal": as_json(deal)}
    if is_quiet(fact.event):
        return update
    event = source.event if source is not None else fact.event
    if isinstance(event, MailReceived) and source is not None and isinstance(fact.event, Routed):
        if event.automatic:
            return update
        return {**update, **await _heard(deal, fact, source, event, world)}
    words = _operator_words(event)
    if words:
        known = await _known(deal, world)
        return {**update, "understood": {"wish": as_json(wish_in(words, known))}}
    return update


async def _heard(
    deal: Deal, fact: Fact, source: Fact, mail: MailReceived, world: World
) -> dict[str, Any]:
    message = Message(
        subject=mail.subject,
        text=without_order_numbers(mail.text) if mail.orders else mail.text,
        sender_name=mail.sender_name,
        begins=len(deal.mails) == 1,
    )
    origin = Origin(
        cause=fact.id,
        case=fact.case,
        person=source.person,
        contact=deal.contact,
        source=source.id,
    )
    found = await extracted(world, message, await _known(deal, world), origin)
    slots = replace(found.slots, unsure=(*found.slots.unsure, *mail.unclear))
    understood = Understood(
        fact=source.id,
        intent=slots.intent.value,
        language=slots.language,
        by=found.by,
        unsure=slots.unsure,
        switched=_switched(deal, slots.language, mail),
        address=_address(deal, slots.language, mail),
        slots=msgspec.json.encode(slots).decode(),
    )
    out: list[Json] = [said(event) for event in found.fell_back]
    out.append(said(understood, key=f"understood:{source.id}"))
    return {"understood": {"slots": as_json(slots)}, "out": out}


def _switched(deal: Deal, language: str, mail: MailReceived) -> bool:
    """Whether the contact goes on in another language; one word of it is no change."""
    if not _is_theirs(deal) or not deal.language or language in {"", deal.language}:
        return False
    return plainly_in(plain(new_text(mail.text[:LONGEST], mail.sender_name)), language)


def _address(deal: Deal, language: str, mail: MailReceived) -> str:
    """How the contact addresses us in their own new words."""
    if not _is_theirs(deal):
        return ""
    own = new_text(mail.text[:LONGEST], mail.sender_name)
    form = form_in(own, language or deal.language)
    return form.value if form else ""


def _is_theirs(deal: Deal) -> bool:
    return deal.heard is not None and deal.heard.sender != "other"


async def _known(deal: Deal, world: World) -> Known:
    company = await world.company()
    offer = deal.accepted_offer or deal.sent_offer
    return Known(
        prices=company.prices,
        today=(await world.now()).date(),
        currency=offer.net.currency if offer else company.currency,
        offered=offer.wanted if offer else (),
        amounts=our_amounts(offer) if offer else frozenset(),
    )


def our_amounts(offer: Offer) -> frozenset[int]:
    """The amounts in our last offer (minor units): naming one of them asks for nothing new.

    Only what the offer itself says: a sum from an older version is somebody's own number.
    """
    found = {offer.net.minor, offer.total.minor, offer.total.minor - offer.net.minor}
    for line in offer.lines:
        found |= {line.net.minor, line.unit_price.minor}
        found.add((line.unit_price - line.unit_price.share(line.discount_bp)).minor)
    return frozenset(found)


def _operator_words(event: Event) -> str:
    match event:
        case Instructed() | OperatorSaid() | QuestionAnswered():
            return event.text
        case Rejected():
            return event.reason
        case _:
            return ""
