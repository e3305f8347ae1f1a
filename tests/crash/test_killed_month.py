"""The month's process is killed at thirty random moments; the books are the same to the cent."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

KILLS = 30
SEED = 20260901
SLIP_S = 0.05
"""A kill comes up to so long after the fact it waits for: between facts and files, too."""

SAME = ("books", "messages", "cases", "needs_you", "no_action", "outward_actions", "invoices",
        "credit_notes", "payments", "cards", "failures")  # fmt: skip


def month(processes: Any, folder: Path) -> Any:
    return processes.coo("demo", "--scenario", "month", "--auto", "--json", "--data", folder)


def test_a_month_killed_at_thirty_random_moments_ends_in_the_same_books_to_the_cent(
    processes: Any, data: Callable[[Path], Any], tmp_path: Path
) -> None:
    calm, wild = data(tmp_path / "calm"), data(tmp_path / "wild")
    expected = month(processes, calm.path).summary()

    rng = random.Random(SEED)
    moments = sorted(rng.sample(range(1, expected["facts"]), KILLS))
    for facts in moments:
        coo = month(processes, wild.path)
        coo.waits_until(lambda least=facts: wild.facts() >= least)
        coo.waits(rng.uniform(0, SLIP_S))
        assert coo.killed(), f"seed {SEED}: the month had ended before fact {facts}:\n{coo.heard}"
    found = month(processes, wild.path).summary()

    assert {name: found[name] for name in SAME} == {name: expected[name] for name in SAME}
    assert found["duplicate_effects"] == 0
    assert found["books_balanced"] is True
    assert found["chain_ok"] is True
    assert found["replay_identical"] is True
    assert wild.letters() == calm.letters()
    assert wild.numbers() == calm.numbers()
    assert wild.invoices() == calm.invoices()
