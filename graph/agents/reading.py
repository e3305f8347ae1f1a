"""A mail taken apart, before anybody says what it is for: new words, items, amounts, dates."""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from graph.agents import phrases
from graph.agents.deadlines import deadline_in
from graph.agents.items import Wants, wants_in
from graph.agents.numbers import Percentage, amounts_in, percentages_in
from graph.agents.plaintext import LONGEST, plain, sentences
from graph.agents.quoting import forwarded_text, new_text
from graph.slots import About, AmountSlot, Wanted
from ledger.domain.company import PriceItem

_REPLY = re.compile(r"^\s*(?:re|aw|wg|fwd?|tr|antw|antwort)\s*:", re.IGNORECASE)
NUMBER = re.compile(r"\b(?=[A-Za-z0-9/-]*\d)[A-Za-z]{0,4}-?[A-Za-z0-9]{2,10}"
                     r"(?:[-/][A-Za-z0-9]{2,10})+\b"
                     r"|\bP-[0-9A-Za-z]{8}\b")  # fmt: skip
"""What has the shape of a document's number."""

_NAME = re.compile(r"[^\w .'-]|[\d_]")
_LONGEST_NAME = 60


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
    """A text taken apart, before anybody says what it is for.

    `asked` is what `wants` was read from: the text, with its subject where only that names an
    item.
    """

    text: str
    folded: str
    asked: str
    wants: Wants
    amounts: tuple[AmountSlot, ...]
    percentages: tuple[Percentage, ...]
    deadline: date | None
    forwarded: bool


def read(message: Message, known: Known) -> Reading:
    """Take the sender's own new words apart."""
    body = new_text(message.text[:LONGEST], message.sender_name)
    forwarded = forwarded_text(message.text[:LONGEST]) if message.begins else ""
    use_subject = message.begins and not _REPLY.match(message.subject)
    text = asked = "\n".join(part for part in (body, forwarded) if part)
    whole = f"{message.subject}\n\n{text}" if use_subject else text
    wants = wants_in(text, known.prices)
    if use_subject and not wants.items:
        asked = whole
        wants = wants_in(asked, known.prices)
    return Reading(
        text=text,
        folded=plain(text),
        asked=asked,
        wants=wants,
        amounts=amounts_in(text),
        percentages=percentages_in(text),
        deadline=deadline_in(text, known.today, strict=bool(known.offered)),
        forwarded=bool(forwarded),
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
        if slot.about not in (About.PAID, About.CLAIMED) and not is_ours(slot, known)
    )


def conditions_in(reading: Reading) -> tuple[str, ...]:
    """The sentences that hang a condition on whatever else is said."""
    parts = [part for part in sentences(reading.text) if not phrases.BENIGN.search(plain(part))]
    found = [part for part in parts if phrases.CONDITIONS.search(plain(part))]
    return tuple(part[:160] for part in found[:5])


def discount_in(reading: Reading) -> int | None:
    """The one discount it asks for, in basis points; None for none, or for several."""
    told = {part.basis_points for part in reading.percentages if part.discount}
    return next(iter(told)) if len(told) == 1 else None


def is_ours(slot: AmountSlot, known: Known) -> bool:
    """Whether the offer on the table names this amount."""
    return slot.minor in known.amounts and slot.currency in ("", known.currency)


def document_numbers(message: Message) -> tuple[str, ...]:
    """What may be numbers of offers or invoices, upper case, each once."""
    text = f"{message.subject}\n{new_text(message.text[:LONGEST], message.sender_name)}"
    return tuple(dict.fromkeys(hit[0].upper() for hit in NUMBER.finditer(text)))[:10]
