"""What can be done inside one write transaction: append facts, move cursors, read as of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ledger.books import Books, Sheet
from ledger.chain import EMPTY, GENESIS, Head, StoredFact, check_head, check_row
from ledger.database import Database, Row
from ledger.domain.errors import KeyConflict, StaleCursor, UnknownFact
from ledger.domain.facts import Appended, Draft, Fact
from ledger.placing import Placing
from ledger.plain_text import without_nul
from ledger.statements import ALL, Prepared


class Mark(NamedTuple):
    """Where a transaction stood, to return to with its SAVEPOINT."""

    head: Head
    facts: int


class Tx:
    """One write transaction. Only used in the writer thread, and only while it lasts.

    Nothing it does stays if the function it was given to raises.
    """

    def __init__(
        self,
        connection: Connection,
        database: Database,
        books: Books,
        now: datetime,
        trusted: Head,
        found: tuple[Row | None, Row | None] | None = None,
    ) -> None:
        """`found`: the noted head and the last fact, where they were read already."""
        self.connection = connection
        self._database = database
        self.company = books.company
        self.new_facts: list[Fact] = []
        self.spoiled: Exception | None = None
        self._books = books
        self._run = books.statements
        self._now = now.astimezone(UTC)
        self._versions: dict[str, int] = {}
        self._started = self._head = self._checked_head(trusted, found)

    # --- for those who write ----------------------------------------------------------------

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Append facts; a key that is there already with the same content adds nothing.

        Raises `KeyConflict` where the same key has another case, event or person.
        """
        return self.append_sheets([self._books.sheets(drafts)])[0]

    def fact(self, fact_id: str) -> Fact:
        """One fact. Raises `UnknownFact`."""
        row = self._one(self._run.fact_by_id, fact_id=fact_id)
        if row is None:
            raise UnknownFact(fact_id)
        return self._books.codec.fact(row)

    def at_seq(self, seq: int) -> Fact | None:
        """The fact with this number, or None."""
        row = self._one(self._run.facts_after, after=seq - 1, count=1)
        return None if row is None else self._books.codec.content(row)

    def by_key(self, key: str) -> Fact | None:
        """The fact with this key, or None."""
        row = self._one(self._run.fact_by_key, fact_key=without_nul(key))
        return None if row is None else self._books.codec.fact(row)

    def case(self, case: str, *, after: int = 0, limit: int = ALL) -> Sequence[Fact]:
        """The facts of a case with `version > after`, in order."""
        rows = self._run.case_after.all(
            self.connection, company=self.company, case_id=case, after=after, count=limit
        )
        return [self._books.codec.fact(row) for row in rows]

    def case_version(self, case: str) -> int:
        """The version of the last fact of a case; 0 where it has none."""
        known = self._versions.get(case)
        if known is None:
            row = self._one(self._run.case_version, case_id=case)
            known = self._versions[case] = int((row and row[0]) or 0)
        return known

    def head(self) -> Head:
        """The last fact, as of this transaction."""
        return self._head

    def cursor(self, subscriber: str, case: str) -> tuple[int, str]:
        """Position and token of a subscriber in a case; (0, "") where it has not begun."""
        row = self._one(self._run.cursor, subscriber=subscriber, case_id=case)
        return (0, "") if row is None else (int(row[0]), str(row[1]))

    def move_cursor(
        self, subscriber: str, case: str, *, expected: int, to: int, token: str
    ) -> None:
        """Move a cursor from `expected` to `to`. Raises `StaleCursor` where it is elsewhere."""
        row = self._one(self._run.cursor, subscriber=subscriber, case_id=case)
        found = 0 if row is None else int(row[0])
        if found != expected:
            raise StaleCursor(subscriber, case, expected, found)
        self._store_cursor(subscriber, case, to, token, fresh=row is None)

    def now(self) -> datetime:
        """The moment of this transaction (UTC): the `at` of its facts."""
        return self._now

    # --- for the writer ------------------------------------------------------------------------

    def append_sheets(self, batches: Sequence[Sequence[Sheet]]) -> list[Appended]:
        """Append several callers' encoded drafts with as few statements as one caller's."""
        known = self._stored_by_key([s.draft.key for batch in batches for s in batch])
        placing = Placing(self._books, self._head, self._now, known, self.case_version)
        results = [placing.batch(batch) for batch in batches]
        if placing.rows:
            self._write(placing)
        return results

    def mark(self) -> Mark:
        """Where the transaction stands."""
        return Mark(self._head, len(self.new_facts))

    def return_to(self, mark: Mark) -> None:
        """Follow a rollback to the SAVEPOINT made at `mark`."""
        self._head = mark.head
        del self.new_facts[mark.facts :]
        self._versions.clear()
        self.spoiled = None

    def finish(self) -> Head:
        """Note the new head, right before the commit, and return it."""
        head = self._head
        if self._started == EMPTY and head != EMPTY:
            self._run.insert_head.run(
                self.connection, company=self.company, seq=head.seq, hash=head.hash
            )
        elif head != self._started:
            self._run.update_head.run(
                self.connection, of_company=self.company, seq=head.seq, hash=head.hash
            )
        return head

    # --- inside --------------------------------------------------------------------------------

    def _checked_head(
        self, trusted: Head, found_along: tuple[Row | None, Row | None] | None
    ) -> Head:
        """The head as stored. One that we did not write ourselves is checked first."""
        row, last = found_along or (
            self._one(self._run.noted_head),
            self._one(self._run.last_fact, count=1),
        )
        noted = EMPTY if row is None else Head(int(row[0]), bytes(row[1]))
        if last is None:
            check_head(EMPTY, noted)
            return EMPTY
        stored = StoredFact._make(last)
        found = Head(stored.seq, stored.hash)
        check_head(found, noted, stored.fact_id)
        if found != trusted:
            check_row(stored, stored.prev_hash if stored.seq > 1 else GENESIS)
        return found

    def _one(self, statement: Prepared, **values: Any) -> tuple[Any, ...] | None:
        return statement.first(self.connection, company=self.company, **values)

    def _stored_by_key(self, keys: Sequence[str]) -> dict[str, StoredFact]:
        if len(keys) == 1:
            row = self._one(self._run.fact_by_key, fact_key=keys[0])
            return {} if row is None else {keys[0]: StoredFact._make(row)}
        rows = self._run.facts_by_keys.run(self.connection, keys, company=self.company)
        return {row.fact_key: row for row in map(StoredFact._make, rows)}

    def _store_cursor(
        self, subscriber: str, case: str, to: int, token: str, *, fresh: bool
    ) -> None:
        if fresh:
            self._run.insert_cursor.run(
                self.connection,
                company=self.company,
                subscriber=subscriber,
                case_id=case,
                position=to,
                token=token,
            )
        else:
            self._run.update_cursor.run(
                self.connection,
                of_company=self.company,
                of_subscriber=subscriber,
                of_case=case,
                position=to,
                token=token,
            )

    def _write(self, placing: Placing) -> None:
        """Insert rows and fold them. A failure here leaves half of it: the item must go."""
        try:
            self._insert(placing)
            if self._books.projection is not None:
                self._books.projection.apply(self.connection, self.company, placing.facts)
        except Exception as error:
            self.spoiled = error
            raise
        self._head = placing.head
        self._versions.update(placing.versions)
        self.new_facts += placing.facts

    def _insert(self, placing: Placing) -> None:
        try:
            self._run.insert_facts.insert(self.connection, placing.rows)
        except self.connection.dialect.loaded_dbapi.IntegrityError as error:
            row = self._database.clashing(self.connection, error, placing.rows)
            if row is None:
                raise
            raise KeyConflict(row.fact_key, row.fact_id) from error
