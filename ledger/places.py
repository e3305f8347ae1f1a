"""Where a company's things lie: in its folder, or in a database on a server.

The driver of PostgreSQL is only loaded where a URL asks for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ledger.blobs import FileBlobs
from ledger.database import Database
from ledger.domain.errors import SettingsInvalid
from ledger.domain.reading import Blobs
from ledger.outbox import Outbox, WokenBy
from ledger.seal import Chance, Keys
from ledger.sqlite import READERS, SqliteDatabase

__all__ = [
    "READERS",
    "KeptBlobs",
    "Waking",
    "blobs_at",
    "database_at",
    "keys_at",
    "ledger_url",
    "libpq_url",
    "on_server",
    "outbox_at",
]

_POSTGRES: Final = "postgresql+psycopg"


def database_at(folder_or_url: Path | str, company: str) -> Database:
    """The database of a data folder (`ledger.db` in it), or of a URL.

    Raises `SettingsInvalid` for a URL that is neither a SQLite file nor PostgreSQL.
    """
    url = ledger_url(folder_or_url)
    if url.drivername != _POSTGRES:
        return SqliteDatabase(url)
    with _driver():
        from ledger.postgres import PostgresDatabase  # noqa: PLC0415 - an optional driver
    return PostgresDatabase(url, company)


def keys_at(path_or_url: Path | str, company: str, *, chance: Chance = secrets.token_bytes) -> Keys:
    """The keys in a file, or in a database on a server. Raises `KeysUnreadable`."""
    if not on_server(path_or_url):
        return Keys.open(path_or_url, chance=chance)
    with _driver():
        from ledger.postgres_keys import PostgresKeyStore  # noqa: PLC0415 - an optional driver
    return Keys(PostgresKeyStore(ledger_url(path_or_url), company, chance), chance)


def blobs_at(path_or_url: Path | str, company: str, keys: Keys) -> KeptBlobs:
    """The documents in a folder, or in a database on a server."""
    if not on_server(path_or_url):
        return FileBlobs(path_or_url, keys)
    with _driver():
        from ledger.postgres_blobs import PostgresBlobs  # noqa: PLC0415 - an optional driver
    return PostgresBlobs(ledger_url(path_or_url), company, keys)


class KeptBlobs(Blobs, Protocol):
    """Documents, what is held open for them, and the end of a person's."""

    async def held(self, persons: Collection[str]) -> int:
        """How many copies there are of these persons."""
        ...

    async def erase(self, persons: Collection[str]) -> int:
        """Remove the copies of these persons, and say how many that were."""
        ...

    def close(self) -> None: ...


class Waking(Outbox, Protocol):
    """An outbox that learns whom facts wake once the subscribers are there."""

    woken_by: WokenBy


@contextmanager
def _driver() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise SettingsInvalid(
            "The driver for PostgreSQL is not installed.",
            "Install Coo with its extra `postgres`: pip install 'coo-operator[postgres]'.",
        ) from error


def ledger_url(folder_or_url: Path | str) -> URL:
    """The same as a URL."""
    text = str(folder_or_url)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text) / "ledger.db"))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise _bad_url() from error
    if url.drivername == _POSTGRES and url.database:
        return url
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        raise _bad_url()
    return url


def outbox_at(url: str, company: str) -> Waking:
    """The queue of jobs in a database on a server, with its tables."""
    with _driver():
        from ledger.jobs import JobOutbox, make_job_tables  # noqa: PLC0415 - an optional driver
    make_job_tables(ledger_url(url))
    return JobOutbox(company)


def libpq_url(url: str) -> str:
    """The URL as PostgreSQL's own programs take it, with its password: never to be shown."""
    return ledger_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def on_server(folder_or_url: Path | str) -> bool:
    """Whether it means a server that several machines may use."""
    return ledger_url(folder_or_url).drivername == _POSTGRES


def _bad_url() -> SettingsInvalid:
    # The URL itself is not repeated: there may be a password in it.
    return SettingsInvalid(
        "This is not a place where this version can keep a ledger.",
        "Give a folder, or a URL like sqlite:////var/lib/coo/ledger.db or "
        "postgresql+psycopg://coo@db.internal/coo.",
    )
