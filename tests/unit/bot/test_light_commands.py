"""What only looks answers quickly, since it loads nothing it does not need."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import open_app
from bot.settings import Settings

pytestmark = pytest.mark.slow  # each test starts a process

HEAVY = ("langgraph", "openai", "reportlab", "prompt_toolkit", "alembic", "watchfiles", "httpx")
LOOK = """
import sys
from bot.command_line.main import cli
try:
    cli(["status", "--data", sys.argv[1]])
finally:
    print("loaded:", *sorted(set(sys.argv[2:]) & sys.modules.keys()), file=sys.stderr)
"""


async def test_a_look_at_a_folder_loads_no_planner_no_pdf_library_and_no_model_client(
    tmp_path: Path,
) -> None:
    write_company(tmp_path, defaults(), force=True)
    async with open_app(Settings(data=tmp_path)):
        pass  # the first one to open a folder makes its ledger, and loads what that takes
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", LOOK, str(tmp_path), *HEAVY],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr.splitlines()[-1] == "loaded:"


def test_a_company_without_a_model_starts_to_work_without_a_models_client_or_pdf_library() -> None:
    loads = "import bot.work.serving, sys; print(*{'openai', 'reportlab'} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
