"""The quarantined reader: fills typed slots from an untrusted text, and can do nothing else.

It never acts and never guesses: what cannot be told is named in `Slots.unsure`, and a plan
then asks. This module is the reader without a model; `extract_model` joins a model's reading.
"""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from graph.agents import phrases
from graph.agents.deadlines import deadline_in, payment_terms, presses
from graph.agents.items import Wants, wants_in
from graph.agents.numbers import Percentage, amounts_in, percentages_in
from graph.agents.plaintext import LONGEST, plain, sentences
from graph.agents.quoting import forwarded_text, new_text
from graph.slots import About, AmountSlot, Intent, Slots, Wanted
from ledger.domain.company import PriceItem

_REPLY = re.compile(r"^\s*(?:re|aw|wg|fwd?|tr|antw|antwort)\s*:", re.IGNORECASE)
_NUMBER = re.compile(r"\b(?=[A-Za-z0-9/-]*\d)[A-Za-z]{0,4}-?[A-Za-z0-9]{2,10}"
                     r"(?:[-/][A-Za-z0-9]{2,10})+\b"
                     r"|\bP-[0-9A-Za-z]{8}\b")  # fmt: skip
_SPELLED = re.compile(
    r"\b(?:\w*hundred|\w*thousand|half|\w*hundert|\w*tausend|halb\w*|halft\w*|cents?|mille|"
    r"moitie)\b"
)
_NAME = re.compile(r"[^\w .'-]|[\d_]")
_LONGEST_NAME = 60
_ASIDE = 6
"""Words beside a yes that are not read as anything."""


class Message(Struct, frozen=True, kw_only=True):
    """A mail as the reader sees it. `begins`: it opened its case, so its subject counts too."""

    subject: str
    text: str
    sender_name: str = ""
    begins: bool = False


class Known(Struct, frozen=True, kw_only=True):
    """What the reader may compare a text with.

    `offered` are the lines of the offer on the table (() before there is one), `amounts` its
    totals and prices in minor units, `currency` the company's.
    """

    prices: tuple[PriceItem, ...]
    today: date
    currency: str
    offered: tuple[Wanted, ...] = ()
    amounts: frozenset[int] = frozenset()


class Reading(Struct, frozen=True, kw_only=True):
    """A text taken apart, before anybody says what it is for."""

    text: str
    folded: str
    wants: Wants
    amounts: tuple[AmountSlot, ...]
    percentages: tuple[Percentage, ...]
    deadline: date | None
    forwarded: bool


def extract(message: Message, known: Known) -> Slots:
    """The slots of a message, read by rules in English, German and French."""
    return slots_of(read(message, known), message, known)


def slots_of(reading: Reading, message: Message, known: Known) -> Slots:
    """The slots of a message that was taken apart already."""
    name = clean_name(message.sender_name)
    return intent_slots(reading, known, numbers=_numbers(message), name=name)


def read(message: Message, known: Known) -> Reading:
    """Take the sender's own new words apart."""
    body = new_text(message.text[:LONGEST])
    forwarded = forwarded_text(message.text[:LONGEST]) if message.begins else ""
    use_subject = message.begins and not _REPLY.match(message.subject)
    text = "\n".join(part for part in (body, forwarded) if part)
    wants = wants_in(text, known.prices)
    if use_subject and not wants.items:
        wants = wants_in(f"{message.subject}\n{text}", known.prices)
    return Reading(
        text=text,
        folded=plain(text),
        wants=wants,
        amounts=amounts_in(text),
        percentages=percentages_in(text),
        deadline=deadline_in(text, known.today, strict=bool(known.offered)),
        forwarded=bool(forwarded),
    )


def intent_slots(reading: Reading, known: Known, *, numbers: tuple[str, ...], name: str) -> Slots:
    """Say what the text is for, and what stands in the way of being sure."""
    intent, doubts = _after_offer(reading, known) if known.offered else _before_offer(reading)
    return Slots(
        intent=intent,
        language=phrases.language_of(reading.folded),
        items=reading.wants.items,
        amounts=reading.amounts,
        discount_bp=_discount(reading),
        deadline=reading.deadline,
        numbers=numbers,
        name=name,
        conditions=conditions_in(reading),
        unsure=tuple(dict.fromkeys(doubts)),
    )


def clean_name(name: str) -> str:
    """A header's name fit for a greeting: letters only, one line, not too long; else ""."""
    bare = " ".join(_NAME.sub(" ", name).split()).strip(" .'-")
    return "" if "@" in name or len(bare) > _LONGEST_NAME else bare


def foreign_amounts(reading: Reading, known: Known) -> tuple[AmountSlot, ...]:
    """Amounts that are neither ours nor said to have been paid."""
    return tuple(
        slot
        for slot in reading.amounts
        if slot.about not in (About.PAID, About.CLAIMED) and not _is_ours(slot, known)
    )


def conditions_in(reading: Reading) -> tuple[str, ...]:
    """The sentences that hang a condition on whatever else is said."""
    parts = [part for part in sentences(reading.text) if not phrases.BENIGN.search(plain(part))]
    found = [part for part in parts if phrases.CONDITIONS.search(plain(part))]
    return tuple(part[:160] for part in found[:5])


def _before_offer(reading: Reading) -> tuple[Intent, list[str]]:
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


def _after_offer(reading: Reading, known: Known) -> tuple[Intent, list[str]]:
    text = reading.folded
    if phrases.PAID.search(text):
        return Intent.PAYMENT_NOTICE, []
    accepts, rejects = _accepts(reading), bool(phrases.REJECTS.search(text))
    if phrases.COMPLAINS.search(text):
        return Intent.COMPLAINT, []
    asks_less = bool(foreign_amounts(reading, known)) or _discount(reading) is not None
    if rejects and not asks_less:
        return Intent.REJECTION, _rejection_doubts(reading, accepts=accepts)
    if asks_less and not (accepts and not _haggles(reading)):
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
    return bool(phrases.ACCEPTS.search(part)) or (_nods(part) and len(part.split()) <= phrases.NOD)


def _nods(part: str) -> bool:
    return bool(phrases.YES.match(part)) and not phrases.NEGATES.search(part)


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
        (any(not _is_ours(slot, known) for slot in claimed), "which price they accept"),
        (_discount(reading) is not None, "which price they accept"),
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
        (bool(conditions_in(reading)) or "?" in reading.text, "whether the no is the last word"),
        (bool(reading.wants.items), "whether they decline all of it"),
    )
    return [doubt for holds, doubt in tests if holds]


def _stray_numbers(reading: Reading, known: Known) -> bool:
    """Whether a figure is left over that is none of our amounts, quantities or numbers.

    The last line of defence against a price that no pattern knows ("2100 and it's a deal").
    """
    bare = _NUMBER.sub(" ", reading.text)
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
            len(targets) + (_discount(reading) is not None) > 1,
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


def _discount(reading: Reading) -> int | None:
    told = {part.basis_points for part in reading.percentages if part.discount}
    return next(iter(told)) if len(told) == 1 else None


def _is_ours(slot: AmountSlot, known: Known) -> bool:
    return slot.minor in known.amounts and slot.currency in ("", known.currency)


def _numbers(message: Message) -> tuple[str, ...]:
    text = f"{message.subject}\n{new_text(message.text[:LONGEST])}"
    return tuple(dict.fromkeys(hit[0].upper() for hit in _NUMBER.finditer(text)))[:10]
