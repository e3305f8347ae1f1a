"""Everything that only SQLite needs: engines, pragmas, triggers, and its known dangers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ledger.domain.errors import CooError, SettingsInvalid

BUSY_SECONDS: Final = 20.0
"""How long a writer waits for another process's transaction."""

READERS: Final = 4
"""Connections that read side by side."""

WRITER_CACHE_KIB: Final = 16_000
"""Pages the writer keeps at most: with SQLite's 2 MB the inner pages of four indexes thrash."""

_MAGIC: Final = b"SQLite format 3\0"
_HEADER_BYTES: Final = 100
_LARGEST_PAGE: Final = 65_536
_SETTLE_SECONDS: Final = 0.01
_FIXED: Final = (3, 51, 3)
_BACKPORTS: Final = ((3, 44, 6), (3, 50, 7))

APPEND_ONLY_TRIGGERS: Final = (
    """CREATE TRIGGER facts_refuse_update BEFORE UPDATE ON facts
    BEGIN SELECT RAISE(ABORT, 'facts are append-only: no fact is ever changed'); END""",
    """CREATE TRIGGER facts_refuse_delete BEFORE DELETE ON facts
    BEGIN SELECT RAISE(ABORT, 'facts are append-only: no fact is ever deleted'); END""",
    # INSERT OR REPLACE deletes without a DELETE trigger unless `recursive_triggers` is on, and
    # another program may open this file without it. So a row that would replace one is refused.
    """CREATE TRIGGER facts_refuse_replace BEFORE INSERT ON facts
    WHEN EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND seq = NEW.seq)
      OR EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND fact_key = NEW.fact_key)
      OR EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND fact_id = NEW.fact_id)
      OR EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND case_id = NEW.case_id
                 AND version = NEW.version)
      OR EXISTS (SELECT 1 FROM facts WHERE rowid = NEW.rowid)
    BEGIN SELECT RAISE(ABORT, 'facts are append-only: this one is there already'); END""",
)
"""Part of the first migration: never edited, a change of them is a new migration."""


class LedgerUnreadable(CooError):
    """The file of the ledger cannot be opened or read."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The ledger cannot be read: {why}.",
            "Check the rights of the data folder and its disk; if they are sound, restore the "
            "last backup of `ledger.db`.",
        )


def reason(error: SQLAlchemyError | sqlite3.Error) -> str:
    """What the database itself said, without the statement and its values."""
    return str(getattr(error, "orig", None) or error)


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turns errors of the database into ones with cause and remedy."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise LedgerUnreadable(reason(error)) from error


def ledger_url(folder_or_url: Path | str) -> URL:
    """The database URL of a data folder (`ledger.db` in it), or of a URL given as such.

    Raises `SettingsInvalid` for a URL that is no SQLite file.
    """
    text = str(folder_or_url)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text) / "ledger.db"))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise _bad_url(text) from error
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        raise _bad_url(text)
    return url


def _bad_url(text: str) -> SettingsInvalid:
    return SettingsInvalid(
        f"{text!r} is not a place where this version can keep a ledger.",
        "Give a folder, or a URL like sqlite:////var/lib/coo/ledger.db.",
    )


def refuse_cut(url: URL) -> None:
    """Raise `LedgerUnreadable` where the end of the file is missing.

    SQLite itself reads a lost end as zeros, and a file of some bytes as an empty one. With a
    log beside it the end may be in there: that is an ordinary crash, and SQLite mends it.
    """
    path = Path(str(url.database))
    log = Path(f"{path}-wal")
    size = path.stat().st_size if path.exists() else 0
    if not size or (log.exists() and log.stat().st_size):
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) == _HEADER_BYTES and not header.startswith(_MAGIC):
        return  # no database at all: SQLite says so when it opens the file
    page = int.from_bytes(header[16:18])
    whole = (page if page > 1 else _LARGEST_PAGE) * int.from_bytes(header[28:32])
    if size < max(whole, _HEADER_BYTES):
        raise LedgerUnreadable("the end of the file is missing")


def writer_engine(url: URL) -> Engine:
    """The engine of the one writing connection: its transactions take the write lock at once."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reader_engine(url: URL) -> Engine:
    """The engine of the reading connections: each transaction is one snapshot, and only reads."""
    engine = create_engine(
        url, pool_size=READERS, max_overflow=0, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", _begin_deferred)
    return engine


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
