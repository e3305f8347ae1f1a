"""Header fields of a mail or of one of its parts: bytes in, cleaned values out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime

from msgspec import Struct

from connectors.mail.charset import decoded_text
from connectors.mail.text import neutral, one_line

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_VALUE = 20_000
_PARAMETERS = 4_000
_FIELDS = 1_000
_ID = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
_BARE_ID = re.compile(r"[^<>\s,;]{1,250}@[^<>\s,;]{1,250}")
_EARLIEST, _LATEST = 1990, 2100


class Headers(Struct, frozen=True):
    """The fields in their order, names in lower case, values unfolded raw bytes.

    `broken` counts lines that are no header line.
    """

    fields: tuple[tuple[str, bytes], ...]
    broken: int = 0

    def all(self, name: str) -> list[bytes]:
        """Every raw value of a field."""
        return [value for key, value in self.fields if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)

    def raw(self, name: str) -> bytes:
        """The first raw value, b"" for none."""
        return next(iter(self.all(name)), b"")

    def text(self, name: str, limit: int = 1_000) -> str:
        """The first value, decoded, neutral, on one line."""
        return one_line(decoded_header(self.raw(name)), limit)

    def token(self, name: str) -> str:
        """The first word of a value in lower case, without parameters: for exact keywords."""
        return self.text(name).partition(";")[0].strip().lower()

    @property
    def media_type(self) -> str:
        """`text/plain` where there is none or it is malformed."""
        kind = self.token("content-type")
        return (
            kind if re.fullmatch(r"[\w.+-]{1,80}/[\w.+-]{1,80}", kind, re.ASCII) else "text/plain"
        )

    def parameter(self, name: str, of: str = "content-type") -> str:
        """A parameter of a field ("charset", "boundary", "filename"), RFC 2231 undone."""
        holder = Message()
        holder["X"] = self.raw(of)[:_PARAMETERS].decode("utf-8", "surrogateescape")
        try:
            value = collapse_rfc2231_value(holder.get_param(name, "", "X"))
        except (ValueError, LookupError, TypeError, AttributeError, MessageError):
            return ""
        return _undone(str(value).strip('"').encode("utf-8", "surrogateescape"))


def parsed_headers(block: bytes) -> Headers:
    """Split a header block. Lines that are no header are passed over, not an error."""
    fields: list[tuple[str, bytes]] = []
    broken = 0
    for line in _FOLD.sub(b"", block.replace(b"\0", b"")).split(b"\n")[:_FIELDS]:
        match = _FIELD.fullmatch(line.rstrip(b"\r")[: _VALUE + 200])
        if match:
            fields.append((match[1].decode("ascii").lower(), match[2].strip()[:_VALUE]))
        else:
            broken += bool(line.strip())
    return Headers(tuple(fields), broken)


def decoded_header(raw: bytes) -> str:
    """RFC 2047 undone as far as it can be; raw 8-bit text is guessed at."""
    return _undone(raw)


def _undone(raw: bytes) -> str:
    text = decoded_text(raw, "").text
    if "=?" not in text:
        return text
    try:
        return "".join(_word(value, charset) for value, charset in decode_header(text))
    except (ValueError, LookupError, TypeError, MessageError):
        return text  # a broken encoded word is shown as it came


def _word(value: bytes | str, charset: str | None) -> str:
    if isinstance(value, str):
        return value
    if charset is None:
        return value.decode("raw_unicode_escape", "replace")  # how decode_header packs plain text
    return decoded_text(value, charset.partition("*")[0]).text


def message_ids(raw: bytes) -> tuple[str, ...]:
    """The Message-IDs in a field, without brackets, in order, each once."""
    text = neutral(raw.decode("utf-8", "replace"))
    found = _ID.findall(text) or _BARE_ID.findall(text)
    return tuple(dict.fromkeys(found))


def sent_at(raw: bytes) -> datetime | None:
    """The moment a Date field names, UTC; None where it is missing or makes no sense."""
    try:
        moment = parsedate_to_datetime(raw[:200].decode("ascii", "replace"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return moment if _EARLIEST <= moment.year <= _LATEST else None
