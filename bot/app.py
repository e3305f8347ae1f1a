"""Builds the application, once. Everything it needs comes in as an argument; nothing is global.

`open_app` gives what every process may do with a data folder: read, and record what comes from
outside. `at_work` adds what only one process at a time may do: run the subscribers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from msgspec import Struct

from bot.announce import announce
from bot.clock import AlarmClock, SystemClock
from bot.company_file import load_company
from bot.folder import Folder
from bot.intake import Intake
from bot.models import models_of
from bot.settings import ModelEndpoint, Settings
from bot.world import LiveWorld, Models, Sources
from connectors.base import Connector
from connectors.dispatcher import Dispatcher
from connectors.invoices.files import InvoiceFiles
from connectors.mail.compose import Identity
from connectors.mail.maildir import MaildirOut
from graph.agents.fallback import MOST_CALLS
from graph.build import NODE_SECONDS, case_graph
from graph.checkpoints import FileCheckpoints
from graph.folding import fold_json
from graph.nodes import NODES
from graph.replayer import Replayer
from graph.rerun import Reruns
from graph.router import Router
from graph.runner import Runner
from graph.threads import Threads
from ledger.attempts import Attempts
from ledger.blobs import FileBlobs
from ledger.domain.company import Company
from ledger.domain.facts import Subscriber
from ledger.domain.reading import Clock
from ledger.domain.values import DESK
from ledger.lanes import load_lane, next_wanted
from ledger.lock import FolderLock
from ledger.relay import Relay
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews
from memory.local_store import LocalStore
from memory.projector import MemoryProjector, refill
from policies.engine import Policies
from policies.gate import Gate


class App(Struct, frozen=True, kw_only=True):
    """What any process may use."""

    folder: Folder
    settings: Settings
    company: Company
    clock: Clock
    keys: Keys
    blobs: FileBlobs
    ledger: Ledger
    views: ReadViews
    policies: Policies
    intake: Intake

    async def desk_waits(self) -> bool:
        """Whether something lies on the desk that nobody has reacted to yet."""
        router = Router(views=self.views, history=self.ledger, clock=self.clock)
        lane = await load_lane(self.ledger, router, DESK)
        return await next_wanted(self.ledger, lane) is not None

    @property
    def replayer(self) -> Replayer:
        """Replays cases from their facts; it has no way to the world."""
        return Replayer(self.ledger, partial(case_graph, NODES), fold_json)


class Works(Struct, frozen=True, kw_only=True):
    """What only the process that holds the folder's lock uses."""

    relay: Relay
    alarms: AlarmClock


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """Open a data folder.

    Raises `SettingsInvalid` where it cannot be written to or has no usable `company.yaml`.
    """
    folder = Folder(settings.data)
    folder.refuse_unusable()
    company = load_company(folder.company)
    time = clock or SystemClock()
    async with AsyncExitStack() as closing:
        keys = Keys.open(folder.keys)
        closing.callback(keys.close)
        ledger = await Ledger.open(
            folder.root, company=company.id, keys=keys, clock=time, projection=InlineViews()
        )
        closing.push_async_callback(ledger.close)
        await ledger.examine()
        blobs = FileBlobs(folder.blobs, keys)
        yield App(
            folder=folder,
            settings=settings,
            company=company,
            clock=time,
            keys=keys,
            blobs=blobs,
            ledger=ledger,
            views=ReadViews(ledger),
            policies=Policies.load(folder=folder.policies),
            intake=Intake(ledger, blobs, keys),
        )


@asynccontextmanager
async def at_work(
    app: App, command: str, *, taken: Callable[[], None] | None = None
) -> AsyncIterator[Works]:
    """Run this folder's subscribers here. Raises `FolderLocked` where another process does,
    and `ChainBroken` where nothing may be written any more.

    `command` is how this process is named to others who want the folder; `taken` is called as
    soon as it is ours, before everything is opened.
    """
    async with AsyncExitStack() as closing:
        closing.enter_context(FolderLock(app.folder.root, command=command, clock=app.clock))
        if taken is not None:
            taken()
        await app.ledger.writable()
        checkpoints = await FileCheckpoints.open(app.folder.checkpoints)
        closing.push_async_callback(checkpoints.close)
        store = await LocalStore.open(app.folder.memory)
        closing.push_async_callback(store.close)
        models = await closing.enter_async_context(models_of(app))
        await refill(store, app.ledger.facts(), app.ledger, app.views)
        await announce(app)
        relay = Relay(app.ledger, _subscribers(app, checkpoints, store, models), clock=app.clock)
        yield Works(relay=relay, alarms=AlarmClock(app.views, app.intake, app.clock))


def _subscribers(
    app: App, checkpoints: FileCheckpoints, store: LocalStore, models: Models
) -> Sequence[Subscriber]:
    gate = Gate(app.policies, app.views, app.company, app.clock)
    return (
        Router(views=app.views, history=app.ledger, clock=app.clock),
        _planner(app, checkpoints, store, models, gate),
        Dispatcher(
            connectors=_connectors(app),
            attempts=Attempts(app.ledger, app.company),
            views=app.views,
            gate=gate,
            history=app.ledger,
            clock=app.clock,
        ),
        MemoryProjector(store, app.ledger, app.views),
    )


def _planner(
    app: App, checkpoints: FileCheckpoints, store: LocalStore, models: Models, gate: Gate
) -> Runner:
    graph = partial(case_graph, NODES, seconds=_node_seconds(app.settings.model))
    threads = Threads(graph, checkpoints, app.company.id)
    sources = Sources(
        company=app.company,
        views=app.views,
        store=store,
        gate=gate,
        models=models,
        clock=app.clock,
    )
    return Runner(
        threads=threads,
        reruns=Reruns(threads, fold_json),
        history=app.ledger,
        world=LiveWorld(sources),
    )


def _node_seconds(model: ModelEndpoint | None) -> float:
    """Long enough for every call of one part to use up its deadline: the fallback comes first."""
    return NODE_SECONDS + (MOST_CALLS * model.deadline_s if model else 0.0)


def _connectors(app: App) -> Sequence[Connector]:
    mail = MaildirOut(app.folder.outbox, app.blobs, Identity.of(app.company), app.clock)
    invoices = InvoiceFiles(
        app.folder.invoices, blobs=app.blobs, company=app.company, views=app.views
    )
    return (mail, invoices)
