"""Large raw input and documents: sealed files, found by the sha256 of what is in them.

    blobs/ab/abcdef…/of-p-0123.sealed      one sealed copy for each person it was kept for

The address is the same whoever it belongs to, and any copy answers for it. Erasing one person
therefore makes *their* copy unreadable, and the content stays for those who have one too.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from ledger.domain.errors import BlobMissing, CooError
from ledger.durable_files import make_folder, sync_folder
from ledger.seal import Cipher, Keys

_PREFIX: Final = "of-"
_SUFFIX: Final = ".sealed"
_ADDRESS: Final = re.compile(r"[0-9a-f]{64}")


class BlobNotKept(CooError):
    """The disk refused a document."""

    def __init__(self, sha256: str, why: OSError | str) -> None:
        super().__init__(
            f"The document {sha256[:12]!r} could not be kept: {why}.",
            "Nothing of it was kept. Check free space and rights where documents lie (the folder "
            "`blobs`, or the database), then do it again.",
        )


class FileBlobs:
    """Implements `ledger.domain.reading.Blobs` on a folder."""

    def __init__(self, folder: Path | str, keys: Keys) -> None:
        self._folder = Path(folder)
        self._keys = keys

    def close(self) -> None:
        """Nothing is held open."""

    async def put(self, data: bytes, *, person: str = "") -> str:
        """Keep the bytes, durably, and return their sha256 (hex).

        The same bytes for the same person are written once; for another person their own
        sealed copy is added. Raises `PersonForgotten` for somebody who was erased, and
        `BlobNotKept` where the disk refuses.
        """
        return await asyncio.to_thread(self._put, data, person)

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `BlobMissing` where they are gone, or all they belong to are erased."""
        return await asyncio.to_thread(self._get, sha256)

    async def held(self, persons: Collection[str]) -> int:
        """How many copies there are of these persons."""
        return await asyncio.to_thread(lambda: sum(1 for _ in copies_of(self._folder, persons)))

    async def erase(self, persons: Collection[str]) -> int:
        """Remove the copies of these persons, and say how many files that were."""
        return await asyncio.to_thread(erase_copies, self._folder, persons)

    def _put(self, data: bytes, person: str) -> str:
        sha256 = address_of(data)
        self._keys.refresh()
        cipher = self._keys.cipher(person)
        path = self._home(sha256) / f"{_PREFIX}{quote(person, safe='')}{_SUFFIX}"
        if not path.exists():
            self._keep(path, sha256, cipher.seal(data, context_of(sha256)))
        return sha256

    def _keep(self, path: Path, sha256: str, sealed: bytes) -> None:
        try:
            make_folder(path.parent)
            _write_durably(path, sealed)
        except OSError as error:
            raise BlobNotKept(sha256, error) from error

    def _get(self, sha256: str) -> bytes:
        if not is_address(sha256):
            raise BlobMissing(sha256)
        self._keys.refresh()
        for path in sorted(self._home(sha256).glob(f"{_PREFIX}*{_SUFFIX}")):
            cipher = self._keys.opener(_person_of(path))
            if cipher is not None:
                return opened_copy(path, sha256, cipher)
        raise BlobMissing(sha256)

    def _home(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def sealed_copies(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """(sha256, person, path) of every sealed copy in a folder of documents."""
    for path in sorted(folder.glob(f"??/*/{_PREFIX}*{_SUFFIX}")):
        yield path.parent.name, _person_of(path), path


def place_of(folder: Path, sha256: str, person: str) -> Path:
    """Where a sealed copy lies. Raises `BlobMissing` for what is no address."""
    if not is_address(sha256):
        raise BlobMissing(sha256)
    return folder / sha256[:2] / sha256 / f"{_PREFIX}{quote(person, safe='')}{_SUFFIX}"


def opened_copy(path: Path, sha256: str, cipher: Cipher) -> bytes:
    """What is in one sealed copy. Raises `KeyLost` where its bytes or its name were changed."""
    return cipher.open(path.read_bytes(), context_of(sha256))


def _person_of(path: Path) -> str:
    return unquote(path.name[len(_PREFIX) : -len(_SUFFIX)])


def copies_of(folder: Path, persons: Collection[str]) -> Iterator[Path]:
    """The sealed files of these persons in a store."""
    names = {f"{_PREFIX}{quote(person, safe='')}{_SUFFIX}" for person in persons if person}
    yield from (path for path in folder.glob(f"*/*/{_PREFIX}*{_SUFFIX}") if path.name in names)


def erase_copies(folder: Path, persons: Collection[str]) -> int:
    """Remove the sealed files of these persons, with the folders that are empty then."""
    gone = 0
    for path in sorted(copies_of(folder, persons)):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
        for home in (path.parent, path.parent.parent):
            with contextlib.suppress(OSError):  # others have a copy there
                home.rmdir()
        gone += 1
    return gone


def address_of(data: bytes) -> str:
    """Where bytes are found: their sha256 (hex)."""
    return hashlib.sha256(data).hexdigest()


def is_address(text: str) -> bool:
    """Whether it could be one."""
    return _ADDRESS.fullmatch(text) is not None


def context_of(sha256: str) -> list[bytes]:
    """What a sealed copy is bound to: it opens under no other address."""
    return [b"blob", sha256.encode()]


def _write_durably(path: Path, data: bytes) -> None:
    """All of the file or none of it: written aside, synced, then renamed over."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
