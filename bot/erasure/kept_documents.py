"""Documents that the law keeps: whose they are, until when, and how they outlive their person.

An invoice lies readable in the folder `invoices`. When its person is erased, a copy is sealed
under a key of its own, so that nothing depends on the destroyed key; both go when the time is up.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from ledger.domain.events import DocumentKept
from ledger.domain.facts import derived_id
from ledger.domain.reading import Blobs
from ledger.durable_files import make_folder, sync_folder
from ledger.seal import Keys

RETENTION: Final = "retention:"
"""How the purpose of the alarm begins that ends a retention; the document's name follows."""

_ENDINGS: Final = (".pdf", ".json", ".xml")


class Document(Struct, frozen=True):
    """An invoice or credit note on disk. `name` is that of its files, without the ending."""

    name: str
    number: str
    issued_on: date
    files: tuple[Path, ...]

    def kept_until(self, years: int) -> date:
        """The last day of the `years`-th year after the year of issue."""
        return date(self.issued_on.year + years, 12, 31)


class _Buyer(Struct):
    contact: str = ""
    email: str = ""


class _Data(Struct):
    """What is read of an invoice's or a credit note's JSON."""

    number: str
    issued_on: date
    buyer: _Buyer


def documents_of(
    folder: Path, keys: Keys, contacts: Collection[str], persons: Collection[str]
) -> Sequence[Document]:
    """The documents of these contacts, or to one of these persons, oldest first."""
    found = [
        document
        for path in sorted(folder.glob("*.json"))
        if (document := _document(path, keys, contacts, persons)) is not None
    ]
    return sorted(found, key=lambda each: (each.issued_on, each.name))


async def keep(document: Document, years: int, blobs: Blobs, keys: Keys) -> DocumentKept:
    """Seal a copy of a document under a key of its own, and say until when it stays."""
    key = _key(document.name)
    shas = []
    for path in document.files:
        data = await asyncio.to_thread(path.read_bytes)
        shas.append(
            hashlib.sha256(data).hexdigest()
            if keys.is_forgotten(key)
            else await blobs.put(data, person=key)
        )
    return DocumentKept(
        document=document.name,
        number=document.number,
        issued_on=document.issued_on,
        until=document.kept_until(years),
        key=key,
        files=tuple(path.name for path in document.files),
        blobs=tuple(shas),
    )


async def restore(folder: Path, kept: DocumentKept, blobs: Blobs) -> int:
    """Write the files again that are missing on disk; returns how many."""
    missing = [
        (folder / name, sha)
        for name, sha in zip(kept.files, kept.blobs, strict=True)
        if not (folder / name).exists()
    ]
    for path, sha in missing:
        data = await blobs.get(sha)
        await asyncio.to_thread(_write, path, data)
    return len(missing)


def remove(folder: Path, names: Collection[str]) -> int:
    """Remove files for good; returns how many there were."""
    there = [folder / name for name in names if (folder / name).exists()]
    for path in there:
        path.unlink()
    if there:
        sync_folder(folder)
    return len(there)


def kept_fact(document: str) -> str:
    """The id of the fact that says that a document is kept."""
    return derived_id("0" * 12, "kept", document)


def end_of(kept: DocumentKept) -> datetime:
    """The moment (UTC) from which the law keeps it no longer."""
    return datetime.combine(kept.until + timedelta(days=1), time(), UTC)


def _key(document: str) -> str:
    return f"keep-{hashlib.sha256(document.encode()).hexdigest()[:20]}"


def _document(
    path: Path, keys: Keys, contacts: Collection[str], persons: Collection[str]
) -> Document | None:
    try:
        data = msgspec.json.decode(path.read_bytes(), type=_Data)
    except (OSError, msgspec.DecodeError):
        return None  # not one of ours
    if data.buyer.contact not in contacts and not _any(keys.persons(data.buyer.email), persons):
        return None
    files = tuple(one for end in _ENDINGS if (one := path.with_suffix(end)).exists())
    return Document(path.stem, data.number, data.issued_on, files)


def _any(some: Sequence[str], others: Collection[str]) -> bool:
    return any(each in others for each in some)


def _write(path: Path, data: bytes) -> None:
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    aside.replace(path)
    sync_folder(path.parent)
