"""The facts, the noted head of their chain, and the triggers that keep them append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.append_only import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "facts",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fact_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("event_schema", sa.Integer(), nullable=False),
        sa.Column("fact_key", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("cause_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "seq"),
        sa.UniqueConstraint("company", "case_id", "version", name="one_fact_a_version"),
        sa.UniqueConstraint("company", "fact_key", name="one_fact_a_key"),
        sa.UniqueConstraint("company", "fact_id", name="one_fact_an_id"),
    )
    op.create_table(
        "chain_heads",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company"),
    )
    for trigger in triggers(op.get_bind().dialect.name):
        op.execute(trigger)


def downgrade() -> None:
    """Refuse: facts are never thrown away."""
    raise NotImplementedError("The first migration is never taken back: it would drop all facts.")
