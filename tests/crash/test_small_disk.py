"""A real disk runs full under a running Coo. Needs the right to mount a small file system."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CARD = "Approving runs exactly these bytes"
SENT = "Sent to Ada Example"


class Disk:
    """A file system of a few megabytes, and a file that fills it up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        handle = os.open(self._filler, os.O_WRONLY | os.O_CREAT)
        with suppress(OSError):
            while True:
                os.write(handle, bytes(4096))
        os.close(handle)

    def make_room(self) -> None:
        self._filler.unlink()


def mounted(path: Path, size: str) -> bool:
    path.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0
    return False


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "small"
    if not mounted(path, "4m"):
        pytest.skip("no small file system can be mounted here")
    yield Disk(path)
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def asked(small: Disk, lead: Path, processes: Any, data: Any) -> Any:
    """A company on the small disk, with a card that waits."""
    found = data(small.path / "company")
    assert processes.coo("init", "--defaults", "--data", found.path).ends() == 0
    assert processes.coo("ingest", lead, "--data", found.path).ends() == 0
    return found


def test_on_a_full_disk_nothing_leaves_and_the_work_goes_on_once_there_is_room(
    asked: Any, small: Disk, processes: Any
) -> None:
    chat = processes.coo("chat", "--data", asked.path)
    chat.types("show 1")
    chat.hears(CARD)
    facts = asked.facts()
    small.fill()
    chat.types("approve 1")
    chat.hears("database or disk is full")
    chat.hears("Nothing of it was kept. Check free space")
    stop = processes.coo("stop", "--data", asked.path)
    assert stop.ends() == 1
    assert "database or disk is full" in stop.heard
    assert (asked.facts(), asked.sent()) == (facts, [])
    small.make_room()
    chat.types("approve 1")
    chat.hears(SENT)
    assert chat.ends() == 0
    assert "Traceback" not in chat.heard
    verify = processes.coo("verify", "--data", asked.path)
    assert verify.ends() == 0
    assert len(asked.sent()) == asked.kinds()["ActionSucceeded"] == 1


def test_a_run_that_meets_a_full_disk_carries_on_when_there_is_room(
    asked: Any, small: Disk, processes: Any
) -> None:
    run = processes.coo("run", "--data", asked.path)
    run.hears("Coo serves")
    chat = processes.coo("chat", "--data", asked.path)
    chat.types("show 1")
    chat.hears(CARD)
    small.fill()
    chat.types("approve 1")
    chat.hears("database or disk is full")
    small.make_room()
    chat.types("approve 1")
    chat.hears(SENT)
    assert chat.ends() == 0
    assert run.runs
    run.hears(SENT)
    assert "Traceback" not in run.heard
    assert len(asked.sent()) == asked.kinds()["ActionSucceeded"] == 1
