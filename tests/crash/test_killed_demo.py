"""The demo's process is killed at random moments; the business ends the same."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

KILLS = 20
LONGEST_RUN_S = 120.0


def demo(data: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bot.cli", "demo", "--auto", "--json", "--data", str(data)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def finished(data: Path) -> dict[str, Any]:
    process = demo(data)
    out, err = process.communicate(timeout=LONGEST_RUN_S)
    assert process.returncode == 0, err
    summary: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return summary


def killed_after(data: Path, seconds: float) -> bool:
    """Start the demo and kill it after `seconds`; whether it was still running then."""
    process = demo(data)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True
    return False


def sent_mails(data: Path) -> list[str]:
    files = [*data.glob("mail/out/new/*"), *data.glob("mail/out/cur/*")]
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return sorted(str(mail["Message-ID"]) for mail in mails)


def test_a_demo_killed_at_twenty_random_moments_ends_with_one_of_everything(
    tmp_path: Path,
) -> None:
    calm = finished(tmp_path / "calm")
    rng = random.Random(20261122)
    wild = tmp_path / "wild"
    kills = 0
    for _ in range(KILLS * 3):
        kills += killed_after(wild, rng.uniform(0.4, 3.0))
        if kills == KILLS:
            break
    summary = finished(wild)
    assert kills >= 1
    assert summary["duplicate_effects"] == 0
    assert summary["chain"] == "ok"
    assert summary["replay"] == "identical"
    assert summary["effects"] == calm["effects"]
    assert len(sent_mails(wild)) == len(set(sent_mails(wild))) == len(sent_mails(tmp_path / "calm"))
    assert [path.name for path in (wild / "invoices").glob("*.pdf")] == [
        path.name for path in (tmp_path / "calm" / "invoices").glob("*.pdf")
    ]
