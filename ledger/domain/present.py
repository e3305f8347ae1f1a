"""The present state in memory: what all facts so far fold to. Pure; one instance, one company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from ledger.domain.entities import Entity
from ledger.domain.facts import Fact
from ledger.domain.folding import changes, lookups

E = TypeVar("E", bound=Entity)


class Kept(Struct, frozen=True):
    """One entity and the `seq` of the fact that made it, which orders entities."""

    entity: Entity
    ordinal: int


class Present:
    """Folds facts one by one, in the order of `seq`, and answers `Look` in between."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.seq = 0
        self._kept: dict[tuple[type[Struct], str], Kept] = {}
        self._found: dict[tuple[type[Struct], str], set[str]] = defaultdict(set)

    def fold(self, facts: Iterable[Fact]) -> None:
        """Take in the next facts."""
        for fact in facts:
            for entity in changes(fact, self):
                self._keep(entity, fact.seq)
            self.seq = fact.seq

    def get(self, kind: type[E], entity_id: str) -> E | None:
        kept = self._kept.get((kind, entity_id))
        return kept.entity if kept is not None and isinstance(kept.entity, kind) else None

    def find(self, kind: type[E], key: str) -> Sequence[E]:
        ids = self._found.get((kind, key), ())
        kept = sorted((self._kept[(kind, entity_id)] for entity_id in ids), key=_in_order)
        return [one.entity for one in kept if isinstance(one.entity, kind)]

    def add(self, counter: str, amount: int = 1) -> int:
        value = self.counters.get(counter, 0) + amount
        if amount:
            self.counters[counter] = value
        return value

    def kept(self) -> Iterator[Kept]:
        """Every entity, in no particular order."""
        return iter(self._kept.values())

    def _keep(self, entity: Entity, seq: int) -> None:
        kind = type(entity)
        known = self._kept.get((kind, entity.id))
        if known is not None:
            self._unlist(known.entity, entity)
        self._kept[(kind, entity.id)] = Kept(entity, known.ordinal if known else seq)
        for key in lookups(entity):
            self._found[(kind, key)].add(entity.id)

    def _unlist(self, old: Entity, new: Entity) -> None:
        for key in set(lookups(old)).difference(lookups(new)):
            self._found[(type(old), key)].discard(old.id)


def _in_order(kept: Kept) -> tuple[int, str]:
    return kept.ordinal, kept.entity.id
