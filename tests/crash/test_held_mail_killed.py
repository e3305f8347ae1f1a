"""SIGKILL while an approved mail waits to leave: after that it leaves once, and held never."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.failpoints import Moment

pytestmark = pytest.mark.slow

A_WHILE = 15
"""Seconds until it leaves: long enough that the first process dies before that."""


@pytest.fixture
def waiting(processes: Any, data: Callable[[Path], Any], lead: Path, tmp_path: Path) -> Any:
    """A company, and a conversation in which its offer was approved a moment ago."""
    found = data(tmp_path / "company")
    assert processes.coo("init", "--defaults", "--data", found.path).ends() == 0
    company = found.path / "company.yaml"
    text = company.read_text()
    assert "# mail:\n#  hold_seconds: 60" in text
    waits = f"mail:\n  hold_seconds: {A_WHILE}"
    company.write_text(text.replace("# mail:\n#  hold_seconds: 60", waits))
    assert processes.coo("ingest", lead, "--data", found.path).ends() == 0
    chat = processes.coo("chat", "--data", found.path)
    chat.types("show 1")
    chat.hears("Approving runs exactly these bytes")
    chat.types("approve 1")
    assert chat.waits_until(lambda: found.holds("MailWaits"))
    return found, chat


@pytest.mark.parametrize("moment", [Moment.CLAIM_BEFORE, Moment.CALL_BEFORE, Moment.CALL_AFTER])
def test_a_mail_that_waits_leaves_once_though_its_processes_are_killed(
    moment: Moment, waiting: Any, processes: Any
) -> None:
    company, chat = waiting
    assert chat.killed()
    assert company.sent() == []
    trap = (moment.value, 1, signal.SIGKILL)
    dying = processes.coo_in({}, "run", "--data", company.path, trap=trap)
    assert dying.ends() == -signal.SIGKILL
    for _ in range(2):
        last = processes.coo("run", "--data", company.path)
        assert last.waits_until(lambda: company.holds("ActionSucceeded"))
        last.told(signal.SIGTERM)
    assert len(company.sent()) == 1
    assert company.kinds()["ActionSucceeded"] == 1


def test_a_mail_that_was_held_never_leaves_though_the_process_is_killed_at_once(
    waiting: Any, processes: Any, lead: Path
) -> None:
    company, chat = waiting
    chat.types("hold 1")
    assert chat.waits_until(lambda: company.holds("HoldOrdered"))
    assert chat.killed()
    running = processes.coo("run", "--data", company.path)
    assert running.waits_until(lambda: company.holds("AlarmRang"))
    running.told(signal.SIGTERM)
    assert processes.coo("ingest", lead, "--data", company.path).ends() == 0
    assert company.sent() == []
    kinds = company.kinds()
    assert kinds["AttemptStarted"] == 0
    assert (kinds["ApprovalSuperseded"], kinds["ApprovalRequested"]) == (1, 2)
