"""Everything that only SQLite needs: engines, pragmas, triggers, and its known dangers."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from ledger.chain import StoredFact
from ledger.database import Changes, LedgerUnreadable, Row, reading_errors
from ledger.tables import FACTS

BUSY_SECONDS: Final = 20.0
"""How long a writer waits for another process's transaction."""

READERS: Final = 4
"""Connections that read side by side."""

WRITER_CACHE_KIB: Final = 16_000
"""Pages the writer keeps at most: with SQLite's 2 MB the inner pages of four indexes thrash."""

_log = logging.getLogger(__name__)
_MAGIC: Final = b"SQLite format 3\0"
_HEADER_BYTES: Final = 100
_LOOKS: Final = 3
_LARGEST_PAGE: Final = 65_536
_SETTLE_SECONDS: Final = 0.01
_FIXED: Final = (3, 51, 3)
_BACKPORTS: Final = ((3, 44, 6), (3, 50, 7))


class SqliteDatabase:
    """Implements `ledger.database.Database` on a file."""

    errors = (SQLAlchemyError, sqlite3.Error)
    near = True

    def __init__(self, url: URL) -> None:
        self._url = url
        self._writing = writer_engine(url)
        self._reading = reader_engine(url)

    @property
    def dialect(self) -> Dialect:
        return self._writing.dialect

    @contextmanager
    def preparing(self) -> Iterator[Connection]:
        with reading_errors(self):
            refuse_cut(self._url)
            with self._writing.connect() as connection, connection.begin():
                yield connection

    def connect(self) -> Connection:
        with reading_errors(self):
            return self._writing.connect()

    def readers(self) -> Engine:
        return self._reading

    def head(self, connection: Connection) -> tuple[Row | None, Row | None] | None:  # noqa: ARG002 - see below
        """None: here a statement more costs microseconds."""
        return None

    def changes(self, connection: Connection) -> Changes:
        return _DataVersion(connection)

    def gone(self, connection: Connection) -> bool:
        """SQLite gives up a whole transaction by itself where the disk is full or broken."""
        return not raw(connection).in_transaction

    def lost(self, error: BaseException) -> bool:  # noqa: ARG002 - there is no server
        """Never: a file does not come back by waiting."""
        return False

    def unwind(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except SQLAlchemyError:
            _log.exception("The ledger's transaction could not be rolled back.")
        driver = raw(connection)
        if driver.in_transaction:
            driver.rollback()

    def reason(self, error: BaseException) -> str:
        return str(getattr(error, "orig", None) or error)

    def scrub(self) -> None:
        scrub(Path(str(self._url.database)))

    def unreadable(self, error: BaseException) -> LedgerUnreadable:
        return LedgerUnreadable(self.reason(error))

    def clashing(
        self,
        connection: Connection,
        error: Exception,  # noqa: ARG002 - its words name columns, not values
        rows: Sequence[StoredFact],
    ) -> StoredFact | None:
        """The transaction lives on after a refused row, so the facts can be asked."""
        of = FACTS.c
        for row in rows:
            same = (of.company == row.company) & (of.fact_id == row.fact_id)
            key = connection.execute(select(of.fact_key).where(same)).scalar()
            if key is not None and key != row.fact_key:
                return row
        return None

    def execute(self, connection: Connection, statement: str) -> None:
        raw(connection).execute(statement)

    def close(self) -> None:
        self._reading.dispose()
        self._writing.dispose()


class _DataVersion:
    """SQLite counts, for each connection, the commits of all the others."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen = data_version(connection)

    def look(self) -> bool:
        before, self._seen = self._seen, data_version(self._connection)
        return self._seen != before

    def committed(self, seq: int) -> None:
        """Nothing: own commits are not counted."""


def refuse_cut(url: URL) -> None:
    """Raise `LedgerUnreadable` where the end of the file is missing.

    SQLite itself reads a lost end as zeros, and a file of some bytes as an empty one. With a
    log beside it the end may be in there: that is an ordinary crash, and SQLite mends it.
    """
    path = Path(str(url.database))
    # Another process may be writing its log into the file; then the next look finds it whole.
    if all(_is_cut(path) for _ in range(_LOOKS)):
        raise LedgerUnreadable("the end of the file is missing")


def _is_cut(path: Path) -> bool:
    log = Path(f"{path}-wal")
    if _size(log) or not _size(path):
        return False
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        size = os.fstat(file.fileno()).st_size
    if len(header) == _HEADER_BYTES and not header.startswith(_MAGIC):
        return False  # no database at all: SQLite says so when it opens the file
    page = int.from_bytes(header[16:18])
    whole = (page if page > 1 else _LARGEST_PAGE) * int.from_bytes(header[28:32])
    return size < max(whole, _HEADER_BYTES) and not _size(log)


def _size(path: Path) -> int:
    """The bytes of a file; 0 also where it is gone, as a log is when its last user leaves."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def writer_engine(url: URL) -> Engine:
    """The engine of the one writing connection: its transactions take the write lock at once."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reader_engine(url: URL) -> Engine:
    """The engine of the reading connections: each transaction is one snapshot, and only reads."""
    # One more than there are reading threads: a glance from the event loop never waits for them.
    engine = create_engine(
        url, pool_size=READERS + 1, max_overflow=0, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def scrub(path: Path) -> None:
    """Write a file anew, so that nothing of what was deleted is left in free pages or its log.

    Other connections may read and write again right afterwards.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("VACUUM")
        deadline = time.monotonic() + BUSY_SECONDS
        # A reader may still hold the pages of before: its log cannot go until it is through.
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline:
                raise LedgerUnreadable(f"{path.name} is held open, so its log cannot be emptied")
            time.sleep(_SETTLE_SECONDS)
    finally:
        connection.close()


def data_version(connection: Connection) -> int:
    """A number that changes when any *other* connection commits to the file."""
    return int(raw(connection).execute("PRAGMA data_version").fetchone()[0])


def raw(connection: Connection) -> sqlite3.Connection:
    """The driver's connection behind a SQLAlchemy one."""
    found: Any = connection.connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)  # noqa: S101 - narrows the type; see the engines
    return found


def sqlite_warning(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> str:
    """What to tell the operator about this machine's SQLite, or "" where it is sound.

    Older ones can, very rarely, lose a commit when several processes write one file in WAL
    mode (a race on resetting the log).
    """
    if version >= _FIXED or any(version[:2] == b[:2] and version >= b for b in _BACKPORTS):
        return ""
    return (
        f"SQLite {'.'.join(map(str, version))} has a rare race when several processes write the "
        "same ledger. Use one process at a time, or a Python with SQLite 3.51.3 or newer."
    )


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    _manual_transactions(connection)
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA recursive_triggers=ON")
    connection.execute(f"PRAGMA cache_size={-WRITER_CACHE_KIB}")


def _prepare_reader(connection: sqlite3.Connection, _record: object) -> None:
    _manual_transactions(connection)
    connection.execute("PRAGMA query_only=ON")


def _manual_transactions(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for a lock here (it could deadlock), so we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_SETTLE_SECONDS)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    raw(connection).execute("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    raw(connection).execute("BEGIN")
