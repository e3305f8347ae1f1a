"""Brings a ledger file to its present shape when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, inspect, select

from ledger import migrations
from ledger.books import Books
from ledger.domain.facts import Fact
from ledger.domain.present import Passed
from ledger.statements import ALL
from ledger.tables import DISPOSABLE, METADATA, VIEWS


def prepare(connection: Connection, books: Books) -> None:
    """Migrate, make missing tables, rebuild read tables that are behind. Inside a transaction."""
    migrations.upgrade(connection)
    remake_disposable(connection)
    if books.projection is not None:
        _bring_up(connection, books)


def remake_disposable(connection: Connection) -> None:
    """Make the disposable tables that are missing or of another shape, empty."""
    existing = set(inspect(connection).get_table_names())
    for table in DISPOSABLE:
        if table.name in existing and _columns(connection, table) != [c.name for c in table.c]:
            table.drop(connection)
    METADATA.create_all(connection, tables=DISPOSABLE)


def rebuild(connection: Connection, books: Books) -> None:
    """Make the read tables anew from all facts, inside a transaction."""
    if books.projection is not None:
        facts = stream_to_fold(connection, books)
        books.projection.rebuild(connection, books.company, facts)


def stream(connection: Connection, books: Books, after: int = 0) -> Iterator[Fact]:
    """All facts with `seq > after`, one at a time, as of this transaction."""
    return map(books.codec.content, _rows(connection, books, after))


def stream_to_fold(connection: Connection, books: Books, after: int = 0) -> Iterator[Fact | Passed]:
    """The same for a fold: facts that only age their case are not read any further."""
    return map(books.codec.to_fold, _rows(connection, books, after))


def page_after(connection: Connection, books: Books, after: int, count: int) -> list[Fact]:
    """The next `count` facts with `seq > after`."""
    rows = books.statements.facts_after.all(
        connection, company=books.company, after=after, count=count
    )
    return [books.codec.content(row) for row in rows]


def _rows(connection: Connection, books: Books, after: int) -> Iterator[tuple[Any, ...]]:
    found = books.statements.facts_after
    return found.stream(connection, company=books.company, after=after, count=ALL)


def _bring_up(connection: Connection, books: Books) -> None:
    projection = books.projection
    if projection is None:
        return
    if any(_is_empty(connection, table, books.company) for table in VIEWS):
        # One of them was emptied: what the others say of their state is not to be trusted.
        for table in VIEWS:
            connection.execute(delete(table).where(table.c.company == books.company))
    if projection.behind(connection, books.company):
        rebuild(connection, books)


def _columns(connection: Connection, table: Table) -> list[str]:
    return [str(column["name"]) for column in inspect(connection).get_columns(table.name)]


def _is_empty(connection: Connection, table: Table, company: str) -> bool:
    rows = select(func.count()).select_from(
        select(table.c.company).where(table.c.company == company).limit(1).subquery()
    )
    return connection.execute(rows).scalar_one() == 0
