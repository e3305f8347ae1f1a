"""The playbook for a yes: it counts only where nothing about it is open."""

from __future__ import annotations

from collections.abc import Iterator

from graph.amounts import day_words
from graph.answers import AnswerId, plain_option
from graph.deal import PENDING, Deal, Doing, Heard, Offer
from graph.moves import AnyMove, Choice, Decide, IssueInvoice, RecordAcceptance, Supersede
from graph.planners import wording
from graph.planners.parts import first_part
from graph.planners.steps import DECLINE, REPLY, asking, is_asking, sources
from graph.situation import Situation
from graph.slots import Slots
from ledger.domain.events import Option

_BINDS = "The offer is accepted, so it binds."


def on_acceptance(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    """The choices after an acceptance of the offer that left last."""
    offer = s.deal.sent_offer
    if offer is None or s.deal.heard is None:
        return ()
    doubts = [*slots.unsure, *_doubts(s, slots, s.deal.heard, offer)]
    if doubts:
        return (_ask(s, offer, wording.doubts(doubts)),)
    return (
        accepting(s, offer, s.deal.heard.fact, "customer"),
        _ask(s, offer, "you may prefer to check"),
    )


def accepting(s: Situation, offer: Offer, fact: str, by: str) -> Choice:
    """Record the acceptance and issue the invoice."""
    decision = Decide(
        topic="acceptance",
        chosen=f"{wording.number_of(s.deal)}, version {offer.version}, is accepted at "
        f"{wording.offer_words(offer)}.",
        by=by,
        evidence=sources(s),
        alternatives=(("ask first", "nothing about the acceptance was open"),),
    )
    return Choice(
        id="accept",
        moves=(
            *(Supersede(action=one.action, why=_BINDS) for one in _corrections(s.deal)),
            RecordAcceptance(version=offer.version, fact=fact, by=by),
            decision,
            *_billing(offer),
        ),
        why=f"The {by} accepted version {offer.version} without a condition.",
    )


def _billing(offer: Offer) -> tuple[AnyMove, ...]:
    """The invoice that the acceptance makes due, or what is waited for."""
    if offer.plan is None:
        return (IssueInvoice(version=offer.version),)
    waits = first_part(offer.plan)
    return waits or (IssueInvoice(version=offer.version, part=1),)


def _doubts(s: Situation, slots: Slots, heard: Heard, offer: Offer) -> Iterator[str]:
    if _corrections(s.deal):
        yield "you wanted that offer taken back, and its correction still waits"
    if heard.authentication.startswith("fail"):
        yield f"your mail server does not believe that it is from them ({heard.authentication})"
    if heard.authentication == "none":
        yield "your mail server says nothing of who it is from"
    if s.today > offer.valid_until:
        yield f"the offer was valid until {day_words(offer.valid_until)}"
    if not _in_thread(s.deal, heard, slots):
        yield "the mail answers none of ours and quotes no number"
    if _answers_older(s.deal, heard, offer):
        yield "it answers an older version of the offer"
    if any(one.version > offer.version for one in s.deal.offers if _may_leave(s.deal, one)):
        yield "a newer version is about to be sent"
    if any(_other_offer(number, s.deal) for number in slots.numbers):
        yield "it quotes another number than our offer's"


def _corrections(deal: Deal) -> list[Doing]:
    """Corrections of an offer whose card waits."""
    return [
        one for one in deal.doing if one.name == "SendCorrection" and one.version and is_asking(one)
    ]


def _in_thread(deal: Deal, heard: Heard, slots: Slots) -> bool:
    ours = {one.message_id for one in deal.doing} | {one.message_id for one in deal.told}
    ours.discard("")
    named = {heard.in_reply_to, *heard.references}
    return bool(ours & named) or (bool(deal.number) and deal.number in slots.numbers)


def _answers_older(deal: Deal, heard: Heard, offer: Offer) -> bool:
    """Of our offers, the one that it names nearest (In-Reply-To, then the end of References)."""
    versions = {one.message_id: one.version for one in deal.offers if one.message_id}
    named = (versions.get(each, 0) for each in (heard.in_reply_to, *reversed(heard.references)))
    return next((version for version in named if version), offer.version) < offer.version


def _may_leave(deal: Deal, offer: Offer) -> bool:
    return not offer.sent and any(
        one.version == offer.version and one.progress in PENDING for one in deal.doing
    )


def _other_offer(number: str, deal: Deal) -> bool:
    """Something that has the shape of our proposal numbers and is not this one's."""
    return number.startswith("P-") and len(number) == len(deal.number) and number != deal.number


def _ask(s: Situation, offer: Offer, why: str) -> Choice:
    text = (
        f"It reads like a yes to {wording.number_of(s.deal)} at {wording.offer_words(offer)}, "
        f"but I could not tell: {why}. No invoice was issued. Does it count?"
    )
    return asking(s, "acceptance", text, f"I could not tell: {why}.", tuple(_options(offer)),
                  recommendation="Answer the customer first, unless you are sure.")  # fmt: skip


def _options(offer: Offer) -> Iterator[Option]:
    label = f"Yes, accepted at {wording.offer_words(offer)}"
    yield plain_option(AnswerId.ACCEPT, label, str(offer.version))
    yield plain_option(AnswerId.RENEW, "Send the offer once more")
    yield from (REPLY, DECLINE)
