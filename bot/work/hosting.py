"""Who runs the subscribers of a data folder: this process, if nobody else does.

Several processes may have a folder open. One of them holds its lock and works; the others
record and read. Where the worker goes away, the next one that tries takes over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final, Protocol, TypeVar

from bot.app import App, Works, at_work, desk_waits
from bot.copies.turns import TurnWatch
from bot.notices.configured import RuleWatch
from bot.work.worker import Looking, Worker
from ledger.domain.errors import FolderLocked
from ledger.lock import holder
from memory.episodes import Recaller

__all__ = ["Hosting", "Looking", "Stepping", "Worker", "hosting"]

TRY_AGAIN_S: Final = 0.2
"""How often a waiting process looks whether it may work now."""
LOOK_S: Final = 0.05
QUIET_S: Final = 0.8
"""How long nothing new must come before another process's work counts as settled."""


T = TypeVar("T")


class Stepping:
    """Works only when asked to settle: for scripts, which want one thing after the other."""

    def __init__(self, works: Works) -> None:
        self._works = works

    def worker(self) -> str:
        return "here"

    def memory(self) -> Recaller | None:
        return self._works.memory

    async def settle(self, seconds: float) -> bool:  # noqa: ARG002 - it is through when it is through
        """React to everything there is."""
        await self._works.relay.run_until_idle()
        return True


class Hosting:
    """Works where it may, and waits for the worker where it may not."""

    def __init__(self, app: App, command: str) -> None:
        self._app = app
        self._command = command
        self._stop = asyncio.Event()
        self._works: Works | None = None
        self._elsewhere = ""
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start to work, or to wait for it, in the background."""
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Finish what is being handled, then stop. Raises what the work raised."""
        self._stop.set()
        if self._task:
            await self._task

    async def ready(self) -> None:
        """Wait until it is known who works. Raises what the work raised."""
        while not self.worker():
            self._raised()
            await self._app.clock.sleep(LOOK_S)

    async def beside(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something while the work goes on; an error of the work ends it and comes out."""
        task = asyncio.ensure_future(doing)
        background = self._task or task
        try:
            await asyncio.wait({task, background}, return_when=asyncio.FIRST_COMPLETED)
            self._raised()
            return await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _raised(self) -> None:
        if self._task and self._task.done() and not self._stop.is_set():
            self._task.result()

    def worker(self) -> str:
        """Who runs the subscribers: `here`, another process in words, or "" for nobody yet."""
        return "here" if self._works else self._elsewhere

    def memory(self) -> Recaller | None:
        return self._works.memory if self._works else None

    async def _run(self) -> None:
        while not self._stop.is_set():
            try:
                async with at_work(self._app, self._command, taken=self._taken) as works:
                    await self._work(works)
            except FolderLocked:
                self._elsewhere = str(holder(self._app.folder.root))
                await self._app.clock.sleep(TRY_AGAIN_S)

    async def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to react to, at most `seconds`; whether that was reached."""
        waited, quiet, last = 0.0, 0.0, -1
        while waited < seconds:
            seq = (await self._app.ledger.head()).seq
            quiet = quiet + LOOK_S if seq == last else 0.0
            last = seq
            if await self._through(quiet):
                return True
            await self._app.clock.sleep(LOOK_S)
            waited += LOOK_S
        return False

    async def _through(self, quiet: float) -> bool:
        """Whether all is done. Of another process only its facts are seen: it may just be ending,
        so what lies on the desk must be reacted to, by it or by us."""
        if self._works is not None:
            return self._works.relay.idle and quiet > 0
        settled = bool(self._elsewhere) and quiet >= QUIET_S
        return settled and not await desk_waits(self._app)

    def _taken(self) -> None:
        """The folder is ours: from now on nobody else is waited for."""
        self._elsewhere = ""

    async def _work(self, works: Works) -> None:
        self._works = works
        self._elsewhere = ""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(works.alarms.run(self._stop))
                tasks.create_task(works.anchoring.run(self._stop))
                tasks.create_task(works.tending.run(self._stop))
                tasks.create_task(RuleWatch(self._app).run(self._stop))
                tasks.create_task(TurnWatch(self._app).run(self._stop))
                await works.relay.run(self._stop)
        finally:
            self._works = None


class Host(Worker, Protocol):
    """Whoever works, as the caller of `hosting` sees it."""

    async def ready(self) -> None:
        """Wait until it is known who works."""
        ...

    async def beside(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something while the work goes on."""
        ...


@contextlib.asynccontextmanager
async def hosting(app: App, command: str) -> AsyncIterator[Host]:
    """Work beside whatever the caller does, and end together with it; where workers share a
    database, leave the work to them.
    """
    if app.settings.database is not None:
        from bot.work.cluster import elsewhere  # noqa: PLC0415 - an optional driver

        async with elsewhere(app) as workers:
            yield workers
        return
    host = Hosting(app, command)
    host.begin()
    try:
        yield host
    finally:
        await host.end()
