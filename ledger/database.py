"""Where a ledger is kept: the little that differs between SQLite and PostgreSQL.

`ledger.sqlite` and `ledger.postgres` implement the port; everything above asks only this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect, Engine

from ledger.chain import StoredFact
from ledger.domain.errors import CooError

Row = tuple[Any, ...]


class LedgerUnreadable(CooError):
    """The ledger cannot be opened or read."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(
            f"The ledger cannot be read: {why}.",
            remedy
            or "Check the rights of the data folder and its disk; if they are sound, restore the "
            "last backup of `ledger.db`.",
        )


class Changes(Protocol):
    """Notices, over the writing connection, what others committed. Own commits do not count."""

    def look(self) -> bool:
        """Whether another connection committed since the last look."""
        ...

    def committed(self, seq: int) -> None:
        """We committed, and the last fact is now `seq`."""
        ...


class Database(Protocol):
    """One database, as one company's ledger uses it."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What the driver and SQLAlchemy raise."""
        ...

    @property
    def near(self) -> bool:
        """Whether a quick read takes microseconds: no server is asked."""
        ...

    def preparing(self) -> AbstractContextManager[Connection]:
        """A transaction that may change tables, alone. Raises `LedgerUnreadable`."""
        ...

    def connect(self) -> Connection:
        """The writing connection: its transactions wait for those of others, then see them."""
        ...

    def readers(self) -> Engine:
        """Connections whose transactions are one snapshot each, and only read."""
        ...

    def head(self, connection: Connection) -> tuple[Row | None, Row | None] | None:
        """The noted head and the last fact, where beginning the transaction read them along."""
        ...

    def changes(self, connection: Connection) -> Changes: ...

    def gone(self, connection: Connection) -> bool:
        """Whether the running transaction is gone as a whole, SAVEPOINTs and all."""
        ...

    def lost(self, error: BaseException) -> bool:
        """Whether an error says that the server went away and may be back soon."""
        ...

    def unwind(self, connection: Connection) -> None:
        """Roll back, whatever state the connection is in; the next transaction may begin."""
        ...

    def reason(self, error: BaseException) -> str:
        """What the database itself said, without the statement and its values."""
        ...

    def unreadable(self, error: BaseException) -> LedgerUnreadable:
        """The same as an error with cause and remedy."""
        ...

    def clashing(
        self, connection: Connection, error: Exception, rows: Sequence[StoredFact]
    ) -> StoredFact | None:
        """Which of `rows` was refused because another fact has its id, if that was it."""
        ...

    def scrub(self) -> None:
        """Leave nothing on disk of what was deleted: not in free pages, and not in a log."""
        ...

    def execute(self, connection: Connection, statement: str) -> None:
        """Run a statement without values or rows on the driver."""
        ...

    def close(self) -> None: ...


@contextmanager
def reading_errors(database: Database) -> Iterator[None]:
    """Turns errors of the database into ones with cause and remedy."""
    try:
        yield
    except database.errors as error:
        raise database.unreadable(error) from error
