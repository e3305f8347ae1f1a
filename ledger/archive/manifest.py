"""What stands at the beginning and at the end of a backup."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from ledger.archive.tar_stream import Tally

FORMAT: Final = 1
FIRST: Final = "coo-backup.json"
LAST: Final = "coo-checks.json"
LEDGER: Final = "ledger.db"
KEYS: Final = "keys.db"
COMPANY: Final = "company.yaml"
TOMBSTONES: Final = "erased.txt"
ANCHORS: Final = "anchors.txt"
BLOBS: Final = "blobs"
POLICIES: Final = "policies"
FOLDERS: Final = (POLICIES, BLOBS, "invoices", "mail")
"""What a backup holds beside the three files. Checkpoints and memory are rebuilt from facts."""

FILES: Final = (COMPANY, TOMBSTONES, ANCHORS)
TOPS: Final = frozenset({LEDGER, KEYS, *FILES, *FOLDERS})


class Manifest(Struct, frozen=True, kw_only=True):
    """How far the ledger in a backup reaches. `head` is the hash of its last fact, hex."""

    format: int
    company: str
    coo: str
    made_at: datetime
    facts: int
    head: str


class Checks(Struct, frozen=True, kw_only=True):
    """How many files came before, of how many bytes, and the sha256 over all of them."""

    files: int
    size: int
    sha256: str
    blobs: int


def checks_of(tally: Tally) -> Checks:
    """What was counted, as it stands at the end."""
    return Checks(
        files=tally.files, size=tally.size, sha256=tally.sha256, blobs=tally.by_top[BLOBS]
    )
