"""The chats of a company, put together: the door, the answering, the outbox and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct

from bot.chat.answering import Answering
from bot.chat.attending import attending_of, lists_of
from bot.chat.forms import Closing
from bot.chat.inbound import ChatDoor
from bot.chat.keeping_up import KeepingUp
from bot.chat.outbox import PACE_S, Outbox, Timing
from bot.chat.port import Adapter
from bot.chat.posts import buttons_of, outbox_of, requests_of, subjects_of
from bot.chat.requests import ANSWER, GROUP
from bot.opening import App
from bot.work.worker import Worker

Ended = Callable[[str, Exception], None]
"""Told of a channel that is not served any more, and why."""


class Chats(Struct, frozen=True):
    """Everything between people in chats and the ledger, for one open folder."""

    answering: Answering
    outbox: Outbox
    overviews: KeepingUp
    services: tuple[Adapter, ...]

    async def run(self, stop: asyncio.Event, ended: Ended) -> None:
        """Take in, answer and post until `stop`; what is under way is finished first.

        A service that fails for good is told to `ended`, and the others go on.
        """
        async with asyncio.TaskGroup() as tasks:
            for service in self.services:
                tasks.create_task(_served(service, stop, ended))
            tasks.create_task(self.answering.run(stop))
            tasks.create_task(self.overviews.run(stop))
            await self.outbox.run(stop)
        for service in self.services:
            if isinstance(service, Closing):
                await service.close()

    async def settle(self) -> None:
        """Answer all that waits and post all that is due, once: for scripts and trials."""
        await self.answering.settle()
        await self.outbox.flush()
        await self.overviews.look()


async def _served(service: Adapter, stop: asyncio.Event, ended: Ended) -> None:
    try:
        await service.run(stop)
    except Exception as error:  # noqa: BLE001  # one channel's trouble is not the others'
        ended(service.channel, error)


def door_of(app: App) -> ChatDoor:
    """Where services hand over what they hear."""
    return ChatDoor(app.intake, app.ledger, app.keys)


def chats_of(
    app: App,
    worker: Worker,
    services: Sequence[Adapter],
    *,
    timing: Timing | None = None,
    pace: float = PACE_S,
) -> Chats:
    """Put the chats together. `worker` is whoever runs the subscribers; `pace`: seconds between
    two messages in one chat."""
    subjects = subjects_of(app)
    answering = Answering(
        app,
        worker,
        buttons_of(app, subjects),
        requests_of(app),
        {each.channel: each for each in services},
    )
    subjects.renders(ANSWER, answering.render)
    subjects.renders(GROUP, lists_of(app).render)
    attending = timing or attending_of(app)
    outbox = outbox_of(app, services, subjects, timing=attending, pace=pace)
    overviews = KeepingUp(app.ledger, services, app.clock)
    return Chats(answering, outbox, overviews, tuple(services))
