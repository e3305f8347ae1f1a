"""The process that reads: files in, readings out, one at a time, until its input ends.

It has little memory, no environment, and writes to nothing but its output. Frames: a line of JSON
with the length of the bytes after it; the answer is a line of JSON.
"""

from __future__ import annotations

import contextlib
import sys
from typing import BinaryIO

import msgspec
from msgspec import Struct

from connectors.documents.limits import DocumentLimits
from connectors.documents.reading import Reading, read_document


class Asked(Struct, frozen=True, kw_only=True):
    """The head of a file that is to be read."""

    name: str
    media_type: str
    size: int
    limits: DocumentLimits


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Read what comes, until nothing does."""
    while line := source.readline():
        asked = msgspec.json.decode(line, type=Asked)
        data = source.read(asked.size)
        _bound(asked.limits)
        found = read_document(asked.name, asked.media_type, data, asked.limits)
        target.write(_line(found))
        target.flush()


def _line(found: Reading) -> bytes:
    return msgspec.json.encode(found) + b"\n"


def _bound(limits: DocumentLimits) -> None:
    """No more memory than this, no files, no core dumps; what cannot be bounded here is not."""
    import resource  # noqa: PLC0415 - whoever only asks needs none of it, and Windows has none

    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
