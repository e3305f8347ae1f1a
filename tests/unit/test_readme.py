"""What the README and the docs tell a person to type can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from bot import texts
from bot.command_line.main import cli

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "Dockerfile")
COMMANDS = typer.main.get_command(cli).commands  # type: ignore[attr-defined] # a group
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def typed(page: Path) -> list[list[str]]:
    """Every `coo …` on a page, as words."""
    found = re.findall(r"(?<![\w-])coo ((?:[a-z][a-z-]*)(?: [^\s`|]+)*)", page.read_text())
    return [each.partition("#")[0].split() for each in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_exists(page: Path) -> None:
    known = {*COMMANDS, *(each.name for each in texts.COMMANDS)}
    assert [words for words in typed(page) if words[0] not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_on_a_page_is_one_of_its_command(page: Path) -> None:
    for first, *rest in typed(page):
        inner = getattr(COMMANDS[first], "commands", {}).values()
        params = [each for command in (COMMANDS[first], *inner) for each in command.params]
        options = {name for each in params for name in each.opts}
        assert {word for word in rest if word.startswith("--")} <= options, (first, rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_on_a_page_exists(page: Path) -> None:
    named = re.findall(r"(?:^ {4}|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert [name for name in named if name not in TARGETS] == []


def test_every_link_of_a_page_leads_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_every_command_of_the_command_line_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text()
    assert [name for name in COMMANDS if f"`coo {name}" not in page] == []
