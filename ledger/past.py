"""Going back in time: the state as it was at a moment, folded from the facts until then.

What is erased now is erased in the past as well, since its key is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import TypeVar

from sqlalchemy import Connection, func, select

from ledger.codec import microseconds
from ledger.codec import moment as moment_of
from ledger.domain.entities import Entity
from ledger.domain.errors import UnknownFact
from ledger.domain.facts import Fact
from ledger.domain.present import Passed, Present
from ledger.store import Ledger
from ledger.tables import FACTS

E = TypeVar("E", bound=Entity)


class Past:
    """The state after fact `seq`: `Views` and `History` of that moment.

    `seq` is 0 before the first fact. `set_back` counts facts that bear a time of before the
    moment and came after later ones, since a clock was set back; they are not in it.
    """

    def __init__(self, ledger: Ledger, present: Present, last: datetime | None) -> None:
        self._ledger = ledger
        self._present = present
        self.seq = present.seq
        self.last = last
        self.set_back = 0

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return self._present.get(kind, entity_id)

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return self._present.find(kind, key)

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        return self._present.all(kind, case=case)

    async def counter(self, name: str) -> int:
        """How far a counter of the fold had come."""
        return self._present.counters.get(name, 0)

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        """The facts that the case had then, with `version > after`."""
        return [f for f in await self._ledger.case(case, after=after) if f.seq <= self.seq]

    async def fact(self, fact_id: str) -> Fact:
        """One fact of then. Raises `UnknownFact`, also for one that came later."""
        fact = await self._ledger.fact(fact_id)
        if fact.seq > self.seq:
            raise UnknownFact(fact_id)
        return fact


async def as_of(ledger: Ledger, moment: datetime) -> Past:
    """The state at a moment: all facts up to the first one that was recorded later.

    The one place where the past is made; it reads every fact until then, as a rebuild does.
    """
    past = await ledger.read(
        lambda connection: _folded(connection, ledger, lambda fact: fact.at <= moment)
    )
    past.set_back = await ledger.read(lambda c: _left_out(c, ledger.company, past.seq, moment))
    return past


async def as_of_fact(ledger: Ledger, seq: int) -> Past:
    """The state right after a fact, by its number in the ledger."""
    return await ledger.read(
        lambda connection: _folded(connection, ledger, lambda fact: fact.seq <= seq)
    )


async def first_moment(ledger: Ledger) -> datetime | None:
    """When the first fact was recorded; None where there is none."""
    async for fact in ledger.facts():
        return fact.at
    return None


async def last_before(ledger: Ledger, moment: datetime) -> int:
    """The number of the last fact before the first one recorded at `moment` or later."""

    def found(connection: Connection) -> int:
        row = FACTS.c
        since = row.recorded_at >= microseconds(moment.astimezone(UTC))
        query = select(func.min(row.seq)).where(row.company == ledger.company, since)
        first = connection.execute(query).scalar()
        last = select(func.max(row.seq)).where(row.company == ledger.company)
        return int(first) - 1 if first else int(connection.execute(last).scalar() or 0)

    return await ledger.read(found)


def _folded(
    connection: Connection, ledger: Ledger, within: Callable[[Fact | Passed], bool]
) -> Past:
    present = Present()
    present.fold(takewhile(within, ledger.stream_to_fold(connection)))
    row = FACTS.c
    last = select(row.recorded_at).where(row.company == ledger.company, row.seq == present.seq)
    found = connection.execute(last).scalar()
    return Past(ledger, present, None if found is None else moment_of(int(found)))


def _left_out(connection: Connection, company: str, seq: int, moment: datetime) -> int:
    row = FACTS.c
    until = row.recorded_at <= microseconds(moment.astimezone(UTC))
    query = select(func.count()).where(row.company == company, row.seq > seq, until)
    return int(connection.execute(query).scalar_one())
