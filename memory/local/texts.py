"""What is embedded of an episode. Pure; every embedder gets the same."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from memory.episodes import Episode
from memory.local.writing import Surroundings, line_of

SHORTEST_SENTENCE: Final = 16
"""Signs; what is shorter says nothing by itself."""
MOST_SENTENCES: Final = 24
"""Sentences of an episode that get a vector of their own."""

_ENDS: Final = re.compile(r"(?<=[.!?])\s+|\n+")


def window_of(around: Surroundings) -> str:
    """The episode between its neighbours: what it is about."""
    first = max(around.place - 1, 0)
    return " ".join(line_of(each) for each in around.episodes[first : around.place + 2])


def sentences_of(episode: Episode) -> list[str]:
    """Its sentences, each with who said it; [] where the whole is one short line."""
    found = (each.strip() for each in _ENDS.split(episode.text))
    long = [each for each in found if len(each) >= SHORTEST_SENTENCE]
    return [line_of(replace(episode, text=each)) for each in long[:MOST_SENTENCES]]
