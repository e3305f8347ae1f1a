"""What an answer to an offer says: yes, no, less money, or something only a person can judge."""

from __future__ import annotations

import re

from graph.agents import phrases
from graph.agents.deadlines import payment_terms, presses
from graph.agents.languages import foreign_language
from graph.agents.plaintext import plain, sentences
from graph.agents.reading import (
    NUMBER,
    Known,
    Reading,
    conditions_in,
    discount_in,
    foreign_amounts,
    is_ours,
)
from graph.slots import About, Intent

_SPELLED = re.compile(
    r"\b(?:\w*hundred|\w*thousand|half|\w*hundert|\w*tausend|halb\w*|halft\w*|cents?|mille|"
    r"moitie)\b"
)
_ASIDE = 6
"""Words beside a yes that are not read as anything."""


def reply_intent(reading: Reading, known: Known) -> tuple[Intent, list[str]]:
    """What a mail that came after an offer is for, and what stands in the way of being sure."""
    text, language = reading.folded, foreign_language(reading.folded)
    if language:
        return Intent.UNCLEAR, [f"what they say: the mail seems to be in {language}"]
    if phrases.PAID.search(text):
        return Intent.PAYMENT_NOTICE, []
    accepts, rejects = _accepts(reading), bool(phrases.REJECTS.search(text))
    if phrases.COMPLAINS.search(text):
        return Intent.COMPLAINT, []
    asks_less = bool(foreign_amounts(reading, known)) or discount_in(reading) is not None
    if rejects and not asks_less:
        return Intent.REJECTION, _rejection_doubts(reading, accepts=accepts)
    if asks_less and (not accepts or _haggles(reading) or _names_price_first(reading)):
        return Intent.COUNTER_OFFER, _counter_doubts(reading, known, rejects=rejects)
    if accepts:
        return Intent.ACCEPTANCE, _acceptance_doubts(reading, known)
    asks = bool(phrases.ASKS.search(text))
    if asks and phrases.PRICES.search(text) and not phrases.HAGGLES.search(text):
        return Intent.QUESTION, list(reading.wants.unsure)
    if phrases.HAGGLES.search(text) or _scope(reading, known):
        return Intent.COUNTER_OFFER, _counter_doubts(reading, known, rejects=rejects)
    return (Intent.QUESTION if asks else Intent.UNCLEAR), []


def _accepts(reading: Reading) -> bool:
    """Some sentence says yes, or nods, and does not deny it."""
    parts = list(map(plain, sentences(reading.text)))
    return any(_says_yes(part) or _nods(part) for part in parts)


def _says_yes(part: str) -> bool:
    """A plain yes: in so many words, or a nod that is the whole sentence."""
    if phrases.NEGATES.search(part):
        return False
    return bool(phrases.ACCEPTS.search(part)) or (
        _nods(part) and phrases.NODDING.fullmatch(part) is not None
    )


def _nods(part: str) -> bool:
    return bool(phrases.YES.match(part)) and not phrases.NEGATES.search(part)


def _names_price_first(reading: Reading) -> bool:
    """Whether the yes hangs on a price named before it: "5 % off and we have a deal"."""
    named = [slot.evidence for slot in reading.amounts]
    named += [part.evidence for part in reading.percentages]
    for part in map(plain, sentences(reading.text)):
        yes = phrases.ACCEPTS.search(part)
        if yes and any(plain(words) in part[: yes.start()] for words in named):
            return True
    return False


def _only_nods(reading: Reading) -> bool:
    return not any(map(_says_yes, map(plain, sentences(reading.text))))


def _says_more(reading: Reading) -> bool:
    """Whether there is more to read than a yes and some courtesy."""
    parts = [part for part in map(plain, sentences(reading.text)) if not _says_yes(part)]
    rest = [part for part in parts if not _is_courtesy(part)]
    return sum(len(part.split()) for part in rest) > _ASIDE


def _is_courtesy(part: str) -> bool:
    return bool(phrases.COURTESY.search(part) or phrases.BENIGN.search(part))


def _haggles(reading: Reading) -> bool:
    return bool(phrases.HAGGLES.search(reading.folded) or conditions_in(reading))


