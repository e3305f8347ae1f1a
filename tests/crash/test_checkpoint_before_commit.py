"""SIGKILL right after each checkpoint of the planner, before the ledger's commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

MOST_STARTS = 60


def uncommitted(data: Any) -> set[str]:
    """The checkpoints on disk that no committed delivery belongs to."""
    tokens = {token for (token,) in data.all("SELECT token FROM cursors")}
    with closing(sqlite3.connect(data.path / "checkpoints.db")) as connection:
        rows = connection.execute("SELECT checkpoint_id FROM checkpoints").fetchall()
    return {checkpoint for (checkpoint,) in rows} - tokens


def test_a_kill_between_checkpoint_and_ledger_commit_at_every_delivery_changes_nothing(
    processes: Any, demo: Callable[[Path], Any], data: Any, tmp_path: Path
) -> None:
    calm, wild = data(tmp_path / "calm"), data(tmp_path / "wild")
    expected = demo(calm.path).summary()
    story = ("demo", "--auto", "--json", "--data", wild.path)
    kills = 0
    for start in range(MOST_STARTS):
        # The delivery that was killed comes first now, and is let through; the next one dies.
        coo = processes.mortal("planner", 1 if start == 0 else 2, *story)
        if coo.ends() == 0:
            break
        assert coo.process.exitcode == -9, coo.heard
        assert uncommitted(wild)
        kills += 1
    assert coo.process.exitcode == 0
    assert kills == calm.kinds()["DeliveryRecorded"]
    summary = coo.summary()
    assert {**summary, "artefacts": 0, "case": 0} == {**expected, "artefacts": 0, "case": 0}
    assert wild.letters() == calm.letters()
    assert wild.numbers() == calm.numbers()
    assert wild.kinds() == calm.kinds()
