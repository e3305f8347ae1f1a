"""The memory port: episodes, always traceable to facts, in a store that is disposable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class Episode(Struct, frozen=True, kw_only=True):
    """One thing worth remembering.

    `id` is deterministic (from the fact), `facts` are the ids it rests on, `at` is business
    time. `kind`: conversation, proposal, negotiation, decision, outcome. `person` is the
    pseudonym whose erasure removes it; `contact` and `items` narrow a search. `who` is what the
    contact is called in `text`.

    It holds from `valid_from` on and no longer at `valid_to`; None is an open end. What was agreed
    holds from when it was offered. `topics` names
    what could be contradicted later ("price:<item>", "discount"; see `memory.claims`), and `values`
    what the episode says of each, in the same order.
    """

    id: str
    kind: str
    case: str
    at: datetime
    text: str
    facts: tuple[str, ...]
    person: str = ""
    contact: str = ""
    items: tuple[str, ...] = ()
    superseded: bool = False
    who: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    topics: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def holds(self, at: datetime) -> bool:
        """Whether it is in force then: begun, not run out, not superseded."""
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to) and not self.superseded


class MemoryQuery(Struct, frozen=True, kw_only=True):
    """What a plan wants to know. `before` is its now, and keeps it from seeing its own future.

    `contacts` (all ids of one somebody) and `items` raise matching episodes, they do not exclude
    others. `not_case`
    leaves out the asking case itself. What is superseded or has run out by `before` is left out
    unless asked for by `with_superseded`; what does not hold yet is left out always. All of this
    decides what is found at all, in every store; age alone changes the order only. `quotes` is the
    episode that the text was taken from, if any: only who may see that one may be asked.
    """

    text: str
    before: datetime
    contacts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    not_case: str = ""
    kinds: tuple[str, ...] = ()
    limit: int = 5
    with_superseded: bool = False
    quotes: Episode | None = None


class Hit(Struct, frozen=True, kw_only=True):
    """One recalled episode; `score` is higher for better and only comparable in one answer."""

    episode: Episode
    score: float


class Recall(Struct, frozen=True, kw_only=True):
    """The answer of a store. `degraded` says in words what was missing, "" for nothing."""

    hits: tuple[Hit, ...]
    degraded: str = ""


class StoreStatus(Struct, frozen=True, kw_only=True):
    """What a store runs on. `lag`: episodes that are found by their words only as yet.

    `fingerprint` names the embedder, "" where only words are searched. `collections` are those on
    a server, with how many episodes each holds. `embeddings_found` came out of the cache,
    `embeddings_made` were computed since the start.
    """

    store: str
    fingerprint: str
    episodes: int
    lag: int
    watermark: int
    embeddings_found: int = 0
    embeddings_made: int = 0
    collections: dict[str, int] = {}


class Recaller(Protocol):
    """Whoever answers questions: a store, or one that keeps answers."""

    async def recall(self, query: MemoryQuery) -> Recall:
        """The best episodes at or before `query.before`, best first."""
        ...


class EpisodeStore(Recaller, Protocol):
    """Keeps episodes. Every store passes tests/contract/test_episode_stores.py."""

    async def write(self, episodes: Sequence[Episode]) -> None:
        """Add or replace by id. Repeating a write changes nothing."""
        ...

    async def forget(self, person: str) -> int:
        """Remove every episode of a person; returns how many went."""
        ...

    async def watermark(self) -> int:
        """The `seq` of the last fact whose episodes are in; 0 for an empty store."""
        ...

    async def advance(self, seq: int) -> None:
        """Remember that all facts up to `seq` are in. Never moves back."""
        ...

    async def count(self) -> int:
        """How many episodes are kept."""
        ...

    async def revision(self) -> str:
        """Another one whenever the same question may have another answer: names the generation,
        and changes with what is written, forgotten and embedded."""
        ...

    async def status(self) -> StoreStatus:
        """What it runs on, and what it has not caught up with yet."""
        ...

    async def catch_up(self, most: int | None = None) -> int:
        """Embed what waits for it, at most so many episodes; how many are embedded now."""
        ...

    async def tend(self, stop: asyncio.Event) -> None:
        """Catch up whenever something was written, until `stop`."""
        ...

    async def close(self) -> None:
        """Release files and connections."""
        ...
