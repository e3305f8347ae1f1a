"""One connection to PostgreSQL that many threads share, and that outlives a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy.engine import URL

from ledger.patience import Patience
from ledger.postgres import ALIVE, APPLICATION, company_lock, conninfo, is_lost, prepare_connection

T = TypeVar("T")
Driver = psycopg.Connection[Any]

_TABLES: Final = "beside the ledger"


class Link:
    """Each piece of work is one transaction. It may run twice, where the first was cut off."""

    def __init__(self, url: URL) -> None:
        self._conninfo = conninfo(url)
        self._connection: Driver | None = None
        self._lock = threading.RLock()
        self._patience = Patience()

    def run(self, work: Callable[[Driver], T]) -> T:
        """Do it and commit. Raises what psycopg raises."""
        with self._lock:
            return self._patience.through(lambda: self._once(work), is_lost)

    def make_tables(self, name: str, statements: tuple[str, ...]) -> None:
        """Make tables where `name` is not there yet; one process at a time."""
        self.run(lambda connection: _make(connection, name, statements))

    def run_alone(self, statement: str) -> None:
        """Run what allows no transaction around it."""
        with self._lock:
            self._connected().execute(statement.encode())

    def close(self) -> None:
        """Close the connection; nobody waits for a server any more."""
        self._patience.end()
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def _once(self, work: Callable[[Driver], T]) -> T:
        connection = self._connected()
        with connection.transaction():
            return work(connection)

    def _connected(self) -> Driver:
        if self._connection is None or self._connection.closed:
            named: Any = {**ALIVE, "application_name": APPLICATION}
            self._connection = psycopg.connect(self._conninfo, autocommit=True, **named)
            prepare_connection(self._connection)
        return self._connection


def _make(connection: Driver, name: str, statements: tuple[str, ...]) -> None:
    found = "SELECT to_regclass(%s) IS NOT NULL"
    if _true(connection, found, name):
        return
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (company_lock(_TABLES),))
    if not _true(connection, found, name):
        for statement in statements:
            connection.execute(statement.encode())


def _true(connection: Driver, query: str, value: str) -> bool:
    row = connection.execute(query.encode(), (value,)).fetchone()
    return bool(row and row[0])
