"""`coo run` in the chats: every channel that is configured, in one process a folder at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from typing import Final

from rich.console import Console

from bot import texts
from bot.app import App
from bot.channel import Reply
from bot.console.render import put
from bot.settings import Settings
from bot.work.worker import Worker
from ledger.domain.errors import CooError, FolderLocked
from ledger.lock import FolderLock, holder
from ledger.pauses import pause

AGAIN_S: Final = 1.0
"""How often a process that leaves the chats to another looks whether that is still there."""

LOCK: Final = "chat.lock"
"""Held by the one process that runs a folder's chats: a message must not be posted by two."""

GRACE_S: Final = 15.0
"""How long a call or an answer under way may take when everything is told to stop."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def chats(
    app: App, worker: Worker, out: Console, stop: asyncio.Event
) -> AsyncIterator[Awaitable[None]]:
    """Run the chats beside the caller; they end by themselves, what is under way first.

    What comes out is to be awaited beside the rest: an error of the chats comes out of it.
    """
    running = asyncio.create_task(_run(app, worker, out, stop))
    try:
        yield asyncio.shield(running)
    finally:
        stop.set()
        done, _ = await asyncio.wait({running}, timeout=GRACE_S)
        if not done:
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _run(app: App, worker: Worker, out: Console, stop: asyncio.Event) -> None:
    from bot.chat import services  # noqa: PLC0415 - the clients of the chats take a second to load

    if not services.wanted(app.settings):
        await stop.wait()
        return
    told = False
    while not stop.is_set():
        try:
            with _lock(app):
                await _served(app, worker, out, stop)
                return
        except FolderLocked:
            if not told:
                who = holder(app.folder.root, LOCK)
                put(out, Reply(lines=(texts.CHATS_ELSEWHERE.format(holder=who),)))
            told = True
            await pause(app.clock, AGAIN_S, stop)


def _lock(app: App) -> FolderLock:
    return FolderLock(app.folder.root, command="coo run", clock=app.clock, name=LOCK)


async def _served(app: App, worker: Worker, out: Console, stop: asyncio.Event) -> None:
    from bot.chat.running import chats_of  # noqa: PLC0415 - as above
    from bot.chat.services import services_of, web_server  # noqa: PLC0415 - as above

    found = services_of(app, worker)
    server = web_server(app, worker, found)
    if server is None and app.settings.stripe is not None:
        put(out, Reply(lines=(texts.STRIPE_DEAF,)))
    if server is not None:
        put(out, Reply(lines=(texts.WEB_OPEN.format(place=server.open()),)))
    if found.adapters:
        channels = ", ".join(each.channel for each in found.adapters)
        put(
            out,
            Reply(lines=(texts.CHATS_SERVED.format(channels=channels), *half_set(app.settings))),
        )
    made = chats_of(app, worker, found.adapters)

    def trouble(channel: str, error: Exception) -> None:
        _log.warning("%s ended: %s", channel, error)
        remedy = error.remedy if isinstance(error, CooError) else type(error).__name__
        cause = error.cause if isinstance(error, CooError) else ""
        ended = texts.CHAT_ENDED.format(channel=channel)
        put(out, Reply(lines=tuple(filter(None, (cause, remedy, ended))), trouble=True))

    try:
        async with asyncio.TaskGroup() as tasks:
            if server is not None:
                tasks.create_task(server.run(stop))
            await made.run(stop, trouble)
    finally:
        await found.close()


def half_set(settings: Settings) -> Iterator[str]:
    """What a chat that is served cannot do, as long as something is not set."""
    if settings.telegram is not None and settings.telegram.unbelieved:
        yield texts.CHAT_UNBELIEVED
    if settings.slack is not None and not settings.slack.complete:
        yield texts.CHAT_DEAF
