"""One process at a time runs the subscribers of a folder, and the next one learns whose it is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from ledger.domain.errors import FolderLocked
from ledger.lock import FILE_NAME, FolderLock, Holder, held_by, holder


class SetClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 10, 2, 30, 5, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


def lock(folder: Path, command: str = "coo run") -> FolderLock:
    return FolderLock(folder, command=command, clock=SetClock())


HOLD = """
import sys
from datetime import UTC, datetime
from ledger.lock import FolderLock

class Clock:
    def now(self):
        return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

held = FolderLock(sys.argv[1], command="coo chat", clock=Clock())
held.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_one_is_told_who_holds_the_folder_and_since_when(tmp_path: Path) -> None:
    with lock(tmp_path), pytest.raises(FolderLocked) as refused:
        lock(tmp_path, "coo chat").acquire()
    assert (
        f"process {os.getpid()} (coo run, since 2026-11-22T10:02:30+00:00)" in refused.value.cause
    )
    assert str(tmp_path) in refused.value.cause


def test_whoever_was_refused_does_not_wipe_out_the_name_of_the_holder(tmp_path: Path) -> None:
    with lock(tmp_path):
        for _ in range(2):
            with pytest.raises(FolderLocked, match="coo run"):
                lock(tmp_path, "coo chat").acquire()


def test_a_folder_that_was_let_go_can_be_taken_again(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with lock(folder):
        assert isinstance(holder(folder), Holder)
    assert holder(folder) == "another process"
    again = lock(folder)
    again.acquire()
    again.release()
    again.release()


def test_an_unreadable_note_still_means_that_the_folder_is_taken(tmp_path: Path) -> None:
    with lock(tmp_path):
        (tmp_path / FILE_NAME).write_bytes(b"{half")
        with pytest.raises(FolderLocked, match="another process"):
            lock(tmp_path).acquire()


def test_a_process_that_was_killed_leaves_the_folder_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(FolderLocked, match=rf"process {process.pid} \(coo chat"):
            lock(tmp_path).acquire()
        process.kill()
        process.wait()
        with lock(tmp_path):
            noted = holder(tmp_path)
            assert isinstance(noted, Holder)
            assert noted.pid == os.getpid()


def test_somebody_who_only_looks_keeps_nobody_from_taking_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = FileLock(tmp_path / FILE_NAME, thread_local=False)
    looking.acquire()
    monkeypatch.setattr("time.sleep", lambda _: looking.release())
    with lock(tmp_path):
        assert "coo run" in held_by(tmp_path)
