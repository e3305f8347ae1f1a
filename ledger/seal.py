"""Seals: personal content is encrypted under a key per person; erasing destroys the key.

The keys lie in a file of their own, and a key is durable before anything is sealed with it.
Deterministic authenticated encryption (AES-SIV): equal content gives equal bytes, so that
idempotency checks work on what is stored.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256, sha512
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from ledger.domain.errors import CooError

MOST_CIPHERS: Final = 10_000
"""Persons whose keys are kept at hand; beyond that they are read from the file again."""

KEY_BYTES: Final = 64
SALT_BYTES: Final = 32
_BUSY_SECONDS: Final = 15.0

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS salt (one INTEGER PRIMARY KEY CHECK (one = 1), salt BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS person_keys (person TEXT PRIMARY KEY, secret BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS forgotten (person TEXT PRIMARY KEY);
"""


Chance = Callable[[int], bytes]
"""Gives so many random bytes."""


class PersonForgotten(CooError):
    """Something personal was to be kept about somebody who was erased."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person!r} was erased, so nothing personal can be kept about them.",
            "Nothing was written. If they write again, they are somebody new: do it again.",
        )
        self.person = person


class KeyLost(CooError):
    """A sealed content has no key, though its person was never erased."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"The key that opens what is sealed for {person or 'the company'!r} is not there.",
            "The file `keys.db` does not belong to this ledger or is too old: restore it.",
        )
        self.person = person


class KeysNotWritten(CooError):
    """The disk refused a change of the keys."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The file of keys could not be written: {why}.",
            "Nothing was sealed or erased. Check free space and rights of `keys.db`, then do it "
            "again.",
        )


class KeysUnreadable(CooError):
    """The file of keys cannot be opened."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"The file of keys, {str(path)!r}, cannot be opened: {why}.",
            "Check its rights and its disk; if they are sound, restore the last backup of "
            "`keys.db`: without it nothing personal can be read.",
        )


class Cipher:
    """Seals and opens bytes under one person's key. Safe to use from several threads."""

    def __init__(self, person: str, secret: bytes) -> None:
        self._person = person
        self._siv = AESSIV(secret)

    def seal(self, data: bytes, context: list[bytes]) -> bytes:
        """Encrypt. The same data in the same context gives the same bytes."""
        return self._siv.encrypt(data, context)

    def open(self, sealed: bytes, context: list[bytes]) -> bytes:
        """Decrypt. Raises `KeyLost` where key, context or bytes are not those of the seal."""
        try:
            return self._siv.decrypt(sealed, context)
        except InvalidTag as error:
            raise KeyLost(self._person) from error


class KeyStore(Protocol):
    """Where keys lie. Whatever it wrote is durable when the call returns."""

    @property
    def salt(self) -> bytes:
        """Made once, and never again."""
        ...

    def secret(self, person: str) -> bytes | None:
        """The key of a person, or None."""
        ...

    def forgotten(self, person: str) -> bool:
        """Whether this person was erased."""
        ...

    def add(self, keys: list[tuple[str, bytes]]) -> None:
        """Keep keys, all in one commit. One that is there already stays; the erased get none."""
        ...

    def forget(self, persons: Sequence[str]) -> None:
        """Destroy keys, and remember that they must never be made again."""
        ...

    def erased(self) -> frozenset[str]:
        """Everybody who was erased."""
        ...

    def version(self) -> int:
        """Changes when somebody else destroyed a key."""
        ...

    def close(self) -> None: ...


