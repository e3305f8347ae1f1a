"""Rows of the ledger as they are stored, for whoever is to check them elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from ledger.chain import StoredFact
from ledger.tables import FACTS


def rows_of(
    connection: Connection, company: str, case: str, facts: Sequence[str]
) -> list[StoredFact]:
    """The rows of a case, and of these facts of others, in the order of the chain."""
    row = FACTS.c
    within = or_(row.case_id == case, row.fact_id.in_(list(facts)))
    query = select(FACTS).where(row.company == company, within).order_by(row.seq)
    return [StoredFact._make(each) for each in connection.execute(query)]
