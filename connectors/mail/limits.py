"""How much of a mail is read. Whatever is left out is named in the mail's notes."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds on size, all in bytes unless the name says otherwise.

    They bound memory and work, not what is kept: the raw mail lies whole in the blob store.
    """

    raw: int = 40_000_000
    header: int = 256_000
    text_chars: int = 100_000
    html_chars: int = 500_000
    attachments: int = 50
    attachment_total: int = 25_000_000
    parts: int = 1_000
    depth: int = 10
    references: int = 50
