"""The lines of an export: JSON, one fact a line, with what else a ledger needs around them.

In this order: one `Header`, the operator's files, the facts by `seq`, the keys (one line, sealed
in the age format), the documents, one `End`. A fact carries the very bytes that were stored, so
that whoever reads it can follow the chain; `personal` is only there to be read.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec
import zstandard
from msgspec import Raw, Struct

from ledger.archive.troubles import CopyDamaged

FORMAT: Final = 1
LONGEST: Final = 256 * 1024 * 1024
_LEVEL: Final = 6
PACKED: Final = (".gz", ".zst")


class Header(Struct, frozen=True, kw_only=True, tag_field="line", tag="export"):
    """The first line. `head` is the hash of the last fact (hex), `facts` its number."""

    format: int
    company: str
    coo: str
    made_at: datetime
    facts: int
    head: str
    keys: bool


class FileLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="file"):
    """One of the operator's own files, by its path in the data folder."""

    path: str
    text: str


class FactLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="fact"):
    """A fact as it is stored. `at` is microseconds since 1970 UTC, `hash` hex, `sealed` base64.

    `event` is the stored JSON, byte for byte: `hash` covers it.
    """

    seq: int
    id: str
    case: str
    version: int
    at: int
    type: str
    schema: int
    key: str
    by: str
    cause: str
    person: str
    event: Raw
    sealed: bytes | None
    hash: str
    personal: Raw | msgspec.UnsetType = msgspec.UNSET


class KeysLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="keys"):
    """The file of keys, sealed under the passphrase as an age file, base64."""

    age: bytes


class DocumentLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="document"):
    """One sealed copy of a document, by the sha256 of what is in it."""

    sha256: str
    person: str
    sealed: bytes


class End(Struct, frozen=True, kw_only=True, tag_field="line", tag="end"):
    """The last line: how many came before it, and the sha256 over all their bytes."""

    lines: int
    sha256: str


Line = Header | FileLine | FactLine | KeysLine | DocumentLine | End

encoded: Final = msgspec.json.Encoder().encode
_decoded: Final[Callable[[bytes], Line]] = msgspec.json.Decoder(Line).decode


class BadLine(CopyDamaged):
    """A line is not what was written."""

    def __init__(self, path: Path, number: int, why: str) -> None:
        super().__init__(path, f"line {number}: {why}")
        self.number = number


@contextmanager
def compressing(out: IO[bytes], path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """Where lines are written to: gzip or zstd where the name of the file says so."""
    match path.suffix:
        case ".gz":
            with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as file:
                yield file
        case ".zst":
            with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(out, closefd=False) as file:
                yield file
        case _:
            yield out


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number from 1, bytes with their line feed) of every line. Raises `BadLine`."""
    number = 0
    try:
        with path.open("rb") as file, _decompressing(file, path) as lines:
            while line := lines.readline(LONGEST):
                number += 1
                yield number, line
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise BadLine(path, number + 1, f"it cannot be unpacked ({error})") from error


def read_line(path: Path, number: int, line: bytes) -> Line:
    """One line. Raises `BadLine` where it is none, or has no end."""
    if not line.endswith(b"\n"):
        raise BadLine(path, number, "its end is missing")
    try:
        return _decoded(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadLine(path, number, f"it cannot be read ({error})") from error


@contextmanager
def _decompressing(file: IO[bytes], path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    match path.suffix:
        case ".gz":
            with gzip.GzipFile(fileobj=file, mode="rb") as lines:
                yield lines
        case ".zst":
            reader = zstandard.ZstdDecompressor().stream_reader(
                file, read_across_frames=True, closefd=False
            )
            with io.BufferedReader(reader) as lines:
                yield lines
        case _:
            yield file
