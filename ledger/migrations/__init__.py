"""Migrations of the durable tables, run when a ledger opens. Needs no alembic.ini.

A new one is a module in `versions/`, with `HEAD` below set to its revision.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0001"
"""The revision of the newest migration (a test compares it with the scripts)."""


def upgrade(connection: Connection) -> None:
    """Take the file to `HEAD`, inside the transaction of `connection`."""
    if revision(connection) == HEAD:
        return
    # Loading Alembic costs as much as the rest of opening a ledger, and is hardly ever needed.
    from alembic import command  # noqa: PLC0415

    configuration = config()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def revision(connection: Connection) -> str:
    """The revision of the file as Alembic noted it, "" for a file it has not seen."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found or "")


def config() -> Config:
    """Alembic's configuration, made from where this package lies."""
    from alembic.config import Config  # noqa: PLC0415 - see `upgrade`

    configuration = Config()
    location = str(Path(__file__).parent).replace("%", "%%")
    configuration.set_main_option("script_location", location)
    configuration.set_main_option("path_separator", "os")
    return configuration
