"""A company whose memory is on a Weaviate server that is away at first, and then there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from weaviate_memory import running

from bot.settings import Settings
from bot.weaviate_settings import WeaviateSettings
from bot.work.memory import MEMORY
from ledger.domain.events import (
    CaseStuck,
    Event,
    FailureCleared,
    FailureReported,
    Recalled,
)

if TYPE_CHECKING:
    from tests.scenarios.conftest import Business, Founder
else:
    Business = Founder = Any


async def told(business: Business, kind: type[Event]) -> None:
    """Wait until such a fact is there."""
    heard = asyncio.Event()
    end = business.app.ledger.subscribe(lambda _: heard.set())
    try:
        while not await business.facts(kind):
            await asyncio.wait_for(heard.wait(), 20)
            heard.clear()
    finally:
        end()


async def test_work_goes_on_without_memory_and_what_waited_goes_in_when_it_is_there(
    founder: Founder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.weaviate.link.REST_S", 0.0)
    async with running() as server:
        there = WeaviateSettings(url=server.url, grpc=server.grpc, local=True)
        founder.settings = lambda _=None: Settings(data=founder.folder, weaviate=there)
        await server.stop()
        async with founder.business() as business:
            await business.mail("Hello,\n\nplease offer your website design package.\n\nAda\n")
            (recalled,) = await business.facts(Recalled)
            assert "does not answer" in recalled.degraded
            tending = asyncio.create_task(business.works.tending.run(stop := asyncio.Event()))
            await told(business, FailureReported)
            assert "Memory does not answer" in await business.says("failures")
            assert not server.state.collections
            await server.start()
            await told(business, FailureCleared)
            await business.settle()
            stop.set()
            await tending
            assert [each.failure for each in await business.facts(FailureReported)] == [MEMORY]
            assert not await business.facts(CaseStuck)
            status = await business.works.tending._store.status()
            assert status.episodes > 0
            assert "Memory does not answer" not in await business.says("failures")
