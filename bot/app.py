"""Builds the application, once. Everything it needs comes in as an argument; nothing is global.

`open_app` (see `bot.opening`) gives what every process may do with a data folder: read, and
record what comes from outside. `at_work` adds what only one process at a time may do: run the
subscribers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from msgspec import Struct

from bot.books.keeping import bookkeeper_of
from bot.chat.posts import notifier_of
from bot.clock import AlarmClock
from bot.copies.anchoring import DailyAnchor
from bot.copies.turns import TurnWatch, fence_of
from bot.digest.due import digester_of
from bot.erasure.eraser import Eraser
from bot.live.curtain import Curtain
from bot.notices.configured import announce
from bot.opening import App, open_app
from bot.promises.keeping import keeper_of
from bot.settings import ModelEndpoint
from bot.work.gist import gist_maker_of
from bot.work.memory import MemoryTender, answers_of, open_memory, tally_of
from bot.work.models import models_of
from bot.work.world import LiveWorld, Models, Sources
from connectors.base import Connector
from connectors.claims import Attempts as Claims
from connectors.dispatcher import Dispatcher
from connectors.first_mail import FirstMail
from connectors.invoices.files import InvoiceFiles
from connectors.mail.compose import Identity
from connectors.mail.maildir import MaildirOut
from connectors.reopening import Reopening
from connectors.watched import WatchedAttempts, WatchedConnector
from graph.agents.fallback import MOST_CALLS
from graph.build import NODE_SECONDS, case_graph
from graph.checkpoints import Checkpoints, FileCheckpoints
from graph.folding import fold_json
from graph.nodes import NODES
from graph.outcomes import Outcomes
from graph.rerun import Reruns
from graph.router import Router
from graph.runner import Runner
from graph.threads import Threads
from ledger.attempts import Attempts
from ledger.domain.facts import Subscriber
from ledger.domain.values import DESK
from ledger.lanes import load_lane, next_wanted
from ledger.lock import FolderLock
from ledger.relay import Relay
from memory.episodes import Recaller
from memory.projector import MemoryProjector
from memory.standing import Witness
from policies.gate import Gate

USUAL_HOLD: Final = timedelta(seconds=60)
"""How long an approved mail waits before it leaves through a server, where nothing else is said."""

__all__ = [
    "App",
    "Reach",
    "Works",
    "at_work",
    "desk_waits",
    "open_app",
    "reach_of",
    "subscribers_of",
]


class Works(Struct, frozen=True, kw_only=True):
    """What only the process that holds the folder's lock uses."""

    relay: Relay
    alarms: AlarmClock
    anchoring: DailyAnchor
    tending: MemoryTender
    memory: Recaller


class Reach(Struct, frozen=True, kw_only=True):
    """How Coo acts on the world. A rehearsal brings a world of its own."""

    connectors: Sequence[Connector]
    attempts: Claims


@asynccontextmanager
async def at_work(
    app: App,
    command: str,
    *,
    taken: Callable[[], None] | None = None,
    reach: Reach | None = None,
) -> AsyncIterator[Works]:
    """Run this folder's subscribers here. Raises `FolderLocked` where another process does,
    and `ChainBroken` where nothing may be written any more.

    `command` is how this process is named to others who want the folder; `taken` is called as
    soon as it is ours, before everything is opened; `reach` stands in for the real world.
    """
    async with AsyncExitStack() as closing:
        closing.enter_context(FolderLock(app.folder.root, command=command, clock=app.clock))
        if taken is not None:
            taken()
        await app.ledger.writable()
        checkpoints = await FileCheckpoints.open(app.folder.checkpoints, app.failpoints)
        closing.push_async_callback(checkpoints.close)
        tally = tally_of(app)
        closing.callback(tally.save)
        store = await open_memory(app, tally)
        closing.push_async_callback(store.close)
        models = await closing.enter_async_context(models_of(app))
        answers = answers_of(app, store, tally)
        await announce(app)
        await TurnWatch(app).look()
        eraser = Eraser(app, checkpoints, store)
        await eraser.set_right()
        relay = Relay(
            app.ledger,
            (
                *subscribers_of(app, checkpoints, answers, models, reach or reach_of(app)),
                MemoryProjector(store, app.ledger, app.views),
                eraser,
                await notifier_of(app),
                digester_of(app),
                keeper_of(app),
                bookkeeper_of(app),
                *([gist_maker_of(app, models)] if app.settings.model else []),
            ),
            clock=app.clock,
            first=[Dispatcher.name],
        )
        alarms = AlarmClock(app.views, app.intake, app.clock)
        yield Works(
            relay=relay,
            alarms=alarms,
            anchoring=DailyAnchor(app),
            tending=MemoryTender(app, store),
            memory=answers,
        )


