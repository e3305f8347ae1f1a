"""Records the golden ledgers of a version: `make golden NAME=0.2`. Never over one that is kept."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from kept import ENDING, HERE, expected_of, pack
from stories import STORIES, TestClock

from bot.opening import open_app
from bot.settings import Settings


async def recorded(name: str, place: Path) -> list[Path]:
    """Tell every story and keep its ledger as NAME-STORY."""
    archives = []
    for story, tell in STORIES.items():
        archive = place / f"{name}-{story}{ENDING}"
        if archive.exists():
            raise SystemExit(f"{archive.name} is kept for ever. Record under another name.")
        with tempfile.TemporaryDirectory() as folder:
            await tell(Path(folder) / "company")
            settings = Settings(data=Path(folder) / "company")
            async with open_app(settings, clock=TestClock()) as app:
                expected = await expected_of(app)
            pack(settings.data, expected, archive)
        archives.append(archive)
    return archives


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Which version is recorded? For instance: make golden NAME=0.2")
    for made in asyncio.run(recorded(sys.argv[1], HERE)):
        sys.stdout.write(f"{made.name}: {made.stat().st_size} bytes\n")
