"""Mail archives: one file, many mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_START = re.compile(rb"From \S{1,320} .{0,80}\d{4}(?: [+-]\d{4})?\s*$|From -(?: |\r?\n)")
_STUFFED = re.compile(rb">+From ")
_LINE = 1_000_000


def is_mbox(raw: bytes) -> bool:
    """Whether the bytes begin like an mbox: an envelope line, not a header."""
    return raw.startswith(b"From ")


def read_mbox(path: Path) -> Iterator[bytes]:
    """The raw mails of an mbox in order, read as a stream: one mail in memory at a time.

    A mail starts at a "From " line that follows an empty line or begins the file; the stuffing
    of ">From " lines is undone. Raises `OSError` where the file cannot be read.
    """
    mail: list[bytes] = []
    empty = True
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            if empty and _START.match(line):
                yield from _whole(mail)
                mail = []
            else:
                mail.append(line[1:] if _STUFFED.match(line) else line)
            empty = not line.strip()
    yield from _whole(mail)


def _whole(lines: list[bytes]) -> Iterator[bytes]:
    """The mail without the empty line that mbox puts behind it; nothing for no mail."""
    raw = b"".join(lines)
    if not raw.strip():
        return
    yield raw.removesuffix(b"\n").removesuffix(b"\r") if raw.endswith((b"\n\n", b"\n\r\n")) else raw
