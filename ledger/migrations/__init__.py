"""Migrations of the durable tables, run when a ledger opens. Needs no alembic.ini.

A new one is a module in `versions/`, with `HEAD` below set to its revision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

HEAD: Final = "0001"
"""The revision of the newest migration (a test compares it with the scripts)."""


def upgrade(connection: Connection) -> None:
    """Take the file to `HEAD`, inside the transaction of `connection`."""
    # Asking first is cheap; reading the scripts costs more than the rest of opening a ledger.
    if MigrationContext.configure(connection).get_current_revision() != HEAD:
        configuration = config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def config() -> Config:
    """Alembic's configuration, made from where this package lies."""
    configuration = Config()
    location = str(Path(__file__).parent).replace("%", "%%")
    configuration.set_main_option("script_location", location)
    configuration.set_main_option("path_separator", "os")
    return configuration
