"""One transaction's facts on their way into the read tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    update,
)

from ledger.domain.entities import Case, Entity
from ledger.domain.facts import Fact
from ledger.domain.folding import besides, case_of, changes, lookups
from ledger.domain.folding_cases import ABOUT_CASES, aged
from ledger.reads import Loaded, Reads, tag
from ledger.statements import Prepared
from ledger.tables import VIEW_COUNTER, VIEW_ENTITY, VIEW_LOOKUP, VIEW_STATE

E = TypeVar("E", bound=Entity)
Rows = Iterable[dict[str, Any]]

_ROWS_A_STATEMENT: Final = 2_000


@dataclass(slots=True)
class _Touched:
    """One entity the fold looked at: as stored, and as it is now. None: there is none."""

    before: Entity | None
    now: Entity | None
    ordinal: int

    @property
    def altered(self) -> bool:
        return self.now is not None and self.now != self.before


class Batch:
    """The facts of one transaction being folded: reads through to the tables, writes at the end."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._writes = writes(reads.connection.dialect)
        self._touched: dict[tuple[type[Struct], str], _Touched] = {}
        self._counters: dict[str, tuple[int | None, int]] = {}

    def load(self, wanted: Iterable[list[tuple[type[Struct], str]]]) -> None:
        """Load what the fold will most likely ask for, one statement a kind."""
        by_kind: dict[type[Struct], dict[str, None]] = defaultdict(dict)
        for references_of_fact in wanted:
            for kind, entity_id in references_of_fact:
                by_kind[kind][entity_id] = None
        for kind, ids in by_kind.items():
            found = self._reads.load_many(kind, ids)
            for entity_id in ids:
                self._remember(kind, entity_id, found.get(entity_id))

    def fold(self, fact: Fact) -> None:
        """Take in one fact."""
        if type(fact.event) in ABOUT_CASES:
            self._keep(changes(fact, self), fact)
            return
        made = besides(fact, self)
        own = self._touch(Case, fact.case)
        if isinstance(own.now, Case):
            own.now = aged(own.now, fact.version, fact.at)
        self._keep(made, fact)

    def _keep(self, made: Iterable[Entity], fact: Fact) -> None:
        for entity in made:
            touched = self._touch(type(entity), entity.id)
            if touched.now is None:
                touched.ordinal = fact.seq
            touched.now = entity

    # --- what the fold may look at ------------------------------------------------------------

    def get(self, kind: type[E], entity_id: str) -> E | None:
        now = self._touch(kind, entity_id).now
        return now if isinstance(now, kind) else None

    def find(self, kind: type[E], key: str) -> list[E]:
        for loaded in self._reads.load_found(kind, key):
            if (kind, loaded.entity.id) not in self._touched:
                self._remember(kind, loaded.entity.id, loaded)
        known = [touched for (of, _), touched in self._touched.items() if of is kind]
        found = [t for t in known if t.now is not None and key in lookups(t.now)]
        found.sort(key=lambda touched: (touched.ordinal, touched.now and touched.now.id))
        return [touched.now for touched in found if isinstance(touched.now, kind)]

    def add(self, counter: str, amount: int = 1) -> int:
        if counter not in self._counters:
            stored = self._reads.stored_counter(counter)
            self._counters[counter] = (stored, stored or 0)
        stored, value = self._counters[counter]
        self._counters[counter] = (stored, value + amount)
        return value + amount

    def _touch(self, kind: type[Struct], entity_id: str) -> _Touched:
        touched = self._touched.get((kind, entity_id))
        if touched is None:
            touched = self._remember(kind, entity_id, self._reads.load(kind, entity_id))
        return touched

    def _remember(self, kind: type[Struct], entity_id: str, loaded: Loaded | None) -> _Touched:
        entity, ordinal = loaded or (None, 0)
        touched = self._touched[kind, entity_id] = _Touched(entity, entity, ordinal)
        return touched

    # --- what it leaves behind ------------------------------------------------------------------

    def write(self) -> None:
        """Write what changed, at most one statement for each table and kind of change."""
        altered = [touched for touched in self._touched.values() if touched.altered]
        self._write_entities(altered)
        self._write_lookups(altered)
        self._write_counters()

    def _write_entities(self, altered: list[_Touched]) -> None:
        company = self._reads.company
        new = (entity_row(company, t.now, t.ordinal) for t in altered if t.before is None)
        fill(self._connection, self._writes.new_entity, new)
        moved = (_entity_move(company, t.now) for t in altered if t.before is not None)
        fill(self._connection, self._writes.move_entity, moved)

    def _write_lookups(self, altered: list[_Touched]) -> None:
        gone: list[dict[str, Any]] = []
        come: list[dict[str, Any]] = []
        for touched in altered:
            assert touched.now is not None  # noqa: S101 - narrows: an altered entity is there
            old = set(lookups(touched.before)) if touched.before else set()
            new = set(lookups(touched.now))
            gone += lookup_rows(self._reads.company, touched.now, old - new, prefix="of_")
            come += lookup_rows(self._reads.company, touched.now, new - old)
        fill(self._connection, self._writes.drop_lookup, gone)
        fill(self._connection, self._writes.new_lookup, come)

    def _write_counters(self) -> None:
        company = self._reads.company
        moved = [(n, old, new) for n, (old, new) in self._counters.items() if new != (old or 0)]
        fresh = (counter_row(company, name, new) for name, old, new in moved if old is None)
        fill(self._connection, self._writes.new_counter, fresh)
        again = (
            {"of_company": company, "of_name": name, "value": new}
            for name, old, new in moved
            if old is not None
        )
        fill(self._connection, self._writes.move_counter, again)

    @property
    def _connection(self) -> Connection:
        return self._reads.connection


