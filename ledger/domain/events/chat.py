"""What passes through a chat of the operator: what came in, and what became of it.

The content is personal and sealed; what counts for order, identity and lookups (the platform's own
ids) stays readable.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from ledger.domain.events.base import Event
from ledger.domain.values import SEALED, Personal

# --- what came in (bot/chat/inbound), and that it was seen to (bot/chat/answering) ---------------


class ChatKind(StrEnum):
    """What a person did in a chat."""

    MESSAGE = "message"
    COMMAND = "command"
    TAP = "tap"
    FORM = "form"
    EDITED = "edited"
    DELETED = "deleted"
    OPENED = "opened"


class ChatFile(Struct, frozen=True, gc=False):
    """A file that hangs on a message; `id` is what its adapter fetches it by, `size` in bytes."""

    id: str
    name: str = ""
    media_type: str = ""
    size: int = 0


class ChatReceived(Event, frozen=True, kw_only=True):
    """A person did something in a chat. `channel` is the adapter's name, `user` the platform's id.

    `message` is the platform's id of the message: written, edited, deleted, or the one whose
    button was used. `thread` is the message its thread began with, `reply_to` the one it quotes.
    `direct`: nobody else is in that chat. `button` is what the button carried (`nonce:verb`); of a
    form it is the button's that opened it, and `fields` is what was filled in. `sent` is when the
    platform says it happened. `notes` says what of it was left out before it was recorded.
    """

    channel: str
    chat: str
    message: str
    user: str
    kind: ChatKind
    direct: bool = False
    thread: str = ""
    reply_to: str = ""
    button: str = ""
    sent: datetime | None = None
    notes: tuple[str, ...] = ()
    text: Personal = ""
    user_name: Personal = ""
    fields: Annotated[dict[str, str], SEALED] = {}
    files: Annotated[tuple[ChatFile, ...], SEALED] = ()


class ChatOutcome(StrEnum):
    """How something that came in was seen to."""

    ANSWERED = "answered"
    SILENT = "silent"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class ChatSeenTo(Event, frozen=True, kw_only=True):
    """Nothing is left to do about what came in (`received`, the fact's id).

    ANSWERED: its answer waits in the outbox. SILENT: it wants none. REPLACED: its author
    changed it first, and `instead` is the fact that holds. WITHDRAWN: its author deleted it first.
    """

    received: str
    outcome: ChatOutcome
    instead: str = ""
