"""An export: the whole ledger as JSON lines, in one snapshot, while Coo runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from msgspec import Raw
from sqlalchemy import Connection, select

from ledger.archive.age import WORK, sealed
from ledger.archive.backup import Made, keys_file, version
from ledger.archive.lines import (
    FORMAT,
    DocumentLine,
    End,
    FactLine,
    FileLine,
    Header,
    KeysLine,
    Line,
    compressing,
    encoded,
)
from ledger.archive.manifest import BLOBS, FILES, KEYS, POLICIES
from ledger.archive.troubles import WouldOverwrite
from ledger.archive.whole_file import whole_file
from ledger.blobs import sealed_copies
from ledger.chain import EMPTY, Head, StoredFact, Walk
from ledger.domain.errors import InputUnreadable
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.tables import FACTS

_MARK: Final = b'{"line":"export",'
_PAGE: Final = 1_000
_ENDINGS: Final = (".jsonl", ".gz", ".zst")


class Exporting:
    """Writes one export. `keys` opens personal texts, where they shall stand there readable."""

    def __init__(
        self, data: Path, ledger: Ledger, at: datetime, *, keys: Keys | None, work: int = WORK
    ) -> None:
        self._data = data
        self._ledger = ledger
        self._at = at
        self._keys = keys
        self._work = work

    async def written(self, path: Path, passphrase: str | None) -> Made:
        """Write all of it or nothing. Without a passphrase the keys are left out."""
        _refuse_other(path)
        return await self._ledger.read(lambda c: self._write(c, path, passphrase))

    def _write(self, connection: Connection, path: Path, passphrase: str | None) -> Made:
        head = _head(connection, self._ledger.company)
        count, digest = 0, hashlib.sha256()
        with whole_file(path) as file:
            with compressing(file, path) as out:
                for line in self._lines(connection, head, passphrase):
                    count += 1
                    digest.update(_put(out, line))
                _put(out, End(lines=count, sha256=digest.hexdigest()))
            size = file.tell()
        return Made(path=path, facts=head.seq, head=head.hash.hex(), files=count, size=size)

    def _lines(self, connection: Connection, head: Head, passphrase: str | None) -> Iterator[Line]:
        yield Header(
            format=FORMAT,
            company=self._ledger.company,
            coo=version(),
            made_at=self._at,
            facts=head.seq,
            head=head.hash.hex(),
            keys=passphrase is not None,
        )
        for name in (*_files(self._data), *_policies(self._data)):
            yield FileLine(path=name, text=(self._data / name).read_text(encoding="utf-8"))
        yield from self._facts(connection)
        if passphrase is not None:  # after the facts: a key is durable before the fact it seals
            pieces = sealed([keys_file(self._data / KEYS)], passphrase, work=self._work)
            yield KeysLine(age=b"".join(pieces))
        for sha256, person, path in sealed_copies(self._data / BLOBS):
            yield DocumentLine(sha256=sha256, person=person, sealed=path.read_bytes())

    def _facts(self, connection: Connection) -> Iterator[FactLine]:
        """Every fact, the chain checked on the way: what does not hold is not handed on."""
        query = select(FACTS).where(FACTS.c.company == self._ledger.company).order_by(FACTS.c.seq)
        streamed = connection.execution_options(stream_results=True, max_row_buffer=_PAGE)
        walk = Walk()
        for page in streamed.execute(query).partitions(_PAGE):
            rows = [_plain(row) for row in page]
            walk.follow(rows)
            for row in rows:
                yield self._fact(StoredFact._make(row))

    def _fact(self, row: StoredFact) -> FactLine:
        return FactLine(
            seq=row.seq,
            id=row.fact_id,
            case=row.case_id,
            version=row.version,
            at=row.recorded_at,
            type=row.event_type,
            schema=row.event_schema,
            key=row.fact_key,
            by=row.said_by,
            cause=row.cause_id,
            person=row.person,
            event=Raw(row.payload),
            sealed=row.sealed,
            hash=row.hash.hex(),
            personal=self._personal(row),
        )

    def _personal(self, row: StoredFact) -> Raw | msgspec.UnsetType:
        cipher = self._keys.opener(row.person) if self._keys and row.sealed is not None else None
        if cipher is None or row.sealed is None:
            return msgspec.UNSET
        context = [row.company.encode(), row.event_type.encode(), row.fact_key.encode()]
        return Raw(cipher.open(row.sealed, context))


def _refuse_other(path: Path) -> None:
    if path.suffix not in _ENDINGS:
        raise InputUnreadable(
            f"{path.name!r} does not say how to write it.",
            "Let the name end in .jsonl, .jsonl.gz or .jsonl.zst.",
        )
    if path.is_dir() or (path.exists() and path.stat().st_size and not looks_exported(path)):
        raise WouldOverwrite(path)


def looks_exported(path: Path) -> bool:
    """Whether a file may be an export: compressed ones are taken at their name."""
    if path.suffix != ".jsonl":
        return True
    with path.open("rb") as file:
        return file.read(len(_MARK)) == _MARK


def _files(data: Path) -> Sequence[str]:
    return [name for name in FILES if (data / name).exists()]


def _policies(data: Path) -> Sequence[str]:
    return [f"{POLICIES}/{path.name}" for path in sorted((data / POLICIES).glob("*.yaml"))]


def _put(out: IO[bytes] | GzipFile, line: Line) -> bytes:
    data = encoded(line) + b"\n"
    out.write(data)
    return data


def _plain(row: Any) -> tuple[Any, ...]:
    """A row as the chain hashes it: some drivers give bytes of their own kind."""
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _head(connection: Connection, company: str) -> Head:
    query = select(FACTS.c.seq, FACTS.c.hash).where(FACTS.c.company == company)
    row = connection.execute(query.order_by(FACTS.c.seq.desc()).limit(1)).first()
    return EMPTY if row is None else Head(int(row[0]), bytes(row[1]))
