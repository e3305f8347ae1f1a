"""Keys in PostgreSQL: every machine that works needs them, so they lie where all can reach them.

They are in a schema of their own, `coo_keys`, so that rights and backups can treat them apart:
a dump of the facts without it holds nothing personal that could be read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import psycopg
from sqlalchemy.engine import URL

from ledger.postgres import reason
from ledger.postgres_link import Driver, Link
from ledger.seal import SALT_BYTES, Chance, KeysNotWritten, KeysUnreadable

T = TypeVar("T")

SCHEMA: Final = "coo_keys"

_TABLES: Final = (
    "CREATE SCHEMA IF NOT EXISTS coo_keys",
    """CREATE TABLE IF NOT EXISTS coo_keys.companies (
        company text PRIMARY KEY, salt bytea NOT NULL, version bigint NOT NULL DEFAULT 0)""",
    """CREATE TABLE IF NOT EXISTS coo_keys.person_keys (
        company text, person text, secret bytea NOT NULL, PRIMARY KEY (company, person))""",
    """CREATE TABLE IF NOT EXISTS coo_keys.forgotten (
        company text, person text, PRIMARY KEY (company, person))""",
)
_log = logging.getLogger(__name__)


class PostgresKeyStore:
    """Implements `ledger.seal.KeyStore` on a server."""

    def __init__(self, url: URL, company: str, chance: Chance) -> None:
        self._company = company
        self._link = Link(url)
        try:
            self._link.make_tables("coo_keys.forgotten", _TABLES)
            self._salt = self._link.run(lambda driver: _salt(driver, company, chance))
        except psycopg.Error as error:
            self._link.close()
            raise KeysUnreadable(SCHEMA, reason(error)) from error

    @property
    def salt(self) -> bytes:
        return self._salt

    def secret(self, person: str) -> bytes | None:
        return self._read("SELECT secret FROM coo_keys.person_keys {of}", person)

    def forgotten(self, person: str) -> bool:
        found: bytes | None = self._read("SELECT 'x'::bytea FROM coo_keys.forgotten {of}", person)
        return found is not None

    def add(self, keys: list[tuple[str, bytes]]) -> None:
        rows = [(self._company, person, secret) for person, secret in sorted(keys)]
        self._write(lambda driver: _add(driver, self._company, rows))

    def forget(self, persons: Sequence[str]) -> None:
        self._write(lambda driver: _forget(driver, self._company, persons))
        self._sweep()

    def erased(self) -> frozenset[str]:
        query = "SELECT person FROM coo_keys.forgotten WHERE company = %s"
        rows = self._run(lambda driver: driver.execute(query, (self._company,)).fetchall())
        return frozenset(str(person) for (person,) in rows)

    def version(self) -> int:
        query = "SELECT version FROM coo_keys.companies WHERE company = %s"
        row = self._run(lambda driver: driver.execute(query, (self._company,)).fetchone())
        return int(row[0]) if row else 0

    def close(self) -> None:
        self._link.close()

    def _read(self, query: str, person: str) -> bytes | None:
        filled = query.format(of="WHERE company = %s AND person = %s").encode()
        row = self._run(lambda driver: driver.execute(filled, (self._company, person)).fetchone())
        return bytes(row[0]) if row else None

    def _run(self, work: Callable[[Driver], T]) -> T:
        try:
            return self._link.run(work)
        except psycopg.Error as error:
            raise KeysUnreadable(SCHEMA, reason(error)) from error

    def _write(self, work: Callable[[Driver], None]) -> None:
        try:
            self._link.run(work)
        except psycopg.Error as error:
            raise KeysNotWritten(reason(error)) from error

    def _sweep(self) -> None:
        """Rewrite the table: a deleted row would stay in its file until somebody vacuums it."""
        try:
            self._link.run_alone("VACUUM FULL coo_keys.person_keys")
        except psycopg.Error as error:
            _log.warning("The table of keys could not be rewritten: %s", reason(error))


def _salt(driver: Driver, company: str, chance: Chance) -> bytes:
    driver.execute(
        "INSERT INTO coo_keys.companies (company, salt) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (company, chance(SALT_BYTES)),
    )
    query = "SELECT salt FROM coo_keys.companies WHERE company = %s"
    row = driver.execute(query, (company,)).fetchone()
    return bytes(row[0]) if row else b""


def _alone(driver: Driver, company: str) -> None:
    """Hold the company's row: making and destroying keys is done one after the other."""
    driver.execute("SELECT 1 FROM coo_keys.companies WHERE company = %s FOR UPDATE", (company,))


def _add(driver: Driver, company: str, rows: list[tuple[str, str, bytes]]) -> None:
    _alone(driver, company)
    with driver.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO coo_keys.person_keys SELECT %(company)s, %(person)s, %(secret)s "
            "WHERE NOT EXISTS (SELECT 1 FROM coo_keys.forgotten "
            "WHERE company = %(company)s AND person = %(person)s) ON CONFLICT DO NOTHING",
            [dict(zip(("company", "person", "secret"), row, strict=True)) for row in rows],
        )


def _forget(driver: Driver, company: str, persons: Sequence[str]) -> None:
    _alone(driver, company)
    rows = [(company, person) for person in persons]
    with driver.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM coo_keys.person_keys WHERE company = %s AND person = %s", rows
        )
        cursor.executemany(
            "INSERT INTO coo_keys.forgotten VALUES (%s, %s) ON CONFLICT DO NOTHING", rows
        )
    driver.execute(
        "UPDATE coo_keys.companies SET version = version + 1 WHERE company = %s", (company,)
    )
