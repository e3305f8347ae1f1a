"""Synchronous reads of the read tables, inside whatever transaction the caller is in.

Low in the house on purpose: the views, the attempts and the journal all stand on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Dialect, bindparam, select

from ledger.domain.entities import Entity
from ledger.statements import Prepared, PreparedIn, compiled_once
from ledger.tables import FACTS, VIEW_COUNTER, VIEW_ENTITY, VIEW_LOOKUP

E = TypeVar("E", bound=Entity)


class Loaded(NamedTuple):
    """One stored entity and the `seq` of the fact that made it, which orders entities."""

    entity: Entity
    ordinal: int


class Reads:
    """The present state of one company, as of one connection's transaction."""

    def __init__(self, connection: Connection, company: str) -> None:
        self.connection = connection
        self.company = company
        self._run = _statements(connection.dialect)

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """The entity with exactly this id, or None."""
        loaded = self.load(kind, entity_id)
        return _as(kind, loaded.entity) if loaded else None

    def find(self, kind: type[E], key: str) -> list[E]:
        """Entities found under an exact key, oldest first."""
        return [_as(kind, loaded.entity) for loaded in self.load_found(kind, key)]

    def all(self, kind: type[E], *, case: str | None = None) -> list[E]:
        """All entities of a kind, of one case where given, oldest first."""
        rows = (
            self._run.every.run(self.connection, company=self.company, kind=tag(kind))
            if case is None
            else self._run.of_case.run(
                self.connection, company=self.company, kind=tag(kind), case_id=case
            )
        )
        return [_as(kind, _loaded(kind, row).entity) for row in rows]

    def some(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """Those of `ids` that exist, by id."""
        found = self.load_many(kind, dict.fromkeys(ids))
        return {entity_id: _as(kind, loaded.entity) for entity_id, loaded in found.items()}

    def under(self, kind: type[E], keys: Iterable[str]) -> dict[str, list[E]]:
        """The entities under each of these exact keys, oldest first."""
        rows = self._run.under.run(
            self.connection, list(dict.fromkeys(keys)), company=self.company, kind=tag(kind)
        )
        found = sorted({(int(row[1]), row[2], row[3], row[0]) for row in rows})
        under: dict[str, list[E]] = {}
        for ordinal, _, key, data in found:
            under.setdefault(key, []).append(_as(kind, _loaded(kind, (data, ordinal)).entity))
        return under

    def recorded(self, facts: Iterable[str]) -> frozenset[str]:
        """Which of these ids of facts the ledger holds."""
        wanted = list(dict.fromkeys(facts))
        rows = self._run.recorded.run(self.connection, wanted, company=self.company)
        return frozenset(str(row[0]) for row in rows)

    def counter(self, name: str) -> int:
        """The value of a counter of the fold (see `ledger.domain.look`); 0 where unknown."""
        return self.stored_counter(name) or 0

    def stored_counter(self, name: str) -> int | None:
        """The same, but None where it was never counted."""
        row = self._run.counter.first(self.connection, company=self.company, name=name)
        return None if row is None else int(row[0])

    def load(self, kind: type[Struct], entity_id: str) -> Loaded | None:
        """An entity with its place in the order."""
        row = self._run.one.first(
            self.connection, company=self.company, kind=tag(kind), entity_id=entity_id
        )
        return None if row is None else _loaded(kind, row)

    def load_found(self, kind: type[Struct], key: str) -> list[Loaded]:
        """Entities under an exact key, with their places, oldest first."""
        rows = self._run.found.run(
            self.connection, company=self.company, kind=tag(kind), lookup_key=key
        )
        return [_loaded(kind, row) for row in rows]

    def load_many(self, kind: type[Struct], ids: Iterable[str]) -> dict[str, Loaded]:
        """Those of `ids` that exist, with as few statements as can be."""
        rows = self._run.some.run(self.connection, list(ids), company=self.company, kind=tag(kind))
        return {str(row[2]): _loaded(kind, row) for row in rows}


def tag(kind: type[Struct]) -> str:
    """The name of a kind of entity as it stands in the tables: case, contact, action, …"""
    return str(kind.__struct_config__.tag)


_ENTITY: Final = VIEW_ENTITY.c


class _Statements:
    """The reading statements, compiled once for a dialect."""

    def __init__(self, dialect: Dialect) -> None:
        one_kind = (_ENTITY.company == bindparam("company")) & (_ENTITY.kind == bindparam("kind"))
        data = select(_ENTITY.data, _ENTITY.ordinal)
        in_order = data.where(one_kind).order_by(_ENTITY.ordinal, _ENTITY.entity_id)
        look = VIEW_LOOKUP.c
        same = (look.company == _ENTITY.company) & (look.kind == _ENTITY.kind)
        found = data.join(VIEW_LOOKUP, same & (look.entity_id == _ENTITY.entity_id)).where(
            look.company == bindparam("company"),
            look.kind == bindparam("kind"),
            look.lookup_key == bindparam("lookup_key"),
        )
        count = VIEW_COUNTER.c
        self.one = Prepared(
            data.where(one_kind, _ENTITY.entity_id == bindparam("entity_id")), dialect
        )
        with_id = select(_ENTITY.data, _ENTITY.ordinal, _ENTITY.entity_id).where(one_kind)
        self.some = PreparedIn(with_id, _ENTITY.entity_id, dialect)
        self.every = Prepared(in_order, dialect)
        self.of_case = Prepared(in_order.where(_ENTITY.case_id == bindparam("case_id")), dialect)
        self.found = Prepared(found.order_by(_ENTITY.ordinal, _ENTITY.entity_id), dialect)
        keyed = data.add_columns(_ENTITY.entity_id, look.lookup_key).join(
            VIEW_LOOKUP, same & (look.entity_id == _ENTITY.entity_id)
        )
        of_kind = (look.company == bindparam("company")) & (look.kind == bindparam("kind"))
        self.under = PreparedIn(keyed.where(of_kind), look.lookup_key, dialect)
        fact = FACTS.c
        ids = select(fact.fact_id).where(fact.company == bindparam("company"))
        self.recorded = PreparedIn(ids, fact.fact_id, dialect)
        self.counter = Prepared(
            select(count.value).where(
                count.company == bindparam("company"), count.name == bindparam("name")
            ),
            dialect,
        )


_statements: Final = compiled_once(_Statements)


@cache
def _decoder(kind: type[Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _loaded(kind: type[Struct], row: Sequence[Any]) -> Loaded:
    return Loaded(_decoder(kind).decode(row[0]), int(row[1]))


def _as(kind: type[E], entity: Entity) -> E:
    assert isinstance(entity, kind)  # noqa: S101 - narrows: the decoder makes nothing else
    return entity
