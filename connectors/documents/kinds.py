"""What kind of file it is: by its first bytes; the name only where bytes cannot tell."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Kind(Enum):
    """What can be read, what is only named, and the rest."""

    PDF = auto()
    DOCX = auto()
    PICTURE = auto()
    TEXT = auto()
    NAMED = auto()
    UNKNOWN = auto()


_PICTURES: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_NAMED_TYPES: Final = frozenset(
    {
        "text/calendar", "application/ics", "application/ms-tnef", "application/vnd.ms-tnef",
        "message/rfc822", "message/delivery-status", "text/vcard", "text/x-vcard", "text/directory",
        "application/pgp-keys", "application/pgp-encrypted", "text/rfc822-headers",
    }
)  # fmt: skip
"""Read elsewhere, or by other programs: invitations, cards, the mail inside a mail."""
_NAMED_ENDINGS: Final = (".ics", ".vcf", ".eml", ".asc", "winmail.dat")
_TEXT_ENDINGS: Final = (".txt", ".csv", ".md", ".html", ".htm", ".json", ".xml", ".log")
_DOCX_TYPE: Final = "wordprocessingml"
_HEAD: Final = 1024
_SAMPLE: Final = 4_096


def kind_of(name: str, media_type: str, data: bytes) -> Kind:
    """The kind of a file. A PDF is one whatever it calls itself."""
    lower = name.lower()
    if b"%PDF-" in data[:_HEAD]:
        return Kind.PDF
    if media_type in _NAMED_TYPES or lower.endswith(_NAMED_ENDINGS):
        return Kind.NAMED
    if data.startswith(b"PK\x03\x04"):
        named = lower.endswith((".docx", ".docm")) or _DOCX_TYPE in media_type
        return Kind.DOCX if named or b"word/" in data else Kind.UNKNOWN
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return Kind.PICTURE
    if media_type.startswith("image/"):
        return Kind.PICTURE if media_type != "image/svg+xml" else Kind.NAMED
    if lower.endswith((".pdf", ".docx")):
        return Kind.DOCX if lower.endswith(".docx") else Kind.PDF
    is_text = media_type.startswith("text/") or lower.endswith(_TEXT_ENDINGS)
    return Kind.TEXT if is_text and b"\0" not in data[:_SAMPLE] else Kind.UNKNOWN
