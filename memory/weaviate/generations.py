"""The generations of one company on a Weaviate server: a collection each, an alias that decides.

A collection is named after how it is made, and shared by all companies that make theirs so; what
belongs to a company is its tenant there. A generation that no longer counts loses its tenant, and
a collection without tenants goes.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from weaviate.client import WeaviateAsyncClient

from ledger.domain.errors import CooError
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment
from memory.embeddings import EmbeddingCache
from memory.generations import NO_EMBEDDER, Generation, Standing, way_of
from memory.holding import Hold
from memory.surroundings import LAYOUT
from memory.weaviate.layout import VERSION, collection_of, tenant_of
from memory.weaviate.link import WRITE_S, Link
from memory.weaviate.pointing import Pointer, Pointing, turned
from memory.weaviate.shelf import Shelf
from memory.weaviate.store import WeaviateStore, collections_of, made

Choose = Callable[[str], Awaitable[EmbeddingCache | None]]
"""The embedder of a choice, opened; None for `none`. Raises `CooError` where it is not here."""

LOOK_S: Final = 1.0
"""A move of another process is noticed at the latest after so long."""


class WeaviateGenerations:
    """Implements `memory.generations.Generations`."""

    def __init__(
        self,
        link: Link,
        company: str,
        choose: Choose,
        *,
        lock: Path,
        first: str = NO_EMBEDDER,
        failpoints: Failpoints = UNWATCHED,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`first` is the embedder that the first generation is made with. `lock` is the file by
        which the processes that share it build one at a time. The link is closed by `close`."""
        self._link, self._tenant = link, tenant_of(company)
        self._choose, self._first = choose, first
        self._pointing = Pointing(link, company)
        self._hold = Hold(lock)
        self._failpoints, self._seconds = failpoints, seconds
        self._seen: tuple[float, Pointer] | None = None

    async def close(self) -> None:
        """Let the connection go."""
        await self._link.close()

    # --- which counts -----------------------------------------------------------------------------

    async def standing(self) -> Standing:
        """Asks the server again after a second. Raises `NotNow` while it is away."""
        return (await self._pointer()).standing

    async def made_with(self, embedder: str) -> Generation:
        """How this version makes one with this embedder. Raises what `choose` raises."""
        cache = await self._choose(embedder)
        wanted = Generation(name="", schema=VERSION, layout=LAYOUT, embedder=embedder)
        if cache is None:
            return wanted
        await cache.close()
        return replace(wanted, fingerprint=cache.fingerprint)

    async def open(self, generation: Generation, *, looking: bool = False) -> WeaviateStore:
        """Its store. What it needs on the server is made now, and the alias set right if need be:
        it dangles where its collection was removed by hand."""
        collection = collection_of(generation.name)
        await made(self._link, Shelf(self._link, collection, self._tenant))
        current = (await self.standing()).current
        if current == generation and await self._pointing.target() != collection:
            await self._pointing.aim(collection)
        cache, why = await self._embedder_of(generation)
        return WeaviateStore(
            self._link, collection, self._tenant, cache, words_only=why, looking=looking
        )

    # --- the moves --------------------------------------------------------------------------------

    async def begin(self, wanted: Generation) -> Generation:
        """The candidate: the one that is being built in this way, or a new one."""
        pointer = await self._latest()
        there = pointer.standing.candidate
        if there is not None and there.made_like(wanted):
            return there
        number = pointer.made + 1
        candidate = replace(wanted, name=f"{way_of(wanted)}-{number}")
        # Its tenant may be left over from a note that was lost: a candidate starts empty.
        await self._remove(collection_of(candidate.name))
        standing = replace(pointer.standing, candidate=candidate)
        await self._put(Pointer(standing=standing, made=number))
        return candidate

    async def abandon(self) -> None:
        """Without a candidate only what was left over is removed."""
        pointer = await self._latest()
        await self._put(replace(pointer, standing=replace(pointer.standing, candidate=None)))

    async def switch(self) -> None:
        """Without a candidate nothing happens."""
        pointer = await self._latest()
        if pointer.standing.candidate is not None:
            await self._turn(pointer, pointer.standing.candidate, candidate=None)

    async def back(self) -> None:
        """Without a previous one nothing happens; a candidate goes on being one."""
        pointer = await self._latest()
        now = pointer.standing
        if now.previous is not None:
            await self._turn(pointer, now.previous, candidate=now.candidate)

    async def drop_previous(self) -> None:
        """Without one only what was left over is removed."""
        pointer = await self._latest()
        await self._put(replace(pointer, standing=replace(pointer.standing, previous=None)))

    def exclusively(self) -> AbstractAsyncContextManager[None]:
        """Held by one task of one process of this machine."""
        return self._hold.alone()

    async def forget_beside(self, person: str, current: Generation) -> None:
        """Also from what was left over. What an older version of Coo laid out otherwise is
        removed whole: its texts hold the words of neighbours, and cannot be made anew here."""
        kept = {collection_of(each.name): each for each in (await self.standing()).counted}
        for name in await collections_of(self._link, self._tenant):
            if name == collection_of(current.name):
                continue
            known = kept.get(name)
            if known is None or (known.schema, known.layout) != (VERSION, LAYOUT):
                await self._remove(name)
                continue
            cache, _ = await self._embedder_of(known)
            store = WeaviateStore(self._link, name, self._tenant, cache)
            try:
                await store.forget(person)
            finally:
                await store.close()

    # --- below ------------------------------------------------------------------------------------

    async def _pointer(self) -> Pointer:
        now = self._seconds()
        if self._seen is not None and now < self._seen[0]:
            return self._seen[1]
        return await self._latest()

    async def _latest(self) -> Pointer:
        pointer = await self._pointing.read()
        if pointer is None:
            pointer = Pointer(standing=Standing(turn=0, current=await self._first_one()))
            await self._pointing.note(pointer)
        return self._noticed(pointer)

    def _noticed(self, pointer: Pointer) -> Pointer:
        self._seen = self._seconds() + LOOK_S, pointer
        return pointer

    async def _first_one(self) -> Generation:
        try:
            made_now = await self.made_with(self._first)
        except CooError:
            made_now = await self.made_with(NO_EMBEDDER)
        return replace(made_now, name=f"{way_of(made_now)}-0")

    async def _turn(
        self, pointer: Pointer, current: Generation, *, candidate: Generation | None
    ) -> None:
        """The step is the alias; the note follows."""
        collection = collection_of(current.name)
        await made(self._link, Shelf(self._link, collection, self._tenant))
        await self._pointing.note(pointer)  # so that the alias outruns a note that fits it
        self._failpoints.reached(Moment.MEMORY_MOVE_BEFORE)
        await self._pointing.aim(collection)
        self._failpoints.reached(Moment.MEMORY_MOVE_AFTER)
        after = turned(pointer, current, candidate=candidate)
        await self._pointing.note(after)
        self._noticed(after)
        await self._sweep(after.standing)

    async def _put(self, pointer: Pointer) -> None:
        """A step that leaves the alias where it is."""
        self._failpoints.reached(Moment.MEMORY_MOVE_BEFORE)
        await self._pointing.note(pointer)
        self._failpoints.reached(Moment.MEMORY_MOVE_AFTER)
        self._noticed(pointer)
        await self._sweep(pointer.standing)

    async def _sweep(self, standing: Standing) -> None:
        """Remove what does not count."""
        counted = {collection_of(each.name) for each in standing.counted}
        for name in await collections_of(self._link, self._tenant):
            if name not in counted:
                await self._remove(name)

    async def _remove(self, collection: str) -> None:
        """Remove this company's part of a collection, and the collection where it was the last."""

        async def work(client: WeaviateAsyncClient) -> None:
            if not await client.collections.exists(collection):
                return
            tenants = client.collections.use(collection).tenants
            if await tenants.exists(self._tenant):
                await tenants.remove([self._tenant])
            if not await tenants.get():
                await client.collections.delete(collection)

        await self._link.call("remove a generation", work, within=WRITE_S)

    async def _embedder_of(self, generation: Generation) -> tuple[EmbeddingCache | None, str]:
        """Its embedder, or why there are only words; "" where none is wanted."""
        try:
            cache = await self._choose(generation.embedder)
        except CooError as error:
            return None, _missing(generation, error.cause) if generation.fingerprint else ""
        if cache is not None and generation.fingerprint != cache.fingerprint:
            await cache.close()
            return None, _missing(generation, f"{generation.embedder} is {cache.fingerprint} now")
        return cache, ""


def _missing(generation: Generation, cause: str) -> str:
    return (
        f"Only words were searched: memory was embedded with {generation.fingerprint!r}, and that "
        f"embedder is not at hand ({cause}). `coo memory reindex` changes to another one."
    )
