"""A message that was left unread, fetched again from where it lies."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot import texts
from bot.sorting import marks_of
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import Event, MailReceived, MailSetAside
from ledger.domain.facts import Fact

if TYPE_CHECKING:
    from bot.opening import App

IN_MAILBOX: Final = "imap:"
"""Before the place of a mail in a mailbox: `imap:INBOX/1/42`, folder, numbering, number."""


async def unread_bytes(app: App, fact: Fact) -> bytes:
    """The bytes of the message that came in with this fact, exactly those of then.

    They lie in the blobs where the mail was kept, else in the inbox or in the mailbox. Raises
    `InputUnreadable` where they lie nowhere any more.
    """
    match fact.event:
        case MailReceived(raw_sha256=sha256):
            return await app.blobs.get(sha256)
        case MailSetAside() as event:
            raw = await asyncio.to_thread(_in_inbox, app.folder.inbox, event)
            raw = raw or await asyncio.to_thread(_in_mailbox, app, event.where)
            if raw and hashlib.sha256(raw).hexdigest() == event.raw_sha256:
                return raw
    raise InputUnreadable(*texts.LEAD_GONE.put())


def marks_of_fact(event: Event, pseudonym: Callable[[str], str]) -> tuple[str, ...]:
    """What a word about this message holds for."""
    match event:
        case MailSetAside():
            return event.marks
        case MailReceived():
            return marks_of(event.sender, event.subject, pseudonym)
        case _:
            return ()


def _in_inbox(inbox: Path, event: MailSetAside) -> bytes:
    """The file of just this hash, whatever it is called by now."""
    for path in _files(inbox, event.size):
        raw = path.read_bytes()
        if hashlib.sha256(raw).hexdigest() == event.raw_sha256:
            return raw
    return b""


def _files(inbox: Path, size: int) -> Iterator[Path]:
    for part in ("new", "cur"):
        folder = inbox / part
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_file() and path.stat().st_size == size:
                yield path


def _in_mailbox(app: App, where: str) -> bytes:
    """The mail of just this number, where the mailbox is still numbered as it was then."""
    reading = app.settings.reading
    folder, _, numbers = where.removeprefix(IN_MAILBOX).rpartition("/")[0].rpartition("/")
    uid = where.rpartition("/")[2]
    if reading is None or not where.startswith(IN_MAILBOX) or not uid.isdigit():
        return b""
    from connectors.mail.imap import ImapFolder  # noqa: PLC0415 - only where a mailbox is read

    imap = ImapFolder(reading.server, reading.password.reveal() if reading.password else "", folder)
    try:
        place = imap.open()
        return (imap.fetch(int(uid)) or b"") if str(place.validity) == numbers else b""
    finally:
        imap.close()
