"""Chosen folders of a mailbox, followed: every new mail once, in the order of its folder.

A mail counts as taken when whoever asked says so; until then it is given again after a break. What
was in a folder before it was followed is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Final, Protocol

from msgspec import Struct

from connectors.mail.imap import ImapFolder, Place
from connectors.mail.rounds import Rounds
from connectors.mail.server import MailServer, MailServerFailed
from ledger.domain.reading import Clock
from ledger.pauses import first_of, pause

IDLE_S: Final = 60.0
"""How long the server's word is waited for before the folder is looked at all the same. Servers
drop a silent connection after half an hour, some routers after five minutes."""
HEARING_S: Final = 1.0
"""How long one look at the silent connection takes: so soon is a wish to stop noticed."""
POLL_S: Final = 60.0
"""How often a server that cannot say when something comes is asked."""
AGAIN_S: Final = (5.0, 15.0, 60.0, 300.0)
"""How long to wait after the first, second … failure in a row."""


class Arrived(Struct, frozen=True):
    """A mail in a followed folder."""

    folder: str
    validity: int
    uid: int
    raw: bytes


class Start(Struct, frozen=True):
    """After which number a folder is read, and from which day on where numbers do not tell."""

    after: int
    since: date | None = None


class Positions(Protocol):
    """How far each folder was read, kept durably by whoever takes the mails."""

    async def start(self, folder: str, place: Place) -> Start:
        """Where to go on. A folder that is seen for the first time is followed from `place.next`
        on; one whose numbering is another than before is read again from the day it was followed.
        """
        ...

    async def taken(self, arrived: Arrived) -> None:
        """The mail is in the ledger."""
        ...


class Watcher(Protocol):
    """Hears how the reading goes."""

    async def troubled(self, folder: str, failed: MailServerFailed) -> None:
        """Said once for a trouble, however long it lasts."""
        ...

    async def recovered(self, folder: str) -> None:
        """It goes again."""
        ...


Take = Callable[[Arrived], Awaitable[None]]
"""Takes a mail in, durably; what it raises ends the following."""


First = Callable[[asyncio.Event], Awaitable[None]]
"""What has to be done first; it ends early where its event is set."""


class Mailbox:
    """Follows folders side by side, each over a connection of its own."""

    def __init__(
        self,
        server: MailServer,
        password: str,
        folders: Sequence[str],
        *,
        positions: Positions,
        watcher: Watcher,
        clock: Clock,
        first: First | None = None,
    ) -> None:
        """`first` is waited for before new mail is fetched, wherever that depends on something."""
        self._first, self._rounds = first, Rounds(folders)
        self._server, self._password, self._folders = server, password, tuple(folders)
        self._positions, self._watcher, self._clock = positions, watcher, clock

    async def run(self, take: Take, stop: asyncio.Event) -> None:
        """Hand every new mail to `take`, one after the other in each folder, until `stop`."""
        async with asyncio.TaskGroup() as following:
            for folder in self._folders:
                following.create_task(self._follow(folder, take, stop))

    async def looked(self, stop: asyncio.Event) -> None:
        """Wait until every folder was looked through once more and its new mail taken."""
        await self._rounds.looked(stop)

    async def _follow(self, folder: str, take: Take, stop: asyncio.Event) -> None:
        run = _Run(folder, self._watcher)
        while not stop.is_set():
            imap = ImapFolder(self._server, self._password, folder)
            try:
                await self._read(imap, run, take, stop)
            except MailServerFailed as failed:
                await run.failed(failed)
                await pause(self._clock, run.rest(failed), stop)
            finally:
                imap.close()

    async def _read(self, imap: ImapFolder, run: _Run, take: Take, stop: asyncio.Event) -> None:
        place = await asyncio.to_thread(imap.open)
        start = await self._positions.start(run.folder, place)
        after = start.after
        while not stop.is_set():
            begun = self._rounds.begun()
            fresh = await asyncio.to_thread(imap.new, after, start.since)
            if fresh and self._first is not None:
                await self._first(stop)
            for uid in fresh:
                if stop.is_set():
                    return
                raw = await asyncio.to_thread(imap.fetch, uid)
                if raw is not None:
                    arrived = Arrived(run.folder, place.validity, uid, raw)
                    await take(arrived)
                    await self._positions.taken(arrived)
                after = uid
            self._rounds.done(run.folder, begun)
            await run.worked()
            await self._wait(imap, run.folder, stop)

    async def _wait(self, imap: ImapFolder, folder: str, stop: asyncio.Event) -> None:
        """Until something comes, a while has gone by, somebody asks for a look, or `stop`."""
        if self._rounds.waited_for(folder):
            return
        if not await asyncio.to_thread(lambda: imap.can_wait):
            await first_of(self._clock.sleep(POLL_S), stop.wait(), self._rounds.asked())
            return
        if not await asyncio.to_thread(imap.begin_waiting):
            return
        until = self._clock.now() + timedelta(seconds=IDLE_S)
        while not stop.is_set() and self._clock.now() < until:
            if self._rounds.waited_for(folder):
                break
            if await asyncio.to_thread(imap.heard, HEARING_S):
                break
        await asyncio.to_thread(imap.end_waiting)


class _Run:
    """How the following of one folder went so far."""

    def __init__(self, folder: str, watcher: Watcher) -> None:
        self.folder, self._watcher = folder, watcher
        self._failures, self._told = 0, ""

    async def failed(self, failed: MailServerFailed) -> None:
        """Tell it, unless it is what was told last."""
        self._failures += 1
        if failed.cause != self._told:
            self._told = failed.cause
            await self._watcher.troubled(self.folder, failed)

    async def worked(self) -> None:
        """Tell that it goes again, where it did not."""
        self._failures = 0
        if self._told:
            self._told = ""
            await self._watcher.recovered(self.folder)

    def rest(self, failed: MailServerFailed) -> float:
        """How long to wait; what a person must mend is looked at seldom."""
        place = min(self._failures, len(AGAIN_S)) - 1
        return AGAIN_S[place] if failed.retryable else AGAIN_S[-1]
