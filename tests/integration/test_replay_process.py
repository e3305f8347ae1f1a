"""The process that replays: no connector, no client, no key, and no way out."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # each test starts processes

KEY = "sk-that-must-not-stay"
REPLAYS = """
import gc, os, sys
from bot.command_line.main import cli
try:
    cli(sys.argv[1:])
finally:
    acting = ("connectors.dispatcher", "connectors.mail.maildir", "connectors.invoices.files",
              "connectors.model", "connectors.journaled", "openai", "reportlab")
    print("loaded:", *(name for name in acting if name in sys.modules), file=sys.stderr)
    kinds = ("Secret", "ModelEndpoint", "AsyncClient", "Client", "AsyncOpenAI")
    held = [1 for each in gc.get_objects() if type(each).__name__ in kinds]
    print("keys:", len(held), os.environ.get("OPENAI_API_KEY"), file=sys.stderr)
"""


def _run(folder: str, *line: str) -> subprocess.CompletedProcess[str]:
    model = {"COO_MODEL": "big", "COO_MODEL_BASE_URL": "http://127.0.0.1:9/v1"}
    return subprocess.run(
        [sys.executable, "-c", REPLAYS, *line, "--data", folder],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **model, "OPENAI_API_KEY": KEY},
    )


async def _lived(founder: Any) -> str:
    async with founder.business() as business:
        await business.invoiced()
    return str(founder.folder)


async def test_the_process_that_replays_holds_no_connector_no_client_and_no_key(
    founder: Any,
) -> None:
    ran = _run(await _lived(founder), "replay", "1")
    assert "is identical" in ran.stdout, ran.stderr
    assert ran.stderr.splitlines()[-2:] == ["loaded:", "keys: 0 None"]


async def test_rules_are_tried_in_a_process_that_cannot_act_either(
    founder: Any, tmp_path: Any
) -> None:
    folder = await _lived(founder)
    for line in (("replay", "1", "--policy", str(tmp_path)), ("whatif", str(tmp_path))):
        ran = _run(folder, *line)
        assert ran.returncode == 0, ran.stderr
        assert "Nothing was done and nothing recorded." in ran.stdout
        assert ran.stderr.splitlines()[-2:] == ["loaded:", "keys: 0 None"]
