"""The tables of the ledger, as SQLModel classes. Column names avoid the words of SQL.

Two kinds. *Durable*: `facts` (append-only, guarded by triggers) and `chain_heads`; they only
change by a migration. *Disposable*: `cursors` and the read tables `view_*`; deleted or of an
older shape they are made anew when the ledger opens, and the facts fill them again.

Hot paths use the Core tables at the end of this file, never ORM entities.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Index, MetaData, Table, UniqueConstraint
from sqlmodel import Field, SQLModel


class LedgerTable(SQLModel):
    """Base of all tables here; they share one `MetaData` of their own."""

    metadata = MetaData()


class FactRow(LedgerTable, table=True):
    """One fact. `recorded_at` is microseconds since 1970 UTC.

    `payload` is the open JSON of the event, `sealed` its personal part, encrypted, or null
    where it has none. `hash` covers `prev_hash` and every other column (see `ledger.chain`).
    """

    __tablename__ = "facts"
    __table_args__ = (
        UniqueConstraint("company", "case_id", "version", name="one_fact_a_version"),
        UniqueConstraint("company", "fact_key", name="one_fact_a_key"),
        UniqueConstraint("company", "fact_id", name="one_fact_an_id"),
    )

    company: str = Field(primary_key=True)
    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    fact_id: str
    case_id: str
    version: int
    recorded_at: int = Field(sa_type=BigInteger)
    event_type: str
    event_schema: int
    fact_key: str
    said_by: str
    cause_id: str
    person: str
    payload: bytes
    sealed: bytes | None
    prev_hash: bytes
    hash: bytes


class ChainHeadRow(LedgerTable, table=True):
    """The last fact of a company as its writer noted it, so that a cut tail is seen."""

    __tablename__ = "chain_heads"

    company: str = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: bytes


class CursorRow(LedgerTable, table=True):
    """How far a subscriber has come in a case (`position` is a version), and its token."""

    __tablename__ = "cursors"

    company: str = Field(primary_key=True)
    subscriber: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True)
    position: int
    token: str


class ViewEntityRow(LedgerTable, table=True):
    """The present state of one entity. `ordinal` is the seq of the fact that made it."""

    __tablename__ = "view_entity"
    __table_args__ = (
        Index("view_entity_in_order", "company", "kind", "ordinal"),
        Index("view_entity_of_case", "company", "kind", "case_id", "ordinal"),
    )

    company: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    entity_id: str = Field(primary_key=True)
    case_id: str
    ordinal: int = Field(sa_type=BigInteger)
    data: bytes


class ViewLookupRow(LedgerTable, table=True):
    """Which entities an exact key finds."""

    __tablename__ = "view_lookup"
    __table_args__ = (Index("view_lookup_of_entity", "company", "kind", "entity_id"),)

    company: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    lookup_key: str = Field(primary_key=True)
    entity_id: str = Field(primary_key=True)


class ViewCounterRow(LedgerTable, table=True):
    """A running number or sum by name."""

    __tablename__ = "view_counter"

    company: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)


class ViewStateRow(LedgerTable, table=True):
    """Up to which fact, and by which version of the fold, the read tables were made."""

    __tablename__ = "view_state"

    company: str = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    fold_version: int


METADATA: Final[MetaData] = LedgerTable.metadata
FACTS: Final[Table] = METADATA.tables["facts"]
CHAIN_HEADS: Final[Table] = METADATA.tables["chain_heads"]
CURSORS: Final[Table] = METADATA.tables["cursors"]
VIEW_ENTITY: Final[Table] = METADATA.tables["view_entity"]
VIEW_LOOKUP: Final[Table] = METADATA.tables["view_lookup"]
VIEW_COUNTER: Final[Table] = METADATA.tables["view_counter"]
VIEW_STATE: Final[Table] = METADATA.tables["view_state"]

DURABLE: Final = (FACTS, CHAIN_HEADS)
VIEWS: Final = (VIEW_ENTITY, VIEW_LOOKUP, VIEW_COUNTER, VIEW_STATE)
DISPOSABLE: Final = (CURSORS, *VIEWS)
