"""Whose turn it is: of several copies of a company, only the newest generation acts.

Copies of a data folder share nothing but the world outside, so that is where it is written
down: one marker a generation, in the very mailbox through which they would both send. Whoever
wants to act looks there first, right before the call.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from connectors.base import Around, Connector, Order
from ledger.domain.verdicts import Failed, Outcome
from ledger.durable_files import make_folder, sync_folder

FIRST: Final = 1
"""The generation of a company that was never restored."""

REMEDY: Final = "Use the copy that took over; `takeover` here takes it back."


class Turn(Struct, frozen=True, kw_only=True):
    """One generation, and which copy of the company has it. The first one needs no name."""

    generation: int
    copy: str = ""
    taken_at: datetime | None = None


class Markers(Protocol):
    """Where the outside world keeps whose turn it is. IMAP can do the same with one message a
    generation in a folder, since an APPEND is seen by all and a search by number finds the first.
    """

    async def newest(self) -> Turn | None:
        """The highest generation that was ever taken. Raises `OSError` where nobody can say."""
        ...

    async def take(self, turn: Turn) -> bool:
        """Write a generation down, durably; False where another copy was first."""
        ...


class FolderMarkers:
    """Implements `Markers` in a folder beside the outgoing mail: `NUMBER.json`, made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def newest(self) -> Turn | None:
        return await asyncio.to_thread(self._newest)

    async def take(self, turn: Turn) -> bool:
        return await asyncio.to_thread(self._take, turn)

    def _newest(self) -> Turn | None:
        if not self._folder.is_dir():
            return None
        numbers = [int(path.stem) for path in self._folder.glob("*.json") if path.stem.isdigit()]
        if not numbers:
            return None
        generation = max(numbers)
        try:
            data = (self._folder / f"{generation}.json").read_bytes()
            return msgspec.json.decode(data, type=Turn)
        except msgspec.MsgspecError:  # its number counts, whatever became of its content
            return Turn(generation=generation, copy="unreadable")

    def _take(self, turn: Turn) -> bool:
        make_folder(self._folder)
        beside = self._folder / f".{uuid.uuid4().hex}"
        try:
            with beside.open("xb") as file:
                file.write(msgspec.json.encode(turn))
                file.flush()
                os.fsync(file.fileno())
            # A link refuses to replace, and so decides between two who take at the same moment.
            (self._folder / f"{turn.generation}.json").hardlink_to(beside)
        except FileExistsError:
            return False
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        sync_folder(self._folder)
        return True


class Fence(Protocol):
    """Keeps a copy from acting out of turn."""

    async def lost(self) -> str:
        """Why this copy may not act, or "" where it may."""
        ...


class TurnFence:
    """Compares this copy's turn with the newest marker, every time it is asked."""

    def __init__(self, markers: Markers, mine: Callable[[], Awaitable[Turn]]) -> None:
        self._markers = markers
        self._mine = mine

    async def lost(self) -> str:
        """Why this copy may not act. A world without a marker of ours gets one."""
        mine = await self._mine()
        try:
            newer = await self.newer(mine)
        except OSError as error:
            return f"Nobody can say whether another copy took over: {error.strerror or error}."
        if newer is None:
            return ""
        return f"Another copy of this company took over (generation {newer.generation})."

    async def overtaken(self) -> Turn | None:
        """The turn of another copy that took over. Raises `OSError`."""
        return await self.newer(await self._mine())

    async def newer(self, mine: Turn) -> Turn | None:
        """The newest turn where it is not `mine`; takes what is free. Raises `OSError`."""
        newest = await self._markers.newest()
        if newest is None or newest.generation < mine.generation:
            if await self._markers.take(mine):
                return None
            newest = await self._markers.newest()
        same = newest is not None and (newest.generation, newest.copy) == (
            mine.generation,
            mine.copy,
        )
        return None if same else newest


class Fenced(Around):
    """A connector that looks whose turn it is right before each call."""

    def __init__(self, connector: Connector, fence: Fence) -> None:
        super().__init__(connector)
        self._fence = fence

    async def execute(self, order: Order) -> Outcome:
        """Do it, unless another copy took over: then it certainly did not happen from here."""
        lost = await self._fence.lost()
        if lost:
            return Failed(lost, f"Nothing was sent from here. {REMEDY}")
        return await super().execute(order)
