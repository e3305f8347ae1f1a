"""The hash chain: each fact's hash covers the one before it and every stored byte of its row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Never

import msgspec

from ledger.domain.errors import ChainBroken

GENESIS: Final = bytes(32)
"""The hash before the first fact of a company."""


class Head(NamedTuple):
    """The last fact of a company: its number (0 where there is none) and its hash."""

    seq: int
    hash: bytes


EMPTY: Final = Head(0, GENESIS)


class StoredFact(NamedTuple):
    """A row of the table `facts`, in the order of its columns."""

    company: str
    seq: int
    fact_id: str
    case_id: str
    version: int
    recorded_at: int
    event_type: str
    event_schema: int
    fact_key: str
    said_by: str
    cause_id: str
    person: str
    payload: bytes
    sealed: bytes | None
    prev_hash: bytes
    hash: bytes


CONTENT: Final = StoredFact._fields[1:-2]
"""The columns that say what happened: all but the company, which is known, and the hashes."""

_pack = msgspec.msgpack.Encoder().encode


def link(previous: bytes, content: tuple[object, ...]) -> bytes:
    """The hash of a fact: sha256(previous hash ‖ MessagePack array of its 14 columns).

    MessagePack puts a length before each value, so no two rows share a form. The columns
    `payload` and `sealed` go in as the bytes that are stored; nothing is decoded.
    """
    return hashlib.sha256(previous + _pack(content)).digest()


class Walk:
    """Follows a chain row by row from its first fact. Holds one number a case, no rows.

    `noted` is a head written down earlier or elsewhere: the chain must pass through it. A walk
    may also start after a fact: `start`, with the versions that the cases had come to by then.
    """

    def __init__(
        self,
        noted: Head | None = None,
        *,
        start: Head = EMPTY,
        versions: dict[str, int] | None = None,
    ) -> None:
        self.head = start
        self._noted = noted or EMPTY
        self._versions = dict(versions or {})

    def follow(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Check the next rows (all columns, in their order). Raises `ChainBroken`."""
        seq, previous = self.head
        versions = self._versions
        try:
            for row in rows:
                case, digest = row[3], row[15]
                version = versions.get(case, 0) + 1
                sound = row[14] == previous and link(previous, row[:14]) == digest
                if not sound or row[1] != seq + 1 or row[4] != version:
                    _refuse(StoredFact._make(row), Head(seq, previous), version)
                versions[case], previous, seq = version, digest, row[1]
                if seq == self._noted.seq:
                    check_head(Head(seq, previous), self._noted, row[2])
        finally:
            self.head = Head(seq, previous)

    def finish(self) -> Head:
        """The head, after the last row. Raises `ChainBroken` where it is before the noted one."""
        if self.head.seq < self._noted.seq:
            check_head(self.head, self._noted)
        return self.head


def _refuse(row: StoredFact, head: Head, version: int) -> Never:
    """Say what is wrong with a row that should follow `head` as this version of its case."""
    if row.seq != head.seq + 1:
        raise ChainBroken(row.seq, row.fact_id, f"gap in seq: {head.seq + 1} is missing")
    check_row(row, head.hash)
    reason = f"gap in case version: {row.case_id!r} has {row.version}, not {version}"
    raise ChainBroken(row.seq, row.fact_id, reason)


def check_row(row: StoredFact, previous: bytes) -> None:
    """Raise `ChainBroken` where a row does not follow `previous` or not match its own hash."""
    if row.prev_hash != previous:
        raise ChainBroken(row.seq, row.fact_id, "hash: it does not follow the fact before it")
    if link(previous, row[:-2]) != row.hash:
        raise ChainBroken(row.seq, row.fact_id, "hash: the stored bytes were changed")


def check_head(found: Head, noted: Head, fact_id: str = "") -> None:
    """Raise `ChainBroken` where the last fact found is not the one that was noted."""
    if found.seq < noted.seq:
        reason = f"missing row: {noted.seq} facts were noted, the last one here is {found.seq}"
        raise ChainBroken(found.seq + 1, "", reason)
    if found != noted:
        reason = f"hash: the head noted is fact {noted.seq}, and this is another"
        raise ChainBroken(found.seq, fact_id, reason)
