"""The parts of a mail, found in one bounded pass over its bytes.

The standard library's parser recurses once per nesting level and keeps a copy of every part;
a small hostile mail exhausts it. Here parts are spans of the raw bytes, and depth and count
are capped.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

from connectors.mail.doubts import UNFINISHED
from connectors.mail.headers import Headers, parsed_headers
from connectors.mail.limits import Limits

_BLANK_LINE = re.compile(rb"\n[ \t]*\r?(?:\n|\Z)")
_BOUNDARY_BYTES = 200


class Part(Struct):
    """One part: its headers, and where its body lies in the raw bytes.

    A container has `children`; `media_type` is lower case.
    """

    headers: Headers
    media_type: str
    start: int
    end: int
    children: tuple[Part, ...] = ()


class Reader:
    """Reads the parts of one mail. `notes` collects what was left out."""

    def __init__(self, raw: bytes, limits: Limits, notes: list[str]) -> None:
        self.raw = raw
        self.notes = notes
        self._limits = limits
        self._parts = 0

    def mail(self) -> Part:
        """The whole mail."""
        return self._part(0, len(self.raw), depth=0, default="text/plain")

    def body(self, part: Part, limit: int | None = None) -> bytes:
        """The decoded body of a leaf, of about `limit` bytes where one is given."""
        encoding = part.headers.token("content-transfer-encoding")
        if limit is not None and encoding in _WIDENING:
            limit *= _WIDENING[encoding]
        end = part.end if limit is None else min(part.end, part.start + limit)
        data, note = _undone(self.raw[part.start : end], encoding)
        if note:
            self._note(note)
        return data

    def _part(self, start: int, end: int, *, depth: int, default: str) -> Part:
        headers, body = self._headers(start, end)
        kind = headers.media_type if headers.has("content-type") else default
        children = self._children(headers, kind, body, end, depth + 1)
        if not children and kind.startswith("multipart/") and depth < self._limits.depth:
            kind = "text/plain"
        return Part(headers, kind, body, end, children)

    def _headers(self, start: int, end: int) -> tuple[Headers, int]:
        """The headers from `start`, and where the body begins."""
        lead = self.raw[start : start + 2]
        if lead[:1] == b"\n" or lead == b"\r\n":
            return Headers(()), start + lead.index(b"\n") + 1
        until = min(end, start + self._limits.header)
        blank = _BLANK_LINE.search(self.raw, start, until)
        stop, body = (blank.start(), blank.end()) if blank else (until, until)
        if not blank and until < end:
            self._note(f"header longer than {self._limits.header:,} bytes, cut")
        return parsed_headers(self.raw[start:stop]), body

    def _children(
        self, headers: Headers, kind: str, start: int, end: int, depth: int
    ) -> tuple[Part, ...]:
        container = kind.startswith("multipart/") or kind == "message/rfc822"
        if not container:
            return ()
        if depth > self._limits.depth:
            self._note(f"parts nested deeper than {self._limits.depth} left out")
            return ()
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        spans = [(start, end)] if kind == "message/rfc822" else self._spans(headers, start, end)
        return tuple(self._part(*span, depth=depth, default=default) for span in spans)

    def _spans(self, headers: Headers, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the parts of a multipart lie."""
        boundary = headers.parameter("boundary").encode("utf-8", "surrogateescape")
        if not 0 < len(boundary) <= _BOUNDARY_BYTES:
            self._note("multipart without a boundary, read as one text")
            return
        opened = -1
        for start_of_line, end_of_line, last in self._delimiters(boundary, start, end):
            if opened >= 0:
                yield opened, start_of_line
            opened = end_of_line
            if last:
                return
            self._parts += 1
            if self._parts > self._limits.parts:
                self._note(f"more than {self._limits.parts:,} parts, the rest left out")
                return
        if opened < 0:
            self._note("multipart whose boundary never comes, read as one text")
            return
        self._note(UNFINISHED)
        yield opened, end

    def _delimiters(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """The delimiter lines: (end of the text before, start of the text after, last?)."""
        line = re.compile(
            rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]{0,100}\r?(?:(?=\n)|\Z)"
        )
        first = max(0, start - 1)  # the line end before the body belongs to its first delimiter
        for match in line.finditer(self.raw, first, end):
            yield max(match.start(), start), min(match.end() + 1, end), match[1] is not None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


_WIDENING = {"base64": 2, "quoted-printable": 4}
"""How many encoded bytes may stand for one decoded byte, with room for line ends."""


def _undone(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The body without its transfer encoding, and what was wrong with that."""
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), ""
    if encoding in {"", "7bit", "8bit", "binary"}:
        return data, ""
    return data, "unknown transfer encoding, read as it came"


def _base64(data: bytes) -> tuple[bytes, str]:
    """Also base64 with foreign signs, missing padding, or several pieces one after another."""
    foreign = data.translate(None, _ALPHABET).strip()
    decoded = bytearray()
    for piece in re.findall(rb"[^=]+", data.translate(None, _FOREIGN)):
        whole = piece[:-1] if len(piece) % 4 == 1 else piece
        decoded += binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    return bytes(decoded), "base64 with foreign signs, read without them" if foreign else ""


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_FOREIGN = bytes(set(range(256)) - set(_ALPHABET))
