"""The quarantined reader: fills typed slots from an untrusted text, and can do nothing else.

It never acts and never guesses: what cannot be told is named in `Slots.unsure`, and a plan
then asks. This module is the reader without a model; `extract_model` joins a model's reading.
"""

from __future__ import annotations

from graph.agents.languages import language_of
from graph.agents.leads import lead_intent
from graph.agents.reading import (
    Known,
    Message,
    Reading,
    clean_name,
    conditions_in,
    discount_in,
    document_numbers,
    read,
)
from graph.agents.replies import reply_intent
from graph.slots import Slots


def extract(message: Message, known: Known) -> Slots:
    """The slots of a message, read by rules in English, German and French."""
    return slots_of(read(message, known), message, known)


def slots_of(reading: Reading, message: Message, known: Known) -> Slots:
    """The slots of a message that was taken apart already."""
    name = clean_name(message.sender_name)
    return intent_slots(reading, known, numbers=document_numbers(message), name=name)


def intent_slots(reading: Reading, known: Known, *, numbers: tuple[str, ...], name: str) -> Slots:
    """Say what the text is for, and what stands in the way of being sure."""
    intent, doubts = reply_intent(reading, known) if known.offered else lead_intent(reading)
    return Slots(
        intent=intent,
        language=language_of(reading.folded),
        items=reading.wants.items,
        amounts=reading.amounts,
        discount_bp=discount_in(reading),
        deadline=reading.deadline,
        numbers=numbers,
        name=name,
        conditions=conditions_in(reading),
        unsure=tuple(dict.fromkeys(doubts)),
    )
