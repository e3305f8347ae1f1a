"""What a first mail says: a request that can be offered on, or something a person has to judge.

An offer is only made where everything about the request is plain: that it is one, what it is
for, how many, and that nothing else is wanted.
"""

from __future__ import annotations

import re

from graph.agents import phrases
from graph.agents.clauses import about_the_past, asked_beside, is_asked_for
from graph.agents.languages import foreign_language
from graph.agents.purpose import blames, other_than_buying
from graph.agents.reading import Reading
from graph.agents.unlisted import compared_in, services_in, specified_in, unlisted_in
from graph.slots import Intent

_EARLY_YES = re.compile(
    r"\b(?:accept|agree|nehme|nehmen|akzeptier)\w*\b.{0,40}\b(?:offer|angebot|offre|proposal)"
)


def lead_intent(reading: Reading) -> tuple[Intent, list[str]]:
    """What a mail that came before any offer is for, and what stands in the way of being sure."""
    doubts = ["who wants it: the mail was forwarded"] if reading.forwarded else []
    other = _no_request(reading)
    if other is not None:
        intent, more = other
        return intent, [*doubts, *more]
    if reading.wants.items or reading.wants.unsure:
        return Intent.NEW_REQUEST, [*doubts, *reading.wants.unsure, *_open_points(reading)]
    if phrases.REQUESTS.search(reading.folded):
        return Intent.NEW_REQUEST, [*doubts, "which item of the price list is meant"]
    question = bool(phrases.ASKS.search(reading.folded))
    return (Intent.QUESTION if question else Intent.UNCLEAR), doubts


def _no_request(reading: Reading) -> tuple[Intent, list[str]] | None:
    """What it is instead of a request; None where it may be one."""
    text, some = reading.folded, bool(reading.wants.items)
    language, other = foreign_language(text), other_than_buying(text)
    if language:
        return Intent.UNCLEAR, [f"what they want: the mail seems to be in {language}"]
    if other == "advertising" or (phrases.UNRELATED.search(text) and not some):
        return Intent.UNRELATED, []
    if other:
        return Intent.UNCLEAR, [f"whether they want to buy anything: it reads like {other}"]
    if some and phrases.SELLS.search(text):
        return Intent.UNCLEAR, ["whether they want to buy or to sell"]
    if blames(text) or (phrases.COMPLAINS.search(text) and not some):
        return Intent.COMPLAINT, []
    if not some and phrases.PAID.search(text):
        return Intent.PAYMENT_NOTICE, []
    if not some and phrases.REJECTS.search(text):
        return Intent.REJECTION, []
    return None


def _open_points(reading: Reading) -> list[str]:
    """What else stands in a request that an offer at list price would pass over."""
    text, places = reading.asked, reading.wants.places
    services = services_in(text, places)
    beside = not services and (asked_beside(text, places) or unlisted_in(text, places))
    unasked = _unasked(reading)
    tests = (
        (bool(_EARLY_YES.search(reading.folded)), "which offer they accept: none was sent"),
        (bool(unasked), f"whether {unasked} is asked for or only mentioned"),
        (about_the_past(text, places), "whether they want it, or something about an earlier one"),
        (specified_in(text, places), "whether it is as large as the price list means it"),
        (compared_in(text, places), "whether it is more than the price list means by it"),
        (bool(services), f"what they expect of: {', '.join(services[:3])}"),
        (bool(beside), "what else they ask for beside it"),
        (bool(phrases.COMPLAINS.search(reading.folded)), "whether they complain"),
    )
    return [doubt for holds, doubt in tests if holds]


def _unasked(reading: Reading) -> str:
    """The items that stand in no sentence that asks or orders, in words."""
    places = reading.wants.places
    items = dict.fromkeys(place.item for place in places)
    return " and ".join(
        item
        for item in items
        if not is_asked_for(reading.asked, [place for place in places if place.item == item])
    )
