"""How the candidates of a search are ranked. Pure.

Words and vectors count about the same where there are vectors. Relevance by words is taken
relative to the best, likeness between what is surely unrelated and the best: the scores are
comparable within one answer only. Age decides between near equals; whether an episode
counts at all is decided in the query.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from memory.episodes import MemoryQuery
from memory.phrasing import Form, asks_when, dates_in, moment_of

VECTORS: Final = 0.55
"""The share of likeness; the rest is relevance by words."""
UNRELATED: Final = 0.2
"""Cosine up to which two texts have nothing to do with each other."""
NAMED: Final = 0.15
"""What it adds when the question names exactly one person and the episode is theirs."""
ANSWERS: Final = 0.15
"""How much of the score of a line that asks goes to the line right after it."""
ENDS_ASKING: Final = 0.1
"""What an episode loses that is itself a question: people look for answers."""
TELLS_TIME: Final = 0.1
"""What a time in the text adds where the question is when."""
DATED: Final = 0.1
"""What it adds to have happened in a month that the question names."""
SAME_CONTACT: Final = 0.35
"""What the same contact adds; the best match counts 1."""
SAME_ITEMS: Final = 0.2
"""What the same items add, in proportion to how many of the wanted ones there are."""

AGED: Final = 0.05
"""The share of its score that an episode loses with age: it decides between near equals only."""
HALF_LIFE: Final = 365 * 24 * 3600 * 1_000_000
"""Microseconds after which half of that share is gone."""

_WORD: Final = re.compile(r"[^\W_]+")


class Candidate(Struct, frozen=True):
    """An episode that may be an answer."""

    n: int
    id: str
    at: int
    contact: str
    who: str
    items: frozenset[str]
    form: int = Form.PLAIN
    after: int | None = None
    """The episode right before it in its case."""


class Likeness(Struct, frozen=True):
    """How alike question and episodes are, as n → cosine; {} where there are no vectors."""

    around: Mapping[int, float] = {}
    sentences: Mapping[int, float] = {}

    def related(self, n: int) -> bool:
        """Whether an episode is more alike than by chance."""
        return max(self.around.get(n, 0.0), self.sentences.get(n, 0.0)) > UNRELATED


class Question(Struct, frozen=True):
    """What raises an episode besides its words. `now` is in microseconds since 1970, as `at` is."""

    text: str
    contacts: frozenset[str]
    items: frozenset[str]
    now: int

    @classmethod
    def of(cls, query: MemoryQuery, now: int) -> Question:
        """What is asked, and when."""
        return cls(query.text, frozenset(query.contacts), frozenset(query.items), now)


def ranked(
    question: Question,
    candidates: Iterable[Candidate],
    relevance: Mapping[int, float],
    likeness: Likeness,
) -> list[tuple[float, Candidate]]:
    """The candidates with their scores, best first; of equal ones the youngest first."""
    among = list(candidates)
    meant = named(question.text, (each.who for each in among))
    texts = _text_scores([each.n for each in among], relevance, likeness)
    form = _FormScores(question.text, among, texts)
    sums = {
        each.n: texts[each.n] + form.of(each) + _raised(question, each, meant) for each in among
    }
    scored = [(round(sums[each.n] * _fresh(question, each), 6), each) for each in among]
    return sorted(scored, key=lambda pair: (-pair[0], -pair[1].at, pair[1].id))


def named(text: str, whos: Iterable[str]) -> str:
    """Who of these is named in a text, where it is exactly one; else ""."""
    words = set(_WORD.findall(text.lower()))
    found = {who for who in whos if who and words.intersection(_WORD.findall(who.lower()))}
    return found.pop() if len(found) == 1 else ""


class _FormScores:
    """What the forms of the question and of what was said add or take."""

    def __init__(self, text: str, among: list[Candidate], texts: Mapping[int, float]) -> None:
        self._when, self._dates = asks_when(text), dates_in(text)
        self._asking = {each.n: texts[each.n] for each in among if each.form & Form.ASKS}

    def of(self, each: Candidate) -> float:
        """The sum for one candidate."""
        answers = self._asking.get(each.after, 0.0) if each.after is not None else 0.0
        return (
            ANSWERS * answers
            - ENDS_ASKING * bool(each.form & Form.ENDS_ASKING)
            + TELLS_TIME * (self._when and bool(each.form & Form.TELLS_TIME))
            + DATED * self._dated(each)
        )

    def _dated(self, each: Candidate) -> float:
        if not self._dates:
            return 0.0
        return max(date.closeness(moment_of(each.at)) for date in self._dates)


def _fresh(question: Question, candidate: Candidate) -> float:
    """1 for what is new, falling towards 1 - `AGED`. What is too old to count is never here."""
    age = max(question.now - candidate.at, 0)
    return 1 - AGED * (1 - math.exp2(-age / HALF_LIFE))


def _raised(question: Question, candidate: Candidate, meant: str) -> float:
    shared = len(question.items & candidate.items) / max(len(question.items), 1)
    return (
        NAMED * (meant != "" and candidate.who == meant)
        + SAME_CONTACT * (candidate.contact in question.contacts)
        + SAME_ITEMS * shared
    )


def _text_scores(
    numbers: list[int], relevance: Mapping[int, float], likeness: Likeness
) -> dict[int, float]:
    best = max((relevance.get(n, 0.0) for n in numbers), default=0.0)
    words = {n: relevance.get(n, 0.0) / best if best > 0 else 0.0 for n in numbers}
    if not likeness.around:
        return words
    around = _between(numbers, likeness.around)
    closest = {**likeness.around, **likeness.sentences}  # a short line is its own sentence
    sentences = _between(numbers, closest)
    return {n: (1 - VECTORS) * words[n] + VECTORS * (around[n] + sentences[n]) / 2 for n in numbers}


def _between(numbers: list[int], alike: Mapping[int, float]) -> dict[int, float]:
    """Each likeness as a share of the way from unrelated to the best."""
    best = max((alike.get(n, 0.0) for n in numbers), default=0.0)
    span = max(best - UNRELATED, 1e-9)
    return {n: max(alike.get(n, 0.0) - UNRELATED, 0.0) / span for n in numbers}
