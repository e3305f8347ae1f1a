"""Which database a folder or a URL means. The driver of PostgreSQL is only loaded for one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ledger.database import Database
from ledger.domain.errors import SettingsInvalid
from ledger.sqlite import READERS, SqliteDatabase

__all__ = ["READERS", "database_at", "ledger_url", "on_server"]

_POSTGRES: Final = "postgresql+psycopg"


def database_at(folder_or_url: Path | str, company: str) -> Database:
    """The database of a data folder (`ledger.db` in it), or of a URL.

    Raises `SettingsInvalid` for a URL that is neither a SQLite file nor PostgreSQL.
    """
    url = ledger_url(folder_or_url)
    if url.drivername != _POSTGRES:
        return SqliteDatabase(url)
    try:
        from ledger.postgres import PostgresDatabase  # noqa: PLC0415 - an optional driver
    except ImportError as error:
        raise SettingsInvalid(
            "The driver for PostgreSQL is not installed.",
            "Install Coo with its extra `postgres`: pip install 'coo-operator[postgres]'.",
        ) from error
    return PostgresDatabase(url, company)


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
