"""Going back in time at the command line: the same answers, options and exit codes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # each test starts processes


@pytest.fixture
async def folder(founder: Any) -> str:
    async with founder.business() as business:
        await business.offered()
    return str(founder.folder)


def coo(*words: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "bot.cli", *words]
    return subprocess.run(run, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "code", "answer"),
    [
        (["as-of", "someday", "books"], 1, "is no moment I can read"),
        (["as-of", "2001-01-01", "books"], 1, "Nothing was on record"),
        (["books", "--as-of", "2001-01-01"], 1, "Nothing was on record"),
        (["audit", "1", "--as-of=2001-01-01"], 1, "Nothing was on record"),
        (["as-of", "2001-01-01", "approve", "1"], 1, "Nothing was on record"),
        (["as-of"], 0, "DATE is"),
        (["books"], 0, "No invoice has been issued."),
        (["contact", "ada"], 0, "Writes from ada@example.com"),
        (["invoice", "2026-0001"], 1, "No invoice has been issued."),
        (["whatif", "nowhere.yaml"], 1, "nowhere.yaml:1: cannot be read"),
    ],
)
async def test_a_look_at_the_command_line_answers_as_in_chat(
    folder: str, line: list[str], code: int, answer: str
) -> None:
    ran = coo(*line, "--data", folder)
    assert answer in " ".join(ran.stdout.split()), ran.stderr
    assert ran.returncode == code
