"""Fills a generation from the ledger, from where it was left, while others go on writing.

The ledger alone is told, in the order of its facts, so nothing depends on which cases the relay
has come to. A story may be read a moment before a newer fact of its case is appended (a newer
version, an erasure): that fact has a higher `seq`, is told later, and sets right what it changed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from ledger.domain.facts import Fact
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment
from ledger.domain.reading import History, Views
from memory.generations import GenerationStore, Mark
from memory.projector import Kept, Teller, take_in

BATCH: Final = 200
"""Facts told in one go, between two of which others may forget a person."""


class Head(Protocol):
    """The end of the ledger."""

    @property
    def seq(self) -> int:
        """The number of its last fact; 0 for none."""
        ...


class Source(History, Protocol):
    """The ledger, as whoever fills from it reads it."""

    def facts(self, after_seq: int = 0) -> AsyncIterator[Fact]:
        """All facts with `seq > after_seq`, in order."""
        ...

    async def head(self) -> Head:
        """Its end now."""
        ...


class Filler:
    """Tells a generation what it has not been told yet."""

    def __init__(
        self,
        source: Source,
        views: Views,
        *,
        failpoints: Failpoints = UNWATCHED,
        batch: int = BATCH,
    ) -> None:
        self._source, self._views = source, views
        self._failpoints, self._batch = failpoints, batch

    async def head(self) -> int:
        """The `seq` of the ledger's last fact."""
        return (await self._source.head()).seq

    async def fill(
        self,
        store: GenerationStore,
        alone: Callable[[], AbstractAsyncContextManager[None]],
        after: Callable[[int], Awaitable[None]] | None = None,
    ) -> int:
        """Tell all facts behind its mark, up to the end of the ledger; the `seq` reached.

        Each batch is read and written in one go `alone`, so that nobody is forgotten between the
        two. `after` is called when a batch is durable, with how far it came.
        """
        told = await store.mark(Mark.TOLD)
        async for facts in self._batches(told):
            async with alone():
                await self._tell(store, facts)
            told = facts[-1].seq
            if after is not None:
                await after(told)
        return told

    async def _tell(self, store: GenerationStore, facts: list[Fact]) -> None:
        self._failpoints.reached(Moment.MEMORY_BATCH_BEFORE)
        await take_in(store, Teller(Kept(self._source), self._views), facts)
        self._failpoints.reached(Moment.MEMORY_BATCH_UNMARKED)
        await store.put_mark(Mark.TOLD, facts[-1].seq)
        self._failpoints.reached(Moment.MEMORY_BATCH_AFTER)

    async def _batches(self, told: int) -> AsyncIterator[list[Fact]]:
        batch: list[Fact] = []
        async for fact in self._source.facts(told):
            batch.append(fact)
            if len(batch) == self._batch:
                yield batch
                batch = []
        if batch:
            yield batch
