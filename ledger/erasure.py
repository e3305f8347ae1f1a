"""Erasing in a folder: tombstones, and the files that hold a copy of somebody's words.

A tombstone is the pseudonym of somebody who was erased. It says nothing to who does not have the
company's file of keys. The list, `erased.txt`, lies beside the data and must outlive it: a backup
that is older than an erasure brings the keys back, and only the list takes them away again.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

from ledger.blobs import erase_copies
from ledger.domain.errors import CooError
from ledger.durable_files import sync_folder
from ledger.seal import Keys
from ledger.sqlite import scrub
from ledger.tables import VIEWS

FILE_NAME: Final = "erased.txt"

_LINE: Final = re.compile(r"((?:p|keep)-[0-9A-Za-z-]{4,60})(?:\s.*)?")
_NAMED: Final = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Delivered-To", "Return-Path")
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]]+")
_HEADER: Final = 256_000
_DISPOSABLE: Final = ("memory.db", "memory-*.db", "embeddings.db", "checkpoints.db")
"""Files that hold what people wrote and are made again; a pattern each."""


class TombstonesUnreadable(CooError):
    """A list of tombstones is none, or was damaged."""

    exit_code = 2

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{str(path)!r} is no list of tombstones: {why}.",
            "Give the file `erased.txt` that lies in the data folder, or your copy of it. "
            "Nobody was erased.",
        )


def tombstones(folder: Path) -> frozenset[str]:
    """Everybody who was erased, as the folder knows: from `erased.txt` and the file of keys.

    Also of a folder that is half gone. Raises `TombstonesUnreadable`.
    """
    listed = folder / FILE_NAME
    known = set(read_tombstones(listed)) if listed.exists() else set()
    if (folder / "keys.db").exists():
        with closing(Keys.open(folder / "keys.db")) as keys:
            known |= keys.forgotten()
    return frozenset(known)


def read_tombstones(path: Path) -> tuple[str, ...]:
    """The pseudonyms in a list, one a line. Raises `TombstonesUnreadable`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TombstonesUnreadable(path, str(getattr(error, "strerror", "") or error)) from error
    return tuple(_read(path, lines))


def keep_tombstones(folder: Path, persons: Iterable[str], day: date) -> None:
    """Add pseudonyms to the list, durably; one that is there already stays once."""
    path = folder / FILE_NAME
    known = set(read_tombstones(path)) if path.exists() else set()
    fresh = [person for person in dict.fromkeys(persons) if person not in known]
    if not fresh:
        return
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{person} {day.isoformat()}\n" for person in fresh)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def apply_tombstones(folder: Path, persons: Collection[str], day: date) -> tuple[str, ...]:
    """Erase these persons again from a folder that nobody has open, and say who came back.

    For a restored or imported folder, before its first start: keys go, and with them all copies
    that can be told without opening the ledger. What else there is to do (facts, documents that
    the law keeps) is done by the first process that works there.
    """
    with closing(Keys.open(folder / "keys.db")) as keys:
        back = tuple(sorted(set(persons) - keys.forgotten()))
        keep_tombstones(folder, sorted(persons), day)
        if not back:
            return ()
        keys.forget(*back)
        for mail in mails_of(folder / "mail", keys, back):
            mail.unlink(missing_ok=True)
    erase_copies(folder / "blobs", back)
    _drop_derived(folder)
    return back


def mails_of(maildirs: Path, keys: Keys, persons: Collection[str]) -> Sequence[Path]:
    """The mails below a folder that one of these persons sent or got, by their headers."""
    wanted = frozenset(persons)
    files = (path for path in sorted(maildirs.rglob("*")) if path.is_file())
    return [path for path in files if any(wanted & set(keys.persons(a)) for a in _addresses(path))]


def _read(path: Path, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise TombstonesUnreadable(path, f"line {number} is no pseudonym")
        yield found.group(1)


def _addresses(path: Path) -> list[str]:
    with path.open("rb") as file:
        headers = BytesHeaderParser().parsebytes(file.read(_HEADER))
    named = [str(value) for name in _NAMED for value in headers.get_all(name, [])]
    return [address for value in named for address in _ADDRESS.findall(value)]


def _drop_derived(folder: Path) -> None:
    """What is rebuilt from the facts goes; without the keys nothing personal comes back."""
    for pattern in _DISPOSABLE:
        for suffix in ("", "-wal", "-shm", "-journal"):
            for path in folder.glob(f"{pattern}{suffix}"):
                path.unlink()
    for index in folder.glob("memory*.index"):
        shutil.rmtree(index)
    ledger = folder / "ledger.db"
    if not ledger.exists():
        return
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        for table in VIEWS:
            if table.name in there:
                connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - names of our tables
    scrub(ledger)
