"""A ledger of the very first schema, with facts in it, is brought to the present one unharmed."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.opening import open_app
from bot.settings import Settings
from ledger import migrations, places, sqlite
from ledger.chain import Head
from ledger.replay import refold

sys.path.append(str(Path(__file__).parents[1] / "golden"))

from kept import Expected, archives, unpack

FIRST = "0001"
ADDED = '''\
"""A column for facts, an index, and a table: what a later version might need."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("later", sa.Column("company", sa.String(), primary_key=True))
    op.create_index("facts_by_type", "facts", ["company", "event_type"])
    op.execute("INSERT INTO later SELECT DISTINCT company FROM facts")
    {end}
'''


@pytest.fixture(params=archives(), ids=lambda path: path.name.partition(".tar")[0])
def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Expected]:
    """A ledger with a past, and what it came to."""
    folder = tmp_path / "recorded"
    return folder, unpack(request.param, folder)


@pytest.fixture
def first(recorded: tuple[Path, Expected], tmp_path: Path) -> Path:
    """The same facts in a file that the very first migration alone has made."""
    folder = tmp_path / "first"
    folder.mkdir()
    for name in ("company.yaml", "keys.db"):
        shutil.copy(recorded[0] / name, folder / name)
    _migrate(folder, FIRST)
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("ATTACH ? AS old", (str(recorded[0] / "ledger.db"),))
        connection.execute("INSERT INTO facts SELECT * FROM old.facts ORDER BY seq")
        connection.execute("INSERT INTO chain_heads SELECT * FROM old.chain_heads")
        connection.commit()
    return folder


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Adds a migration to those there are, which ends with the given line."""
    place = tmp_path / "scripts"

    def adds(end: str) -> None:
        shutil.copytree(Path(migrations.__file__).parent, place)
        text = ADDED.format(before=migrations.HEAD, end=end)
        (place / "versions" / "v9999_later.py").write_text(text)
        monkeypatch.setattr(migrations, "config", lambda: _config(place))
        monkeypatch.setattr(migrations, "HEAD", "9999")

    return adds


def _config(place: Path) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(place))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _migrate(folder: Path, revision: str) -> None:
    engine = sqlite.writer_engine(places.ledger_url(folder))
    with engine.begin() as connection:
        configuration = migrations.config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
    engine.dispose()


def rows(folder: Path) -> list[tuple[Any, ...]]:
    """Every byte of every fact, by the columns of the first schema."""
    names = (
        "company, seq, fact_id, case_id, version, recorded_at, event_type, event_schema, "
        "fact_key, said_by, cause_id, person, payload, sealed, prev_hash, hash"
    )
    return _all(folder, f"SELECT {names} FROM facts ORDER BY seq")  # noqa: S608 - ours


def schema(folder: Path, *tables: str) -> list[tuple[Any, ...]]:
    """What the file says its durable tables and triggers are."""
    found = _all(folder, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    return [row for row in found if row[2] in tables]


def _all(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        return connection.execute(query).fetchall()


async def opened(folder: Path) -> tuple[Head, str]:
    """Open it with this version; its verified head, and what its read tables lack."""
    async with open_app(Settings(data=folder)) as app:
        return await app.ledger.verify(), (await refold(app.ledger)).difference


def test_the_first_migration_is_still_the_one_that_old_ledgers_were_made_by(
    recorded: tuple[Path, Expected], tmp_path: Path
) -> None:
    """Whoever edits it makes new ledgers that differ from the old ones under the same name."""
    (tmp_path / "fresh").mkdir()
    _migrate(tmp_path / "fresh", FIRST)
    durable = ("facts", "chain_heads")
    assert schema(tmp_path / "fresh", *durable) == schema(recorded[0], *durable)


async def test_a_ledger_of_the_first_schema_opens_with_its_chain_unchanged(
    first: Path, recorded: tuple[Path, Expected]
) -> None:
    before = rows(first)
    expected = recorded[1]
    assert await opened(first) == (Head(expected.facts, bytes.fromhex(expected.head)), "")
    assert rows(first) == before
    assert _all(first, "SELECT version_num FROM alembic_version") == [(migrations.HEAD,)]


async def test_read_tables_of_another_shape_are_made_anew_from_its_facts(first: Path) -> None:
    with closing(sqlite3.connect(first / "ledger.db")) as connection:
        connection.execute("CREATE TABLE view_entity (company TEXT, kind TEXT, old_column BLOB)")
        connection.execute("CREATE TABLE cursors (company TEXT, subscriber TEXT)")
        connection.execute("INSERT INTO view_entity VALUES ('studio-nord', 'case', 'x')")
        connection.commit()
    _, difference = await opened(first)
    assert difference == ""


def test_every_migration_leaves_the_facts_before_it_as_they_were(first: Path) -> None:
    before = rows(first)
    scripts = ScriptDirectory.from_config(migrations.config())
    steps = [each.revision for each in reversed(list(scripts.walk_revisions()))]
    assert steps[0] == FIRST
    for step in steps:
        _migrate(first, step)
        assert rows(first) == before


async def test_a_migration_still_to_come_finds_the_facts_and_leaves_them_as_they_are(
    first: Path, recorded: tuple[Path, Expected], later: Any
) -> None:
    before = rows(first)
    later("pass")
    head, difference = await opened(first)
    assert (head.hash.hex(), difference) == (recorded[1].head, "")
    assert rows(first) == before
    assert len(_all(first, "SELECT company FROM later")) == 1
    assert _all(first, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_a_migration_that_fails_half_way_leaves_the_ledger_as_it_was(
    first: Path, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, shape = rows(first), schema(first, "facts", "chain_heads", "later")
    with monkeypatch.context() as patch:
        later("raise RuntimeError('the machine went down')")
        with pytest.raises(RuntimeError):
            await opened(first)
        patch.undo()
    assert rows(first) == before
    assert schema(first, "facts", "chain_heads", "later") == shape
    assert _all(first, "SELECT version_num FROM alembic_version") == [(FIRST,)]


async def test_a_migrated_ledger_still_refuses_to_have_a_fact_changed(first: Path) -> None:
    await opened(first)
    with (
        closing(sqlite3.connect(first / "ledger.db")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute("UPDATE facts SET said_by = 'somebody' WHERE seq = 1")
