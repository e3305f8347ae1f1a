"""`coo memory` is a group of commands, and asks memory for whatever is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.command_line.main import cli
from bot.company.init import write_company
from bot.company.text import defaults


@pytest.mark.parametrize("words", [[], ["Anna", "Muster", "--all"]])
def test_memory_is_asked_for_any_words_at_the_command_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COO_EMBEDDER", "none")
    write_company(tmp_path, defaults(), force=True)
    ran = CliRunner().invoke(cli, ["memory", *words, "--data", str(tmp_path)])
    assert ran.exit_code == 0
    asked = " ".join(word for word in words if word != "--all")
    assert f"What I know: {asked or 'everything'}" in ran.output
