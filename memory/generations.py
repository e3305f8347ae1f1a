"""Generations of a memory: complete copies, each made in one way, of which one is searched.

What a kind of store must offer so that memory can be made anew beside the old one, compared with
it, switched to in one step and back: `Generations`, and `GenerationStore` for what one holds. The
local store does it with files (`memory.local.generations`), Weaviate with collections. The moves
themselves are in `memory.migration`; who searches follows them by `memory.switching`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.errors import NotNow
from memory.episodes import Episode, EpisodeStore

NO_EMBEDDER: Final = "none"
"""The choice of embedder of a generation that is searched by words only."""

_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME: Final = 48


class GenerationLost(NotNow):
    """What a store held was removed behind its back: it is empty, and to be told all again."""


class Generation(Struct, frozen=True, kw_only=True):
    """One copy of memory. `schema`, `layout` and `fingerprint` say how it was made.

    `schema`: tables or properties. `layout`: how episodes become texts to index and to embed.
    `embedder` is the choice as the operator words it (`bundled`, `none`, `openai:MODEL:DIMS`);
    `fingerprint` that of its vectors, "" for words only. `name` tells it from all others.
    """

    name: str
    schema: int
    layout: int
    embedder: str
    fingerprint: str = ""

    def made_like(self, other: Generation) -> bool:
        """Whether both are made in the same way, so that nothing but the name differs."""
        return replace(self, name="", embedder="") == replace(other, name="", embedder="")


class Standing(Struct, frozen=True, kw_only=True):
    """Which generations count. `turn` goes up by one with each switch, and never back.

    `current` is searched and written. `candidate` is being built. `previous` was searched before
    and is kept to go back to; nothing is written to it.
    """

    turn: int
    current: Generation
    candidate: Generation | None = None
    previous: Generation | None = None

    @property
    def counted(self) -> tuple[Generation, ...]:
        """All that are to be kept."""
        found = (self.current, self.candidate, self.previous)
        return tuple(each for each in found if each is not None)


class Mark(StrEnum):
    """Numbers that a generation keeps about itself, durably; 0 before they are first put.

    TOLD: the episodes of all facts up to this `seq` are in, whatever the relay did. JOINED: the
    turn in which whoever writes took this generation over, and told what it lacked; as long as
    that is the present turn, every delivery reaches it.
    """

    TOLD = "told"
    JOINED = "joined"


class GenerationStore(EpisodeStore, Protocol):
    """The store of one generation, with its own embedder for questions."""

    async def mark(self, mark: Mark) -> int:
        """What was put last."""
        ...

    async def put_mark(self, mark: Mark, value: int) -> None:
        """Remember it, after all that was written before."""
        ...

    async def ids(self) -> frozenset[str]:
        """The ids of all its episodes."""
        ...

    async def sample(self, most: int) -> Sequence[Episode]:
        """At most so many of its episodes that hold, from all over; the same ones each time."""
        ...


class Generations(Protocol):
    """All generations of one company's memory in one kind of store.

    Each move (`begin`, `switch`, `back`, `abandon`, `drop_previous`) is one durable step: after a
    crash it has happened or it has not, and doing it again is harmless. What no longer counts is
    removed after the step; where a crash came between, by the next move.
    """

    async def standing(self) -> Standing:
        """Which generations count now, also after a move of another process. Cheap: asked before
        each read and write."""
        ...

    async def made_with(self, embedder: str) -> Generation:
        """How a generation of this version would be made with a choice of embedder; unnamed.

        Raises `CooError` where there is no such embedder, or not here.
        """
        ...

    async def open(self, generation: Generation, *, looking: bool = False) -> GenerationStore:
        """Its store, empty where nothing is there. Its embedder searches only if the fingerprint
        is the generation's; else words do, and each answer says so.

        `looking`: another process may be writing to it, so nothing is embedded from here.
        """
        ...

    async def begin(self, wanted: Generation) -> Generation:
        """Name a candidate made like this, empty. One that is there already goes on being built
        where it is made alike, and is removed where it is not."""
        ...

    async def abandon(self) -> None:
        """Remove the candidate."""
        ...

    async def switch(self) -> None:
        """The candidate is searched and written from now on; what was, is kept as previous."""
        ...

    async def back(self) -> None:
        """Previous and current change places."""
        ...

    async def drop_previous(self) -> None:
        """Remove what was kept to go back to."""
        ...

    async def close(self) -> None:
        """Release connections. The stores that were opened are closed by themselves before."""
        ...

    def exclusively(self) -> AbstractAsyncContextManager[None]:
        """Hold off everybody else who builds, or who forgets a person everywhere."""
        ...

    async def forget_beside(self, person: str, current: Generation) -> None:
        """Remove a person from every generation that is there but this one, counted or left over.

        Called while held `exclusively`, so that nobody writes what they read of them before.
        """
        ...


def way_of(wanted: Generation) -> str:
    """How a generation is made, as part of a name: small letters, digits and dashes."""
    way = _NO_NAME.sub("-", wanted.fingerprint.lower()).strip("-")
    if len(way) > _LONGEST_NAME:
        way = f"{way[:_LONGEST_NAME]}-{hashlib.sha256(way.encode()).hexdigest()[:8]}"
    return f"{wanted.schema}-{wanted.layout}-{way or 'words'}"
