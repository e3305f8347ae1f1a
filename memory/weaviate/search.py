"""Searching a collection: candidates of the server, ranked as in every store.

One hybrid search (words and likeness, fused by relative score) gives the candidates; how much of
it was words is asked beside it, and so are the episodes of the same contact and items. What is
eligible at all is decided by the server, in each of these.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any, Final

import numpy as np
from msgspec import Struct
from weaviate.classes.query import Filter, HybridFusion, MetadataQuery, Sort
from weaviate.collections.classes.filters import FilterReturn

from ledger.domain.errors import CooError
from memory.embedder import Vectors
from memory.episodes import Episode, Hit, MemoryQuery, Recall
from memory.ranking import VECTORS, Candidate, Likeness, Question, ranked
from memory.stems import stems_of
from memory.weaviate.layout import AROUND, SEARCHED, episode_of, unpacked, within
from memory.weaviate.shelf import Shelf

POOL: Final = 200
"""Candidates by words and likeness, by contact, and by items, before they are ranked."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TOLD: Final = ["body", "sentences"]


class Found(Struct, frozen=True):
    """A candidate as the server gave it: its id there, the episode, its vectors."""

    uuid: str
    episode: Episode
    around: Vectors | None
    sentences: Vectors


async def searched(shelf: Shelf, query: MemoryQuery, asked: Vectors | None) -> Recall:
    """The best eligible episodes; `asked` is the question as a vector, None for words only.

    Never raises: what could not be searched is in `degraded`.
    """
    search = _Search(shelf, query, asked)
    words = " ".join(stems_of(query.text))
    fused, relevance, told_by_contact, told_by_items = await asyncio.gather(
        search.tried(search.by_likeness_and_words(words)),
        search.tried(search.by_words(words)),
        search.tried(search.by_property("contact", query.contacts)),
        search.tried(search.by_property("items", query.items)),
    )
    told = {each.uuid for each in (*told_by_contact, *told_by_items)}
    found = {each.uuid: each for each in (*told_by_items, *told_by_contact, *fused)}
    scores = {each: score for each, score in relevance if each in found}
    hits = _ranked(query, list(found.values()), scores, told, asked)
    return Recall(hits=tuple(hits), degraded=" ".join(dict.fromkeys(search.broken)))


class _Search:
    """One search, with what went wrong on the way."""

    def __init__(self, shelf: Shelf, query: MemoryQuery, asked: Vectors | None) -> None:
        self._shelf, self._query, self._asked = shelf, query, asked
        self._eligible = eligible(query)
        self.broken: list[str] = []

    async def tried(self, search: Awaitable[list[Any]]) -> list[Any]:
        try:
            return await search
        except CooError as error:
            self.broken.append(f"The memory could not be searched: {error.cause}")
            return []

    async def by_likeness_and_words(self, words: str) -> list[Found]:
        """The pool; by one of the two where there is nothing to ask for by the other."""
        if self._asked is None or not words:
            return await (self._by_words_whole(words) if words else self._by_likeness())
        asked = self._asked.tolist()
        found = await self._shelf.read(
            "search",
            lambda c: c.query.hybrid(
                words,
                alpha=VECTORS,
                vector=asked,
                target_vector=AROUND,
                query_properties=SEARCHED,
                fusion_type=HybridFusion.RELATIVE_SCORE,
                filters=self._eligible,
                limit=POOL,
                include_vector=[AROUND],
                return_properties=_TOLD,
            ),
        )
        return self._found(found.objects)

    async def by_words(self, words: str) -> list[tuple[str, float]]:
        """How relevant the best are by their words."""
        if not words:
            return []
        found = await self._shelf.read(
            "search by words",
            lambda c: c.query.bm25(
                words,
                query_properties=SEARCHED,
                filters=self._eligible,
                limit=POOL,
                return_metadata=MetadataQuery(score=True),
                return_properties=["episode"],
            ),
        )
        return [(str(each.uuid), each.metadata.score or 0.0) for each in found.objects]

    async def by_property(self, name: str, values: tuple[str, ...]) -> list[Found]:
        """The youngest of the same contact, or of the same items."""
        if not values:
            return []
        found = await self._shelf.read(
            f"search by {name}",
            lambda c: c.query.fetch_objects(
                filters=self._eligible & Filter.by_property(name).contains_any(list(values)),
                sort=Sort.by_property("at", ascending=False).by_property("episode"),
                limit=POOL,
                include_vector=[AROUND] if self._asked is not None else False,
                return_properties=_TOLD,
            ),
        )
        return self._found(found.objects)

    async def _by_words_whole(self, words: str) -> list[Found]:
        found = await self._shelf.read(
            "search by words",
            lambda c: c.query.bm25(
                words,
                query_properties=SEARCHED,
                filters=self._eligible,
                limit=POOL,
                return_properties=_TOLD,
            ),
        )
        return self._found(found.objects)

    async def _by_likeness(self) -> list[Found]:
        if self._asked is None:
            return []
        asked = self._asked.tolist()
        found = await self._shelf.read(
            "search by likeness",
            lambda c: c.query.near_vector(
                asked,
                target_vector=AROUND,
                filters=self._eligible,
                limit=POOL,
                include_vector=[AROUND],
                return_properties=_TOLD,
            ),
        )
        return self._found(found.objects)

    def _found(self, objects: Iterable[Any]) -> list[Found]:
        dimensions = len(self._asked) if self._asked is not None else 0
        made = [_found(each, dimensions) for each in objects]
        if any(each is None for each in made):
            self.broken.append("Some episodes in the memory cannot be read.")
        return [each for each in made if each is not None]


