"""Large raw input and documents in PostgreSQL, where every machine that works can reach them.

As with files, there is one sealed copy for each person it was kept for, and any copy answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

import psycopg
from sqlalchemy.engine import URL

from ledger.blobs import BlobNotKept, address_of, context_of, is_address
from ledger.domain.errors import BlobMissing
from ledger.postgres import reason
from ledger.postgres_link import Driver, Link
from ledger.seal import Keys

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS blobs (
        company text, sha256 text, person text, sealed bytea NOT NULL,
        PRIMARY KEY (company, sha256, person))""",
    # What is sealed does not get smaller: do not try, every time, to compress it.
    "ALTER TABLE blobs ALTER COLUMN sealed SET STORAGE EXTERNAL",
)


class PostgresBlobs:
    """Implements `ledger.domain.reading.Blobs` on a server."""

    def __init__(self, url: URL, company: str, keys: Keys) -> None:
        self._company = company
        self._keys = keys
        self._link = Link(url)
        self._link.make_tables("blobs", _TABLES)

    async def put(self, data: bytes, *, person: str = "") -> str:
        """Keep the bytes, durably, and return their sha256 (hex).

        Raises `PersonForgotten` for somebody who was erased, and `BlobNotKept`.
        """
        return await asyncio.to_thread(self._put, data, person)

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `BlobMissing` where they are gone, or all they belong to are erased."""
        return await asyncio.to_thread(self._get, sha256)

    async def held(self, persons: Collection[str]) -> int:
        """How many copies there are of these persons."""
        query = "SELECT count(*) FROM blobs WHERE company = %s AND person = ANY(%s)"
        given = (self._company, [person for person in persons if person])
        row = await asyncio.to_thread(
            self._link.run, lambda driver: driver.execute(query, given).fetchone()
        )
        return int(row[0]) if row else 0

    async def erase(self, persons: Collection[str]) -> int:
        """Remove the copies of these persons, and say how many that were."""
        query = "DELETE FROM blobs WHERE company = %s AND person = ANY(%s)"
        given = (self._company, [person for person in persons if person])
        return await asyncio.to_thread(
            self._link.run, lambda driver: driver.execute(query, given).rowcount
        )

    def close(self) -> None:
        """Close the connection."""
        self._link.close()

    def _put(self, data: bytes, person: str) -> str:
        sha256 = address_of(data)
        self._keys.refresh()
        sealed = self._keys.cipher(person).seal(data, context_of(sha256))
        try:
            self._link.run(lambda driver: self._keep(driver, (sha256, person, sealed)))
        except psycopg.Error as error:
            raise BlobNotKept(sha256, reason(error)) from error
        return sha256

    def _keep(self, driver: Driver, row: tuple[str, str, bytes]) -> None:
        driver.execute(
            "INSERT INTO blobs VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (self._company, *row),
        )

    def _get(self, sha256: str) -> bytes:
        if not is_address(sha256):
            raise BlobMissing(sha256)
        self._keys.refresh()
        for person in self._link.run(lambda driver: self._persons(driver, sha256)):
            cipher = self._keys.opener(person)
            if cipher is not None:
                return cipher.open(self._sealed(sha256, person), context_of(sha256))
        raise BlobMissing(sha256)

    def _sealed(self, sha256: str, person: str) -> bytes:
        return self._link.run(lambda driver: self._one(driver, sha256, person))

    def _persons(self, driver: Driver, sha256: str) -> list[str]:
        query = "SELECT person FROM blobs WHERE company = %s AND sha256 = %s ORDER BY person"
        return [str(row[0]) for row in driver.execute(query, (self._company, sha256))]

    def _one(self, driver: Driver, sha256: str, person: str) -> bytes:
        query = "SELECT sealed FROM blobs WHERE company = %s AND sha256 = %s AND person = %s"
        row = driver.execute(query, (self._company, sha256, person)).fetchone()
        if row is None:
            raise BlobMissing(sha256)
        return bytes(row[0])
