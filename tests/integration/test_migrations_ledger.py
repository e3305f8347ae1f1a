"""A ledger of any age is brought to the present shape when it opens."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from ledger import migrations, places, sqlite
from ledger.chain import StoredFact
from ledger.tables import DURABLE, FACTS, METADATA


@pytest.fixture
def connection(tmp_path: Path):
    engine = sqlite.writer_engine(places.ledger_url(tmp_path))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_an_empty_file_becomes_a_ledger(connection: Connection) -> None:
    with connection.begin():
        migrations.upgrade(connection)
    names = set(inspect(connection).get_table_names())
    assert names == {"alembic_version", "facts", "chain_heads"}
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    found = connection.exec_driver_sql(triggers).scalars().all()
    assert found == ["facts_refuse_delete", "facts_refuse_replace", "facts_refuse_update"]


def test_migrating_twice_changes_nothing(connection: Connection) -> None:
    with connection.begin():
        migrations.upgrade(connection)
    with connection.begin():
        migrations.upgrade(connection)
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert version.scalars().all() == [migrations.HEAD]


def test_a_migration_that_is_interrupted_leaves_nothing(
    tmp_path: Path, connection: Connection
) -> None:
    with pytest.raises(RuntimeError), connection.begin():  # noqa: PT012 - both lines belong to it
        migrations.upgrade(connection)
        raise RuntimeError
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_the_migrations_make_the_tables_that_the_code_uses(connection: Connection) -> None:
    durable = {table.name for table in DURABLE}
    with connection.begin():
        migrations.upgrade(connection)
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in durable},
        )
        wanted = METADATA
        differences = [
            step for step in compare_metadata(context, wanted) if _concerns(step, durable)
        ]
    assert differences == []


def _concerns(step: tuple, durable: set[str]) -> bool:
    """Whether a difference is about a durable table; the others are made at every open."""
    return not (step[0] in {"add_table", "add_index"} and _table(step[1]) not in durable)


def _table(thing) -> str:
    return getattr(thing, "table", thing).name


def test_the_newest_script_is_the_revision_the_code_asks_for() -> None:
    assert ScriptDirectory.from_config(migrations.config()).get_current_head() == migrations.HEAD


def test_a_row_in_python_has_the_columns_of_the_table_in_their_order() -> None:
    assert tuple(column.name for column in FACTS.c) == StoredFact._fields


def test_opening_a_ledger_that_is_up_to_date_reads_no_migration_scripts(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.begin():
        migrations.upgrade(connection)
    monkeypatch.setattr("alembic.command.upgrade", lambda *_: pytest.fail("not needed"))
    with connection.begin():
        migrations.upgrade(connection)


def test_migrations_run_from_any_folder_without_an_alembic_ini(tmp_path: Path) -> None:
    script = (
        "from ledger import migrations, places, sqlite\n"
        "engine = sqlite.writer_engine(places.ledger_url('data %% here'))\n"
        "with engine.begin() as connection: migrations.upgrade(connection)\n"
        "engine.dispose()\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "data %% here" / "ledger.db").stat().st_size > 0
