"""Memory is made anew and moved while the company works, and says how it stands."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console

from bot.work.reindexing import LOCK, Wanted, reindexed
from ledger.domain.errors import SettingsInvalid
from ledger.domain.values import Money
from ledger.lock import FolderLock
from memory.migration import AlreadySo, NothingKept


async def told(business: Any, **wanted: Any) -> str:
    """What `coo memory reindex` prints."""
    fields = {"to": "", "back": False, "drop": False, "anyway": False, "share": None, "rate": 0.0}
    out = Console(file=StringIO(), width=100)
    await reindexed(business.app, out, Wanted(**{**fields, **wanted}))
    return " ".join(out.file.getvalue().split())


async def test_memory_moves_to_vectors_and_back_while_a_deal_goes_on(business: Any) -> None:
    await business.invoiced()
    status = await business.says("memory status")
    assert re.search(r"Local store: \d+ episodes, found by words only\.", status)
    assert "the ledger stands at" in status

    printed = await told(business, to="bundled")
    assert "Memory is searched with bundled from now on." in printed
    assert "without vectors 0" in printed
    status = await business.says("memory status")
    assert "COO_EMBEDDER=none keeps every embedder off" in status
    assert "The one from before, with none" in status

    await business.pays(str(_due(await business.invoices())), reference="2026-0001")
    assert business.works.relay.idle
    printed = await told(business, back=True)
    assert "Memory is searched with none from now on." in printed
    assert "Removed the memory from before, with bundled." in await told(business, drop=True)
    assert "from before" not in await business.says("memory status")


def _due(invoices: Any) -> str:
    total: Money = invoices[0].total
    return f"{total.minor / 100:.2f}"


async def test_what_cannot_be_done_is_refused_with_what_to_do(business: Any) -> None:
    with pytest.raises(NothingKept, match="No earlier memory is kept"):
        await told(business, back=True)
    with pytest.raises(AlreadySo, match="made with 'none' already"):
        await told(business, to="none")
    with pytest.raises(SettingsInvalid, match="--to is 'bert'; there is no such embedder"):
        await told(business, to="bert")
    lock = FolderLock(
        business.app.folder.root, command="coo memory reindex", clock=business.clock, name=LOCK
    )
    with lock, pytest.raises(SettingsInvalid, match="Memory is being built by process"):
        await told(business, to="same")


async def test_the_start_after_a_switch_uses_it_whatever_the_setting_says(founder: Any) -> None:
    async with founder.business() as business:
        await business.offered()
        await told(business, to="same")
        before = await business.says("memory status")
    settings = founder.settings
    founder.settings = lambda model=None: replace(settings(model), embedder="bundled")
    async with founder.business() as business:
        status = await business.says("memory status")
        assert "found by words only" in before
        assert "found by words only" in status
        assert "Memory was made with none, and that counts" in status
