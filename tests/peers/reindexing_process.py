"""A process that moves a company's memory to another embedder, and dies where it is told to.

`python reindexing_process.py DATA TO [MOMENT N]`; TO is an embedder, or `back`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from rich.console import Console

from bot.opening import open_app
from bot.prove.points import Deadly, Point
from bot.settings import Settings
from bot.work.reindexing import Wanted, reindexed
from ledger.domain.failpoints import UNWATCHED, Moment


async def work(data: Path, to: str, dies: Deadly | None) -> None:
    back = to == "back"
    wanted = Wanted(
        to="" if back else to, back=back, drop=False, anyway=False, share=None, rate=0.0
    )
    settings = Settings(data=data, embedder="bundled")
    async with open_app(settings, failpoints=dies or UNWATCHED) as app:
        await reindexed(app, Console(), wanted)


if __name__ == "__main__":
    _, data, to, *point = sys.argv
    dies = Deadly(Point(Moment(point[0]), int(point[1]))) if point else None
    asyncio.run(work(Path(data), to, dies))
