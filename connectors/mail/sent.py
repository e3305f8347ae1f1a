"""What Coo sent, read back from where it was sent through: one entry a mail, by its header."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from connectors.mail.compose import ACTION_HEADER, COMMAND_HEADER

_HEADER: Final = 64_000


class Sent(Struct, frozen=True, kw_only=True):
    """A mail that left. `action` is Coo's action behind it; ids carry no angle brackets."""

    message_id: str
    action: str
    command: str
    to: str
    subject: str
    in_reply_to: str = ""
    at: datetime | None = None


def sent_mails(folder: Path) -> Iterator[Sent]:
    """Every mail of Coo's in a maildir of outgoing mail, in no order; other files are passed over.

    Raises `OSError` where the folder is there and cannot be read.
    """
    for part in ("new", "cur"):
        for path in sorted((folder / part).glob("[!.]*")) if (folder / part).is_dir() else ():
            if path.is_file() and (found := _sent(path)):
                yield found


def _sent(path: Path) -> Sent | None:
    with path.open("rb") as file:
        headers = BytesHeaderParser().parsebytes(file.read(_HEADER))
    action = _text(headers, ACTION_HEADER)
    if not action:
        return None
    return Sent(
        message_id=_text(headers, "Message-ID").strip("<>"),
        action=action,
        command=_text(headers, COMMAND_HEADER),
        to=_text(headers, "To"),
        subject=_text(headers, "Subject"),
        in_reply_to=_text(headers, "In-Reply-To").strip("<>"),
        at=_moment(_text(headers, "Date")),
    )


def _text(headers: Message, name: str) -> str:
    return " ".join(str(headers.get(name, "")).split())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
