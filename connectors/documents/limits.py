"""How much of a document is read, and how long. What is left out is named in its notes."""

from __future__ import annotations

from msgspec import Struct


class DocumentLimits(Struct, frozen=True, kw_only=True):
    """Bounds on what one file may cost; bytes, characters, seconds.

    `memory` and `seconds` bound the process that reads it. `all_seconds` is for the files of one
    mail together. `unpacked` and `entries` are of a file that is a ZIP inside.
    """

    size: int = 20_000_000
    pages: int = 300
    text_chars: int = 100_000
    page_chars: int = 20_000
    unpacked: int = 60_000_000
    entries: int = 2_000
    objects: int = 5_000
    seconds: float = 15.0
    all_seconds: float = 45.0
    memory: int = 1_500_000_000
