"""How a rule's reason is filled in: {placeholders} become people's words, never markup."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping

from ledger.domain.amounts import amount_words, percent_words
from ledger.domain.values import Money
from policies.inputs import NO_LIMIT

LONGEST_VALUE = 80
"""Signs of one value that a reason shows; what is longer ends in …"""

OWN_WORDS = frozenset({"repeats", "contradicts", "off_voice"})
"""Values in our own words, with sources and dates: these are shown at greater length."""

LONGEST_OWN = 220

SPOKEN = {
    "amount": ("amount_minor", "currency"),
    "ask_above": ("ask_above_minor", "company_currency"),
}
"""Placeholders for money in words, and the names behind each: cents and currency."""

SHARES = {"discount": "discount_bp", "max_discount": "max_discount_bp"}
"""Placeholders for percentages, and the name in basis points behind each."""


def placeholders(reason: str) -> tuple[str, ...]:
    """The names a reason refers to. Raises `ValueError` for anything but plain `{name}`."""
    found = []
    for _, name, spec, conversion in string.Formatter().parse(reason):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(f"{{{name}}} must be a plain name in braces")
        found.append(name)
    return tuple(found)


def known_placeholders(names: frozenset[str]) -> frozenset[str]:
    """What a reason may refer to where a rule sees `names`."""
    derived = {word: minor for word, (minor, _) in SPOKEN.items()} | SHARES
    return names | {word for word, source in derived.items() if source in names}


def filled(reason: str, values: Mapping[str, object]) -> str:
    """The reason as a person reads it."""
    return reason.format_map({name: _word(name, values) for name in placeholders(reason)})


def money_words(minor: int, currency: str) -> str:
    """An amount for people: `€1,190.00`."""
    if not currency:
        return str(minor)
    return amount_words(Money(minor, currency))


def plain(text: str, longest: int = LONGEST_VALUE) -> str:
    """Foreign text made harmless for a sentence: one line, nothing invisible, not too long."""
    shown = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _word(name: str, values: Mapping[str, object]) -> str:
    if name in SPOKEN:
        minor, currency = (values[part] for part in SPOKEN[name])
        return "no limit" if minor == NO_LIMIT else money_words(int(str(minor)), str(currency))
    if name in SHARES:
        return percent_words(int(str(values[SHARES[name]])))
    value = values[name]
    between, longest = ("; ", LONGEST_OWN) if name in OWN_WORDS else (", ", LONGEST_VALUE)
    words = between.join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return plain(words, longest)
