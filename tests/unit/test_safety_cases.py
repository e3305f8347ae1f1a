"""docs/safety-cases.md names a test for each case, and each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "safety-cases.md").read_text()
ROWS = {int(number): line for number, line in re.findall(r"^\| (\d+) (\|.*)$", PAGE, re.MULTILINE)}
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_all_twenty_cases_are_listed() -> None:
    assert sorted(ROWS) == list(range(1, 21))


@pytest.mark.parametrize("number", range(1, 21))
def test_a_case_has_a_test(number: int) -> None:
    assert "::test_" in ROWS[number]


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_named_test_exists(path: str, name: str) -> None:
    assert name in defined(ROOT / path)
