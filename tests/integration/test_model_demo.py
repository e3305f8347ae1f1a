"""`coo demo` with a language model named by the environment, killed in the middle of a call."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

COO = Path(sys.executable).parent / "coo"
"""The installed command, as people start it."""


async def started(folder: Path, server: Any, key: str) -> asyncio.subprocess.Process:
    """`coo demo`, in a process of its own, with the model configured as the README says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COO_")}
    return await asyncio.create_subprocess_exec(
        COO,
        "demo",
        "--auto",
        "--json",
        "--data",
        folder,
        env={
            **kept,
            "COO_MODEL": "big",
            "COO_MODEL_CHEAP": "small",
            "COO_MODEL_BASE_URL": server.base_url,
            "OPENAI_API_KEY": key,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def summary_of(printed: bytes) -> dict[str, Any]:
    """The last line that a run printed."""
    found: dict[str, Any] = json.loads(printed.decode().strip().splitlines()[-1])
    return found


@pytest.mark.slow
async def test_the_demo_runs_with_a_model_named_by_the_environment(
    tmp_path: Path, server: Any, key: str
) -> None:
    process = await started(tmp_path / "coo", server, key)
    printed, told = await process.communicate()
    summary = summary_of(printed)
    assert process.returncode == 0
    assert (summary["duplicate_effects"], summary["chain"], summary["replay"]) == (
        0,
        "ok",
        "identical",
    )
    assert {call.part for call in server.calls} == {"extract", "plan", "draft"}
    assert key.encode() not in printed + told


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 5])
async def test_a_process_killed_in_mid_call_goes_on_where_it_was(
    tmp_path: Path, server: Any, fault: Any, key: str, after: int
) -> None:
    server.hangs_after = after
    process = await started(tmp_path / "coo", server, key)
    await server.hanging.wait()
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    server.hangs_after = None
    again = await started(tmp_path / "coo", server, key)
    printed, _ = await again.communicate()
    summary = summary_of(printed)
    assert again.returncode == 0
    assert (summary["duplicate_effects"], summary["chain"], summary["replay"]) == (
        0,
        "ok",
        "identical",
    )
    asked = [(call.part, call.user) for call in server.calls]
    assert asked[after] in asked[after + 1 :]
