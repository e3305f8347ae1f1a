"""Whom a sentence speaks of: the names of the address book that stand in it, or are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from graph.agents.plaintext import plain
from ledger.domain.identity import Identity

_SHORTEST: Final = 3
_NO_NAMES: Final = frozenset(
    [
        *("gmbh", "ltd", "inc", "llc", "company", "firma", "the", "and", "und", "der", "die"),
        *("das", "von", "van", "studio", "design", "web", "logo", "com", "org", "net", "mail"),
        *("gmail", "gmx", "outlook", "hotmail", "yahoo"),
        *("icloud", "posteo", "info", "hello", "office", "shop", "group", "gruppe", "services"),
    ]
)
"""Words of names that name nobody."""

_EVERYBODY: Final = frozenset(
    [
        *("everybody", "everyone", "all", "customers", "customer", "clients", "client", "alle"),
        *("allen", "jeder", "kunden", "kunde", "invoices", "rechnungen", "us", "uns", "me"),
        *("mich", "wir"),
    ]
)

_FOR: Final = re.compile(
    r"\b(?:for|für|with|mit|bei)\s+(?P<who>[A-ZÄÖÜ][\w&.'-]*(?:\s+[A-ZÄÖÜ][\w&.'-]*)*)"
)
_DOES: Final = re.compile(
    r"^\s*(?P<who>[A-ZÄÖÜ][\w&.'-]*(?:\s+[A-ZÄÖÜ][\w&.'-]*)*)\s+(?:always\s+|immer\s+)?"
    r"(?:pays?|prefers?|likes?|wants?|gets?|zahlt|mag|möchte|bevorzugt|bekommt|spricht|speaks?|"
    r"writes?|schreibt)\b"
)


def people_in(text: str, book: Sequence[Identity]) -> list[Identity]:
    """Those whom the text names; a whole name counts before a part of one."""
    folded = plain(text)
    whole = [each for each in book if any(_stands(name, folded) for name in _names(each))]
    if whole:
        return whole
    return [each for each in book if any(_stands(word, folded) for word in _words(each))]


def unknown_name(text: str, known: Iterable[str] = ()) -> str:
    """A name that the sentence is about, by its form, and that nobody bears; "" for none.

    `known` are words that are no people: the names of what is sold.
    """
    no_people = {plain(word) for word in known} | _EVERYBODY
    for pattern in (_FOR, _DOES):
        for hit in pattern.finditer(text):
            if plain(hit["who"]) not in no_people:
                return hit["who"]
    return ""


def _names(somebody: Identity) -> tuple[str, ...]:
    return (*somebody.ids, *somebody.names)


def _words(somebody: Identity) -> Iterable[str]:
    for name in (*(record.name for record in somebody.records), *_firms(somebody)):
        for word in re.split(r"[\s,.]+", name):
            if len(word) >= _SHORTEST and plain(word) not in _NO_NAMES:
                yield word


def _firms(somebody: Identity) -> Iterable[str]:
    """Organisations, and the name of the place a mail address is at."""
    for record in somebody.records:
        yield record.organisation
        yield record.address.rpartition("@")[2].partition(".")[0]


def _stands(name: str, folded: str) -> bool:
    """Whether a name stands in the text as words of its own, its genitive too."""
    bare = plain(name.strip())
    return bool(bare) and bool(re.search(rf"(?<!\w){re.escape(bare)}(?:'?s)?(?!\w)", folded))
