"""What the tests of a whole company with a model share with the scenarios: loaded by path."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]


def _loaded(name: str, path: Path) -> ModuleType:
    """A file of the tests as a module; dataclasses want it in `sys.modules`."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


_peer = _loaded("model_server", TESTS / "peers" / "model_server.py")
_scenario = _loaded("scenario_company", TESTS / "scenarios" / "conftest.py")


@pytest.fixture
def founder(tmp_path: Path) -> Any:
    """Opens whole companies in a temporary folder, as the scenarios do."""
    found = _scenario.Founder(tmp_path / "company")
    found.configure()
    return found


@pytest.fixture
async def server() -> AsyncIterator[Any]:
    """A model's server on loopback that answers honestly until it is told otherwise."""
    async with _peer.model_server() as running:
        yield running


@pytest.fixture
def fault() -> Any:
    """The faults a model can be given."""
    return _peer.Fault
