"""The ledger: the company's facts, appended by one thread and read by many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, select

from ledger import schema
from ledger.books import Books, MakeId, Projection
from ledger.chain import EMPTY, Head, StoredFact, Walk, check_head
from ledger.codec import Codec
from ledger.database import Database, LedgerUnreadable, reading_errors
from ledger.domain.errors import ChainBroken, UnknownFact
from ledger.domain.facts import Appended, Draft, Fact
from ledger.domain.failpoints import UNWATCHED, Failpoints
from ledger.domain.present import Passed
from ledger.domain.reading import Clock
from ledger.ids import TimeOrderedIds
from ledger.outbox import NoOutbox, Outbox
from ledger.patience import Patience
from ledger.places import READERS, database_at
from ledger.preparing import prepare_decoders
from ledger.seal import Keys
from ledger.sqlite import sqlite_warning
from ledger.statements import ALL, statements_of
from ledger.tables import FACTS
from ledger.tail import RECENT, check_recent
from ledger.transaction import Tx
from ledger.writer import LedgerClosed, WriteFailed, Writer

__all__ = [
    "Head",
    "Ledger",
    "LedgerClosed",
    "LedgerUnreadable",
    "Projection",
    "Tx",
    "WriteFailed",
    "sqlite_warning",
]

T = TypeVar("T")
Listener = Callable[[Sequence[Fact]], None]
"""Called in the event loop's thread with new facts, right after their commit."""

_PAGE = 1000
_FEW = 200
_SAMPLE = 100
_log = logging.getLogger(__name__)


