"""What an episode is about: its own text, and what stands beside it in its case. Pure.

Every store finds an episode by the same words and the same vectors, which are made here: a short
line is often only understood from the lines around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from memory.episodes import Episode
from memory.words import plain

LAYOUT: Final = 2
"""Raised when what is indexed or embedded of an episode changes: a reindex makes it anew beside."""

REACH: Final = 3
"""So many episodes of a case on each side say what an episode is about."""

OWN_WEIGHT: Final = 1.0
NEAR_WEIGHT: Final = 0.5
WIDE_WEIGHT: Final = 0.3

SHORTEST_SENTENCE: Final = 16
"""Signs; what is shorter says nothing by itself."""
MOST_SENTENCES: Final = 24
"""Sentences of an episode that get a vector of their own."""

_ENDS: Final = re.compile(r"(?<=[.!?])\s+|\n+")


class Surroundings(Struct, frozen=True):
    """An episode with the ones beside it in its case, in order; `place` is where it stands.

    `n` is what its store calls it.
    """

    n: int
    episodes: tuple[Episode, ...]
    place: int

    @property
    def own(self) -> Episode:
        """The episode itself."""
        return self.episodes[self.place]

    def beside(self, reach: int) -> Sequence[Episode]:
        """Those at most `reach` steps away, without itself."""
        first, last = max(self.place - reach, 0), self.place + reach
        return [
            each
            for n, each in enumerate(self.episodes[first : last + 1], start=first)
            if n != self.place
        ]


class Texts(Struct, frozen=True):
    """What is searched by words: an episode's own text, those right beside it, those around it."""

    own: str
    near: str
    wide: str


def texts_of(around: Surroundings) -> Texts:
    """The texts that an episode is found by, who said it and the date among them."""
    own = around.own
    return Texts(
        own=plain(f"{line_of(own)} {own.at.day} {own.at:%B %Y}"),
        near=plain("\n".join(each.text for each in around.beside(1))),
        wide=plain("\n".join(each.text for each in around.beside(REACH))),
    )


def line_of(episode: Episode) -> str:
    """What was said, after who said it."""
    return f"{episode.who}: {episode.text}" if episode.who else episode.text


def window_of(around: Surroundings) -> str:
    """The episode between its neighbours: what it is about, to be embedded."""
    first = max(around.place - 1, 0)
    return " ".join(line_of(each) for each in around.episodes[first : around.place + 2])


def sentences_of(episode: Episode) -> list[str]:
    """Its sentences, each with who said it; [] where the whole is one short line."""
    found = (each.strip() for each in _ENDS.split(episode.text))
    long = [each for each in found if len(each) >= SHORTEST_SENTENCE]
    return [line_of(replace(episode, text=each)) for each in long[:MOST_SENTENCES]]


def embedded_of(around: Surroundings) -> list[str]:
    """The texts behind the vectors of an episode: what is around it, then its sentences."""
    return [window_of(around), *sentences_of(around.own)]


def whose_of(around: Surroundings) -> list[tuple[str, ...]]:
    """The pseudonyms of all who are in each of those texts."""
    own = (around.own.person,) if around.own.person else ()
    near = tuple(dict.fromkeys((*own, *(each.person for each in around.beside(1) if each.person))))
    return [near, *(own for _ in sentences_of(around.own))]
