"""The port of a chat service: what an adapter is given, what it gives back, and how it fails.

An adapter translates a `Message` into its own blocks or keyboards and adds nothing. It decides
nothing either: what is posted, when, and again or not is the outbox's (`bot/chat/outbox.py`).
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from msgspec import Struct

from bot.channel import Reply
from ledger.domain.errors import CooError

CALLBACK_BYTES: Final = 64
"""The longest id of a button that every service takes."""


class Limits(Struct, frozen=True, kw_only=True):
    """What one message of a service may hold. Counted in UTF-16 units of plain text.

    `text` is the longest message, `cards` the most cards in one, `upload` the largest file (bytes).
    """

    text: int = 4_000
    cards: int = 1
    upload: int = 10_000_000


class Message(Struct, frozen=True, kw_only=True):
    """One message as it is to be shown: an answer, with what makes it tappable and findable.

    `callbacks` has, for each card of `reply.cards`, the ids of its buttons in their order. What is
    attached to it leaves by `upload` before it, so an adapter passes over attachments here.
    `post` and `n` are what `find` looks for; adapters that can, put them into metadata.
    `repeated`: an earlier copy may be there, and the message has to say so. `silent`: no sound.
    """

    reply: Reply
    callbacks: tuple[tuple[str, ...], ...] = ()
    post: str = ""
    n: int = 0
    repeated: bool = False
    silent: bool = False


class Adapter(Protocol):
    """One chat service. Every call either did it, or raises one of `ChatTrouble`."""

    @property
    def channel(self) -> str:
        """The channel's name, as facts name it: `slack`, `telegram`."""
        ...

    @property
    def limits(self) -> Limits: ...

    @property
    def can_read_back(self) -> bool:
        """Whether `find` knows: then a lost answer is looked up, and nothing is posted twice."""
        ...

    async def post(self, chat: str, thread: str, message: Message) -> str:
        """Post a message and return the service's id of it. `thread` is "" for none."""
        ...

    async def edit(self, chat: str, message_id: str, message: Message) -> None:
        """Rewrite a message. That it reads so already is success."""
        ...

    async def find(self, chat: str, thread: str, post: str, n: int) -> str | None:
        """The id of what the n-th call for a post left there; None where it left nothing."""
        ...

    async def delete(self, chat: str, message_id: str) -> None:
        """Take a message away. That it is gone already is success."""
        ...

    async def upload(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        """Put a file there and return the service's id of the message or file."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Take in what comes from the service, until `stop` is set."""
        ...


class ChatTrouble(CooError):
    """Base of what an adapter raises. No text of it ever holds a token."""


class RateLimited(ChatTrouble):
    """Not now: nothing was done, and the same call may work after `retry_after` seconds.

    Also for a service that certainly took nothing: it refused the connection, or answered 503.
    """

    def __init__(self, retry_after: float, cause: str = "") -> None:
        cause = cause or f"The chat service asks for a pause of {retry_after:g} s."
        super().__init__(cause, "Nothing to do: it is tried again after that.")
        self.retry_after = retry_after


class Lost(ChatTrouble):
    """No answer came: it may have been done, or not."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause, "It is looked up, or repeated and marked as possibly repeated.")


class Unreachable(ChatTrouble):
    """The chat cannot be written to: token revoked, bot blocked or removed, chat gone."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)


class Refused(ChatTrouble):
    """The service will not have this very message, however often it is sent."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause, remedy or "Read it in another channel or in the console.")
