"""The operator's mailbox, read beside the work: every new mail of the chosen folders, once."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from bot.mail_settings import Reading
from bot.opening import App
from bot.work.unread import IN_MAILBOX
from connectors.mail.imap import ImapFolder, Place
from connectors.mail.mailbox import Arrived, First, Mailbox, Start
from connectors.mail.server import MailServerFailed
from ledger.blobs import BlobNotKept
from ledger.domain.errors import CooError
from ledger.domain.events import FailureCleared, FailureReported, MailboxFollowed
from ledger.pauses import pause
from ledger.seal import KeysNotWritten
from ledger.store import WriteFailed

_ZONES: Final = timedelta(days=1)
"""A server's days are its own: rather an older mail than none of that day."""

NO_SENT: Final = "none"
"""What COO_IMAP_SENT says where no folder of sent mails is to be read."""

ASK_AGAIN_S: Final = {True: 15.0, False: 300.0}
"""How long until the server is asked once more for its folder, where a wait may help or not."""

AGAIN_S: Final = 10.0
"""How long a mail waits for a disk that took nothing."""


async def follow_mailbox(app: App, reading: Reading, stop: asyncio.Event) -> None:
    """Take in what comes into the chosen folders, until `stop`."""
    taking, positions = _Taking(app, stop), FolderPositions(app)
    mailbox = _mailbox(app, reading, reading.folders, taking, positions)
    async with asyncio.TaskGroup() as both:
        both.create_task(mailbox.run(taking.take, stop))
        both.create_task(_follow_sent(app, reading, mailbox, positions, stop))


def _mailbox(
    app: App,
    reading: Reading,
    folders: tuple[str, ...],
    taking: _Taking,
    positions: FolderPositions,
    first: First | None = None,
) -> Mailbox:
    return Mailbox(
        reading.server,
        _word(reading),
        folders,
        positions=positions,
        watcher=taking,
        clock=app.clock,
        first=first,
    )


async def _follow_sent(
    app: App, reading: Reading, incoming: Mailbox, positions: FolderPositions, stop: asyncio.Event
) -> None:
    """What the operator sends himself, each mail after whatever it may answer."""
    folder = await _sent_folder(app, reading, stop)
    if not folder or folder in reading.folders:
        return
    taking = _TakingOwn(app, stop)
    own = _mailbox(app, reading, (folder,), taking, positions, incoming.looked)
    await own.run(taking.take, stop)


async def _sent_folder(app: App, reading: Reading, stop: asyncio.Event) -> str:
    """As it is set, else as the server says; "" where neither names one."""
    if reading.sent:
        return "" if reading.sent.casefold() == NO_SENT else reading.sent
    while not stop.is_set():
        try:
            return await asyncio.to_thread(sent_folder, reading)
        except MailServerFailed as failed:  # the folders that are read tell it already
            await pause(app.clock, ASK_AGAIN_S[failed.retryable], stop)
    return ""


def sent_folder(reading: Reading) -> str:
    """The folder that the server calls the one of sent mails; blocking. Raises
    `MailServerFailed`."""
    box = ImapFolder(reading.server, _word(reading), next(iter(reading.folders), "INBOX"))
    try:
        box.open()
        return box.sent_folder()
    finally:
        box.close()


def _word(reading: Reading) -> str:
    return reading.password.reveal() if reading.password else ""


class FolderPositions:
    """How far each folder was read.

    The first look at a folder is a fact; how far it was read since stands in a file that may be
    lost: then the folder is read again from that first look, and mails that are known add nothing.
    """

    def __init__(self, app: App) -> None:
        self._app, self._path = app, app.folder.positions
        self._known = _positions(self._path)

    async def start(self, folder: str, place: Place) -> Start:
        """Where to go on."""
        followed = MailboxFollowed(folder=folder, validity=place.validity, next=place.next)
        first = await self._app.ledger.by_key(f"mailbox:{folder}")
        if first is None:
            taken = await self._app.intake.once(followed, f"mailbox:{folder}")
            first = taken.fact
        known = self._known.get(folder)
        after = known[1] if known and known[0] == place.validity else 0
        event = first.event
        if isinstance(event, MailboxFollowed) and event.validity == place.validity:
            return Start(max(after, event.next - 1))
        return Start(after, first.at.date() - _ZONES)

    async def taken(self, arrived: Arrived) -> None:
        """The mail is in the ledger."""
        self._known[arrived.folder] = (arrived.validity, arrived.uid)
        await asyncio.to_thread(_write, self._path, dict(self._known))


class _Taking:
    """Hands mails to intake, and says as facts when a folder cannot be read."""

    def __init__(self, app: App, stop: asyncio.Event) -> None:
        self._app, self._stop = app, stop

    async def take(self, arrived: Arrived) -> None:
        """Take a mail in. Where the disk refuses, again and again: it is safe where it is."""
        while not await self._taken(arrived):
            await pause(self._app.clock, AGAIN_S, self._stop)

    async def _record(self, arrived: Arrived) -> None:
        await self._app.intake.mail(arrived.raw, place_of(arrived))

    async def _taken(self, arrived: Arrived) -> bool:
        try:
            await self._record(arrived)
        except (WriteFailed, BlobNotKept, KeysNotWritten):
            if self._stop.is_set():
                raise
            return False
        except CooError as error:
            await self._left(arrived, error)
        return True

    async def _left(self, arrived: Arrived, error: CooError) -> None:
        """One mail that cannot be taken holds up no other; it stays where it is."""
        where = f"{arrived.folder}/{arrived.uid}"
        event = FailureReported(
            failure=f"mail {where}",
            what=f"A mail in {arrived.folder!r} could not be taken in.",
            cause=error.cause,
            not_done="It was left where it is; mails after it were taken.",
            owner="operator",
            remedies=(error.remedy, "Save it as a file, and hand it in with `coo ingest FILE`."),
        )
        await self._app.intake.once(event, f"mailbox:{where}:{arrived.validity}:left")

    async def troubled(self, folder: str, failed: MailServerFailed) -> None:
        """A failure like any other: told once, listed until it is over."""
        event = FailureReported(
            failure=_failure(folder),
            what=f"The mail folder {folder!r} cannot be read.",
            cause=failed.cause,
            not_done="New mail is not seen until then.",
            owner="operator",
            remedies=(failed.remedy,),
        )
        await self._app.intake.once(event, self._key(folder, "troubled"))

    async def recovered(self, folder: str) -> None:
        """Say that it goes again."""
        event = FailureCleared(failure=_failure(folder), how=f"{folder!r} is read again.")
        await self._app.intake.once(event, self._key(folder, "recovered"))

    def _key(self, folder: str, what: str) -> str:
        return f"mailbox:{folder}:{what}:{self._app.clock.now().isoformat()}"


class _TakingOwn(_Taking):
    """The same for what the operator sent himself: only what concerns the business is kept."""

    async def _record(self, arrived: Arrived) -> None:
        await self._app.intake.own_mail(arrived.raw)


def place_of(arrived: Arrived) -> str:
    """Where a mail lies, so that it is found there again: `imap:INBOX/1/42`."""
    return f"{IN_MAILBOX}{arrived.folder}/{arrived.validity}/{arrived.uid}"


def _failure(folder: str) -> str:
    return f"mailbox {folder}"


def _positions(path: Path) -> dict[str, tuple[int, int]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[int, int]])
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(path: Path, known: dict[str, tuple[int, int]]) -> None:
    beside = path.with_name(f"{path.name}.new")
    with contextlib.suppress(OSError):  # what is read again adds nothing
        beside.write_bytes(msgspec.json.encode(known))
        beside.replace(path)