def _acceptance_doubts(reading: Reading, known: Known) -> list[str]:
    """Why this yes is not a plain yes to our offer; an empty list: it is."""
    claimed = [slot for slot in reading.amounts if slot.about is not About.PAID]
    tests = (
        (any(not is_ours(slot, known) for slot in claimed), "which price they accept"),
        (discount_in(reading) is not None, "which price they accept"),
        (bool(conditions_in(reading)), "whether the yes hangs on a condition"),
        (bool(phrases.HEDGES.search(reading.folded)), "whether they have decided"),
        ("?" in reading.text, "they also ask something"),
        (reading.deadline is not None, "they name a date"),
        (presses(reading.text), "they want it at once"),
        (bool(phrases.DEPOSIT.search(reading.folded)), "they name terms of payment"),
        (payment_terms(reading.text), "they name terms of payment"),
        (_scope(reading, known), "they name other items or quantities"),
        (_stray_numbers(reading, known), "what a number in it means"),
        (_only_nods(reading), "whether it is more than a nod"),
        (_says_more(reading), "what else they say"),
    )
    return [doubt for holds, doubt in tests if holds]


def _rejection_doubts(reading: Reading, *, accepts: bool) -> list[str]:
    """Why this no may not be the end; an empty list: it is."""
    tests = (
        (accepts, "whether it is a yes or a no"),
        (
            bool(phrases.REFUSES_TERMS.search(reading.folded)),
            "whether they say no to the price alone",
        ),
        (_leaves_open(reading), "whether the no is the last word"),
        (bool(reading.wants.items), "whether they decline all of it"),
    )
    return [doubt for holds, doubt in tests if holds]


def _leaves_open(reading: Reading) -> bool:
    """Whether a condition or a question goes with the no; "thanks, but no" has none."""
    for part in map(plain, sentences(reading.text)):
        no = phrases.REJECTS.search(part)
        rest = part[no.start() :] if no else part
        if phrases.CONDITIONS.search(rest) and not phrases.BENIGN.search(rest):
            return True
    return "?" in reading.text


def _stray_numbers(reading: Reading, known: Known) -> bool:
    """Whether a figure is left over that is none of our amounts, quantities or numbers.

    The last line of defence against a price that no pattern knows ("2100 and it's a deal").
    """
    bare = NUMBER.sub(" ", reading.text)
    for slot in reading.amounts:
        bare = bare.replace(slot.evidence, " ")
    allowed = {str(wanted.quantity) for wanted in known.offered}
    figures = {figure for figure in re.findall(r"\d+", bare) if figure not in allowed}
    return bool(figures) or bool(_SPELLED.search(plain(bare)))


def _counter_doubts(reading: Reading, known: Known, *, rejects: bool) -> list[str]:
    asked = foreign_amounts(reading, known)
    currencies = {slot.currency for slot in asked} - {"", known.currency}
    targets = {(slot.minor, slot.about) for slot in asked}
    tests = (
        (bool(currencies), f"the amount is in {' and '.join(sorted(currencies))}"),
        (
            len(targets) + (discount_in(reading) is not None) > 1,
            "which of several amounts they ask for",
        ),
        (_scope(reading, known), "they name other items or quantities"),
        (bool(phrases.DEPOSIT.search(reading.folded)), "they name terms of payment"),
        (payment_terms(reading.text), "they name terms of payment"),
        (rejects, "whether it is a counter-offer or a no"),
        (bool(phrases.MORE.search(reading.folded)), "whether they want something more for it"),
    )
    return [doubt for holds, doubt in tests if holds]


def _scope(reading: Reading, known: Known) -> bool:
    """Whether they speak of other items or other quantities than the offer has."""
    offered = {wanted.item: wanted.quantity for wanted in known.offered}
    return any(
        slot.item not in offered or slot.quantity not in (0, 1, offered[slot.item])
        for slot in reading.wants.items
    ) or _another_count(reading, offered)


def _another_count(reading: Reading, offered: dict[str, int]) -> bool:
    """`only one workshop day` where two were offered; a bare "the website" says no count."""
    return any(
        slot.quantity == 1 != offered.get(slot.item, 1)
        and re.search(
            r"\b(?:1|one|only|just|nur|ein(?:en|e)?|seule?|un|une)\b", plain(slot.evidence)
        )
        for slot in reading.wants.items
    )
