"""What a first request says about money: enough for the list price, or something to ask about."""

from __future__ import annotations

from collections.abc import Iterator

from graph.amounts import amount_words, percent_words
from graph.answers import offer_option
from graph.moves import Choice
from graph.planners import wording
from graph.planners.given_word import standing_terms
from graph.planners.steps import ASK_CUSTOMER, DECLINE, REPLY, asking
from graph.situation import Situation
from graph.slots import About, AmountSlot, Basis, Slots
from graph.terms import Priced, Unpriceable, priced
from ledger.domain.errors import CurrencyMismatch
from ledger.domain.values import Money


def on_money(s: Situation, slots: Slots) -> Choice | None:
    """A question where they name money that does not fit the list price; else None."""
    try:
        ours = priced(s.company, slots.wanted, standing_terms(s), today=s.today)
    except (Unpriceable, CurrencyMismatch):
        return None
    doubts = tuple(dict.fromkeys(_doubts(slots, ours)))
    if not doubts:
        return None
    net, gross = amount_words(ours.sums.net), amount_words(ours.sums.gross)
    why = wording.doubts(doubts)
    text = (
        f"They ask for {wording.things(s.company, slots.wanted)}, which is {net} net "
        f"({gross} with tax) by the list, and {why}. What shall I offer?"
    )
    options = (offer_option(slots.wanted, "Offer it at list price"), ASK_CUSTOMER, DECLINE, REPLY)
    return asking(s, "money", text, f"Money: {why}.", options,
                  recommendation="Offer the list price, or say what you would take.")  # fmt: skip


def _doubts(slots: Slots, ours: Priced) -> Iterator[str]:
    if slots.discount_bp is not None:
        yield f"they ask for {percent_words(slots.discount_bp)} off"
    for slot in slots.amounts:
        if slot.about is not About.PAID and not _fits(slot, ours):
            currency = slot.currency or ours.sums.net.currency
            yield f"they name {amount_words(Money(slot.minor, currency))}"


def _fits(slot: AmountSlot, ours: Priced) -> bool:
    """Whether the amount changes nothing: enough for all of it, or the very price of an item."""
    net, gross = ours.sums.net, ours.sums.gross
    if slot.currency not in ("", net.currency) or slot.about is About.OFF:
        return False
    if slot.about in (About.UNIT, About.CLAIMED):
        units = {line.unit_price.minor for line in ours.lines}
        return slot.minor in units | {net.minor, gross.minor}
    return slot.minor >= (net if slot.basis is Basis.NET else gross).minor
