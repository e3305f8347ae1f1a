"""`coo prove`: the whole sweep, the same twice under one seed, and that it can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
LONGEST_S = 900
COUNTED = ("crash_points", "duplicate_effects", "lost_cases", "unknown_parked", "unknown_resolved")


def ran(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code of a command, and the one object it prints."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.stdout.count("\n") == 1, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, report


def proved(*arguments: str) -> tuple[int, dict[str, Any]]:
    return ran("-m", "bot.cli", "prove", "--json", *arguments)


def test_a_kill_at_every_named_moment_and_every_bad_day_double_and_lose_nothing() -> None:
    code, report = proved("--seed", "1")
    assert report["wrong"] == []
    assert code == 0
    assert report["flow_points"] >= 60
    assert report["crash_points"] >= report["flow_points"]
    assert report["deaths"] >= report["crash_points"]
    assert (report["duplicate_effects"], report["lost_cases"]) == (0, 0)
    assert report["unknown_parked"] == report["unknown_resolved"] > 0
    assert {one["moment"] for one in report["moments"]} >= {
        f"{what}, {when}"
        for what in ("ledger commit", "checkpoint write", "attempt claim", "provider call", "card")
        for when in ("before", "after")
    }
    assert all(one["ok"] for one in report["plays"])
    assert len(report["plays"]) >= 10


def test_the_same_seed_does_the_same_and_another_seed_something_else() -> None:
    first, again = (proved("--seed", "5", "--points", "12") for _ in range(2))
    assert first == again
    assert first[0] == 0
    _, other = proved("--seed", "6", "--points", "12")
    assert other["head"] != first[1]["head"]


def test_a_dispatcher_without_its_claim_is_found() -> None:
    _, report = ran(str(HERE / "broken_prove.py"), "unclaimed")
    assert report["duplicate_effects"] > 0
    assert any("2 times act-" in what for what in report["wrong"])
    assert any("not on record before it left" in what for what in report["wrong"])


def test_a_case_that_never_comes_to_its_end_is_found() -> None:
    _, report = ran(str(HERE / "broken_prove.py"), "forgetful")
    assert report["lost_cases"] > 0
