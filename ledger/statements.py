"""The few statements of the hot path, written once with Core and compiled once per ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Dialect,
    Executable,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import ClauseElement

from ledger.chain import StoredFact
from ledger.tables import CHAIN_HEADS, CURSORS, FACTS


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

    def run(self, connection: Connection, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Execute once; gives the rows, if it has any, as plain tuples."""
        rows: Any = self._execute(connection, values)
        return iter(rows)

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
        bound = {**self._constants, **values}
        return bound if self._order is None else tuple([bound[name] for name in self._order])


_company: BindParameter[str] = bindparam("company")


class Statements:
    """The hot path's statements for one dialect. Rows of facts come in the columns' order."""

    def __init__(self, dialect: Dialect) -> None:
        of_company = FACTS.c.company == _company
        one_case = FACTS.c.case_id == bindparam("case_id")
        of_cursor = (
            (CURSORS.c.company == _company)
            & (CURSORS.c.subscriber == bindparam("subscriber"))
            & (CURSORS.c.case_id == bindparam("case_id"))
        )

        def prepared(statement: Executable) -> Prepared:
            return Prepared(statement, dialect)

        facts = select(FACTS).where(of_company)
        self.last_fact = prepared(facts.order_by(FACTS.c.seq.desc()).limit(bindparam("count")))
        self.fact_by_id = prepared(facts.where(FACTS.c.fact_id == bindparam("fact_id")))
        self.fact_by_key = prepared(facts.where(FACTS.c.fact_key == bindparam("fact_key")))
        self.facts_after = prepared(
            facts.where(FACTS.c.seq > bindparam("after"))
            .order_by(FACTS.c.seq)
            .limit(bindparam("count"))
        )
        self.case_after = prepared(
            facts.where(one_case, FACTS.c.version > bindparam("after"))
            .order_by(FACTS.c.version)
            .limit(bindparam("count"))
        )
        self.case_version = prepared(select(func.max(FACTS.c.version)).where(of_company, one_case))
        self.insert_facts = prepared(insert(FACTS))
        head = CHAIN_HEADS.c
        self.noted_head = prepared(select(head.seq, head.hash).where(head.company == _company))
        self.insert_head = prepared(insert(CHAIN_HEADS))
        self.update_head = prepared(
            update(CHAIN_HEADS)
            .where(head.company == bindparam("of_company"))
            .values(seq=bindparam("seq"), hash=bindparam("hash"))
        )
        self.cursor = prepared(select(CURSORS.c.position, CURSORS.c.token).where(of_cursor))
        self.insert_cursor = prepared(insert(CURSORS))
        self.update_cursor = prepared(
            update(CURSORS)
            .where(
                CURSORS.c.company == bindparam("of_company"),
                CURSORS.c.subscriber == bindparam("of_subscriber"),
                CURSORS.c.case_id == bindparam("of_case"),
            )
            .values(position=bindparam("position"), token=bindparam("token"))
        )
