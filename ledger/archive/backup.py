"""A backup: one encrypted file with all that cannot be made again, taken while Coo runs.

The order makes it whole. A key is durable before the fact that needs it, and so is a document.
So the ledger is taken first, at one moment, and keys and documents after it: whatever the facts
need is among them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from ledger.archive.age import WORK, looks_sealed, sealed
from ledger.archive.manifest import (
    FILES,
    FIRST,
    FOLDERS,
    FORMAT,
    KEYS,
    LAST,
    LEDGER,
    Manifest,
    checks_of,
)
from ledger.archive.stored import readable, walked
from ledger.archive.tar_stream import Member, Tally, files_below, tar_end, tar_pieces
from ledger.archive.troubles import WouldOverwrite
from ledger.archive.whole_file import whole_file
from ledger.archive.workplace import workplace
from ledger.chain import Head
from ledger.domain.errors import InputUnreadable
from ledger.tables import VIEWS

WORKPLACE: Final = ".backup"
_HALF_WRITTEN: Final = ("tmp",)
_BUSY_SECONDS: Final = 20.0


class Made(Struct, frozen=True, kw_only=True):
    """A finished backup."""

    path: Path
    facts: int
    head: str
    files: int
    size: int


def back_up(
    data: Path, path: Path, *, company: str, passphrase: str, at: datetime, work: int = WORK
) -> Made:
    """Write the backup of a data folder to `path`, all of it or nothing.

    Takes a second copy of the ledger beside the first one while it works. Raises `ChainBroken`
    where the ledger does not hold: such a backup would be worth nothing.
    """
    _refuse_other(path)
    with workplace(data / WORKPLACE, "A backup of this folder") as folder:
        ledger = folder / LEDGER
        with readable():
            _copied(data / LEDGER, ledger)
        head = walked(ledger, company)
        tally = Tally()
        with whole_file(path) as out:
            pieces = _pieces(data, ledger, _manifest(company, head, at), tally)
            for piece in sealed(pieces, passphrase, work=work):
                out.write(piece)
            size = out.tell()
    return Made(path=path, facts=head.seq, head=head.hash.hex(), files=tally.files, size=size)


def _refuse_other(path: Path) -> None:
    if path.is_dir():
        raise InputUnreadable(f"{str(path)!r} is a folder.", "Name the file to be written.")
    if path.exists() and path.stat().st_size and not looks_sealed(path):
        raise WouldOverwrite(path)


def _manifest(company: str, head: Head, at: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        company=company,
        coo=version(),
        made_at=at,
        facts=head.seq,
        head=head.hash.hex(),
    )


def version() -> str:
    """The version of Coo that is running, as far as it is known."""
    try:
        return metadata.version("coo-operator")
    except metadata.PackageNotFoundError:
        return "not installed"


def _pieces(data: Path, ledger: Path, manifest: Manifest, tally: Tally) -> Iterator[bytes]:
    yield from tar_pieces([Member(FIRST, msgspec.json.encode(manifest))], Tally())
    yield from tar_pieces(_members(data, ledger), tally)
    yield from tar_pieces([Member(LAST, msgspec.json.encode(checks_of(tally)))], Tally())
    yield tar_end()


def _members(data: Path, ledger: Path) -> Iterator[Member]:
    yield Member(LEDGER, ledger)
    yield Member(KEYS, keys_file(data / KEYS))
    for name in FILES:
        yield Member(name, data / name)
    for name in FOLDERS:
        yield from files_below(data / name, name, leave_out=_HALF_WRITTEN)


def _copied(ledger: Path, to: Path) -> None:
    """The ledger as of one moment, without its read tables: facts and keys make them anew.

    Whoever reads a WAL holds up nobody who writes it.
    """
    with closing(_opened(ledger)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA secure_delete=ON")
        for table in VIEWS:
            copy.execute(f"DELETE FROM {table.name}")  # noqa: S608 - our own names
        copy.commit()


def keys_file(path: Path) -> bytes:
    """The bytes of the file of keys as of now.

    They stay in memory: a copy that a killed process left on disk would still hold the key of
    somebody who is erased later.
    """
    memory = sqlite3.connect(":memory:")
    with readable(), closing(memory) as copy, closing(_opened(path)) as source:
        source.backup(copy)
        return copy.serialize()


def _opened(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise InputUnreadable(
            f"There is no {path.name!r} in {str(path.parent)!r}.",
            "Name the data folder with --data; there is nothing to copy in this one yet.",
        )
    return sqlite3.connect(path, timeout=_BUSY_SECONDS)
