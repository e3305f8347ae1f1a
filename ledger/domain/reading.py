"""How other rooms read the ledger: protocols, matched by structure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from ledger.domain.entities import Entity
from ledger.domain.facts import Fact

E = TypeVar("E", bound=Entity)
T = TypeVar("T")


class History(Protocol):
    """Read access to facts."""

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        """The facts of a case with `version > after`, in order."""
        ...

    async def fact(self, fact_id: str) -> Fact:
        """One fact. Raises `UnknownFact`."""
        ...


class Views(Protocol):
    """Read access to the present state. Every answer is at least as new as the last append."""

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        """The entity with exactly this id, or None."""
        ...

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        """Entities found under an exact key, see `ledger.domain.folding.lookups`."""
        ...

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        """All entities of a kind, of one case where given, oldest first."""
        ...


class Glimpse(Protocol):
    """The present state at one moment, read in batches."""

    def some(self, kind: type[E], ids: Iterable[str]) -> Mapping[str, E]:
        """Those of `ids` that exist, by id."""
        ...

    def under(self, kind: type[E], keys: Iterable[str]) -> Mapping[str, Sequence[E]]:
        """The entities under each of these exact keys, oldest first; keys without are left out."""
        ...

    def recorded(self, facts: Iterable[str]) -> frozenset[str]:
        """Which of these ids of facts the ledger holds."""
        ...


class Glimpses(Protocol):
    """Gives the present state for many reads at once: no fact comes in between."""

    async def at_once(self, work: Callable[[Glimpse], T]) -> T:
        """What `work` makes of it; it must be quick."""
        ...


class Tallies(Protocol):
    """Read access to what the fold counts."""

    async def counter(self, name: str) -> int:
        """How far a counter of `ledger.domain.look` has come; 0 where it never began."""
        ...


class Clock(Protocol):
    """Time, injected."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait. Test clocks return at once."""
        ...


class Blobs(Protocol):
    """A content-addressed store for large raw input and documents, sealed at rest."""

    async def put(self, data: bytes, *, person: str = "") -> str:
        """Keep the bytes and return their sha256 (hex); the same bytes twice are one blob."""
        ...

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `BlobMissing` where they are gone or were erased."""
        ...
