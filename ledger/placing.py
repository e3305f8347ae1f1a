"""Gives drafts their place behind the head of the chain; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from ledger.books import Books, Sheet
from ledger.chain import Head, StoredFact, link
from ledger.codec import microseconds, placed
from ledger.domain.errors import KeyConflict
from ledger.domain.facts import Appended, Fact
from ledger.seal import PersonForgotten

INTAKE: Final = "intake"
"""Who says what comes from outside."""


class Placing:
    """Works out the rows of one append. Thrown away if it raises: the caller's state is whole.

    `known` are the stored rows by key; `version_of` gives the last version of a case.
    """

    def __init__(
        self,
        books: Books,
        head: Head,
        now: datetime,
        known: dict[str, StoredFact],
        version_of: Callable[[str], int],
    ) -> None:
        self.head = head
        self.rows: list[StoredFact] = []
        self.facts: list[Fact] = []
        self.versions: dict[str, int] = {}
        self._books = books
        self._now = now
        self._at = microseconds(now)
        self._known = known
        self._version_of = version_of

    def batch(self, sheets: Sequence[Sheet]) -> Appended:
        """Place one caller's drafts. Raises `KeyConflict`.

        What follows from facts about an erased person is kept without its personal part. What
        comes from outside raises `PersonForgotten`: it is somebody new, and loses nothing.
        """
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
        if sheet.encoded.forgotten and sheet.draft.by == INTAKE:
            raise PersonForgotten(sheet.draft.person)
        row = self._row(sheet)
        fact = placed(row, sheet.encoded.event, self._now, erased=sheet.encoded.forgotten)
        self.head = Head(row.seq, row.hash)
        self.rows.append(row)
        self.facts.append(fact)
        self._known[row.fact_key] = row
        return fact

    def _row(self, sheet: Sheet) -> StoredFact:
        draft, encoded = sheet.draft, sheet.encoded
        content = (
            self._books.company,
            self.head.seq + 1,
            draft.id or self._books.make_id(self._now),
            draft.case,
            self._next_version(draft.case),
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
        return StoredFact(*content, self.head.hash, link(self.head.hash, content))

    def _next_version(self, case: str) -> int:
        known = self.versions.get(case)
        version = (self._version_of(case) if known is None else known) + 1
        self.versions[case] = version
        return version


def _same(stored: StoredFact, fact: Fact, sheet: Sheet) -> bool:
    """Whether a draft says what a stored fact says: same case, person and event.

    Who says it and what caused it do not count. Of an erased person only the open part is
    left to compare; an older schema is compared as it reads today.
    """
    draft, encoded = sheet.draft, sheet.encoded
    if (stored.case_id, stored.person) != (draft.case, draft.person):
        return False
    if stored.event_schema != encoded.event_schema:
        return fact.event == encoded.event
    if (stored.event_type, stored.payload) != (encoded.event_type, encoded.payload):
        return False
    return encoded.forgotten or stored.sealed == encoded.sealed