class Writes:
    """The writing statements of the read tables, compiled once for a dialect."""

    def __init__(self, dialect: Dialect) -> None:
        entity, look = VIEW_ENTITY.c, VIEW_LOOKUP.c
        one_entity = (
            (entity.company == bindparam("of_company"))
            & (entity.kind == bindparam("of_kind"))
            & (entity.entity_id == bindparam("of_entity"))
        )
        one_lookup = (
            (look.company == bindparam("of_company"))
            & (look.kind == bindparam("of_kind"))
            & (look.lookup_key == bindparam("of_lookup_key"))
            & (look.entity_id == bindparam("of_entity_id"))
        )
        self.new_entity = Prepared(insert(VIEW_ENTITY), dialect)
        self.move_entity = Prepared(_moving(VIEW_ENTITY, one_entity, "case_id", "data"), dialect)
        self.new_lookup = Prepared(insert(VIEW_LOOKUP), dialect)
        self.drop_lookup = Prepared(delete(VIEW_LOOKUP).where(one_lookup), dialect)
        count, state = VIEW_COUNTER.c, VIEW_STATE.c
        one_counter = (count.company == bindparam("of_company")) & (
            count.name == bindparam("of_name")
        )
        self.new_counter = Prepared(insert(VIEW_COUNTER), dialect)
        self.move_counter = Prepared(_moving(VIEW_COUNTER, one_counter, "value"), dialect)
        one_state = state.company == bindparam("of_company")
        self.new_state = Prepared(insert(VIEW_STATE), dialect)
        self.move_state = Prepared(_moving(VIEW_STATE, one_state, "seq", "fold_version"), dialect)


@cache
def writes(dialect: Dialect) -> Writes:
    """The statements for a dialect."""
    return Writes(dialect)


def _moving(table: Table, where: ColumnElement[bool], *columns: str) -> Update:
    return update(table).where(where).values({name: bindparam(name) for name in columns})


_encode = msgspec.json.Encoder().encode


def fill(connection: Connection, statement: Prepared, rows: Rows) -> None:
    """Execute for all rows, some thousands at a time; none is no statement."""
    pending = iter(rows)
    while page := list(islice(pending, _ROWS_A_STATEMENT)):
        statement.many(connection, page)


def entity_row(company: str, entity: Entity | None, ordinal: int) -> dict[str, Any]:
    """The row of an entity. `ordinal` is the `seq` of the fact that made it."""
    assert entity is not None  # noqa: S101 - narrows: only what is there is written
    return {
        "company": company,
        "kind": tag(type(entity)),
        "entity_id": entity.id,
        "case_id": case_of(entity),
        "ordinal": ordinal,
        "data": _encode(entity),
    }


def _entity_move(company: str, entity: Entity | None) -> dict[str, Any]:
    row = entity_row(company, entity, 0)
    moved = {"case_id": row["case_id"], "data": row["data"]}
    return {"of_company": company, "of_kind": row["kind"], "of_entity": row["entity_id"], **moved}


def lookup_rows(company: str, entity: Entity, keys: Iterable[str], prefix: str = "") -> Rows:
    """The rows under which keys find an entity; `prefix` goes before each column's name."""
    for key in keys:
        yield {
            f"{prefix}company": company,
            f"{prefix}kind": tag(type(entity)),
            f"{prefix}lookup_key": key,
            f"{prefix}entity_id": entity.id,
        }


def counter_row(company: str, name: str, value: int) -> dict[str, Any]:
    """The row of a counter."""
    return {"company": company, "name": name, "value": value}
