"""The one thread that writes: it takes everything that waits and commits it together.

A commit costs one fsync, however much is in it, so many appenders share one (group commit).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final

from sqlalchemy import Connection

from ledger.books import Books
from ledger.commits import Commits, Item
from ledger.database import Database
from ledger.domain.errors import ChainBroken, CooError
from ledger.domain.facts import Appended, Draft, Fact
from ledger.domain.failpoints import Failpoints
from ledger.patience import Patience
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
            "file `ledger.db`, or that PostgreSQL runs, then do it again.",
        )


class LedgerClosed(CooError):
    """Something was to be written after the ledger was closed."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger is closed already.", "Nothing was written. Start Coo and do it again."
        )


class Writer:
    """Owns the writing connection. Its methods are called in the event loop's thread."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        books: Books,
        *,
        now: Callable[[], datetime],
        loop: asyncio.AbstractEventLoop,
        committed: Callable[[Sequence[Fact]], None],
        failpoints: Failpoints,
    ) -> None:
        self.connection = connection
        self._keys = books.codec.keys
        self._database = database
        self._patience = Patience()
        self._commits = Commits(connection, database, books, now, failpoints, self._patience)
        self._loop = loop
        self._committed = committed
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._closed = False
        self._broken: ChainBroken | None = None
        self._busy = threading.Lock()
        self._changes_seen = 0
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
                self._commits.look_elsewhere()
            finally:
                self._busy.release()
        seen, self._changes_seen = self._changes_seen, self._commits.changes
        return seen != self._changes_seen

    def refuse(self, broken: ChainBroken) -> None:
        """Write nothing from now on; whoever tries is told why."""
        self._broken = broken

    async def close(self) -> None:
        """Write what was handed in, then stop."""
        if not self._closed:
            self._closed = True
            self._patience.end()
            self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

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
        """Commit items and return the new facts. Never raises: the thread must live on."""
        if self._broken is not None:
            return self._failed(items, self._broken)
        try:
            self._keys.refresh()
            with self._busy:
                return self._commits.commit(items)
        except ChainBroken as error:
            self._broken = error
            return self._failed(items, error)
        except BaseException as error:  # noqa: BLE001 - it goes to the callers
            return self._failed(items, error)

    def _failed(self, items: list[Item], error: BaseException) -> Sequence[Fact]:
        for item in items:
            item.error = item.error or error
        return ()

    def _settle(self, items: list[Item], facts: Sequence[Fact]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._answer, items, facts)
        except RuntimeError:
            # The loop is gone, and with it everybody who waited for these answers.
            _log.warning("The ledger wrote %d facts after its event loop had ended.", len(facts))

    # --- in the event loop's thread ------------------------------------------------------------

    def _answer(self, items: list[Item], facts: Sequence[Fact]) -> None:
        for item in items:
            if item.future.done():
                continue  # whoever waited for it has given up
            if item.error is None:
                item.future.set_result(item.result)
            else:
                item.future.set_exception(self._told(item.error))
        if facts:
            self._committed(facts)

    def _told(self, error: BaseException) -> BaseException:
        """What the caller gets: an error of the database becomes one with cause and remedy."""
        if isinstance(error, self._database.errors):
            told = WriteFailed(self._database.reason(error))
            told.__cause__ = error
            return told
        if isinstance(error, StopIteration):
            # A future refuses to carry this one, and its neighbours would never be answered.
            return RuntimeError("A function given to the ledger let a StopIteration out.")
        return error
