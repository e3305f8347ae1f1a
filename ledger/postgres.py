"""Everything that only PostgreSQL needs: engines, the lock of a company, and what psycopg says.

One writer at a time appends to a company's chain. The transaction takes the company's advisory
lock and only then reads the head, all in the one round trip that begins it. Without the lock
two writers would give the same number, and a bare sequence would leave gaps.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from ledger.chain import StoredFact
from ledger.database import Changes, LedgerUnreadable, Row, reading_errors
from ledger.plain_text import without_nul
from ledger.sqlite import BUSY_SECONDS, READERS
from ledger.tables import VIEWS

APPLICATION: Final = "coo"
IDLE_SECONDS: Final = 10
"""How long a transaction may do nothing. A stopped process must not hold up all the others."""

ALIVE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "connect_timeout": 5,
}
"""So that a machine that vanished is noticed in seconds and not in hours."""

_ISOLATION: Final = "default_transaction_isolation"
_LOST: Final = ("08", "57P", "25P03")
"""SQLSTATEs: connection trouble, a server that ends or begins, and a transaction idle too long."""
_SOON: Final = ("starting up", "shutting down", "recovery", "terminating", "too many", "remaining")
"""What a server says that will let us in later."""
_DROPPED: Final = "57P04"
"""The database does not come back."""

_log = logging.getLogger(__name__)


class PostgresDatabase:
    """Implements `ledger.database.Database` on a server."""

    errors = (SQLAlchemyError, psycopg.Error)
    near = False

    def __init__(self, url: URL, company: str) -> None:
        self._company = company
        self._writing = _engine(url, _writer_options(), poolclass=NullPool)
        self._preparing = _engine(url, _writer_options(), poolclass=NullPool)
        self._reading = _engine(
            url, _reader_options(), pool_size=READERS, max_overflow=0, pool_pre_ping=False
        )
        event.listen(self._writing, "begin", _Beginning(company))
        event.listen(self._preparing, "begin", _begin_alone)
        event.listen(self._reading, "begin", _begin)

    @property
    def dialect(self) -> Dialect:
        return self._writing.dialect

    @contextmanager
    def preparing(self) -> Iterator[Connection]:
        """Alone among all companies: the tables are everybody's."""
        with reading_errors(self), self._preparing.connect() as connection, connection.begin():
            raw(connection).execute(_locking(self._company))
            yield connection

    def connect(self) -> Connection:
        with reading_errors(self):
            return self._writing.connect()

    def readers(self) -> Engine:
        return self._reading

    def head(self, connection: Connection) -> tuple[Row | None, Row | None] | None:
        found: tuple[Row | None, Row | None] = connection.info[_HEAD]
        return found

    def changes(self, connection: Connection) -> Changes:
        return _HeadSeen(connection, self._company)

    def gone(self, connection: Connection) -> bool:
        """An error inside a transaction aborts it, but its SAVEPOINTs can be returned to."""
        return connection.invalidated or _unusable(raw(connection))

    def lost(self, error: BaseException) -> bool:
        return is_lost(error)

    def unwind(self, connection: Connection) -> None:
        """A broken connection is thrown away: the next transaction makes a new one."""
        with suppress(SQLAlchemyError, psycopg.Error):
            if not connection.invalidated and _unusable(raw(connection)):
                connection.invalidate()
        try:
            connection.rollback()
        except SQLAlchemyError:
            _log.exception("The ledger's transaction could not be rolled back.")
            connection.invalidate()
            connection.rollback()

    def reason(self, error: BaseException) -> str:
        return reason(error)

    def scrub(self) -> None:
        """The read tables only: of the facts nothing was deleted. The server's log of changes is
        its administrator's; it is overwritten in time."""
        with self._writing.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in VIEWS:
                raw(alone).execute(f"VACUUM (FULL) {table.name}")

    def unreadable(self, error: BaseException) -> LedgerUnreadable:
        return LedgerUnreadable(
            reason(error),
            "Check that PostgreSQL runs, that COO_DATABASE_URL names it, and that its user may "
            "use the database.",
        )

    def clashing(
        self,
        connection: Connection,  # noqa: ARG002 - its transaction is aborted and answers nothing
        error: Exception,
        rows: Sequence[StoredFact],
    ) -> StoredFact | None:
        diagnosis = getattr(error, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != "one_fact_an_id":
            return None
        detail = str(diagnosis.message_detail or "")
        return next((row for row in rows if f", {row.fact_id})" in detail), None)

    def execute(self, connection: Connection, statement: str) -> None:
        raw(connection).execute(statement)

    def close(self) -> None:
        for engine in (self._reading, self._preparing, self._writing):
            engine.dispose()


_HEAD: Final = "coo head"


class _Beginning:
    """Begins a writing transaction: the lock first, then the head, in one round trip.

    Each statement sees what was committed when it starts, so the head is read after the lock
    was given.
    """

    def __init__(self, company: str) -> None:
        of = f"WHERE company = {_literal(company)}"
        columns = ", ".join(StoredFact._fields)
        noted = f"SELECT seq, hash FROM chain_heads {of}"  # noqa: S608 - a quoted literal
        last = f"SELECT {columns} FROM facts {of} ORDER BY seq DESC LIMIT 1"  # noqa: S608 - the same
        self._statement = f"BEGIN; {_locking(company)}; {noted}; {last}"

    def __call__(self, connection: Connection) -> None:
        cursor = raw(connection).execute(self._statement)
        cursor.nextset()
        cursor.nextset()
        noted = cursor.fetchone()
        cursor.nextset()
        connection.info[_HEAD] = (noted, cursor.fetchone())


def _begin_alone(connection: Connection) -> None:
    raw(connection).execute(f"BEGIN; {_locking('')}")


def _begin(connection: Connection) -> None:
    raw(connection).execute("BEGIN")


class _HeadSeen:
    """Whether the head moved since we looked or wrote."""

    def __init__(self, connection: Connection, company: str) -> None:
        self._connection = connection
        self._company = company
        self._seen = self._seq()

    def look(self) -> bool:
        try:
            now = self._seq()
        except (SQLAlchemyError, psycopg.Error):
            # Lost, perhaps; the next transaction finds out. Looking once too often harms nobody.
            return True
        before, self._seen = self._seen, now
        return now != before

    def committed(self, seq: int) -> None:
        self._seen = seq

    def _seq(self) -> int:
        if self._connection.in_transaction():
            noted = self._connection.info[_HEAD][0]
        else:
            query = "SELECT seq FROM chain_heads WHERE company = %s"
            noted = raw(self._connection).execute(query, (self._company,)).fetchone()
        return int(noted[0]) if noted else 0


class _WithoutNul(StrDumperUnknown):
    """Text as PostgreSQL takes it. What people wrote is in payloads, which are bytes."""

    def dump(self, obj: str) -> Any:
        return super().dump(without_nul(obj))


def raw(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection behind a SQLAlchemy one."""
    found: Any = connection.connection.dbapi_connection
    assert isinstance(found, psycopg.Connection)  # noqa: S101 - narrows the type; see the engines
    return found


def is_lost(error: BaseException) -> bool:
    """Whether the server went away, is going, or is not there yet."""
    cause = getattr(error, "orig", None) or error
    if not isinstance(cause, psycopg.Error):
        return False
    state = cause.sqlstate
    if state is None:
        away = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
        return away and not _turned_away(str(cause))
    return state.startswith(_LOST) and state != _DROPPED


def _turned_away(said: str) -> bool:
    """Whether a server that is there refuses us: a wrong password does not get right by waiting."""
    return "FATAL:" in said and not any(word in said for word in _SOON)


def reason(error: BaseException) -> str:
    """What the server or the driver said, in one line and without the statement."""
    cause = getattr(error, "orig", None) or error
    said = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)
    return " ".join(str(said).split())


def company_lock(company: str) -> int:
    """The number of a company's advisory lock; "" is that of the tables."""
    digest = hashlib.blake2b(f"coo ledger {company}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def conninfo(url: URL) -> str:
    """The URL as psycopg itself takes it, with its password: never to be shown."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def prepare_connection(connection: psycopg.Connection[Any]) -> None:
    """What every connection of ours needs."""
    connection.adapters.register_dumper(str, _WithoutNul)


def _engine(url: URL, options: str, **pool: Any) -> Engine:
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={**ALIVE, "application_name": APPLICATION, "options": options},
        **pool,
    )
    event.listen(engine, "connect", _connected)
    return engine


def _connected(connection: Any, _record: object) -> None:
    prepare_connection(connection)


def _writer_options() -> str:
    return (
        f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s "
        f"-c lock_timeout={int(BUSY_SECONDS)}s -c {_ISOLATION}=read\\ committed"
    )


def _reader_options() -> str:
    return (
        f"-c {_ISOLATION}=repeatable\\ read -c default_transaction_read_only=on "
        f"-c idle_in_transaction_session_timeout=60s"
    )


def _locking(company: str) -> str:
    return f"SELECT pg_advisory_xact_lock({company_lock(company)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unusable(connection: psycopg.Connection[Any]) -> bool:
    status = connection.info.transaction_status
    return connection.closed or status in {
        psycopg.pq.TransactionStatus.UNKNOWN,
        psycopg.pq.TransactionStatus.IDLE,
    }
