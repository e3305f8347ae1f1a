"""One generation of a company's memory on a Weaviate server: a tenant of a collection.

Whatever it needs there (collection, tenant) is made when it is first needed, never by the server
itself. With the server away a write raises `NotNow`, so that what is to be remembered waits in
the ledger, and a recall answers at once, saying so.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from weaviate.classes.tenants import Tenant
from weaviate.client import WeaviateAsyncClient

from ledger.domain.errors import CooError
from memory.embedder import Vectors
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, MemoryQuery, Recall, StoreStatus
from memory.generations import Mark
from memory.weaviate.errors import WeaviateEmptied, WeaviateRefused
from memory.weaviate.layout import PREFIX, definition
from memory.weaviate.link import READ_S, WRITE_S, Link
from memory.weaviate.search import searched
from memory.weaviate.shelf import Shelf

T = TypeVar("T")

RECALL_S: Final = 2.0
"""A plan waits no longer for its memory."""
EMBEDDED_AT_ONCE: Final = 64
"""Episodes embedded in one go, before they are written together."""

_WATERMARK: Final = "watermark"


class WeaviateStore:
    """Implements `memory.generations.GenerationStore`. Belongs to the loop it is first used in."""

    def __init__(
        self,
        link: Link,
        collection: str,
        tenant: str,
        embedder: EmbeddingCache | None = None,
        *,
        words_only: str = "",
        looking: bool = False,
        recall_s: float = RECALL_S,
    ) -> None:
        """The embedder is closed with the store, the link is not. `words_only` says with each
        answer why there is no embedder; "" where none is wanted. `looking`: nothing is embedded
        from here."""
        self._link, self._embedder, self._words_only = link, embedder, words_only
        self._shelf = Shelf(link, collection, tenant)
        self._looking, self._recall_s = looking, recall_s
        self._ready = False
        self._making = asyncio.Lock()
        self._news = asyncio.Event()
        self._watermark: int | None = None
        self._opened, self._changes = secrets.token_hex(4), 0

    # --- the port ---------------------------------------------------------------------------------

    async def write(self, episodes: Sequence[Episode]) -> None:
        """Add or replace by id. Raises `NotNow` while the server is away."""
        if not episodes:
            return
        changed: bool = await self._there(lambda: self._shelf.write(episodes))
        if changed:
            self._noted()

    async def recall(self, query: MemoryQuery) -> Recall:
        """The best eligible episodes. Never raises and never takes long: what could not be
        searched is said in `degraded`."""
        try:
            async with asyncio.timeout(self._recall_s):
                return await self._recalled(query)
        except TimeoutError:
            error: CooError = self._link.late(self._recall_s)
        except CooError as refused:
            error = refused
        return Recall(hits=(), degraded=f"Nothing could be recalled: {error.cause}")

    async def forget(self, person: str) -> int:
        """Remove a person's episodes, and their words from those beside them."""
        if not person:
            return 0
        gone, texts = await self._there(lambda: self._shelf.forget(person))
        if self._embedder is not None:
            await self._embedder.forget(texts, person)
        if gone:
            self._noted()
        return gone

    async def watermark(self) -> int:
        """The `seq` that `advance` was last told; 0 for a new tenant."""
        if self._watermark is None:
            found = await self._there(lambda: self._shelf.mark(_WATERMARK))
            self._watermark = int(found) if found.isdigit() else 0
        return self._watermark

    async def advance(self, seq: int) -> None:
        """Remember that all facts up to `seq` are in."""
        if seq > await self.watermark():
            await self._there(lambda: self._shelf.put_mark(_WATERMARK, str(seq)))
            self._watermark = max(seq, self._watermark or 0)

    async def count(self) -> int:
        """How many episodes are kept."""
        return await self._there(self._shelf.count)

    async def revision(self) -> str:
        """Counts what this process changed; what others write comes with a new fact."""
        return f"{self._shelf.collection} {self._opened} {self._changes}"

    async def status(self) -> StoreStatus:
        """What the store runs on, with all collections of episodes on the server that this
        company has a part in."""
        embedder = self._embedder
        return StoreStatus(
            store="weaviate",
            fingerprint=embedder.fingerprint if embedder else "",
            episodes=await self.count(),
            lag=await self._there(self._shelf.waiting) if embedder or self._looking else 0,
            watermark=await self.watermark(),
            embeddings_found=embedder.hits if embedder else 0,
            embeddings_made=embedder.misses if embedder else 0,
            collections=await collections_of(self._link, self._shelf.tenant),
        )

    async def catch_up(self, most: int | None = None) -> int:
        """Embed what waits for it. Raises what the embedder raises, and `NotNow`."""
        if self._embedder is None or self._looking:
            await self._there(self._shelf.waiting)  # whether the server answers at all
            return 0
        done = 0
        while some := await self._embedded(self._embedder, most, done):
            done += some
        return done

    async def tend(self, stop: asyncio.Event) -> None:
        """Catch up whenever something was written, until `stop`. Raises `NotNow` as soon as
        anybody finds the server away."""
        ended = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._news.clear()
                self._link.changed.clear()
                await self.catch_up()
                if self._link.away is not None:
                    raise self._link.away
                await self._anything(ended)
        finally:
            ended.cancel()

    async def close(self) -> None:
        """Close the embedder; the link belongs to whoever opened it."""
        if self._embedder is not None:
            await self._embedder.close()

    # --- a generation -----------------------------------------------------------------------------

    async def mark(self, mark: Mark) -> int:
        """What was put last; 0 before."""
        found = await self._there(lambda: self._shelf.mark(mark.value))
        return int(found) if found.isdigit() else 0

    async def put_mark(self, mark: Mark, value: int) -> None:
        """Durable when it returns."""
        await self._there(lambda: self._shelf.put_mark(mark.value, str(value)))

    async def ids(self) -> frozenset[str]:
        """The ids of all its episodes."""
        return frozenset(await self._there(self._shelf.all_ids))

    async def sample(self, most: int) -> Sequence[Episode]:
        """Episodes that hold, evenly over all by their ids."""
        ids = await self._there(lambda: self._shelf.all_ids(holding=True))
        step = max(-(-len(ids) // max(most, 1)), 1)
        return await self._there(lambda: self._shelf.these(ids[::step]))

    # --- below ------------------------------------------------------------------------------------

    async def _recalled(self, query: MemoryQuery) -> Recall:
        asked, why = await self._asked(query)
        found = await self._there(lambda: searched(self._shelf, query, asked))
        said = [why or self._words_only, found.degraded]
        return Recall(hits=found.hits, degraded=" ".join(filter(None, said)))

    async def _asked(self, question: MemoryQuery) -> tuple[Vectors | None, str]:
        """The question as a vector, or why there is none."""
        if self._embedder is None or not question.text.strip():
            return None, ""
        try:
            return (await self._embedder.once(question))[0], ""
        except CooError as error:
            return None, f"Only words were searched: {error.cause}"

    async def _embedded(self, embedder: EmbeddingCache, most: int | None, done: int) -> int:
        some = EMBEDDED_AT_ONCE if most is None else min(EMBEDDED_AT_ONCE, most - done)
        embedded = await self._there(lambda: self._shelf.embed(embedder, some))
        self._changes += embedded
        return embedded

    def _noted(self) -> None:
        self._changes += 1
        self._news.set()

    async def _there(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do it where collection and tenant are there. Raises `WeaviateEmptied` where they were
        removed meanwhile; they are made anew with the next call."""
        await self._made()
        try:
            return await work()
        except WeaviateRefused:
            if await self._is_there():
                raise
        self._ready, self._watermark = False, None
        raise WeaviateEmptied(self._link.place.host)

    async def _made(self) -> None:
        async with self._making:
            if not self._ready:
                await made(self._link, self._shelf)
                self._ready = True

    async def _is_there(self) -> bool:
        return self._shelf.collection in await collections_of(self._link, self._shelf.tenant)

    async def _anything(self, ended: asyncio.Task[bool]) -> None:
        waits = [asyncio.create_task(each.wait()) for each in (self._news, self._link.changed)]
        await asyncio.wait({*waits, ended}, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()


async def made(link: Link, shelf: Shelf) -> None:
    """Make collection and tenant where they are missing. Two processes may do so at once."""

    async def work(client: WeaviateAsyncClient) -> None:
        if not await client.collections.exists(shelf.collection):
            with contextlib.suppress(Exception):  # somebody else may have been first: see below
                await client.collections.create(**definition(shelf.collection))
        tenants = client.collections.use(shelf.collection).tenants
        if not await tenants.exists(shelf.tenant):
            await tenants.create([Tenant(name=shelf.tenant)])

    await link.call("make room for episodes", work, within=WRITE_S)


async def collections_of(link: Link, tenant: str) -> dict[str, int]:
    """The collections of episodes in which a tenant has a part, with how many episodes each."""

    async def work(client: WeaviateAsyncClient) -> list[str]:
        found = await client.collections.list_all(simple=True)
        ours = [each for each in found if each.startswith(f"{PREFIX}_")]
        return [n for n in ours if await client.collections.use(n).tenants.exists(tenant)]

    names = await link.call("list collections", work, within=READ_S)
    return {name: await Shelf(link, name, tenant).count() for name in sorted(names)}
