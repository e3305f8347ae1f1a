"""The one thread that writes: it takes everything that waits and commits it together.

A commit costs one fsync, however much is in it, so many appenders share one (group commit).
Each item runs in a SAVEPOINT of its own: one that fails takes nothing else with it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ledger import sqlite
from ledger.books import Books, Sheet
from ledger.chain import EMPTY
from ledger.domain.errors import ChainBroken, CooError
from ledger.domain.facts import Appended, Draft, Fact
from ledger.transaction import Tx

MOST_ITEMS: Final = 1024
"""Items that share a commit at most."""

_log = logging.getLogger(__name__)


class WriteFailed(CooError):
    """The disk or the database refused a write."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The ledger could not be written: {why}.",
            "Nothing of it was kept. Check free space, rights and other programs that hold the "
            "file `ledger.db`, then do it again.",
        )


class LedgerClosed(CooError):
    """Something was to be written after the ledger was closed."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger is closed already.", "Nothing was written. Start Coo and do it again."
        )


@dataclass(slots=True, eq=False)
class Item:
    """Something to write: drafts, or a function. Exactly one of result and error is set."""

    future: asyncio.Future[Any]
    work: Callable[[Tx], Any] | None = None
    drafts: Sequence[Draft] = ()
    sheets: list[Sheet] = field(default_factory=list)
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Owns the writing connection. Its methods are called in the event loop's thread."""

    def __init__(
        self,
        connection: Connection,
        books: Books,
        *,
        now: Callable[[], datetime],
        loop: asyncio.AbstractEventLoop,
        committed: Callable[[Sequence[Fact]], None],
    ) -> None:
        self.connection = connection
        self._books = books
        self._now = now
        self._loop = loop
        self._committed = committed
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._closed = False
        self._head = EMPTY
        self._broken: ChainBroken | None = None
        self._busy = threading.Lock()
        self._data_version = sqlite.data_version(connection)
        self._changed = False
        self._thread = threading.Thread(target=self._serve, name="ledger-writer", daemon=True)
        self._thread.start()

    def append(self, drafts: Sequence[Draft]) -> asyncio.Future[Appended]:
        """Hand drafts to the writer."""
        return self._submit(Item(self._loop.create_future(), drafts=drafts))

    def transact(self, work: Callable[[Tx], Any]) -> asyncio.Future[Any]:
        """Hand a function to the writer."""
        return self._submit(Item(self._loop.create_future(), work=work))

    def changed_elsewhere(self) -> bool:
        """Whether another connection committed since the last call.

        Asked on the writing connection, whose own commits do not count. While it is at work
        it looks itself, so nobody waits for a commit here.
        """
        if self._busy.acquire(blocking=False):
            try:
                self._look_elsewhere()
            finally:
                self._busy.release()
        changed, self._changed = self._changed, False
        return changed

    async def close(self) -> None:
        """Write what was handed in, then stop."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _submit(self, item: Item) -> asyncio.Future[Any]:
        if self._closed:
            raise LedgerClosed
        self._queue.put(item)
        return item.future

    # --- in the writer thread ------------------------------------------------------------------

    def _serve(self) -> None:
        more = True
        while more:
            items, more = self._waiting()
            if items:
                self._settle(items, self._write(items))

    def _waiting(self) -> tuple[list[Item], bool]:
        """What waits now (at least one item), and whether more may come after it."""
        found = [self._queue.get()]
        while found[-1] is not None and len(found) < MOST_ITEMS:
            try:
                found.append(self._queue.get_nowait())
            except Empty:
                break
        return [item for item in found if item is not None], found[-1] is not None

    def _write(self, items: list[Item]) -> Sequence[Fact]:
        """Encode, then commit together what could be encoded. Returns the new facts."""
        if self._broken is not None:
            self._fail(items, self._broken)
            return ()
        try:
            self._books.codec.keys.refresh()
            self._encode([item for item in items if item.work is None])
            ready = [item for item in items if item.error is None]
            with self._busy:
                return self._commit(ready) if ready else ()
        except BaseException as error:  # noqa: BLE001 - it goes to the callers; the thread lives on
            self._fail(items, error)
            return ()

    def _encode(self, items: list[Item]) -> None:
        encoded = self._books.sheets_of_each([item.drafts for item in items])
        for item, sheets in zip(items, encoded, strict=True):
            if isinstance(sheets, Exception):
                item.error = sheets
            else:
                item.sheets = sheets

    def _commit(self, items: list[Item]) -> Sequence[Fact]:
        connection = self.connection
        try:
            connection.begin()
            self._look_elsewhere()
            tx = Tx(connection, self._books, self._now(), self._head)
            for run in _runs(items):
                self._perform(tx, run)
            head = tx.finish()
            connection.commit()
        except BaseException:
            self._roll_back()
            raise
        self._head = head
        return tx.new_facts

    def _perform(self, tx: Tx, run: list[Item]) -> None:
        """Run items under one SAVEPOINT; where that fails and they are several, one by one."""
        mark = tx.mark()
        driver = sqlite.raw(self.connection)
        driver.execute("SAVEPOINT item")
        try:
            _do(tx, run)
        except Exception as error:
            if not driver.in_transaction:
                raise  # SQLite gave up the whole transaction (disk full, I/O error)
            driver.execute("ROLLBACK TO item")
            tx.return_to(mark)
            self._alone(tx, run, error)
        driver.execute("RELEASE item")

    def _alone(self, tx: Tx, run: list[Item], error: Exception) -> None:
        if len(run) == 1:
            run[0].error = _told(error)
            return
        for item in run:
            self._perform(tx, [item])

    def _look_elsewhere(self) -> None:
        version = sqlite.data_version(self.connection)
        if version != self._data_version:
            self._data_version = version
            self._changed = True

    def _roll_back(self) -> None:
        try:
            self.connection.rollback()
        except SQLAlchemyError:
            _log.exception("The ledger's transaction could not be rolled back.")
        driver = sqlite.raw(self.connection)
        if driver.in_transaction:
            driver.rollback()

    def _fail(self, items: list[Item], error: BaseException) -> None:
        if isinstance(error, ChainBroken):
            self._broken = error
        for item in items:
            item.error = item.error or _told(error)

    def _settle(self, items: list[Item], facts: Sequence[Fact]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._answer, items, facts)
        except RuntimeError:
            # The loop is gone, and with it everybody who waited for these answers.
            _log.warning("The ledger wrote %d facts after its event loop had ended.", len(facts))

    # --- in the event loop's thread -------------------------------------------------------------

    def _answer(self, items: list[Item], facts: Sequence[Fact]) -> None:
        for item in items:
            if item.future.done():
                continue
            if item.error is None:
                item.future.set_result(item.result)
            else:
                item.future.set_exception(item.error)
        if facts:
            self._committed(facts)


def _runs(items: list[Item]) -> list[list[Item]]:
    """Neighbouring appends together, each function alone; the order stays."""
    runs: list[list[Item]] = []
    for item in items:
        if runs and item.work is None and runs[-1][0].work is None:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _do(tx: Tx, run: list[Item]) -> None:
    work = run[0].work
    if work is None:
        results = tx.append_sheets([item.sheets for item in run])
        for item, result in zip(run, results, strict=True):
            item.result = result
        return
    run[0].result = work(tx)
    if tx.spoiled is not None:
        raise tx.spoiled


def _told(error: BaseException) -> BaseException:
    """What the caller gets: an error of the database becomes one with cause and remedy."""
    if isinstance(error, SQLAlchemyError | sqlite3.Error):
        told = WriteFailed(sqlite.reason(error))
        told.__cause__ = error
        return told
    return error
