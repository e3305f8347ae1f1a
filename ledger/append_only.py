"""The triggers that keep facts append-only, whatever program opens the database.

Part of the first migration: never edited, a change of them is a new migration.
"""

from __future__ import annotations

from typing import Final

_SQLITE: Final = (
    """CREATE TRIGGER facts_refuse_update BEFORE UPDATE ON facts
    BEGIN SELECT RAISE(ABORT, 'facts are append-only: no fact is ever changed'); END""",
    """CREATE TRIGGER facts_refuse_delete BEFORE DELETE ON facts
    BEGIN SELECT RAISE(ABORT, 'facts are append-only: no fact is ever deleted'); END""",
    # INSERT OR REPLACE deletes without a DELETE trigger unless `recursive_triggers` is on, and
    # another program may open this file without it. So a row that would replace one is refused.
    """CREATE TRIGGER facts_refuse_replace BEFORE INSERT ON facts
    WHEN EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND seq = NEW.seq)
      OR EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND fact_key = NEW.fact_key)
      OR EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND fact_id = NEW.fact_id)
      OR EXISTS (SELECT 1 FROM facts WHERE company = NEW.company AND case_id = NEW.case_id
                 AND version = NEW.version)
      OR EXISTS (SELECT 1 FROM facts WHERE rowid = NEW.rowid)
    BEGIN SELECT RAISE(ABORT, 'facts are append-only: this one is there already'); END""",
)

_POSTGRES: Final = (
    """CREATE FUNCTION facts_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'facts are append-only: no fact is ever changed or deleted (%)', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    # For each statement: also one that finds no row, TRUNCATE, and ON CONFLICT DO UPDATE.
    """CREATE TRIGGER facts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON facts
    FOR EACH STATEMENT EXECUTE FUNCTION facts_are_append_only()""",
)


def triggers(dialect: str) -> tuple[str, ...]:
    """The statements that make them, for `sqlite` or `postgresql`."""
    return _POSTGRES if dialect == "postgresql" else _SQLITE
