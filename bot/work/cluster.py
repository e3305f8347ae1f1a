"""Several machines: who works on jobs from PostgreSQL, and who only talks and looks.

`coo worker` runs the subscribers, on any number of machines. Everybody else (`coo run`, `coo
chat`, `coo ingest`) records and reads, and waits for the workers where an answer is wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from msgspec import Struct

from bot import texts
from bot.app import desk_waits, reach_of, subscribers_of
from bot.books.keeping import bookkeeper_of
from bot.chat.posts import notifier_of
from bot.clock import AlarmClock
from bot.copies.anchoring import DailyAnchor
from bot.copies.turns import TurnWatch
from bot.digest.due import digester_of
from bot.erasure.eraser import Eraser
from bot.notices.configured import RuleWatch, announce
from bot.opening import App
from bot.promises.keeping import keeper_of
from bot.work.memory import MemoryTender, open_memory
from bot.work.models import models_of
from bot.work.seen_workers import living
from graph.server_checkpoints import ServerCheckpoints
from ledger.board import Board
from ledger.crew import HEARTBEAT_S, Crew
from ledger.domain.errors import CooError, SettingsInvalid
from ledger.domain.facts import Delivery, Subscriber
from ledger.pauses import pause
from ledger.places import ledger_url, libpq_url
from ledger.stations import Station
from memory.episodes import EpisodeStore, Recaller
from memory.local.store import LocalStore
from memory.projector import MemoryProjector, refill
from memory.tally import FILE, Tally

__all__ = ["HEARTBEAT_S", "Elsewhere", "Shift", "elsewhere", "on_shift"]

LOOK_S: Final = 0.1
QUIET_S: Final = 0.8
"""How long nothing new must come before the work of others counts as settled."""

_FOLLOW_S: Final = 0.2
T = TypeVar("T")
_log = logging.getLogger(__name__)


def database_of(app: App) -> str:
    """The URL of the database that several machines share. Raises `SettingsInvalid`."""
    if app.settings.database is None:
        raise SettingsInvalid(*texts.NO_DATABASE.put())
    return app.settings.database.reveal()


class Remembering:
    """Keeps this machine's memory up to date: it reads every fact itself, as it comes.

    Episodes lie on this machine only, so each machine has all of them, made from the ledger.
    """

    def __init__(self, app: App, store: LocalStore) -> None:
        self._app = app
        self._projector = MemoryProjector(store, app.ledger, app.views)
        self._store = store

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop."""
        while not stop.is_set():
            try:
                await self.catch_up()
            except CooError:
                _log.exception("Memory cannot follow the ledger now.")  # the next look may
            await pause(self._app.clock, _FOLLOW_S, stop)

    async def catch_up(self) -> None:
        """Take in the facts that are new."""
        async for fact in self._app.ledger.facts(after_seq=await self._store.watermark()):
            if self._projector.wants(fact):
                await self._projector.handle(Delivery(fact=fact))
            else:
                await self._store.advance(fact.seq)


class Side(Protocol):
    """Something done beside the work."""

    async def run(self, stop: asyncio.Event) -> None: ...


class Shift(Struct, frozen=True, kw_only=True):
    """What one machine does while it works."""

    app: App
    crew: Crew
    remembering: Side

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        app = self.app
        alarms = AlarmClock(app.views, app.intake, app.clock)
        async with asyncio.TaskGroup() as tasks:
            for side in (alarms, DailyAnchor(app), TurnWatch(app), RuleWatch(app)):
                tasks.create_task(side.run(stop))
            tasks.create_task(self.remembering.run(stop))
            await self.crew.run(stop)


@asynccontextmanager
async def on_shift(app: App, *, heartbeat: float = HEARTBEAT_S) -> AsyncIterator[Shift]:
    """Everything that one machine needs to work. Its memory is a file of its own, made anew;
    where a Weaviate server is named, all machines share the one there.
    """
    url = database_of(app)
    async with AsyncExitStack() as closing:
        await app.ledger.writable()
        checkpoints = await ServerCheckpoints.open(libpq_url(url), app.failpoints)
        closing.push_async_callback(checkpoints.close)
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="coo-memory-"))
        memory = await (_shared if app.settings.weaviate else _own)(app, Path(folder))
        store = memory.store
        closing.push_async_callback(store.close)
        models = await closing.enter_async_context(models_of(app))
        await announce(app)
        await TurnWatch(app).look()
        eraser = Eraser(app, checkpoints, store)
        await eraser.set_right()
        subscribers = subscribers_of(app, checkpoints, store, models, reach_of(app), shared=True)
        everybody = (
            *subscribers,
            *memory.subscribers,
            eraser,
            await notifier_of(app),
            digester_of(app),
            keeper_of(app),
            bookkeeper_of(app),
        )
        station = Station(app.ledger, everybody, clock=app.clock)
        app.woken_by(station.woken_by)
        place = ledger_url(url)
        crew = Crew(station, place, app.company.id, clock=app.clock, heartbeat=heartbeat)
        yield Shift(app=app, crew=crew, remembering=memory.beside)


class _Memory(Struct, frozen=True, kw_only=True):
    """A machine's memory: who writes to it as a subscriber, and what is done for it beside."""

    store: EpisodeStore
    beside: Side
    subscribers: tuple[Subscriber, ...] = ()


async def _own(app: App, folder: Path) -> _Memory:
    store = await LocalStore.open(folder / "memory.db")
    try:
        await refill(store, app.ledger.facts(), app.ledger, app.views)
    except BaseException:
        await store.close()
        raise
    return _Memory(store=store, beside=Remembering(app, store))


async def _shared(app: App, folder: Path) -> _Memory:
    """Whoever gets the wake-up of a case writes its episodes, for all machines. What was embedded
    once is kept by each machine for itself."""
    store = await open_memory(app, Tally(folder / FILE), beside=folder / "memory.db")
    projector = MemoryProjector(store, app.ledger, app.views)
    return _Memory(store=store, beside=MemoryTender(app, store), subscribers=(projector,))


class Elsewhere:
    """Works never: the workers do. Looks whether they live, and whether they are through."""

    def __init__(self, app: App, board: Board) -> None:
        self._app = app
        self._board = board

    async def ready(self) -> None:
        """Whoever works, or nobody yet: it is known at once."""

    async def beside(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do it; nothing else goes on here."""
        return await doing

    def worker(self) -> str:
        """Who works, in words; "" where no worker lives."""
        return living(self._board)

    def memory(self) -> Recaller | None:
        """The workers keep it."""
        return None

    async def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to react to, at most `seconds`; whether that was reached."""
        waited, quiet, last = 0.0, 0.0, -1
        while waited < seconds and self.worker():
            seq = (await self._app.ledger.head()).seq
            quiet = quiet + LOOK_S if seq == last else 0.0
            last = seq
            if quiet >= QUIET_S and not self._board.busy() and not await desk_waits(self._app):
                return True
            await self._app.clock.sleep(LOOK_S)
            waited += LOOK_S
        return False


@contextlib.asynccontextmanager
async def elsewhere(app: App) -> AsyncIterator[Elsewhere]:
    """Beside the workers."""
    board = Board(ledger_url(database_of(app)), app.company.id)
    try:
        yield Elsewhere(app, board)
    finally:
        board.close()
