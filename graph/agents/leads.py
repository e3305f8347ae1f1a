"""What a first mail says: a request that can be offered on, or something a person has to judge."""

from __future__ import annotations

import re

from graph.agents import phrases
from graph.agents.reading import Reading
from graph.slots import Intent


def lead_intent(reading: Reading) -> tuple[Intent, list[str]]:
    """What a mail that came before any offer is for, and what stands in the way of being sure."""
    text, wants = reading.folded, reading.wants
    doubts = ["who wants it: the mail was forwarded"] if reading.forwarded else []
    if phrases.UNRELATED.search(text):
        return Intent.UNRELATED, doubts
    if wants.items and phrases.SELLS.search(text):
        return Intent.UNCLEAR, [*doubts, "whether they want to buy or to sell"]
    if wants.items or wants.unsure:
        early = ["which offer they accept: none was sent"] if _accepts_something(text) else []
        return Intent.NEW_REQUEST, [*doubts, *early, *wants.unsure]
    if phrases.PAID.search(text):
        return Intent.PAYMENT_NOTICE, doubts
    if phrases.COMPLAINS.search(text):
        return Intent.COMPLAINT, doubts
    if phrases.REJECTS.search(text):
        return Intent.REJECTION, doubts
    if phrases.REQUESTS.search(text):
        return Intent.NEW_REQUEST, [*doubts, "which item of the price list is meant"]
    question = bool(phrases.ASKS.search(text))
    return (Intent.QUESTION if question else Intent.UNCLEAR), doubts


def _accepts_something(folded: str) -> bool:
    """Whether it speaks of an offer of ours as accepted."""
    return bool(
        re.search(
            r"\b(?:accept|agree|nehme|nehmen|akzeptier|accept)\w*\b.{0,40}\b(?:offer|angebot|offre|proposal)",
            folded,
        )
    )
