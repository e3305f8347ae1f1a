"""`coo run`, `coo chat` and `coo ingest`: what a process does with an open data folder."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Sequence
from pathlib import Path

from rich.console import Console

from bot import texts
from bot.app import App
from bot.bringing.bringing import bring
from bot.bringing.telling import told
from bot.channel import Reply
from bot.commands import Commands, Session
from bot.console.chat import NAME, ConsoleChat
from bot.console.lines import Lines, PipedLines, TerminalLines
from bot.console.render import put
from bot.copies.turns import LOOK_EVERY_S, halted_copy
from bot.intake import Taken
from bot.office.live import LiveOffice
from bot.work.hosting import hosting
from bot.work.talking import chats
from connectors.mail.inbox import MaildirIn
from ledger.blobs import BlobNotKept
from ledger.domain.errors import CooError, InputUnreadable
from ledger.domain.events import MailSetAside, MailUnreadable
from ledger.pauses import pause
from ledger.seal import KeysNotWritten
from ledger.store import WriteFailed

INGEST_PATIENCE_S = 60.0
AGAIN_S = 10.0
"""How long a mail waits in the inbox for a disk that took nothing."""


async def chat(app: App, out: Console) -> None:
    """The console channel: a conversation, at a terminal or through a pipe."""
    async with hosting(app, "coo chat") as host:
        await host.ready()
        office = LiveOffice(app, host, operator=app.operator, channel=NAME)
        zone = app.clock.now().astimezone().tzinfo
        talk = ConsoleChat(office, _lines(out), out, zone, app.folder.pictures)
        await host.beside(talk.run())


async def serve(app: App, out: Console) -> None:
    """Work until SIGINT or SIGTERM; what is being handled then is finished first."""
    stop = _stop_on_signals()
    async with hosting(app, "coo run") as host:
        office = LiveOffice(app, host, operator="", channel="log")
        put(out, Reply(lines=(texts.SERVING.format(folder=app.folder.root),)))
        if halted := await halted_copy(app):
            line = texts.STATUS_HALTED_COPY.format(why=halted.reason)
            put(out, Reply(lines=(line,), trouble=True))
        log = ConsoleChat(office, PipedLines(sys.stdin, out.print), out)
        async with chats(app, host, out, stop) as talking:
            incoming = (
                watch_inbox(app, out, stop),
                watch_own_mail(app, out, stop),
                watch_mailbox(app, out, stop),
            )
            await host.beside(_until(stop, log.follow(), *incoming, talking))


async def work(app: App, out: Console, *, heartbeat: float | None = None) -> None:
    """One of the machines that work on a shared database, until SIGINT or SIGTERM."""
    from bot.work import cluster  # noqa: PLC0415 - an optional driver

    stop = _stop_on_signals()
    async with cluster.on_shift(app, heartbeat=heartbeat or cluster.HEARTBEAT_S) as shift:
        put(out, Reply(lines=(texts.WORKER_STARTS.format(company=app.company.name),)))
        await shift.run(stop)


async def ingest(app: App, out: Console, paths: Sequence[Path], *, own: bool = False) -> bool:
    """Take files in and let Coo react; whether all of them could be read.

    `own`: they are mails that the operator wrote himself.
    """
    async with hosting(app, "coo ingest") as host:
        await host.ready()
        office = LiveOffice(app, host, operator=app.operator, channel=NAME)
        before = await office.head()
        fine = [await _taken_in(app, out, path, own=own) for path in paths]
        await host.beside(host.settle(INGEST_PATIENCE_S))
        await ConsoleChat(office, PipedLines(sys.stdin, out.print), out).catch_up(before)
    return all(fine)


async def brought_along(app: App, out: Console, paths: Sequence[Path]) -> bool:
    """Bring contacts, open invoices and the operator's tone along; whether all was right."""
    async with hosting(app, "coo init --from") as host:
        await host.ready()
        done = await bring(app, paths, app.operator)
        put(out, told(done))
        await host.beside(host.settle(INGEST_PATIENCE_S))
    return not done.wrong


async def _taken_in(app: App, out: Console, path: Path, *, own: bool) -> bool:
    """Whether all of the file could be read; whatever is wrong with it, the next one comes."""
    try:
        if own:
            return await _taken_own(app, out, path)
        taken = await app.intake.file(path)
    except CooError as error:
        _told(out, path, error)
        return False
    _tell_taken(out, path, taken)
    return not any(isinstance(one.fact.event, MailUnreadable) for one in taken)


async def worked(app: App, out: Console, line: str) -> Reply:
    """One command of the chat, its answer, and whatever follows from it here or elsewhere."""
    async with hosting(app, f"coo {line}") as host:
        await host.ready()
        office = LiveOffice(app, host, operator=app.operator, channel=NAME)
        before = await office.head()
        reply = await Commands(office, Session()).answer(line)
        put(out, reply)
        await host.beside(host.settle(INGEST_PATIENCE_S))
        await ConsoleChat(office, PipedLines(sys.stdin, out.print), out).catch_up(before)
        return reply


