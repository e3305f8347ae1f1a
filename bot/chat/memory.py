"""A chat service in memory, for who embeds Coo and for trying things out: nothing leaves.

It keeps every message as it stands now, can be told to fail like a real service, and passes the
same contract suite as the real ones.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque

from msgspec import Struct
from msgspec.structs import replace

from bot import texts
from bot.channel import Attached
from bot.chat.port import ChatTrouble, Limits, Lost, Message, Refused, Unreachable
from bot.console.render import plain


class Shown(Struct, frozen=True, kw_only=True):
    """One message as it stands in a chat now. `edits` counts how often it was rewritten."""

    id: str
    chat: str
    thread: str
    message: Message | None = None
    file: Attached | None = None
    edits: int = 0


class MemoryChat:
    """Implements `bot.chat.port.Adapter`. `shown` is what people see, oldest first.

    `troubles`: what the next calls raise, in order; None lets one through. A `Lost` is raised
    after the call was carried out, as when only the answer is lost. `gone`: chats that cannot be
    reached.
    """

    def __init__(
        self,
        channel: str = "memory",
        *,
        can_read_back: bool = True,
        limits: Limits | None = None,
    ) -> None:
        self._channel, self._can_read_back = channel, can_read_back
        self._limits = limits or Limits()
        self._ids = itertools.count(1)
        self._messages: dict[str, Shown] = {}
        self.troubles: deque[ChatTrouble | None] = deque()
        self.gone: set[str] = set()
        self.calls = 0

    @property
    def channel(self) -> str:
        return self._channel

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def can_read_back(self) -> bool:
        return self._can_read_back

    @property
    def shown(self) -> list[Shown]:
        """Every message there is, in all chats."""
        return list(self._messages.values())

    async def post(self, chat: str, thread: str, message: Message) -> str:
        """Put it there."""
        return self._put(Shown(id=self._next(), chat=chat, thread=thread, message=message))

    async def edit(self, chat: str, message_id: str, message: Message) -> None:
        """Put it in the place of what is there. Raises `Refused` where nothing is."""
        trouble = self._trouble(chat)
        known = self._messages.get(message_id)
        if known is None or known.chat != chat or known.message is None:
            raise Refused(f"There is no message {message_id!r} in {chat!r}.")
        self._messages[message_id] = replace(known, message=message, edits=known.edits + 1)
        _raise(trouble)

    async def find(self, chat: str, thread: str, post: str, n: int) -> str | None:
        """Look it up by the metadata of its message; without metadata nobody knows."""
        _raise(self._trouble(chat))
        if not self._can_read_back:
            return None
        for shown in self._messages.values():
            message = shown.message
            here = (shown.chat, shown.thread) == (chat, thread)
            if here and message is not None and (message.post, message.n) == (post, n):
                return shown.id
        return None

    async def delete(self, chat: str, message_id: str) -> None:
        """Take it away."""
        trouble = self._trouble(chat)
        known = self._messages.get(message_id)
        if known is not None and known.chat == chat:
            del self._messages[message_id]
        _raise(trouble)

    async def upload(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        """Put a file there. Raises `Refused` for one that is too large."""
        if len(data) > self._limits.upload:
            raise Refused(f"{name!r} has {len(data)} bytes, {self._limits.upload} are allowed.")
        file = Attached(name=name, media_type="", title=title, data=data)
        return self._put(Shown(id=self._next(), chat=chat, thread=thread, file=file))

    async def run(self, stop: asyncio.Event) -> None:
        """Nothing comes in by itself."""
        await stop.wait()

    def _put(self, shown: Shown) -> str:
        trouble = self._trouble(shown.chat)
        self._messages[shown.id] = shown
        _raise(trouble)
        return shown.id

    def _next(self) -> str:
        return f"m{next(self._ids)}"

    def _trouble(self, chat: str) -> Lost | None:
        """Raise what comes before anything is done, and return what comes after it."""
        self.calls += 1
        if chat in self.gone:
            raise Unreachable(f"There is no chat {chat!r}.", "Pair the chat anew with `pair`.")
        trouble = self.troubles.popleft() if self.troubles else None
        if isinstance(trouble, Lost):
            return trouble
        _raise(trouble)
        return None


def text_of(message: Message) -> str:
    """A message as plain text, as it would stand in a chat."""
    repeated = f"{texts.POST_REPEATED}\n" if message.repeated else ""
    return repeated + plain(message.reply)


def _raise(trouble: ChatTrouble | None) -> None:
    if trouble is not None:
        raise trouble