async def desk_waits(app: App) -> bool:
    """Whether something lies on the desk that nobody has reacted to yet."""
    router = _router(app)
    lane = await load_lane(app.ledger, router, DESK)
    return await next_wanted(app.ledger, lane) is not None


def _router(app: App) -> Router:
    return Router(
        views=app.views,
        history=app.ledger,
        clock=app.clock,
        pseudonym=app.keys.person,
        country=app.company.country,
        currency=app.company.currency,
        operator=app.company.operator.email,
    )


def subscribers_of(
    app: App,
    checkpoints: Checkpoints,
    store: Recaller,
    models: Models,
    reach: Reach,
    *,
    shared: bool = False,
) -> Sequence[Subscriber]:
    """Who reacts to facts; `shared`: other machines do so at the same time."""
    gate = Gate(app.policies, app.views, app.company, app.clock)
    return (
        _router(app),
        Outcomes(app.views),
        Curtain(app.views, gate, app.company),
        _planner(app, checkpoints, store, models, gate),
        Dispatcher(
            connectors=[WatchedConnector(one, app.failpoints) for one in reach.connectors],
            attempts=WatchedAttempts(reach.attempts, app.failpoints),
            views=app.views,
            gate=gate,
            history=app.ledger,
            clock=app.clock,
            fence=fence_of(app),
            first=first_mail_of(app),
            shared=shared,
            hold=_hold(app),
        ),
    )


def _hold(app: App) -> timedelta:
    """How long an approved mail can still be held: what stays in the folder need not wait."""
    said = app.company.hold_seconds
    if said is None:
        return USUAL_HOLD if app.settings.mailing else timedelta()
    return timedelta(seconds=said)


def _planner(
    app: App, checkpoints: Checkpoints, store: Recaller, models: Models, gate: Gate
) -> Runner:
    graph = partial(case_graph, NODES, seconds=_node_seconds(app.settings.model))
    threads = Threads(graph, checkpoints, app.company.id)
    sources = Sources(
        company=app.company,
        views=app.views,
        history=app.ledger,
        policies=app.policies,
        store=store,
        witness=Witness(app.views, app.keys.forgotten),
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


def first_mail_of(app: App) -> FirstMail | None:
    """Only where mail really leaves is there a first one."""
    mailing = app.settings.mailing is not None
    return FirstMail(app.views, app.company.operator.email) if mailing else None


def _mail_out(app: App) -> Connector:
    """The operator's own server where one is set, else a maildir."""
    sender, out = Identity.of(app.company), app.settings.mailing
    if out is None:
        return MaildirOut(app.folder.outbox, app.blobs, sender, app.clock)
    from connectors.mail.smtp import SmtpOut  # noqa: PLC0415 - only where mail really leaves

    return SmtpOut(
        out.server,
        out.password.reveal() if out.password else "",
        copies=app.folder.outbox,
        blobs=app.blobs,
        sender=sender,
        clock=app.clock,
    )


def reach_of(app: App) -> Reach:
    """What this folder acts with: files, as long as nothing else is configured."""
    mail = _mail_out(app)
    invoices = InvoiceFiles(
        app.folder.invoices, blobs=app.blobs, company=app.company, views=app.views
    )
    connectors = (mail, invoices, Reopening())
    return Reach(connectors=connectors, attempts=Attempts(app.ledger, app.company))
