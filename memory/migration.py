"""Makes memory anew beside the one that is searched, compares both, and switches in one step.

1. A candidate is named after how it is made (schema, layout of texts, embedder).
2. It is filled from the ledger and embedded, in small parts with rests between them, from where
   it was left: a crash costs the part that was under way.
3. While nobody else builds or forgets, it is told the last facts and compared. Where it falls
   short it is not switched to.
4. One durable step makes it current, for reads, writes and the embedder of questions. What comes
   after the last fact it was told is caught up by whoever uses it next (`memory.switching`).
The old one stays as it was, but for people who are erased; rolling back tells it what came since,
and is the same one step.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.errors import CooError
from ledger.domain.reading import Clock
from memory.comparing import Comparison, NotAsGood, compared
from memory.filling import Filler
from memory.generations import Generation, Generations, GenerationStore, Mark

SAME: Final = "same"
"""The choice that makes everything anew with the embedder that is used now."""
EMBEDDED_AT_ONCE: Final = 32
"""Episodes embedded in one go, between two of which others may forget a person."""
LEAST_REST_S: Final = 0.01
"""So long between two parts, so that whoever waits for a turn gets one."""


class Phase(StrEnum):
    """What a migration is doing, in the order it does it."""

    TELLING = "reading facts"
    EMBEDDING = "embedding"
    COMPARING = "comparing"


class Progress(Struct, frozen=True):
    """How far a phase has come: facts, episodes, or nothing to count."""

    phase: Phase
    done: int
    of: int


class AlreadySo(CooError):
    """The wanted memory is the one that is searched."""

    def __init__(self, embedder: str) -> None:
        super().__init__(
            f"Memory is made with {embedder!r} already; nothing was done.",
            "To make it anew all the same, say `coo memory reindex --to same`.",
        )


class NothingKept(CooError):
    """There is no earlier generation to go back to, or to remove."""

    def __init__(self) -> None:
        super().__init__(
            "No earlier memory is kept; nothing was done.",
            "One is kept after each `coo memory reindex --to …`, until the next or `--drop-old`.",
        )


class Throttle:
    """How much of its time a migration works. Both limits hold; 0 facts a second is no limit."""

    def __init__(self, clock: Clock, *, share: float = 1.0, facts_per_s: float = 0.0) -> None:
        """`share` of the time, above 0 and at most 1."""
        self._clock, self._share, self._rate = clock, share, facts_per_s
        self._since: datetime = clock.now()

    async def rest(self, facts: int = 0) -> None:
        """Rest from what was done since the last rest."""
        worked = max((self._clock.now() - self._since).total_seconds(), 0.0)
        by_share = worked * (1 / self._share - 1)
        by_rate = facts / self._rate - worked if self._rate else 0.0
        await self._clock.sleep(max(by_share, by_rate, LEAST_REST_S))
        self._since = self._clock.now()


class Switched(Struct, frozen=True, kw_only=True):
    """What is searched from now on, and what before. `compared` is None after a roll-back."""

    current: Generation
    previous: Generation
    compared: Comparison | None = None


class Migration:
    """Moves one memory from a generation to another. One at a time."""

    def __init__(
        self,
        generations: Generations,
        filler: Filler,
        throttle: Throttle,
        tell: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """`tell` hears of each step of progress."""
        self._generations, self._filler = generations, filler
        self._throttle, self._tell = throttle, tell

    async def reindex(self, embedder: str, *, anyway: bool = False) -> Switched:
        """Build with this embedder beside, or go on building; compare; switch.

        Raises `AlreadySo`, `NotAsGood` (unless `anyway`), and what the embedder raises; what was
        built until then is kept.
        """
        candidate = await self._begun(embedder)
        new = await self._generations.open(candidate)
        try:
            await self._built(new)
            return await self._switched(new, anyway=anyway)
        finally:
            await new.close()

    async def roll_back(self) -> Switched:
        """Tell the generation that was searched before what came since, and search it again.

        Raises `NothingKept`.
        """
        previous = (await self._generations.standing()).previous
        if previous is None:
            raise NothingKept
        old = await self._generations.open(previous)
        try:
            await self._built(old)
            async with self._generations.exclusively():
                await self._brought_up(old, nullcontext)
                await self._generations.back()
        finally:
            await old.close()
        return await self._told()

    async def drop_old(self) -> Generation:
        """Remove what is kept to go back to. Raises `NothingKept`."""
        previous = (await self._generations.standing()).previous
        if previous is None:
            raise NothingKept
        async with self._generations.exclusively():
            await self._generations.drop_previous()
        return previous

    async def _begun(self, embedder: str) -> Generation:
        current = (await self._generations.standing()).current
        wanted = await self._generations.made_with(
            current.embedder if embedder == SAME else embedder
        )
        if embedder != SAME and wanted.made_like(current):
            raise AlreadySo(embedder)
        async with self._generations.exclusively():
            return await self._generations.begin(wanted)

    async def _built(self, store: GenerationStore) -> None:
        await self._brought_up(store, self._generations.exclusively, self._throttle)

    async def _brought_up(
        self,
        store: GenerationStore,
        alone: Callable[[], AbstractAsyncContextManager[None]],
        throttle: Throttle | None = None,
    ) -> int:
        """Tell it all facts there are and embed what waits; the last fact."""
        before = await store.mark(Mark.TOLD)

        async def progressed(told: int) -> None:
            nonlocal before
            self._tell(Progress(Phase.TELLING, told, max(told, await self._filler.head())))
            if throttle is not None:
                await throttle.rest(facts=told - before)
            before = told

        told = await self._filler.fill(store, alone, progressed)
        await store.advance(told)
        await self._embedded(store, alone, throttle)
        return told

    async def _embedded(
        self,
        store: GenerationStore,
        alone: Callable[[], AbstractAsyncContextManager[None]],
        throttle: Throttle | None,
    ) -> None:
        done, waiting = 0, (await store.status()).lag
        while True:
            async with alone():
                some = await store.catch_up(EMBEDDED_AT_ONCE)
            if not some:
                return
            done += some
            self._tell(Progress(Phase.EMBEDDING, done, max(done, waiting)))
            if throttle is not None:
                await throttle.rest()

    async def _switched(self, new: GenerationStore, *, anyway: bool) -> Switched:
        current = (await self._generations.standing()).current
        old = await self._generations.open(current, looking=True)
        try:
            async with self._generations.exclusively():
                ids = await old.ids()  # first: what is in there is in facts that are told next
                head = await self._brought_up(new, nullcontext)
                self._tell(Progress(Phase.COMPARING, head, head))
                figures = await compared(old, ids, new, head=head)
                if figures.shortfalls and not anyway:
                    raise NotAsGood(figures)
                await self._generations.switch()
        finally:
            await old.close()
        return await self._told(figures)

    async def _told(self, figures: Comparison | None = None) -> Switched:
        standing = await self._generations.standing()
        if standing.previous is None:  # somebody removed it this very moment
            raise NothingKept
        return Switched(current=standing.current, previous=standing.previous, compared=figures)