class Keys:
    """The keys of a company. Several processes and threads may use them at once.

    Ciphers are cached; `refresh` drops the cache if another process changed the keys.
    """

    def __init__(self, store: KeyStore, chance: Chance = secrets.token_bytes) -> None:
        self._store = store
        self._chance = chance
        self._salt = store.salt
        self._lock = threading.RLock()
        self._ciphers: dict[str, Cipher] = {}
        self._forgotten: set[str] = set()
        self._version = store.version()

    @classmethod
    def open(cls, path: Path | str, *, chance: Chance = secrets.token_bytes) -> Keys:
        """Open the file, creating it (readable by its owner only) where it is missing.

        `chance` makes new keys. Raises `KeysUnreadable`.
        """
        return cls(KeyFile(Path(path), chance), chance)

    def close(self) -> None:
        """Close the file and forget the cached keys."""
        with self._lock:
            self._ciphers.clear()
            self._store.close()

    def person(self, address: str) -> str:
        """The pseudonym of an address: the same for the same address, whatever its case.

        Somebody who was erased and writes again is somebody new: they get the next pseudonym.
        """
        return self.persons(address)[-1]

    def persons(self, address: str) -> tuple[str, ...]:
        """All pseudonyms an address ever had: those that were erased, and the present one."""
        name = address.strip().casefold().encode("utf-8", "surrogatepass")
        found = [self._pseudonym(name)]
        while self.is_forgotten(found[-1]):
            found.append(self._pseudonym(b"%s\0%d" % (name, len(found) + 1)))
        return tuple(found)

    def derived(self, purpose: str) -> bytes:
        """32 secret bytes that this file determines, for one purpose and no other."""
        return hmac.new(self._salt, f"\0coo:{purpose}".encode(), sha512).digest()[:32]

    def cipher(self, person: str) -> Cipher:
        """The cipher of a person ("" is the company), its key made durable before first use.

        Raises `PersonForgotten` for somebody who was erased: no key is ever made again.
        """
        found = self._ciphers.get(person)
        if found is not None:
            return found
        self.ensure([person])
        return self._existing_cipher(person) or _raise_forgotten(person)

    def ensure(self, persons: Iterable[str]) -> None:
        """Make the keys that are missing, all in one commit. Passes over the forgotten."""
        unsure = {person for person in persons if person not in self._ciphers}
        if not unsure:
            return
        with self._lock:
            missing = [p for p in unsure if self._existing_cipher(p) is None]
            missing = [p for p in missing if p not in self._forgotten]
            if missing:
                self._store.add([(p, self._chance(KEY_BYTES)) for p in missing])

    def opener(self, person: str) -> Cipher | None:
        """The cipher to read with, or None where the person was erased.

        Raises `KeyLost` where there never was such a key in this file.
        """
        found = self._ciphers.get(person)
        if found is not None:
            return found
        found = self._existing_cipher(person)
        if found is None and not self.is_forgotten(person):
            raise KeyLost(person)
        return found

    def is_forgotten(self, person: str) -> bool:
        """Whether this person was erased."""
        with self._lock:
            if person not in self._forgotten and self._store.forgotten(person):
                self._forgotten.add(person)
            return person in self._forgotten

    def forget(self, *persons: str) -> None:
        """Destroy the keys of persons, durably, and remember that they must never be made again."""
        with self._lock:
            self._store.forget(persons)
            for person in persons:
                self._ciphers.pop(person, None)
                self._forgotten.add(person)

    def forgotten(self) -> frozenset[str]:
        """Everybody who was erased."""
        with self._lock:
            return self._store.erased()

    def _pseudonym(self, name: bytes) -> str:
        return f"p-{hmac.new(self._salt, name, sha256).hexdigest()[:20]}"

    def refresh(self) -> None:
        """Notice what other processes did to the file. Cheap; called once a transaction."""
        with self._lock:
            version = self._store.version()
            if version != self._version:
                self._version = version
                self._ciphers.clear()

    def _existing_cipher(self, person: str) -> Cipher | None:
        with self._lock:
            found = self._ciphers.get(person)
            secret = None if found else self._store.secret(person)
            if secret is not None:
                if len(self._ciphers) >= MOST_CIPHERS:
                    self._ciphers.clear()
                found = self._ciphers[person] = Cipher(person, secret)
            elif found is None:
                self.is_forgotten(person)
            return found


class KeyFile:
    """Implements `KeyStore` on a SQLite file of its own, which only its owner may read."""

    def __init__(self, path: Path, chance: Chance) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _create_private(path)
            self.connection = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise KeysUnreadable(path, getattr(error, "strerror", "") or str(error)) from error
        with _writing(self.connection) as connection:
            self._salt = _salt(connection, chance)

    @property
    def salt(self) -> bytes:
        return self._salt

    def secret(self, person: str) -> bytes | None:
        query = "SELECT secret FROM person_keys WHERE person = ?"
        row = self.connection.execute(query, (person,)).fetchone()
        return None if row is None else bytes(row[0])

    def forgotten(self, person: str) -> bool:
        query = "SELECT 1 FROM forgotten WHERE person = ?"
        return self.connection.execute(query, (person,)).fetchone() is not None

    def add(self, keys: list[tuple[str, bytes]]) -> None:
        # Inside the write lock: a key another process made meanwhile stays, a forgotten one too.
        with _writing(self.connection) as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO person_keys SELECT ?1, ?2 "
                "WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE person = ?1)",
                keys,
            )

    def forget(self, persons: Sequence[str]) -> None:
        rows = [(person,) for person in persons]
        with _writing(self.connection) as connection:
            connection.executemany("DELETE FROM person_keys WHERE person = ?", rows)
            connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?)", rows)
        _scrub(self.connection)

    def erased(self) -> frozenset[str]:
        rows = self.connection.execute("SELECT person FROM forgotten").fetchall()
        return frozenset(str(person) for (person,) in rows)

    def version(self) -> int:
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        self.connection.close()


def _raise_forgotten(person: str) -> Cipher:
    raise PersonForgotten(person)


def _create_private(path: Path) -> None:
    # The mode is set before the first byte is in it: a key must never be readable by others.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    # A rollback journal and not a WAL: a WAL would keep a destroyed key until it is overwritten.
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    return connection


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise KeysNotWritten(str(error)) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _scrub(connection: sqlite3.Connection) -> None:
    # Zeroing what is deleted leaves out the copies that SQLite made when it split a page. Only
    # a file that is written anew has none of them.
    try:
        connection.execute("VACUUM")
    except sqlite3.Error as error:
        raise KeysNotWritten(str(error)) from error


def _salt(connection: sqlite3.Connection, chance: Chance) -> bytes:
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.execute("INSERT OR IGNORE INTO salt VALUES (1, ?)", (chance(SALT_BYTES),))
    return bytes(connection.execute("SELECT salt FROM salt").fetchone()[0])
