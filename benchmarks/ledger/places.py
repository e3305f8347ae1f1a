"""Where the benchmark keeps things: ledgers in folders of their own, opened as the product does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.ledger.business import drafts
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.views import InlineViews

COMPANY: Final = "studio-nord"
PAGE: Final = 1_000
"""Facts that a bulk append commits together."""


class WallClock:
    """The time of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def ledger_in(folder: Path, *, views: bool = True) -> AsyncIterator[Ledger]:
    """The ledger of a folder, with its read tables as the product keeps them."""
    with closing(Keys.open(folder / "keys.db")) as keys:
        async with await Ledger.open(
            folder,
            company=COMPANY,
            keys=keys,
            clock=WallClock(),
            projection=InlineViews() if views else None,
        ) as ledger:
            yield ledger


async def grow(ledger: Ledger, to: int) -> None:
    """Append ordinary business until the ledger has `to` facts. Deals are never broken off."""
    have = (await ledger.head()).seq
    source = islice(drafts(to), have, None)
    while page := list(islice(source, PAGE)):
        await ledger.append(page)
