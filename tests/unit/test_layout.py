"""The house on disk is the house that is described."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = {"bot", "graph", "memory", "ledger", "connectors", "policies"}


def packages_on_disk() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")}


def test_the_rooms_on_disk_are_the_ones_listed() -> None:
    assert packages_on_disk() - {"benchmarks"} == ROOMS


def test_the_import_contracts_cover_every_room() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    listed = set(config["importlinter"]["root_packages"].split())
    assert listed == ROOMS


def test_the_wheel_holds_every_room_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    include = project["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {name.rstrip("*") for name in include} == ROOMS


def test_the_project_cannot_be_published_by_accident() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "Private :: Do Not Upload" in project["project"]["classifiers"]


def test_every_dependency_has_its_reason_written_down() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["bench"]]
    names = {re.split(r"[<>=\[]", line)[0] for line in wanted}
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    assert sorted(name for name in names if f"| {name} |" not in reasons) == []


def test_pinned_requirements_name_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), name


def test_every_pin_carries_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
        assert all("--hash=sha256:" in block for block in blocks), name
