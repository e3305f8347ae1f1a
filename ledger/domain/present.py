"""The present state in memory: what all facts so far fold to. Pure; one instance, one company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from ledger.domain.entities import Case, Entity
from ledger.domain.facts import Fact
from ledger.domain.folding import besides, case_of, changes, lookups
from ledger.domain.folding_cases import ABOUT_CASES, aged

E = TypeVar("E", bound=Entity)


class Kept(NamedTuple):
    """One entity and the `seq` of the fact that made it, which orders entities."""

    entity: Entity
    ordinal: int


class Passed(NamedTuple):
    """A fact whose event no fold looks at: all it does is to move the age of its case."""

    seq: int
    case: str
    version: int
    at: datetime


class Present:
    """Folds facts one by one, in the order of `seq`, and answers `Look` in between."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.seq = 0
        self._of: defaultdict[type[Struct], dict[str, Any]] = defaultdict(dict)
        self._ordinals: defaultdict[type[Struct], dict[str, int]] = defaultdict(dict)
        self._indexes: dict[type[Struct], dict[str, set[str]]] = {}

    def fold(self, facts: Iterable[Fact | Passed]) -> None:
        """Take in the next facts."""
        cases = self._of[Case]
        for fact in facts:
            made: Sequence[Entity] = ()
            if not isinstance(fact, Passed):
                if type(fact.event) in ABOUT_CASES:
                    self._keep(changes(fact, self), fact.seq)
                    self.seq = fact.seq
                    continue
                made = besides(fact, self)
            case = cases.get(fact.case)
            if case is not None:  # no lookup key is made of its version or age
                cases[fact.case] = aged(case, fact.version, fact.at)
            if made:
                self._keep(made, fact.seq)
            self.seq = fact.seq

    def get(self, kind: type[E], entity_id: str) -> E | None:
        return self._of[kind].get(entity_id)

    def find(self, kind: type[E], key: str) -> Sequence[E]:
        entities, ordinals = self._of[kind], self._ordinals[kind]
        ids = self._index(kind).get(key, ())
        in_order = sorted(ids, key=lambda entity_id: (ordinals[entity_id], entity_id))
        return [entities[entity_id] for entity_id in in_order]

    def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        """All entities of a kind, of one case where given, oldest first."""
        entities, ordinals = self._of[kind], self._ordinals[kind]
        in_order = sorted(entities, key=lambda entity_id: (ordinals[entity_id], entity_id))
        every = (entities[entity_id] for entity_id in in_order)
        return [each for each in every if case is None or case_of(each) == case]

    def add(self, counter: str, amount: int = 1) -> int:
        value = self.counters.get(counter, 0) + amount
        if amount:
            self.counters[counter] = value
        return value

    def kept(self) -> Iterator[Kept]:
        """Every entity, kind by kind, each in the order of the facts that made them."""
        for kind, entities in self._of.items():
            ordinals = self._ordinals[kind]
            for entity_id, entity in entities.items():
                yield Kept(entity, ordinals[entity_id])

    def _keep(self, made: Sequence[Entity], seq: int) -> None:
        for entity in made:
            kind, name = type(entity), entity.id
            entities = self._of[kind]
            old = entities.get(name)
            entities[name] = entity
            if old is None:
                self._ordinals[kind][name] = seq
            index = self._indexes.get(kind)
            if index is not None:
                _list(index, entity, old)

    def _index(self, kind: type[Struct]) -> dict[str, set[str]]:
        """The lookup keys of a kind. Most folds never ask, so it is made when one does."""
        index = self._indexes.get(kind)
        if index is None:
            index = self._indexes[kind] = {}
            for entity in self._of[kind].values():
                _list(index, entity, None)
        return index


def _list(index: dict[str, set[str]], entity: Entity, old: Entity | None) -> None:
    keys = lookups(entity)
    if old is not None:
        for key in set(lookups(old)).difference(keys):
            index[key].discard(entity.id)
    for key in keys:
        index.setdefault(key, set()).add(entity.id)
