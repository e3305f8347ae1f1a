"""The present state in memory: what all facts so far fold to. Pure; one instance, one company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar, cast

from msgspec import Struct

from ledger.domain.entities import Entity
from ledger.domain.facts import Fact
from ledger.domain.folding import changes, lookups

E = TypeVar("E", bound=Entity)


class Kept(NamedTuple):
    """One entity and the `seq` of the fact that made it, which orders entities."""

    entity: Entity
    ordinal: int


class Present:
    """Folds facts one by one, in the order of `seq`, and answers `Look` in between."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.seq = 0
        self._entities: dict[tuple[type[Struct], str], Entity] = {}
        self._ordinals: dict[tuple[type[Struct], str], int] = {}
        self._indexes: dict[type[Struct], dict[str, set[str]]] = {}

    def fold(self, facts: Iterable[Fact]) -> None:
        """Take in the next facts."""
        for fact in facts:
            for entity in changes(fact, self):
                self._keep(entity, fact.seq)
            self.seq = fact.seq

    def get(self, kind: type[E], entity_id: str) -> E | None:
        return self._entities.get((kind, entity_id))  # type: ignore[return-value]  # its own kind

    def find(self, kind: type[E], key: str) -> Sequence[E]:
        ids = self._index(kind).get(key, ())
        in_order = sorted(ids, key=lambda entity_id: (self._ordinals[kind, entity_id], entity_id))
        return [cast("E", self._entities[kind, entity_id]) for entity_id in in_order]

    def add(self, counter: str, amount: int = 1) -> int:
        value = self.counters.get(counter, 0) + amount
        if amount:
            self.counters[counter] = value
        return value

    def kept(self) -> Iterator[Kept]:
        """Every entity, in the order of the facts that made them."""
        return (Kept(entity, self._ordinals[key]) for key, entity in self._entities.items())

    def _keep(self, entity: Entity, seq: int) -> None:
        key = (type(entity), entity.id)
        index = self._indexes.get(key[0])
        if index is not None:
            _list(index, entity, self._entities.get(key))
        self._entities[key] = entity
        self._ordinals.setdefault(key, seq)

    def _index(self, kind: type[Struct]) -> dict[str, set[str]]:
        """The lookup keys of a kind. Most folds never ask, so it is made when one does."""
        index = self._indexes.get(kind)
        if index is None:
            index = self._indexes[kind] = {}
            for (of, _), entity in self._entities.items():
                if of is kind:
                    _list(index, entity, None)
        return index


def _list(index: dict[str, set[str]], entity: Entity, old: Entity | None) -> None:
    keys = lookups(entity)
    if old is not None:
        for key in set(lookups(old)).difference(keys):
            index[key].discard(entity.id)
    for key in keys:
        index.setdefault(key, set()).add(entity.id)
