"""Lanes: how far one subscriber has come in one case, and which fact comes next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import BindParameter, Connection, Dialect, bindparam, select

from ledger.domain.facts import Fact, Subscriber
from ledger.statements import Prepared, compiled_once
from ledger.store import Ledger
from ledger.tables import CURSORS, FACTS

WATERMARK: Final = ""
"""The case of the cursor that holds a `seq`: the subscriber is through with all facts up to it."""

_PAGE: Final = 200


@dataclass(eq=False)
class Lane:
    """One subscriber in one case.

    `position` and `token` are as stored; `seen` is how far it read, passing over what the
    subscriber does not want. `halted`: the next fact could not be handled. `proven`: the last
    delivery went well, so nothing here is stuck. `ahead`: facts read and not yet done with.
    """

    subscriber: Subscriber
    case: str
    position: int = 0
    token: str = ""
    seen: int = 0
    halted: bool = False
    proven: bool = False
    ahead: deque[Fact] = field(default_factory=deque)

    def moved(self, to: int, token: str) -> None:
        """Follow a commit that moved the stored cursor."""
        self.position = self.seen = to
        self.token = token
        self.proven = True
        while self.ahead and self.ahead[0].version <= to:
            self.ahead.popleft()

    def halt(self) -> None:
        """Stay before a fact that could not be handled."""
        self.halted = True
        self.proven = False


async def load_lane(ledger: Ledger, subscriber: Subscriber, case: str) -> Lane:
    """The lane as its cursor stands in the ledger.

    What the watermark covers is not read again, however long ago the cursor moved: a subscriber
    may want nothing of a case for years.
    """
    return await ledger.glance(
        lambda connection: _lane(connection, ledger.company, subscriber, case)
    )


async def next_wanted(ledger: Ledger, lane: Lane) -> Fact | None:
    """The next fact the subscriber wants, or None where it is through with the case for now.

    The fact stays the next one until the lane has moved.
    """
    while True:
        while lane.ahead:
            if lane.subscriber.wants(lane.ahead[0]):
                return lane.ahead[0]
            lane.seen = lane.ahead.popleft().version
        page = await ledger.case(lane.case, after=lane.seen, limit=_PAGE)
        if not page:
            return None
        lane.ahead.extend(page)


async def lagging(ledger: Ledger, subscriber: str) -> list[str]:
    """The cases with facts that this subscriber may not have seen, in the order of those facts."""
    return await ledger.read(lambda connection: _lagging(connection, ledger.company, subscriber))


async def watermark(ledger: Ledger, subscriber: str) -> int:
    """The `seq` up to which the subscriber is through with everything."""
    position, _ = await ledger.glance(
        lambda connection: _cursor(connection, ledger.company, subscriber, WATERMARK)
    )
    return position


class _Statements:
    """What is asked of cursors, compiled once for a dialect."""

    def __init__(self, dialect: Dialect) -> None:
        fact, row = FACTS.c, CURSORS.c
        company: BindParameter[str] = bindparam("company")
        name: BindParameter[str] = bindparam("subscriber")
        of_case = (fact.company == company) & (fact.case_id == bindparam("case_id"))
        # `+ 0` keeps SQLite off the index by `seq`: it would walk all facts of the company.
        seen = of_case & (fact.seq + 0 <= bindparam("through"))
        self.covered = Prepared(
            select(fact.version).where(seen).order_by(fact.version.desc()).limit(1), dialect
        )
        own = (row.company == company) & (row.subscriber == name)
        self.cursor = Prepared(
            select(row.position, row.token).where(own, row.case_id == bindparam("case_id")), dialect
        )
        newer = (
            select(fact.case_id, fact.version)
            .where(fact.company == company, fact.seq > bindparam("through"))
            .order_by(fact.seq)
        )
        self.newer = Prepared(newer, dialect)


_statements: Final = compiled_once(_Statements)


def _lane(connection: Connection, company: str, subscriber: Subscriber, case: str) -> Lane:
    position, token = _cursor(connection, company, subscriber.name, case)
    through, _ = _cursor(connection, company, subscriber.name, WATERMARK)
    covered = (
        _statements(connection.dialect).covered.first(
            connection, company=company, case_id=case, through=through
        )
        if through
        else None
    )
    seen = max(position, int(covered[0])) if covered else position
    return Lane(subscriber, case, position=position, token=token, seen=seen)


def _cursor(connection: Connection, company: str, subscriber: str, case: str) -> tuple[int, str]:
    found = _statements(connection.dialect).cursor.first(
        connection, company=company, subscriber=subscriber, case_id=case
    )
    return (0, "") if found is None else (int(found[0]), str(found[1]))


def _lagging(connection: Connection, company: str, subscriber: str) -> list[str]:
    through, _ = _cursor(connection, company, subscriber, WATERMARK)
    rows = _statements(connection.dialect).newer.run(connection, company=company, through=through)
    # Of a case the last version stays, at the place of its first fact.
    newest = {str(case): int(version) for case, version in rows}
    return [
        case
        for case, version in newest.items()
        if _cursor(connection, company, subscriber, case)[0] < version
    ]