async def watch_inbox(app: App, out: Console, stop: asyncio.Event) -> None:
    """Take in every mail that comes to lie in the maildir inbox.

    A copy that must not act leaves them to the one that does: both may share the inbox.
    """
    inbox = MaildirIn(app.folder.inbox)
    async for name, path in inbox.watch(stop):
        await _until_in_turn(app, out, stop)
        if path.exists() and await _patiently(app, out, path, stop):
            inbox.done(name)


async def watch_own_mail(app: App, out: Console, stop: asyncio.Event) -> None:
    """Take in every copy of a mail of the operator's own that comes to lie in `mail/sent`."""
    sent = MaildirIn(app.folder.own_mail)
    async for name, path in sent.watch(stop):
        await _until_in_turn(app, out, stop)
        if path.exists() and await _patiently(app, out, path, stop, own=True):
            sent.done(name)


async def watch_mailbox(app: App, out: Console, stop: asyncio.Event) -> None:
    """Take in what comes into the operator's mailbox, where one is set; else wait for `stop`."""
    reading = app.settings.reading
    if reading is None:
        await stop.wait()
        return
    from bot.work.mailbox import follow_mailbox  # noqa: PLC0415 - only where a mailbox is read

    await _until_in_turn(app, out, stop)
    folders = ", ".join(reading.folders)
    line = texts.MAILBOX_FOLLOWED.format(folders=folders, host=reading.server.host)
    put(out, Reply(lines=(line,)))
    await follow_mailbox(app, reading, stop)


async def _until_in_turn(app: App, out: Console, stop: asyncio.Event) -> None:
    halted = await halted_copy(app)
    if halted:
        line = texts.INBOX_LEFT_ALONE.format(why=halted.reason)
        put(out, Reply(lines=(line,), trouble=True))
    while halted and not stop.is_set():
        await pause(app.clock, LOOK_EVERY_S, stop)
        halted = await halted_copy(app)


async def _patiently(
    app: App, out: Console, path: Path, stop: asyncio.Event, *, own: bool = False
) -> bool:
    """Take one mail in. Where the disk refuses, again and again; any other trouble is told."""
    while not stop.is_set():
        try:
            return await (_taken_own if own else _ingested)(app, out, path)
        except (WriteFailed, BlobNotKept, KeysNotWritten) as error:
            _told(out, path, error)
            await pause(app.clock, AGAIN_S, stop)
        except CooError as error:
            _told(out, path, error)
            return False
    return False


async def _taken_own(app: App, out: Console, path: Path) -> bool:
    """A file that the operator wrote himself; whether it could be read."""
    taken = await app.intake.own_mail(await asyncio.to_thread(path.read_bytes))
    line = taken_words(path.name, taken) if taken else texts.OWN_LEFT.format(name=path.name)
    put(out, Reply(lines=(line,)))
    return True


async def _ingested(app: App, out: Console, path: Path) -> bool:
    try:
        taken = await app.intake.file(path)
    except InputUnreadable as error:
        if not _gone(path):
            _told(out, path, error)
        return False
    _tell_taken(out, path, taken)
    return True


def _gone(path: Path) -> bool:
    """Whether another process that watches this inbox has taken the file meanwhile."""
    return not path.exists()


def _tell_taken(out: Console, path: Path, taken: Sequence[Taken]) -> None:
    """One line for each kind of thing that came of a file, with how many there were."""
    counts = Counter(taken_words(path.name, one) for one in taken)
    lines = (
        line if count == 1 else texts.TAKEN_TIMES.format(line=line, count=count)
        for line, count in counts.items()
    )
    put(out, Reply(lines=tuple(lines) or (texts.TAKEN_NOTHING.format(name=path.name),)))


def _told(out: Console, path: Path, error: CooError) -> None:
    """What is wrong with a file, named once."""
    known = path.name in error.cause
    cause = error.cause if known else f"{path.name}: {error.cause}"
    put(out, Reply(lines=(cause, error.remedy), trouble=True))


def taken_words(name: str, taken: Taken) -> str:
    """What intake did with one thing, in words."""
    event = taken.fact.event
    if isinstance(event, MailUnreadable) and taken.new:
        return texts.TAKEN_UNREADABLE.format(name=name, cause=event.cause, remedy=event.remedy)
    if isinstance(event, MailSetAside) and taken.new:
        return texts.TAKEN_ASIDE.format(name=name, why=event.why)
    form = texts.TAKEN_NEW if taken.new else texts.TAKEN_KNOWN
    return form.format(name=name, what=taken.what)


def _lines(out: Console) -> Lines:
    if sys.stdin.isatty() and sys.stdout.isatty():
        return TerminalLines()
    return PipedLines(sys.stdin, out.print)


async def _until(stop: asyncio.Event, *works: Awaitable[None]) -> None:
    """Run side by side until `stop`, or until one of them fails; that error comes out."""
    tasks = [asyncio.ensure_future(work) for work in works]
    ended = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({ended, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        stop.set()
        for task in (ended, *tasks):
            task.cancel()
        await asyncio.gather(ended, *tasks, return_exceptions=True)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
