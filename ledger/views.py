"""The read tables: folded inside the transaction that appends, read from anywhere.

They are disposable. `InlineViews` is the store's projection; `ReadViews` is how other rooms
read; `at` gives the same reads inside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, delete, func, select

from ledger.domain.entities import Entity
from ledger.domain.facts import Fact
from ledger.domain.folding import FOLD_VERSION, lookups, references
from ledger.domain.present import Passed, Present
from ledger.reads import Reads
from ledger.store import Ledger
from ledger.tables import FACTS, VIEW_STATE, VIEWS
from ledger.view_batch import Batch, counter_row, entity_row, fill, lookup_rows, writes

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

_FEW: Final = 4
"""Up to so many facts, entities are loaded one by one as the fold asks for them."""


def at(connection: Connection, company: str) -> Reads:
    """The views as of a transaction, to be read synchronously inside it."""
    return Reads(connection, company)


class ReadViews:
    """Implements `ledger.domain.reading.Views` over the tables of an open ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return await self._ledger.glance(lambda c: self._at(c).get(kind, entity_id))

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return await self._ledger.glance(lambda c: self._at(c).find(kind, key))

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        reads = self._ledger.read if case is None else self._ledger.glance
        return await reads(lambda c: self._at(c).all(kind, case=case))

    async def counter(self, name: str) -> int:
        """How far a counter of the fold has come (`ledger.domain.reading.Tallies`)."""
        return await self._ledger.glance(lambda c: self._at(c).counter(name))

    async def at_once(self, work: Callable[[Reads], T]) -> T:
        """Many reads of one and the same moment (`ledger.domain.reading.Glimpses`)."""
        return await self._ledger.glance(lambda c: work(self._at(c)))

    def _at(self, connection: Connection) -> Reads:
        return Reads(connection, self._ledger.company)


class InlineViews:
    """The store's projection: keeps the read tables at the last fact, in the same commit."""

    def __init__(self, *, fold_version: int = FOLD_VERSION) -> None:
        self._fold_version = fold_version

    def apply(self, connection: Connection, company: str, facts: Sequence[Fact]) -> None:
        """Fold new facts into the tables."""
        if not facts:
            return
        batch = Batch(Reads(connection, company))
        if len(facts) > _FEW:
            batch.load(references(fact) for fact in facts)
        for fact in facts:
            batch.fold(fact)
        batch.write()
        self._note(connection, company, facts[-1].seq)

    def behind(self, connection: Connection, company: str) -> bool:
        """Whether the tables are not those of the last fact, or of another fold."""
        state = VIEW_STATE.c
        query = select(state.seq, state.fold_version).where(state.company == company)
        row = connection.execute(query).first()
        found = (0, self._fold_version) if row is None else (int(row[0]), int(row[1]))
        last = select(func.max(FACTS.c.seq)).where(FACTS.c.company == company)
        return found != (connection.execute(last).scalar() or 0, self._fold_version)

    def rebuild(self, connection: Connection, company: str, facts: Iterable[Fact | Passed]) -> None:
        """Fold everything anew, reading the facts once and holding only the present state."""
        for table in VIEWS:
            connection.execute(delete(table).where(table.c.company == company))
        present = Present()
        present.fold(facts)
        run = writes(connection.dialect)
        fill(connection, run.new_entity, _entity_rows(company, present))
        fill(connection, run.new_lookup, _lookup_rows(company, present))
        counters = present.counters.items()
        fill(connection, run.new_counter, (counter_row(company, *pair) for pair in counters))
        if present.seq:
            self._note(connection, company, present.seq)

    def _note(self, connection: Connection, company: str, seq: int) -> None:
        run = writes(connection.dialect)
        values = {"seq": seq, "fold_version": self._fold_version}
        if not run.move_state.many(connection, [{"of_company": company, **values}]):
            run.new_state.many(connection, [{"company": company, **values}])


def _entity_rows(company: str, present: Present) -> Iterator[dict[str, Any]]:
    return (entity_row(company, kept.entity, kept.ordinal) for kept in present.kept())


def _lookup_rows(company: str, present: Present) -> Iterator[dict[str, Any]]:
    for kept in present.kept():
        yield from lookup_rows(company, kept.entity, set(lookups(kept.entity)))