def eligible(query: MemoryQuery) -> FilterReturn:
    """What may be found at all."""
    now = within(query.before)
    conditions: list[FilterReturn] = [
        Filter.by_property("at").less_or_equal(now),
        Filter.by_property("valid_from").less_or_equal(now),
    ]
    if query.not_case:
        conditions.append(Filter.by_property("case").not_equal(query.not_case))
    if not query.with_superseded:
        conditions.append(Filter.by_property("superseded").equal(False))
        conditions.append(Filter.by_property("valid_to").greater_than(now))
    if query.kinds:
        conditions.append(Filter.by_property("kind").contains_any(list(query.kinds)))
    return reduce(and_, conditions)


def _ranked(
    query: MemoryQuery,
    found: list[Found],
    scores: Mapping[str, float],
    told: set[str],
    asked: Vectors | None,
) -> list[Hit]:
    likeness = _likeness(found, asked)
    relevance = {n: scores[each.uuid] for n, each in enumerate(found) if each.uuid in scores}
    reasons = {
        n
        for n, each in enumerate(found)
        if n in relevance or each.uuid in told or likeness.related(n)
    }
    candidates = [_candidate(n, found[n].episode) for n in sorted(reasons)]
    question = Question.of(query, _moment(query.before))
    best = ranked(question, candidates, relevance, likeness)[: max(query.limit, 0)]
    return [Hit(episode=found[each.n].episode, score=score) for score, each in best]


def _likeness(found: list[Found], asked: Vectors | None) -> Likeness:
    if asked is None:
        return Likeness()
    around = {
        n: float(each.around @ asked) for n, each in enumerate(found) if each.around is not None
    }
    sentences = {
        n: float(np.max(each.sentences @ asked))
        for n, each in enumerate(found)
        if len(each.sentences)
    }
    return Likeness(around=around, sentences=sentences)


def _moment(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _candidate(n: int, episode: Episode) -> Candidate:
    return Candidate(
        n=n,
        id=episode.id,
        at=_moment(episode.at),
        contact=episode.contact,
        who=episode.who,
        items=frozenset(episode.items),
    )


def _found(one: Any, dimensions: int) -> Found | None:
    episode = episode_of(one.properties)
    if episode is None:
        return None
    around = one.vector.get(AROUND) if dimensions else None
    blob = one.properties.get("sentences") if dimensions else None
    return Found(
        uuid=str(one.uuid),
        episode=episode,
        around=np.asarray(around, np.float32) if around else None,
        sentences=unpacked(blob, max(dimensions, 1)),
    )
