"""What the tests of a whole company with a model share with the scenarios: loaded by path."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.settings import ModelEndpoint, Secret

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


KEY = "sk-live-7f3b9c2d1e0a4f58"
LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
def key() -> str:
    """The key the company has for its models."""
    return KEY


@pytest.fixture
def endpoint(server: Any) -> Callable[..., ModelEndpoint]:
    """The server as a company configures it: a big model, a small one to fall back to."""

    def made(**changes: Any) -> ModelEndpoint:
        plain: dict[str, Any] = {
            "base_url": server.base_url,
            "model": "big",
            "cheap": "small",
            "deadline_s": 5.0,
            "local": True,
            "key": Secret(KEY),
        }
        return ModelEndpoint(**{**plain, **changes})

    return made


@pytest.fixture
def closes_a_deal() -> Callable[[Any], Awaitable[None]]:
    """One lead becomes one paid invoice: offer, counter-offer, acceptance, payment."""
    return _deal


async def _deal(business: Any) -> None:
    await business.mail(LEAD)
    await _decided(business)
    offer = business.sent()[-1]
    await business.mail("Could you do it for 2200.00 EUR net? Then we start.\n", answers=offer)
    await _decided(business)
    offer = business.sent()[-1]
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    await _decided(business)
    await business.pays("2618.00", reference="Invoice 2026-0001")


async def _decided(business: Any) -> None:
    """The operator takes the first answer to every question and approves every card."""
    while True:
        questions, cards = await business.questions(), await business.cards()
        for question in questions:
            await business.office.answer(question.id, question.options[0].id)
            await business.settle()
        for card in cards:
            await business.approves(card)
        if not questions and not cards:
            return
