"""Mail on disk: what goes out is one file in a maildir, what comes in is read from one.

The name of an outgoing file is the action's id, which makes this a keyed provider: delivering
twice leaves one mail.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import uuid
from email.parser import BytesHeaderParser
from pathlib import Path

from connectors.base import Capability, Order
from connectors.mail.compose import Identity, mail_bytes
from ledger.domain.commands import Command, OutgoingMail
from ledger.domain.errors import CooError
from ledger.domain.reading import Blobs, Clock
from ledger.domain.verdicts import Failed, Outcome, Receipt, Succeeded, Unknown
from ledger.durable_files import make_folder, sync_folder

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_HEADER = 64_000


class MaildirOut:
    """Puts approved mails into a maildir, from where the operator or a mailer sends them on."""

    name = "maildir"
    capability = Capability.KEYED

    def __init__(self, folder: Path, blobs: Blobs, sender: Identity, clock: Clock) -> None:
        self._folder = folder
        self._blobs = blobs
        self._sender = sender
        self._clock = clock

    def takes(self, command: Command) -> bool:
        return isinstance(command, OutgoingMail)

    async def execute(self, order: Order) -> Outcome:
        """Write the mail, once: where its file exists already, that one is the receipt."""
        mail = order.command
        if not isinstance(mail, OutgoingMail) or not _KEY.fullmatch(order.key):
            return Failed(
                f"Order {order.key[:60]!r} is no mail this connector can file.",
                "Nothing was sent. This is a fault in Coo; please report it.",
            )
        try:
            done = await self.look_up(order)
        except ConnectionError as error:  # an earlier try may have filed it
            return Unknown(str(error), str(self._folder))
        return done or await self._send(order.key, mail)

    async def look_up(self, order: Order) -> Succeeded | None:
        """The receipt of a mail that lies in the maildir, read or unread."""
        try:
            return await asyncio.to_thread(self._found, order.key)
        except OSError as error:
            raise ConnectionError(
                f"The maildir {str(self._folder)!r} cannot be read: {error}"
            ) from error

    async def _send(self, key: str, mail: OutgoingMail) -> Outcome:
        try:
            documents = {
                each.sha256: await self._blobs.get(each.sha256) for each in mail.attachments
            }
            data = mail_bytes(key, mail, documents, self._sender, self._clock.now())
        except CooError as error:
            return Failed(error.cause, error.remedy)
        except OSError as error:
            return Failed(
                f"The mail's documents cannot be read: {error.strerror or error}.",
                "Nothing was sent. Check the folder `blobs`, then `retry`.",
                retryable=True,
            )
        try:
            return await asyncio.to_thread(self._deliver, key, data)
        except OSError as error:
            return failed_write(error, self._folder)

    def _found(self, key: str) -> Succeeded | None:
        for path in _filed(self._folder, f"{key}.eml"):
            return _receipt(path)
        return None

    def _deliver(self, key: str, data: bytes) -> Outcome:
        """tmp, fsync, new, fsync: whoever looks into new/ finds whole mails only."""
        make_maildir(self._folder)
        partial = self._folder / "tmp" / f"{key}.{uuid.uuid4().hex}"
        path = self._folder / "new" / f"{key}.eml"
        try:
            _write_durably(partial, data)
            _publish(partial, path)
        finally:
            with contextlib.suppress(OSError):  # a left-over in tmp/ is never read
                partial.unlink(missing_ok=True)
        try:
            sync_folder(path.parent)
            return _receipt(path)
        except OSError as error:
            return Unknown(
                f"The mail was filed, but the disk did not confirm it: {error}.", str(path)
            )


def file_sent(folder: Path, key: str, data: bytes) -> Path:
    """Keep a copy of a mail that left another way, as one that was read. Raises `OSError`."""
    make_maildir(folder)
    partial = folder / "tmp" / f"{key}.{uuid.uuid4().hex}"
    path = folder / "cur" / f"{key}.eml:2,S"
    try:
        _write_durably(partial, data)
        _publish(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)
    return path


def make_maildir(folder: Path) -> None:
    """Create the folders of a maildir where they are missing, durably."""
    for name in ("tmp", "new", "cur"):
        make_folder(folder / name)


def failed_write(error: OSError, folder: Path) -> Failed:
    """What a failed write means to a person. The mail is certainly not in new/."""
    if error.errno in _FULL:
        return Failed(
            f"The disk is full: nothing more fits into {str(folder)!r}.",
            "Nothing was sent. Free some space, then `retry`.",
            retryable=True,
        )
    if error.errno in _FORBIDDEN:
        return Failed(
            f"Coo may not write into {str(folder)!r}: {error.strerror}.",
            "Nothing was sent. Give Coo's user the right to write there, then `retry`.",
        )
    return Failed(
        f"Writing into {str(folder)!r} failed: {error.strerror or error}.",
        "Nothing was sent. Check the disk, then `retry`.",
        retryable=True,
    )


def _filed(folder: Path, name: str) -> list[Path]:
    """The file under this name in new/ or, perhaps with flags behind it, in cur/."""
    fresh = folder / "new" / name
    if fresh.is_file():
        return [fresh]
    read = folder / "cur"
    if not read.is_dir():
        return []
    with os.scandir(read) as entries:
        return [Path(each.path) for each in entries if each.name.partition(":")[0] == name]


def _receipt(path: Path) -> Succeeded:
    """The proof, from the file itself: its Message-ID and where it lies."""
    with path.open("rb") as file:
        headers = BytesHeaderParser().parsebytes(file.read(_HEADER))
    reference = str(headers.get("Message-ID", "")).strip().strip("<>")
    return Succeeded(Receipt(provider=MaildirOut.name, reference=reference, location=str(path)))


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _publish(partial: Path, path: Path) -> None:
    """Give the finished file its name, unless somebody did so first: theirs stays as it is.

    A link refuses to replace, a rename does not; it is only used where links do not exist.
    """
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if not path.exists():
            partial.rename(path)
