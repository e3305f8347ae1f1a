"""Golden ledgers as they are kept: a folder and what it came to, in one compressed archive."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import msgspec
import zstandard
from msgspec import Struct

from bot.opening import App
from ledger.domain.entities import Case, Entity
from ledger.tables import DISPOSABLE

HERE = Path(__file__).parent
ENDING = ".tar.zst"
FILES = ("company.yaml", "ledger.db", "keys.db")
EXPECTED = "expected.json"


class Expected(Struct, frozen=True, kw_only=True):
    """What a ledger came to when it was recorded. `entities` are as their kind, id and fields."""

    facts: int
    head: str
    entities: list[dict[str, Any]]
    deliveries: dict[str, int]


def archives() -> list[Path]:
    return sorted(HERE.glob(f"*{ENDING}"))


async def expected_of(app: App) -> Expected:
    """What the ledger comes to now. Raises where it does not replay, for it is kept for ever."""
    head = await app.ledger.verify()
    deliveries = {}
    for case in await app.views.all(Case):
        report = await app.replayer.replay(case.id)
        if not report.identical:
            raise ValueError(report.first_difference)
        deliveries[case.id] = report.deliveries
    return Expected(
        facts=head.seq,
        head=head.hash.hex(),
        entities=await entities_of(app),
        deliveries=deliveries,
    )


async def entities_of(app: App) -> list[dict[str, Any]]:
    """All of the read model, as plain data."""
    return [
        msgspec.json.decode(msgspec.json.encode(entity))
        for kind in get_args(Entity)
        for entity in await app.views.all(kind)
    ]


def pack(folder: Path, expected: Expected, archive: Path) -> None:
    """Keep a folder that nobody has open. Read tables and cursors stay behind: they are made anew.

    Raises `FileExistsError`: what was recorded once is never recorded over.
    """
    _only_facts(folder / "ledger.db")
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for name in FILES:
            _add(tar, name, (folder / name).read_bytes())
        _add(tar, EXPECTED, msgspec.json.format(msgspec.json.encode(expected)))
    with archive.open("xb") as file:
        file.write(zstandard.ZstdCompressor(level=19).compress(held.getvalue()))


def unpack(archive: Path, folder: Path) -> Expected:
    """The folder as it was recorded, and what it came to."""
    folder.mkdir(parents=True)
    held = zstandard.ZstdDecompressor().decompress(archive.read_bytes())
    with tarfile.open(fileobj=io.BytesIO(held)) as tar:
        tar.extractall(folder, filter="data")
    return msgspec.json.decode((folder / EXPECTED).read_bytes(), type=Expected)


def _only_facts(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as connection:
        for table in DISPOSABLE:
            connection.execute(f"DROP TABLE {table.name}")
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """One file, without the hour and the owner of this machine."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
