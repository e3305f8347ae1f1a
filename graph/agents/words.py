"""The words of a folded text and where they stand, and items of the price list found in them."""

from __future__ import annotations

import re

from msgspec import Struct

MOST_WORDS = 2_500
"""Words of a text that are compared with the price list."""

_WORD = re.compile(r"[a-z0-9\u00df-\u024f]+(?:[.,]\d+)?")
_ENDINGS = ("en", "er", "es", "e", "n", "s", "x")
_SHORTEST_STEM = 3
_NUMBERED = re.compile(r"^[ \t]*(?:\(?\d{1,2}[.)]+|\(?[a-h]\))(?=\s)", re.MULTILINE)
"""The number in front of a line of a list: `2.) a website`."""


class Word(Struct, frozen=True):
    """A folded word of a text and where it stands."""

    text: str
    start: int
    end: int


class Match(Struct, frozen=True):
    """An item found in words `first` to `last` (exclusive), `size` signs long.

    `weak`: it may only be mentioned ("our website is down").
    """

    item: str
    first: int
    last: int
    size: int
    weak: bool


class Place(Struct, frozen=True):
    """Where the words of an item stand in a text."""

    item: str
    start: int
    end: int


def word_set(text: str) -> frozenset[str]:
    """The words of a line, as a set to look in."""
    return frozenset(text.split())


def words_in(folded: str) -> tuple[Word, ...]:
    """The first words of a folded text; decimal numbers stay whole."""
    found = [Word(hit[0], hit.start(), hit.end()) for hit in _WORD.finditer(folded)]
    return tuple(found[:MOST_WORDS])


def unnumbered(folded: str) -> str:
    """The text with the numbers of its lists blanked out, sign for sign as long as before."""
    return _NUMBERED.sub(lambda hit: " " * len(hit[0]), folded)


def stem(word: str) -> str:
    """The word without plural and case endings of three languages."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return stem(word[: -len(ending)])
    return word
