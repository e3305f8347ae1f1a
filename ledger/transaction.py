"""What can be done inside one write transaction: append facts, move cursors, read as of now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, select

from ledger.chain import EMPTY, GENESIS, Head, StoredFact, check_head, check_row, link
from ledger.codec import Codec, Encoded, microseconds, placed
from ledger.domain.errors import KeyConflict, StaleCursor, UnknownFact
from ledger.domain.facts import Appended, Draft, Fact
from ledger.seal import PersonForgotten
from ledger.statements import Prepared, Statements
from ledger.tables import FACTS

MakeId = Callable[[datetime], str]
"""Makes a new id that sorts by the given moment."""

ALL = 2**62
"""No limit."""

_KEYS_A_QUERY = 500


class Projection(Protocol):
    """What folds facts into the read tables."""

    def apply(self, connection: Connection, company: str, facts: Sequence[Fact]) -> None:
        """Fold new facts, inside the transaction that appends them."""
        ...

    def behind(self, connection: Connection, company: str) -> bool:
        """Whether the read tables are not those of the last fact, or of an older fold."""
        ...

    def rebuild(self, connection: Connection, company: str, facts: Iterable[Fact]) -> None:
        """Make the read tables anew from all facts; whatever is in them is thrown away."""
        ...


class Sheet(NamedTuple):
    """A draft with its bytes, ready to be placed."""

    draft: Draft
    encoded: Encoded


class Books(NamedTuple):
    """What every transaction of a ledger shares."""

    company: str
    codec: Codec
    statements: Statements
    projection: Projection | None
    make_id: MakeId

    def sheets(self, drafts: Sequence[Draft]) -> list[Sheet]:
        """Encode drafts. Touches no table of the ledger, so it needs no transaction."""
        encode = self.codec.encode
        return [Sheet(d, encode(d.event, key=d.key, person=d.person)) for d in drafts]


class Mark(NamedTuple):
    """Where a transaction stood, to return to with its SAVEPOINT."""

    head: Head
    facts: int


class Tx:
    """One write transaction. Only used in the writer thread, and only while it lasts.

    Nothing it does stays if the function it was given to raises.
    """

    def __init__(self, connection: Connection, books: Books, now: datetime, trusted: Head) -> None:
        self.connection = connection
        self.company = books.company
        self.new_facts: list[Fact] = []
        self.spoiled: Exception | None = None
        self._books = books
        self._run = books.statements
        self._now = now.astimezone(UTC)
        self._versions: dict[str, int] = {}
        self._started = self._head = self._checked_head(trusted)

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

    def by_key(self, key: str) -> Fact | None:
        """The fact with this key, or None."""
        row = self._one(self._run.fact_by_key, fact_key=key)
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
        placing = _Placing(self, known)
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

    def _checked_head(self, trusted: Head) -> Head:
        """The head as stored. One that we did not write ourselves is checked first."""
        row = self._one(self._run.noted_head)
        noted = EMPTY if row is None else Head(int(row[0]), bytes(row[1]))
        last = self._one(self._run.last_fact, count=1)
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
        found: dict[str, StoredFact] = {}
        for start in range(0, len(keys), _KEYS_A_QUERY):
            some = FACTS.c.fact_key.in_(keys[start : start + _KEYS_A_QUERY])
            query = select(FACTS).where(FACTS.c.company == self.company, some)
            rows = map(StoredFact._make, self.connection.execute(query))
            found.update((row.fact_key, row) for row in rows)
        return found

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

    def _write(self, placing: _Placing) -> None:
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

    def _insert(self, placing: _Placing) -> None:
        try:
            self._run.insert_facts.insert(self.connection, placing.rows)
        except self.connection.dialect.loaded_dbapi.IntegrityError as error:
            for row in placing.rows:
                taken = self._one(self._run.fact_by_id, fact_id=row.fact_id)
                if taken is not None and StoredFact._make(taken).fact_key != row.fact_key:
                    raise KeyConflict(row.fact_key, row.fact_id) from error
            raise


class _Placing:
    """Gives drafts their place behind the head; nothing is written yet."""

    def __init__(self, tx: Tx, known: dict[str, StoredFact]) -> None:
        self.rows: list[StoredFact] = []
        self.facts: list[Fact] = []
        self.head = tx.head()
        self.versions: dict[str, int] = {}
        self._tx = tx
        self._books = tx._books  # noqa: SLF001 - a part of Tx, split off for its size
        self._at = microseconds(tx.now())
        self._known = known

    def batch(self, sheets: Sequence[Sheet]) -> Appended:
        before = len(self.rows)
        facts = tuple([self._existing(sheet) or self._place(sheet) for sheet in sheets])
        return Appended(facts=facts, new=len(self.rows) - before)

    def _existing(self, sheet: Sheet) -> Fact | None:
        stored = self._known.get(sheet.draft.key)
        if stored is None:
            return None
        fact = self._books.codec.fact(stored)
        if not _same(stored, fact, sheet):
            raise KeyConflict(stored.fact_key, stored.fact_id)
        return fact

    def _place(self, sheet: Sheet) -> Fact:
        draft, encoded = sheet
        if encoded.forgotten:
            raise PersonForgotten(draft.person)
        version = self._next_version(draft.case)
        content = (
            self._books.company,
            self.head.seq + 1,
            draft.id or self._books.make_id(self._tx.now()),
            draft.case,
            version,
            self._at,
            encoded.event_type,
            encoded.event_schema,
            draft.key,
            draft.by,
            draft.cause,
            draft.person,
            encoded.payload,
            encoded.sealed,
        )
        digest = link(self.head.hash, content)
        row = StoredFact(*content, self.head.hash, digest)
        self.head = Head(row.seq, digest)
        self.rows.append(row)
        self._known[draft.key] = row
        fact = placed(row, encoded.event)
        self.facts.append(fact)
        return fact

    def _next_version(self, case: str) -> int:
        known = self.versions.get(case)
        version = (self._tx.case_version(case) if known is None else known) + 1
        self.versions[case] = version
        return version


def _same(stored: StoredFact, fact: Fact, sheet: Sheet) -> bool:
    """Whether a draft says what a stored fact says: same case, person and event.

    Who says it and what caused it do not count. Of an erased person only the open part is
    left to compare; an older schema is compared as it reads today.
    """
    draft, encoded = sheet
    if (stored.case_id, stored.person) != (draft.case, draft.person):
        return False
    if stored.event_schema != encoded.event_schema:
        return fact.event == encoded.event
    if (stored.event_type, stored.payload) != (encoded.event_type, encoded.payload):
        return False
    return encoded.forgotten or stored.sealed == encoded.sealed
