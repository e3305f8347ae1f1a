"""What all tests may use: the databases that a ledger can be kept in."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from slack_server import SlackServer, slack_server
from telegram_server import TelegramServer, telegram_server


def _loaded(name: str, path: Path) -> ModuleType:
    """A file of the tests as a module; dataclasses want it in `sys.modules`."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


_peer = _loaded("postgres_server", Path(__file__).parent / "peers" / "postgres_server.py")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A private PostgreSQL cluster; `fresh()` gives the URL of an empty database in it."""
    if _peer.binaries() is None:
        pytest.skip(_peer.MISSING)
    server = _peer.PostgresServer()
    server.start()
    yield server
    server.end()


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow]),
    ]
)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a ledger is kept, empty: a folder, or the URL of a database on a server."""
    if request.param == "sqlite":
        return tmp_path
    found: str = request.getfixturevalue("postgres").fresh()
    return found


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """A Slack on loopback with one workspace and Coo's app installed in it."""
    async with slack_server() as server:
        yield server


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """A Telegram on loopback with one bot in it."""
    async with telegram_server() as server:
        yield server
