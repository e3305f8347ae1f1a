"""The way in: an export is checked line by line while a folder is made of it."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, Never, assert_never

from sqlalchemy import insert

from ledger import migrations
from ledger.archive.age import opened
from ledger.archive.lines import (
    FORMAT,
    PACKED,
    BadLine,
    DocumentLine,
    End,
    FactLine,
    FileLine,
    Header,
    KeysLine,
    Line,
    numbered,
    read_line,
)
from ledger.archive.manifest import BLOBS, FILES, KEYS, POLICIES
from ledger.archive.troubles import CopyTooNew, NotACopy, WithoutKeys
from ledger.blobs import place_of
from ledger.chain import Head, Walk
from ledger.domain.errors import ChainBroken
from ledger.durable_files import make_folder
from ledger.places import ledger_url
from ledger.sqlite import SqliteDatabase
from ledger.tables import CHAIN_HEADS, FACTS

_PAGE: Final = 1_000
_FILES: Final = (*FILES, POLICIES)


class Numbered(NamedTuple):
    """A line and its number."""

    number: int
    line: Line


def checked_lines(path: Path) -> Iterator[Numbered]:
    """Every line but the last, each checked as it comes, and the last one against them all.

    Raises `NotACopy`, `CopyTooNew`, and `BadLine` with the number of the first bad line. Nothing
    counts before the end was reached.
    """
    digest, count, header, walk, ended = hashlib.sha256(), 0, None, Walk(), False
    for number, raw in numbered(path):
        if ended:
            raise BadLine(path, number, "nothing may follow the end")
        line = _first(path, raw) if header is None else read_line(path, number, raw)
        header = header or (line if isinstance(line, Header) else None)
        if isinstance(line, End):
            _check_end(path, number, line, End(lines=count, sha256=digest.hexdigest()))
            ended = True
            continue
        if isinstance(line, FactLine):
            _follow(path, number, line, walk, header)
        count += 1
        digest.update(raw)
        yield Numbered(number, line)
    if header is None:
        _nothing_there(path)
    if not ended:
        raise BadLine(path, count + 1, "the end of the file is missing")
    if walk.head != head_of(header):
        raise BadLine(path, count + 1, "there are not as many facts as the first line says")


def _nothing_there(path: Path) -> Never:
    """A packed file that was cut early gives no line at all; an empty one never was an export."""
    if path.suffix in PACKED and path.stat().st_size:
        raise BadLine(path, 1, "the end of the file is missing")
    raise NotACopy(path, "an export")


def head_of(header: Header) -> Head:
    """The head that the first line promises."""
    return Head(header.facts, bytes.fromhex(header.head))


def check_only(path: Path) -> Header:
    """Read an export to its end, keeping nothing; its first line."""
    lines = checked_lines(path)
    first = next(lines, None)
    for _ in lines:
        pass
    return _header(path, first)


def unpack(path: Path, folder: Path, passphrase: str) -> Header:
    """Make ledger, keys, documents and the operator's files in an empty folder.

    Raises what `checked_lines` does, `WrongPassphrase`, and `WithoutKeys`.
    """
    lines = checked_lines(path)
    header = _header(path, next(lines, None))
    if not header.keys:
        for _ in lines:  # whoever cannot import it shall at least know whether it holds
            pass
        raise WithoutKeys(path)
    database = SqliteDatabase(ledger_url(folder))
    try:
        with database.preparing() as connection:
            migrations.upgrade(connection)
            rows = _rows(lines, header, folder, passphrase, path)
            while page := list(islice(rows, _PAGE)):
                connection.execute(insert(FACTS), page)
            head = {"company": header.company, "seq": header.facts}
            if header.facts:
                connection.execute(insert(CHAIN_HEADS), {**head, "hash": head_of(header).hash})
    finally:
        database.close()
    return header


def _rows(
    lines: Iterable[Numbered], header: Header, folder: Path, passphrase: str, path: Path
) -> Iterator[dict[str, object]]:
    """The rows of the facts; everything else is written on the way."""
    previous = Head(0, bytes(32)).hash
    for number, line in lines:
        match line:
            case FactLine():
                digest = bytes.fromhex(line.hash)
                yield dict(zip(FACTS.c.keys(), _row(line, header, previous, digest), strict=True))
                previous = digest
            case FileLine():
                _write_file(path, number, line, folder)
            case KeysLine():
                keys = opened(io.BytesIO(line.age), passphrase, path).read()
                _write(folder / KEYS, keys)
            case DocumentLine():
                _write(place_of(folder / BLOBS, line.sha256, line.person), line.sealed)
            case Header() | End():
                raise BadLine(path, number, "it should not be there")
            case _:
                assert_never(line)


def _row(line: FactLine, header: Header, previous: bytes, digest: bytes) -> tuple[object, ...]:
    return (
        header.company,
        line.seq,
        line.id,
        line.case,
        line.version,
        line.at,
        line.type,
        line.schema,
        line.key,
        line.by,
        line.cause,
        line.person,
        bytes(line.event),
        line.sealed,
        previous,
        digest,
    )


def _follow(path: Path, number: int, line: FactLine, walk: Walk, header: Header | None) -> None:
    """Follow the chain by one fact: its hash is worked out anew from the bytes in the line."""
    if header is None:
        raise NotACopy(path, "an export")
    try:
        walk.follow([_row(line, header, walk.head.hash, bytes.fromhex(line.hash))])
    except (ChainBroken, ValueError) as error:
        why = error.reason if isinstance(error, ChainBroken) else "its hash is none"
        raise BadLine(path, number, f"fact {line.seq} breaks the chain, {why}") from error


def _first(path: Path, raw: bytes) -> Header:
    try:
        line = read_line(path, 1, raw)
    except BadLine as error:
        raise NotACopy(path, "an export") from error
    if not isinstance(line, Header):
        raise NotACopy(path, "an export")
    if line.format != FORMAT:
        raise CopyTooNew(path, line.format)
    return line


def _header(path: Path, first: Numbered | None) -> Header:
    if first is None or not isinstance(first.line, Header):
        raise NotACopy(path, "an export")
    return first.line


def _check_end(path: Path, number: int, found: End, counted: End) -> None:
    if found != counted:
        raise BadLine(path, number, "it does not fit the lines before it: one was changed or lost")


def _write_file(path: Path, number: int, line: FileLine, folder: Path) -> None:
    parts = Path(line.path).parts
    if not parts or parts[0] not in _FILES or ".." in parts or Path(line.path).is_absolute():
        _misplaced(path, number, line.path)
    _write(folder / line.path, line.text.encode("utf-8"))


def _misplaced(path: Path, number: int, name: str) -> Never:
    raise BadLine(path, number, f"{name!r} should not be there")


def _write(place: Path, data: bytes) -> None:
    make_folder(place.parent)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
