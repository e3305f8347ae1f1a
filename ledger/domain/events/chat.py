"""What passes through chat: what came in and what became of it, and the posts that leave.

What people write is personal and sealed; the platform's own ids (order, identity, lookups) stay
readable. A post holds no content: what it shows is rendered when it leaves.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from ledger.domain.events.base import Event
from ledger.domain.values import SEALED, Personal
from ledger.domain.verdicts import Verdict

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
    `cards` are what the answer puts before the person, in that order: approvals, questions,
    failures, by id. `case` is what it turned out to be about.
    """

    received: str
    outcome: ChatOutcome
    instead: str = ""
    cards: tuple[str, ...] = ()
    case: str = ""


# --- posts: said by the notifier, the answering and the outbox ------------------------------------


class PostRequested(Event, frozen=True, kw_only=True):
    """Somebody is to be shown something in a chat.

    `subject` says what (`approval:ID`, `question:ID`, `failure:ID`, `fact:ID`, `answer:ID` of the
    inbound fact, `digest:DAY`). `nonce` stands in the ids of its buttons. `identity` is whom it is
    for, `operator` their name. `urgency`: urgent, normal or low. `not_before`: attention puts it
    off until then. `instead_of` is the post that could not be delivered elsewhere.
    """

    post: str
    channel: str
    chat: str
    subject: str
    nonce: str
    thread: str = ""
    identity: str = ""
    operator: str = ""
    urgency: str = "normal"
    not_before: datetime | None = None
    instead_of: str = ""


class PostOutdated(Event, frozen=True, kw_only=True):
    """What a post shows has changed: it is to be rewritten as its `revision`-th state."""

    post: str
    revision: int
    why: str = ""


class PostDelayed(Event, frozen=True, kw_only=True):
    """A post waits until then. Attention delays; it never drops."""

    post: str
    until: datetime
    why: str = ""


class PostAttempted(Event, frozen=True, kw_only=True):
    """The n-th call for a post is about to leave, to show its `revision`. Durable before the call.

    `sha256` is of all that is shown, `bound` of the bytes of each approval on it: a tap counts for
    exactly those. `message` is set where a message is rewritten. A long text leaves in `parts`,
    one attempt each. `repeated`: it may be there already. `open`: it has buttons.
    """

    post: str
    n: int
    revision: int
    sha256: str
    verdict: Verdict
    bound: dict[str, str] = {}
    message: str = ""
    part: int = 1
    parts: int = 1
    repeated: bool = False
    open: bool = False


class PostDelivered(Event, frozen=True, kw_only=True):
    """The n-th call arrived. `message` is the channel's id of what is now there.

    `how`: sent, or found where the answer had been lost. `again`: the chat could not be reached
    before, and can be now.
    """

    post: str
    n: int
    message: str
    how: str = "sent"
    again: bool = False


class PostAdopted(Event, frozen=True, kw_only=True):
    """A tap showed under which id a post is there; its own answer had been lost."""

    post: str
    message: str


class PostFailed(Event, frozen=True, kw_only=True):
    """The n-th call certainly changed nothing. `final`: another one would not either.

    `unreachable`: it is not this message, the whole chat cannot be written to.
    """

    post: str
    n: int
    cause: str
    remedy: str
    final: bool = True
    unreachable: bool = False


class PostUnknown(Event, frozen=True, kw_only=True):
    """The answer to the n-th call was lost: it may be there, or not."""

    post: str
    n: int
    cause: str


class PostWithdrawn(Event, frozen=True, kw_only=True):
    """It is not to be shown there any more, and had not been."""

    post: str
    why: str


AboutPosts = (
    PostRequested
    | PostOutdated
    | PostDelayed
    | PostAttempted
    | PostDelivered
    | PostAdopted
    | PostFailed
    | PostUnknown
    | PostWithdrawn
)
"""Everything that happens to a post. It changes nothing about what to do in a case."""
