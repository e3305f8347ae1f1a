"""The few statements of the hot path, compiled once for a kind of database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from operator import itemgetter
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Select,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import ClauseElement

from ledger.chain import CONTENT, StoredFact
from ledger.tables import CHAIN_HEADS, CURSORS, FACTS

ALL: Final = 2**62
"""As a count: no limit."""


_STREAMED: Final = 2_000
_NAMES: Final = itertools.count()


class Prepared:
    """A statement compiled once for a dialect and run on the driver's own cursor.

    That takes a fifth of the time of Core's execute. It runs in the transaction of its
    connection, which the caller must have begun; errors are the driver's.
    """

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)  # noqa: S101 - narrows; every Executable here is
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._constants = {k: v for k, v in compiled.params.items() if v is not None}
        self._in_order = _picker(self._order) if self._order else None

    def run(self, connection: Connection, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Execute once; gives the rows, if it has any, as plain tuples."""
        rows: Any = self._execute(connection, values)
        return iter(rows)

    def stream(self, connection: Connection, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The same for many rows: however many there are, few are in memory at a time."""
        if self._order is not None:  # SQLite reads row by row anyway
            return self.run(connection, **values)
        return self._from_server(connection, values)

    def _from_server(self, connection: Connection, values: dict[str, Any]) -> Iterator[Any]:
        named: Any = connection.connection.cursor(name=f"stream_{next(_NAMES)}")
        with closing(named) as cursor:
            cursor.itersize = _STREAMED
            cursor.execute(self._sql, self._bound(values))
            yield from cursor

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        cursor = self._execute(connection, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    def all(self, connection: Connection, **values: Any) -> Sequence[tuple[Any, ...]]:
        """All rows."""
        return self._execute(connection, values).fetchall()

    def insert(self, connection: Connection, facts: Sequence[StoredFact]) -> None:
        """Execute an insert into `facts` once for each row, in one call of the driver."""
        rows: Sequence[Any] = facts if self._order else [fact._asdict() for fact in facts]
        cursor = connection.connection.cursor()
        cursor.executemany(self._sql, rows)
        cursor.close()

    def many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
        """Execute once for each row, in one call of the driver; returns how many rows changed."""
        cursor = connection.connection.cursor()
        cursor.executemany(self._sql, [self._bound(row) for row in rows])
        changed = int(cursor.rowcount)
        cursor.close()
        return changed

    def _execute(self, connection: Connection, values: dict[str, Any]) -> DBAPICursor:
        cursor = connection.connection.cursor()
        cursor.execute(self._sql, self._bound(values))
        return cursor

    def _bound(self, values: dict[str, Any]) -> Any:
        bound = {**self._constants, **values} if self._constants else values
        return bound if self._in_order is None else self._in_order(bound)


def _picker(names: Sequence[str]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """A function that gives the values of `names` in their order."""
    pick = itemgetter(*names)
    return pick if len(names) > 1 else lambda values: (pick(values),)


class PreparedIn:
    """A statement that looks for a set of values of a column, compiled once for `SIZE` of them."""

    SIZE: Final = 100

    def __init__(self, query: Select[Any], column: ColumnElement[str], dialect: Dialect) -> None:
        self._names = [f"one_of_{n}" for n in range(self.SIZE)]
        places: list[BindParameter[str]] = [bindparam(name) for name in self._names]
        self._prepared = Prepared(query.where(column.in_(places)), dialect)

    def run(
        self, connection: Connection, wanted: Sequence[str], **values: Any
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of all that are `wanted`, each at least once."""
        for start in range(0, len(wanted), self.SIZE):
            some = list(wanted[start : start + self.SIZE])
            # The places that are left over repeat the last value, which finds nothing new.
            some += some[-1:] * (self.SIZE - len(some))
            named = dict(zip(self._names, some, strict=True))
            yield from self._prepared.all(connection, **named, **values)


S = TypeVar("S")


def compiled_once(make: Callable[[Dialect], S]) -> Callable[[Dialect], S]:
    """`make`, called once for each kind of dialect, since to compile takes its time."""
    made: dict[tuple[Any, ...], S] = {}

    def one(dialect: Dialect) -> S:
        version: object = getattr(dialect, "server_version_info", None)
        kind = (type(dialect), dialect.paramstyle, version)
        if kind not in made:
            made[kind] = make(dialect)
        return made[kind]

    return one


_company: BindParameter[str] = bindparam("company")


class Statements:
    """The hot path's statements for one dialect.

    Rows of facts come with all columns, in their order; those of `facts_after` with `CONTENT`.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._prepare_facts()
        self._prepare_heads()
        self._prepare_cursors()

    def _prepared(self, statement: Executable) -> Prepared:
        return Prepared(statement, self._dialect)

    def _prepare_facts(self) -> None:
        fact = FACTS.c
        after: BindParameter[int] = bindparam("after")
        count: BindParameter[int] = bindparam("count")
        facts = select(FACTS).where(fact.company == _company)
        one_case = fact.case_id == bindparam("case_id")
        self.insert_facts = self._prepared(insert(FACTS))
        self.last_fact = self._prepared(facts.order_by(fact.seq.desc()).limit(count))
        self.fact_by_id = self._prepared(facts.where(fact.fact_id == bindparam("fact_id")))
        self.facts_by_keys = PreparedIn(facts, fact.fact_key, self._dialect)
        self.fact_by_key = self._prepared(facts.where(fact.fact_key == bindparam("fact_key")))
        content = select(*[fact[name] for name in CONTENT]).where(fact.company == _company)
        self.facts_after = self._prepared(
            content.where(fact.seq > after).order_by(fact.seq).limit(count)
        )
        self.all_rows = self._prepared(facts.order_by(fact.seq))
        self.rows_after = self._prepared(facts.where(fact.seq > after).order_by(fact.seq))
        self.case_after = self._prepared(
            facts.where(one_case, fact.version > after).order_by(fact.version).limit(count)
        )
        self.case_version = self._prepared(
            select(func.max(fact.version)).where(fact.company == _company, one_case)
        )

    def _prepare_heads(self) -> None:
        head = CHAIN_HEADS.c
        self.noted_head = self._prepared(
            select(head.seq, head.hash).where(head.company == _company)
        )
        self.insert_head = self._prepared(insert(CHAIN_HEADS))
        self.update_head = self._prepared(
            update(CHAIN_HEADS)
            .where(head.company == bindparam("of_company"))
            .values(seq=bindparam("seq"), hash=bindparam("hash"))
        )

    def _prepare_cursors(self) -> None:
        row = CURSORS.c
        self.cursor = self._prepared(
            select(row.position, row.token).where(
                row.company == _company,
                row.subscriber == bindparam("subscriber"),
                row.case_id == bindparam("case_id"),
            )
        )
        self.insert_cursor = self._prepared(insert(CURSORS))
        self.update_cursor = self._prepared(
            update(CURSORS)
            .where(
                row.company == bindparam("of_company"),
                row.subscriber == bindparam("of_subscriber"),
                row.case_id == bindparam("of_case"),
            )
            .values(position=bindparam("position"), token=bindparam("token"))
        )


statements_of: Final = compiled_once(Statements)
