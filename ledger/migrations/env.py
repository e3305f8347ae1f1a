"""Run by Alembic for each command: migrates the connection that was handed over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from ledger.tables import METADATA


def migrate(connection: Connection) -> None:
    """Run the migrations inside the caller's transaction: all of them or none."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
