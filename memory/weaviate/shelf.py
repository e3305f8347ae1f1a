"""One company's episodes in one collection: written, embedded, counted and forgotten.

An episode is found by the words of those beside it, too, so a write reads its case and writes
anew whatever has other neighbours now. Repeating any of it changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import numpy as np
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, Sort
from weaviate.client import WeaviateAsyncClient
from weaviate.collections import CollectionAsync
from weaviate.collections.classes.filters import FilterReturn
from weaviate.exceptions import WeaviateInsertManyAllFailedError

from memory.embedder import Vectors
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode
from memory.surroundings import REACH, Surroundings, embedded_of, whose_of
from memory.weaviate.errors import WeaviateAway, WeaviateRefused
from memory.weaviate.layout import (
    AROUND,
    LAST,
    MARK,
    episode_of,
    mark_properties,
    mark_uuid,
    packed,
    properties_of,
    uuid_of,
)
from memory.weaviate.link import PAGE_S, READ_S, WRITE_S, Link, short, takes_nothing

T = TypeVar("T")

AT_ONCE: Final = 150
"""Objects in one message."""
LARGEST: Final = 16_000_000
"""Signs in one message; a server takes 100 MB at most."""
CASES_AT_ONCE: Final = 40
READ_AT_ONCE: Final = 1_000
LISTED_S: Final = 300.0
"""Seconds in which all episodes are listed, for a migration."""
MOST_READ: Final = 9_000
"""Episodes read of some cases; a server gives 10,000 at most. Older ones keep their neighbours."""

EPISODES: Final = Filter.by_property("at").less_or_equal(LAST)
"""What is an episode, and not the watermark."""


class Shelf:
    """A tenant of a collection. Raises what `Link.call` raises."""

    def __init__(self, link: Link, collection: str, tenant: str) -> None:
        self.collection, self.tenant = collection, tenant
        self._link = link
        self._writing = asyncio.Lock()

    async def read(
        self,
        what: str,
        asked: Callable[[CollectionAsync[Any, Any]], Awaitable[T]],
        *,
        within: float = READ_S,
    ) -> T:
        """Ask for something of this tenant."""
        return await self._link.call(
            what,
            lambda client: asked(client.collections.use(self.collection).with_tenant(self.tenant)),
            within=within,
        )

    # --- writing ----------------------------------------------------------------------------------

    async def write(self, episodes: Sequence[Episode]) -> bool:
        """Add or replace by id; whether anything is other than before."""
        async with self._writing:
            known = await self._cases({each.case for each in episodes})
            new = {each.id: each for each in episodes}
            changed = {i for i, each in new.items() if known.get(i) != each}
            moved = await self._moved(changed - known.keys())
            if not changed:
                return False
            await self._put(_touched({**known, **moved}, new, changed))
            return True

    async def forget(self, person: str) -> tuple[int, list[str]]:
        """Remove a person's episodes; returns how many, and the texts that were embedded of them.

        Those beside them are written anew first: were it the other way round, a crash in between
        would leave their words there for ever.
        """
        theirs = Filter.by_property("person").equal(person)
        async with self._writing:
            gone = {each.id: each for each in [one async for one in self.episodes(theirs)]}
            if not gone:
                return 0, []
            known = await self._cases({each.case for each in gone.values()})
            stood = _around_these(known, gone.keys())
            rest = {i: each for i, each in known.items() if i not in gone}
            beside = {each.own.id for each in stood} - gone.keys()
            await self._put([each for each in _all_around(rest) if each.own.id in beside])
            await self._delete(theirs)
            return len(gone), [text for each in stood for text in embedded_of(each)]

    async def put_mark(self, name: str, value: str) -> None:
        """Keep something about this tenant."""
        await self._insert([DataObject(mark_properties(name, value), mark_uuid(name))])

    # --- reading ----------------------------------------------------------------------------------

    async def mark(self, name: str) -> str:
        """What was kept; "" where nothing was."""
        found = await self.read(
            "read a mark",
            lambda c: c.query.fetch_object_by_id(mark_uuid(name), return_properties=["body"]),
        )
        return str(found.properties.get("body") or "") if found is not None else ""

    async def count(self, which: FilterReturn = EPISODES) -> int:
        """How many episodes there are."""
        found = await self.read(
            "count episodes", lambda c: c.aggregate.over_all(filters=which, total_count=True)
        )
        return int(found.total_count or 0)

    async def waiting(self) -> int:
        """How many wait for their vectors."""
        return await self.count(_unembedded())

    async def episodes(self, which: FilterReturn) -> AsyncIterator[Episode]:
        """All of these, a page at a time, the youngest first; at most `MOST_READ`."""
        for start in range(0, MOST_READ, READ_AT_ONCE):
            page = await self._page(which, start)
            for each in page:
                episode = episode_of(each)
                if episode is not None:
                    yield episode
            if len(page) < READ_AT_ONCE:
                return

    async def _page(self, which: FilterReturn, start: int) -> list[Any]:
        found = await self.read(
            "read episodes",
            lambda c: c.query.fetch_objects(
                filters=which,
                sort=Sort.by_property("at", ascending=False).by_property("episode"),
                limit=READ_AT_ONCE,
                offset=start,
                return_properties=["body"],
            ),
            within=PAGE_S,
        )
        return [each.properties for each in found.objects]

    async def all_ids(self, *, holding: bool = False) -> list[str]:
        """The ids of all episodes in order, or of those that are not superseded."""
        return await self.read(
            "list all episodes", lambda c: _ids(c, holding=holding), within=LISTED_S
        )

    async def these(self, ids: Sequence[str]) -> list[Episode]:
        """Episodes by their ids; those that are gone are left out."""
        found: list[Episode] = []
        for start in range(0, len(ids), READ_AT_ONCE):
            some = [str(uuid_of(each)) for each in ids[start : start + READ_AT_ONCE]]
            which = Filter.by_id().contains_any(some)
            found += [each async for each in self.episodes(which)]
        return sorted(found, key=lambda each: each.id)

    # --- vectors ----------------------------------------------------------------------------------

    async def embed(self, embedder: EmbeddingCache, most: int) -> int:
        """Give vectors to at most so many that wait for them; how many wait no more.

        What the embedder may not see is found by its words only.
        """
        async with self._writing:
            waiting = {each.id async for each in self._first_waiting(most)} if most > 0 else set()
            if not waiting:
                return 0
            whole = await self.these(sorted(waiting))
            known = await self._cases({each.case for each in whole})
            those = [each for each in _all_around(known) if each.own.id in waiting]
            shown = [each for each in those if await embedder.permitted(each.own, *each.beside(1))]
            hidden = [each for each in those if each not in shown]
            await self._insert([*await _with_vectors(embedder, shown), *map(_without, hidden)])
            return len(those)

    async def _first_waiting(self, most: int) -> AsyncIterator[Episode]:
        found = await self.read(
            "read what waits for its vectors",
            lambda c: c.query.fetch_objects(
                filters=_unembedded(), limit=most, return_properties=["body"]
            ),
            within=WRITE_S,
        )
        for each in found.objects:
            episode = episode_of(each.properties)
            if episode is not None:
                yield episode

    # --- below ------------------------------------------------------------------------------------

    async def _cases(self, cases: Iterable[str]) -> dict[str, Episode]:
        """What is known of these cases, by id."""
        names = sorted(cases)
        known: dict[str, Episode] = {}
        for start in range(0, len(names), CASES_AT_ONCE):
            these = Filter.by_property("case").contains_any(names[start : start + CASES_AT_ONCE])
            known |= {each.id: each async for each in self.episodes(these & EPISODES)}
        return known

    async def _moved(self, new: set[str]) -> dict[str, Episode]:
        """Those that were in another case until now, with what is beside them there."""
        names = sorted(new)
        found: list[Episode] = []
        for start in range(0, len(names), CASES_AT_ONCE):
            these = Filter.by_property("episode").contains_any(names[start : start + CASES_AT_ONCE])
            found += [each async for each in self.episodes(these)]
        return await self._cases({each.case for each in found}) if found else {}

    async def _put(self, those: Sequence[Surroundings]) -> None:
        await self._insert(
            [DataObject(properties_of(each), uuid_of(each.own.id)) for each in those]
        )

    async def _insert(self, objects: Sequence[DataObject[Any, Any]]) -> None:
        """Upsert in messages that a server takes; raises where a single object did not go in."""
        for some in _messages(objects):
            errors = await self._link.call(
                "take in episodes", partial(self._sent, some), within=WRITE_S
            )
            if errors:
                raise self._not_taken(errors, len(some))

    async def _sent(
        self, some: list[DataObject[Any, Any]], client: WeaviateAsyncClient
    ) -> list[str]:
        collection = client.collections.use(self.collection).with_tenant(self.tenant)
        try:
            done = await collection.data.insert_many(some)
        except WeaviateInsertManyAllFailedError as error:
            return [short(error)]
        return [each.message for each in done.errors.values()]

    def _not_taken(self, errors: Sequence[str], sent: int) -> Exception:
        host, why = self._link.place.host, short(Exception(errors[0]))
        if any(map(takes_nothing, errors)):
            return WeaviateAway(host, why)
        return WeaviateRefused(host, f"take in {len(errors)} of {sent} episodes", why)

    async def _delete(self, which: FilterReturn) -> None:
        """Remove all of these: a server removes some thousands at once and says so."""
        while True:
            done = await self.read(
                "forget episodes", lambda c: c.data.delete_many(which), within=WRITE_S
            )
            if done.failed:
                why = f"{done.failed} of {done.matches} stayed"
                raise WeaviateRefused(self._link.place.host, "forget episodes", why)
            if not done.matches:
                return


def _touched(
    known: dict[str, Episode], new: dict[str, Episode], changed: set[str]
) -> list[Surroundings]:
    """What has to be written: the changed ones, and whoever is beside them now or was before."""
    before = {each.own.id for each in _around_these(known, changed)}
    after = {**known, **new}
    now = {each.own.id for each in _around_these(after, changed)}
    return [each for each in _all_around(after) if each.own.id in before | now | changed]


def _around_these(known: dict[str, Episode], ids: Iterable[str]) -> list[Surroundings]:
    """These and the ones beside them."""
    wanted = set(ids)
    return [
        each
        for each in _all_around(known)
        if each.own.id in wanted or any(one.id in wanted for one in each.beside(REACH))
    ]


def _all_around(known: dict[str, Episode]) -> list[Surroundings]:
    """Every episode among those beside it in its case."""
    by_case: dict[str, list[Episode]] = {}
    for each in sorted(known.values(), key=lambda one: (one.at, one.id)):
        by_case.setdefault(each.case, []).append(each)
    return [_surroundings(some, place) for some in by_case.values() for place in range(len(some))]


def _surroundings(some: Sequence[Episode], place: int) -> Surroundings:
    first = max(place - REACH, 0)
    return Surroundings(place, tuple(some[first : place + REACH + 1]), place - first)


def _messages(objects: Sequence[DataObject[Any, Any]]) -> Iterable[list[DataObject[Any, Any]]]:
    """Objects in messages of a size that a server takes."""
    some: list[DataObject[Any, Any]] = []
    size = 0
    for each in objects:
        weight = _signs(each)
        if some and (len(some) >= AT_ONCE or size + weight > LARGEST):
            yield some
            some, size = [], 0
        some.append(each)
        size += weight
    if some:
        yield some


def _signs(data: DataObject[Any, Any]) -> int:
    return sum(len(each) for each in (data.properties or {}).values() if isinstance(each, str))


async def _with_vectors(
    embedder: EmbeddingCache, those: Sequence[Surroundings]
) -> list[DataObject[Any, Any]]:
    if not those:
        return []
    needed = [embedded_of(each) for each in those]
    whose = [persons for each in those for persons in whose_of(each)]
    made = await embedder.embed([text for some in needed for text in some], whose)
    parts = np.split(made, np.cumsum([len(some) for some in needed])[:-1])
    return [_embedded(each, part) for each, part in zip(those, parts, strict=True)]


def _embedded(around: Surroundings, vectors: Vectors) -> DataObject[Any, Any]:
    sentences = {"sentences": packed(vectors[1:])} if len(vectors) > 1 else {}
    properties = {**properties_of(around, embedded=True), **sentences}
    return DataObject(properties, uuid_of(around.own.id), vector={AROUND: vectors[0].tolist()})


def _without(around: Surroundings) -> DataObject[Any, Any]:
    return DataObject(properties_of(around, embedded=True), uuid_of(around.own.id))


async def _ids(collection: CollectionAsync[Any, Any], *, holding: bool) -> list[str]:
    wanted = ["episode", "kind", "superseded"]
    found = [
        str(each.properties["episode"])
        async for each in collection.iterator(return_properties=wanted, cache_size=READ_AT_ONCE)
        if each.properties["kind"] != MARK and not (holding and each.properties["superseded"])
    ]
    return sorted(found)


def _unembedded() -> FilterReturn:
    return Filter.by_property("embedded").equal(False) & EPISODES