class Ledger:
    """The facts of one company. Open it with `Ledger.open`, in the event loop that uses it."""

    def __init__(self, database: Database, books: Books) -> None:
        self.company = books.company
        self._books = books
        self._database = database
        self._patience = Patience()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-reader")
        self._listeners: list[Listener] = []
        self._writer: Writer | None = None

    @classmethod
    async def open(
        cls,
        folder_or_url: Path | str,
        *,
        company: str,
        keys: Keys,
        clock: Clock,
        projection: Projection | None = None,
        ids: MakeId | None = None,
        failpoints: Failpoints = UNWATCHED,
        outbox: Outbox | None = None,
    ) -> Self:
        """Open a data folder (its `ledger.db`) or the URL of a database, making what is missing.

        Migrates it, makes deleted read tables anew and checks the head of the chain;
        raises `ChainBroken` where that does not hold, and `KeyLost` where `keys` are not those
        that its facts were sealed with.
        """
        prepare_decoders()
        database = database_at(folder_or_url, company)
        statements = statements_of(database.dialect)
        books = Books(
            company,
            Codec(company, keys),
            statements,
            projection,
            ids or TimeOrderedIds(),
            outbox or NoOutbox(),
        )
        ledger = cls(database, books)
        try:
            await ledger._start(clock, failpoints)
        except BaseException:
            await ledger.close()
            raise
        return ledger

    # --- writing -----------------------------------------------------------------------------

    async def append(self, drafts: Sequence[Draft]) -> Appended:
        """Append facts in one durable transaction; returns when they are on disk.

        A key that is there already with the same case, event and person adds nothing; with
        other content it raises `KeyConflict`, and nothing of `drafts` is written.
        """
        return await self._open_writer().append(drafts)

    async def transact(self, work: Callable[[Tx], T]) -> T:
        """Run a function inside a write transaction, in the writer's thread.

        It must be quick and touch nothing but the `Tx`: others wait for it. If it raises,
        nothing it did is written, and the error comes out here.
        """
        result: T = await self._open_writer().transact(work)
        return result

    async def writable(self) -> None:
        """Raises `ChainBroken` where nothing may be written, `WriteFailed` where nothing can be."""
        await self._open_writer().transact(Tx.head)

    async def refold(self) -> None:
        """Make the read tables anew from the facts, and leave nothing of the old ones on disk."""
        await self._open_writer().transact(lambda tx: schema.rebuild(tx.connection, self._books))
        await asyncio.to_thread(self._scrub)

    # --- reading -----------------------------------------------------------------------------

    async def case(self, case: str, *, after: int = 0, limit: int = ALL) -> Sequence[Fact]:
        """The facts of a case with `version > after`, in order."""
        reads = self.glance if limit <= _FEW else self.read
        return await reads(lambda connection: self._case(connection, case, after, limit))

    async def fact(self, fact_id: str) -> Fact:
        """One fact. Raises `UnknownFact`."""
        return await self.glance(lambda connection: self._fact(connection, fact_id))

    async def by_key(self, key: str) -> Fact | None:
        """The fact with this key, or None."""
        return await self.glance(lambda connection: self._by_key(connection, key))

    async def facts(self, after_seq: int = 0) -> AsyncIterator[Fact]:
        """All facts with `seq > after_seq`, in order, a page in memory at a time."""
        while page := await self.read(self._page(after_seq)):
            for fact in page:
                yield fact
            after_seq = page[-1].seq

    async def head(self) -> Head:
        """Number and hash of the last fact; (0, 32 zero bytes) where there is none."""
        return await self.glance(self._head)

    async def verify(self, expected: Head | None = None) -> Head:
        """Walk the whole chain over the stored bytes and return its head.

        Raises `ChainBroken` with the first bad row. `expected` is a head noted elsewhere (a
        chain alone cannot show that its tail was cut): it must be part of the chain.
        """
        return await self.read(lambda connection: self._verify(connection, expected))

    async def examine(self, last: int = RECENT) -> None:
        """Check the chain of the last facts; where it is broken, nothing is written any more.

        Whoever writes is told so by `ChainBroken`. Reading goes on, to look at the damage.
        """
        try:
            await self.read(lambda connection: check_recent(connection, self._books, last=last))
        except ChainBroken as broken:
            self._open_writer().refuse(broken)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a reading function in a thread, on a fresh snapshot of all that is committed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._in_snapshot, work)

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """The same for what only takes a few rows under an index.

        A file is asked here and now: a thread would cost three times what the read does. It never
        waits for a writer, and others get their turn first.
        """
        if self._database.near:
            await asyncio.sleep(0)
            return self._in_snapshot(work)
        return await self.read(work)

    def stream(self, connection: Connection, after_seq: int = 0) -> Iterator[Fact]:
        """All facts with `seq > after_seq`, in order, inside `read`: the quickest way to them."""
        return schema.stream(connection, self._books, after_seq)

    def stream_to_fold(self, connection: Connection, after_seq: int = 0) -> Iterator[Fact | Passed]:
        """The same for `Present.fold`: what no fold looks at is neither opened nor decoded."""
        return schema.stream_to_fold(connection, self._books, after_seq)

    # --- wake-ups ------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the new facts of this process; returns how to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed_elsewhere(self) -> bool:
        """Whether another process committed to the file since the last call."""
        return self._open_writer().changed_elsewhere()

    async def close(self) -> None:
        """Write what was handed in, then close all connections."""
        if self._writer is not None:
            await self._writer.close()
            self._writer.connection.close()
        self._patience.end()
        self._readers.shutdown()
        self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    # --- inside --------------------------------------------------------------------------------

    def _scrub(self) -> None:
        with reading_errors(self._database):
            self._database.scrub()

    async def _start(self, clock: Clock, failpoints: Failpoints) -> None:
        loop = asyncio.get_running_loop()
        connection = await loop.run_in_executor(self._readers, self._prepared)
        self._writer = Writer(
            connection,
            self._database,
            self._books,
            now=clock.now,
            loop=loop,
            committed=self._tell,
            failpoints=failpoints,
        )
        await self.writable()
        await self.read(self._check_keys)

    def _check_keys(self, connection: Connection) -> None:
        """Look for the keys of the first and the last facts, without opening anything.

        With a lost or an old file of keys nothing may be written: it would be sealed under new
        keys, and be unreadable once the right file is back.
        """
        row, head = FACTS.c, self._head(connection).seq
        persons = select(row.person).where(row.company == self.company, row.sealed.is_not(None))
        for some in (row.seq <= _SAMPLE, row.seq > head - _SAMPLE):
            for (person,) in connection.execute(persons.where(some).distinct()):
                self._books.codec.keys.opener(str(person))

    def _prepared(self) -> Connection:
        with self._database.preparing() as connection:
            schema.prepare(connection, self._books)
        return self._database.connect()

    def _open_writer(self) -> Writer:
        if self._writer is None:
            raise LedgerClosed
        return self._writer

    def _tell(self, facts: Sequence[Fact]) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(facts)
            except Exception:  # noqa: BLE001 - its facts are written, and a poll finds them
                _log.exception("A listener of the ledger failed.")

    def _in_snapshot(self, work: Callable[[Connection], T]) -> T:
        with reading_errors(self._database):
            return self._patience.through(lambda: self._read_once(work), self._database.lost)

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        self._books.codec.keys.refresh()
        with self._database.readers().connect() as connection, connection.begin():
            return work(connection)

    def _page(self, after: int) -> Callable[[Connection], list[Fact]]:
        return lambda connection: schema.page_after(connection, self._books, after, _PAGE)

    def _case(self, connection: Connection, case: str, after: int, limit: int) -> Sequence[Fact]:
        rows = self._books.statements.case_after.all(
            connection, company=self.company, case_id=case, after=after, count=limit
        )
        return [self._books.codec.fact(row) for row in rows]

    def _fact(self, connection: Connection, fact_id: str) -> Fact:
        found = self._books.statements.fact_by_id
        row = found.first(connection, company=self.company, fact_id=fact_id)
        if row is None:
            raise UnknownFact(fact_id)
        return self._books.codec.fact(row)

    def _by_key(self, connection: Connection, key: str) -> Fact | None:
        found = self._books.statements.fact_by_key
        row = found.first(connection, company=self.company, fact_key=key)
        return None if row is None else self._books.codec.fact(row)

    def _head(self, connection: Connection) -> Head:
        found = self._books.statements.last_fact
        row = found.first(connection, company=self.company, count=1)
        if row is None:
            return EMPTY
        stored = StoredFact._make(row)
        return Head(stored.seq, stored.hash)

    def _verify(self, connection: Connection, expected: Head | None) -> Head:
        statements = self._books.statements
        walk = Walk(expected)
        try:
            walk.follow(statements.all_rows.stream(connection, company=self.company))
        except connection.dialect.loaded_dbapi.Error as error:
            # Bytes were changed so that the database itself cannot read the next row.
            raise ChainBroken(walk.head.seq + 1, "", f"unreadable row: {error}") from error
        noted = statements.noted_head.first(connection, company=self.company)
        check_head(walk.head, EMPTY if noted is None else Head(int(noted[0]), bytes(noted[1])))
        return walk.finish()
