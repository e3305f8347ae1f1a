"""Somebody changes the ledger's file with sqlite3: Coo names the row, and writes nothing more."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TRIGGERS = ("update", "delete", "replace")
CHANGED = (
    "UPDATE facts SET payload = CAST(replace(payload, 'website', 'wabsite') AS BLOB) WHERE seq = ?"
)
BROKEN = "UPDATE facts SET payload = replace(payload, '{', '[') WHERE seq = ?"
DELETED = "DELETE FROM facts WHERE seq = ?"

WRITING = {
    "stop": ("stop",),
    "resume": ("resume",),
    "run": ("run",),
    "chat": ("chat",),
    "demo": ("demo", "--auto"),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folder of a finished story lies, once it was made."""
    return tmp_path_factory.mktemp("prepared") / "company"


@pytest.fixture
def finished(prepared: Path, demo: Callable[[Path], Any], data: Any, tmp_path: Path) -> Any:
    if not prepared.exists():
        demo(prepared).summary()
    return data(Path(shutil.copytree(prepared, tmp_path / "company")))


@pytest.fixture
def damaged(finished: Any) -> Callable[[str, int], None]:
    """Runs a statement on one row, as somebody who first drops the triggers can."""

    def damage(statement: str, row: int) -> None:
        with closing(sqlite3.connect(finished.path / "ledger.db")) as connection:
            for name in TRIGGERS:
                connection.execute(f"DROP TRIGGER facts_refuse_{name}")
            assert connection.execute(statement, (row,)).rowcount == 1
            connection.commit()

    return damage


def row_of(data: Any, kind: str) -> int:
    return int(data.one("SELECT min(seq) FROM facts WHERE event_type = ?", kind))


def verified(processes: Any, data: Any) -> tuple[int, dict[str, Any]]:
    """The exit code of `coo verify --json`, and what it says."""
    verify = processes.coo("verify", "--json", "--data", data.path)
    code = verify.ends()
    report: dict[str, Any] = json.loads(verify.heard)
    return code, report


def refused(processes: Any, data: Any, row: int, lead: Path) -> None:
    """No command writes anything, and each says why and what to do."""
    facts = data.facts()
    for name, words in {**WRITING, "ingest": ("ingest", lead)}.items():
        coo = processes.coo(*words, "--data", data.path)
        assert coo.ends() == 1, f"{name}: {coo.heard}"
        said = " ".join(coo.heard.split())
        assert f"Row {row} " in said, name
        assert "Coo writes nothing more. Restore the last backup" in said, name
        assert "Traceback" not in said, name
    assert data.facts() == facts


def test_a_sound_ledger_verifies(processes: Any, finished: Any) -> None:
    code, report = verified(processes, finished)
    assert (code, report["broken"]) == (0, "")
    assert report["facts"] == finished.facts()


def test_a_changed_byte_is_named_and_nothing_is_written_any_more(
    processes: Any, finished: Any, damaged: Callable[[str, int], None], lead: Path
) -> None:
    row = row_of(finished, "ProposalDrafted")
    damaged(CHANGED, row)
    code, report = verified(processes, finished)
    assert code == 1
    assert f"Row {row} " in report["broken"]
    assert "the stored bytes were changed" in report["broken"]
    refused(processes, finished, row, lead)
    status = processes.coo("status", "--data", finished.path)
    assert status.ends() == 0


@pytest.mark.parametrize("kind", ["Approved", "CompanyConfigured"])
def test_a_deleted_row_is_named_and_nothing_is_written_any_more(
    kind: str, processes: Any, finished: Any, damaged: Callable[[str, int], None], lead: Path
) -> None:
    row = row_of(finished, kind)
    damaged(DELETED, row)
    code, report = verified(processes, finished)
    assert code == 1
    assert f"gap in seq: {row} is missing" in report["broken"]
    refused(processes, finished, row + 1, lead)


def test_a_cut_tail_is_named_and_nothing_is_written_any_more(
    processes: Any, finished: Any, damaged: Callable[[str, int], None], lead: Path
) -> None:
    last = finished.facts()
    damaged(DELETED, last)
    code, report = verified(processes, finished)
    assert code == 1
    assert f"Row {last} " in report["broken"]
    assert f"missing row: {last} facts were noted" in report["broken"]
    refused(processes, finished, last, lead)


def test_a_fact_whose_bytes_are_no_fact_any_more_is_told_in_words(
    processes: Any, finished: Any, damaged: Callable[[str, int], None], lead: Path
) -> None:
    row = row_of(finished, "ProposalDrafted")
    damaged(BROKEN, row)
    for words in (("audit", "1"), ("replay", "1")):
        coo = processes.coo(*words, "--data", finished.path)
        assert coo.ends() == 1
        assert f"Row {row} " in coo.heard
        assert "coo verify" in coo.heard
        assert "Traceback" not in coo.heard
