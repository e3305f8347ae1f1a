"""How items that wait together are committed together, and one that fails takes no other along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from ledger.books import Books, Sheet
from ledger.chain import EMPTY
from ledger.database import Database
from ledger.domain.facts import Draft, Fact
from ledger.domain.failpoints import Failpoints, Moment
from ledger.patience import Patience
from ledger.transaction import Tx


@dataclass(slots=True, eq=False)
class Item:
    """Something to write: drafts, or a function. In the end it has a result or an error."""

    future: asyncio.Future[Any]
    work: Callable[[Tx], Any] | None = None
    drafts: Sequence[Draft] = ()
    sheets: list[Sheet] = field(default_factory=list)
    result: Any = None
    error: BaseException | None = None


class _RunFailed(Exception):
    """The items of a transaction without SAVEPOINTs failed, not the transaction itself."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class Commits:
    """Writes items over one connection. Only used in the writer's thread."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        books: Books,
        now: Callable[[], datetime],
        failpoints: Failpoints,
        patience: Patience,
    ) -> None:
        self.changes = 0
        self._failpoints = failpoints
        self._connection = connection
        self._database = database
        self._books = books
        self._now = now
        self._patience = patience
        self._head = EMPTY
        self._elsewhere = database.changes(connection)

    def commit(self, items: list[Item]) -> Sequence[Fact]:
        """Commit items together and return the new facts; sets each item's result or error.

        What it raises concerns the transaction as a whole: nothing of it was kept.
        """
        self._encode([item for item in items if item.work is None])
        ready = [item for item in items if item.error is None]
        runs = _runs(ready)
        if not runs:
            return ()
        if len(runs) > 1:
            return self._transaction(partial(self._guarded, runs))
        return self._one_run(runs[0])

    def look_elsewhere(self) -> None:
        """Count it in `changes` if another connection committed since the last look."""
        if self._elsewhere.look():
            self.changes += 1

    def _encode(self, items: list[Item]) -> None:
        encoded = self._books.sheets_of_each([item.drafts for item in items])
        for item, sheets in zip(items, encoded, strict=True):
            if isinstance(sheets, Exception):
                item.error = sheets
            else:
                item.sheets = sheets

    def _one_run(self, run: list[Item]) -> Sequence[Fact]:
        """The usual case needs no SAVEPOINT, which would double the price of an insert.

        Where it fails, the transaction is given up and made again with one for each item.
        """
        try:
            return self._transaction(partial(self._bare, run))
        except _RunFailed as failed:
            if len(run) == 1:
                run[0].error = failed.error
                return ()
            return self._transaction(partial(self._guarded, [[item] for item in run]))

    def _transaction(self, work: Callable[[Tx], None]) -> Sequence[Fact]:
        """One transaction, begun anew where the server went away before it was to commit.

        Once the commit was sent nobody knows what became of it, so the callers decide: what
        they do again is recognised by its key or its cursor.
        """
        waits = self._patience.waits()
        while True:
            tx = self._try(work)
            if tx is not None:
                return tx.new_facts
            next(waits)

    def _try(self, work: Callable[[Tx], None]) -> Tx | None:
        """The committed transaction; None where it may simply be made again."""
        sent = False
        try:
            self._connection.begin()
            self.look_elsewhere()
            found = self._database.head(self._connection)
            tx = Tx(self._connection, self._database, self._books, self._now(), self._head, found)
            work(tx)
            if tx.new_facts:
                self._books.outbox.put(self._connection, tx.new_facts)
            head = tx.finish()
            self._failpoints.reached(Moment.COMMIT_BEFORE)
            sent = True
            self._connection.commit()
        except BaseException as error:
            self._database.unwind(self._connection)
            if not sent and self._database.lost(error) and self._patience.left():
                return None
            raise
        self._head = head
        self._elsewhere.committed(head.seq)
        self._failpoints.reached(Moment.COMMIT_AFTER)
        return tx

    def _bare(self, run: list[Item], tx: Tx) -> None:
        try:
            _do(tx, run)
        except Exception as error:
            if self._given_up():
                raise
            raise _RunFailed(error) from error

    def _guarded(self, runs: list[list[Item]], tx: Tx) -> None:
        for run in runs:
            for item in run:
                item.error = None  # it may be from a try that was lost
            self._perform(tx, run)

    def _perform(self, tx: Tx, run: list[Item]) -> None:
        """Run items under one SAVEPOINT; where that fails and they are several, one by one."""
        mark = tx.mark()
        execute = partial(self._database.execute, self._connection)
        execute("SAVEPOINT item")
        try:
            _do(tx, run)
        except Exception as error:
            if self._given_up():
                raise
            execute("ROLLBACK TO SAVEPOINT item")
            tx.return_to(mark)
            self._alone(tx, run, error)
        execute("RELEASE SAVEPOINT item")

    def _alone(self, tx: Tx, run: list[Item], error: Exception) -> None:
        if len(run) == 1:
            run[0].error = error
        else:
            self._guarded([[item] for item in run], tx)

    def _given_up(self) -> bool:
        return self._database.gone(self._connection)


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
