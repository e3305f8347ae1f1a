from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.rehearsal.out_of_reach import out_of_reach
from ledger.domain.errors import WorldUnreachable


def test_no_connection_is_opened_and_no_name_is_looked_up() -> None:
    with socket.socket() as one, out_of_reach(), pytest.raises(WorldUnreachable):
        one.connect(("127.0.0.1", 9))
    with out_of_reach(), pytest.raises(WorldUnreachable):
        socket.getaddrinfo("localhost", 80)


def test_no_other_program_is_started() -> None:
    with out_of_reach(), pytest.raises(WorldUnreachable):
        subprocess.run([sys.executable, "-c", ""], check=True)


def test_nothing_is_written_moved_or_removed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.eml"
    kept.write_text("as it was")
    with out_of_reach():
        with pytest.raises(WorldUnreachable):
            (tmp_path / "mail.eml").write_text("to somebody")
        with pytest.raises(WorldUnreachable):
            kept.rename(tmp_path / "moved.eml")
        with pytest.raises(WorldUnreachable):
            kept.unlink()
        assert kept.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.eml"]


async def test_others_in_the_same_process_still_reach_the_world() -> None:
    """A replay in a chat must not keep the dispatcher beside it from sending."""
    inside, seen = asyncio.Event(), asyncio.Event()

    async def replays() -> None:
        with out_of_reach():
            inside.set()
            await seen.wait()
            with pytest.raises(WorldUnreachable):
                socket.getaddrinfo("127.0.0.1", 80)

    replaying = asyncio.create_task(replays())
    await inside.wait()
    assert socket.getaddrinfo("127.0.0.1", 80)
    seen.set()
    await replaying
    assert socket.getaddrinfo("127.0.0.1", 80)
