"""The door of the chats: what an adapter heard becomes a fact on the desk, once.

An adapter verifies, translates what came into a `ChatReceived`, hands it over under a unique key
made of the platform's own ids, and acknowledges when `take` returns: then it is on disk. All the
rest happens from the ledger, see `bot.chat.answering`. What cannot be taken is refused in words
and breaks nothing.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import msgspec
from msgspec.structs import replace

from bot import texts
from bot.intake import Taken
from bot.texts.trouble import Trouble
from ledger.domain.errors import InputUnreadable, KeyConflict
from ledger.domain.events import ChatFile, ChatKind, ChatReceived, Event
from ledger.domain.facts import Fact
from ledger.domain.reading import History
from ledger.seal import PersonForgotten

LARGEST_PAYLOAD: Final = 1024 * 1024
"""Bytes of one delivery of a platform; what they send is well below."""
LONGEST_TEXT: Final = 40_000
"""Characters of a message that are kept: the most that a platform lets a person write."""
MOST_FILES: Final = 20
MOST_FIELDS: Final = 50
LONGEST_NAME: Final = 300
"""Characters of a platform's own id, or of the name of a file or a person."""


class ArrivalRefused(InputUnreadable):
    """A chat delivered something that cannot be taken. `status` is what HTTP answers with."""

    def __init__(self, trouble: Trouble, *, status: int = 400, **values: object) -> None:
        super().__init__(*trouble.put(**values))
        self.status = status


class Once(Protocol):
    """Records under a unique key; `bot.intake.Intake` does."""

    async def once(self, event: Event, key: str, *, person: str = "") -> Taken:
        """The fact of this key, new or known."""
        ...


class Pseudonyms(Protocol):
    """Gives a mark its pseudonym; `ledger.seal.Keys` does."""

    def person(self, address: str) -> str:
        """The pseudonym, the same for the same mark."""
        ...


class ChatDoor:
    """Where every adapter hands over what it heard. Any number of them may do so at once."""

    def __init__(self, intake: Once, history: History, pseudonyms: Pseudonyms) -> None:
        self._intake, self._history, self._pseudonyms = intake, history, pseudonyms

    async def take(self, received: ChatReceived, key: str) -> Taken:
        """Record it; returns when it is durable, so now it may be acknowledged.

        A second delivery under the same key adds nothing, also where the platform words it
        otherwise: what came first stands. Raises `ArrivalRefused`, and then nothing is recorded.
        """
        refuse_nameless(received, key)
        fitting = cut_to_size(received)
        if _says_nothing(fitting):
            raise ArrivalRefused(texts.CHAT_EMPTY)
        try:
            return await self._record(fitting, key)
        except PersonForgotten:
            return await self._record(fitting, key)  # erased in this moment: somebody new now

    async def _record(self, received: ChatReceived, key: str) -> Taken:
        person = self._pseudonyms.person(f"chat:{received.channel}:{received.user}")
        try:
            return await self._intake.once(received, key, person=person)
        except KeyConflict as conflict:
            known: Fact = await self._history.fact(conflict.existing)
            return Taken(what=type(known.event).__name__, fact=known, new=False)


def payload(raw: bytes) -> dict[str, Any]:
    """The JSON object in the body of a delivery. Raises `ArrivalRefused` for anything else."""
    refuse_oversized(len(raw))
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = "it is no JSON" if raw.strip() else "it is empty"
        raise ArrivalRefused(texts.CHAT_JUNK, why=why) from error
    if not isinstance(found, dict):
        raise ArrivalRefused(texts.CHAT_JUNK, why="it is no JSON object")
    return found


def refuse_oversized(size: int) -> None:
    """Raise `ArrivalRefused` for a delivery of more bytes than any platform sends."""
    if size > LARGEST_PAYLOAD:
        raise ArrivalRefused(texts.CHAT_TOO_LARGE, status=413, size=size, most=LARGEST_PAYLOAD)


def refuse_nameless(received: ChatReceived, key: str) -> None:
    """Raise `ArrivalRefused` where it is not said who did it, where, or under which key."""
    named = {
        "which delivery it is": key,
        "its channel": received.channel,
        "its chat": received.chat,
        "its user": received.user,
    }
    for missing, value in named.items():
        if not value.strip():
            raise ArrivalRefused(texts.CHAT_NAMELESS, missing=missing)
    ids = (*named.values(), received.message, received.thread, received.reply_to, received.button)
    if any(len(each) > LONGEST_NAME or not readable(each) for each in ids):
        raise ArrivalRefused(texts.CHAT_JUNK, why="an id in it is no id")


def readable(text: str) -> bool:
    """Whether these are signs that can be stored and shown."""
    return all(sign.isprintable() for sign in text)


def cut_to_size(received: ChatReceived) -> ChatReceived:
    """The same with no more text, files and fields than anybody can have meant, and notes on it."""
    files, fields = received.files[:MOST_FILES], dict([*received.fields.items()][:MOST_FIELDS])
    cut = {
        texts.CHAT_CUT: len(received.text) - LONGEST_TEXT,
        texts.CHAT_FEWER_FILES: len(received.files) - len(files),
        texts.CHAT_FEWER_FIELDS: len(received.fields) - len(fields),
    }
    return replace(
        received,
        text=_clean(received.text[:LONGEST_TEXT]),
        user_name=_clean(received.user_name[:LONGEST_NAME]),
        files=tuple(_fitting(file) for file in files),
        fields={_clean(n[:LONGEST_NAME]): _clean(v[:LONGEST_TEXT]) for n, v in fields.items()},
        notes=(*received.notes, *(words.format(cut=n) for words, n in cut.items() if n > 0)),
    )


def _fitting(file: ChatFile) -> ChatFile:
    return replace(
        file,
        name=_clean(file.name[:LONGEST_NAME]),
        media_type=_clean(file.media_type[:LONGEST_NAME]),
        size=max(0, file.size),
    )


def _clean(text: str) -> str:
    """The text without halves of signs, which cannot be stored."""
    return text.encode("utf-8", "replace").decode()


def _says_nothing(received: ChatReceived) -> bool:
    match received.kind:
        case ChatKind.MESSAGE | ChatKind.EDITED:
            return not (received.text.strip() or received.files or received.notes)
        case ChatKind.TAP | ChatKind.FORM:
            return not received.button
        case ChatKind.DELETED:
            return not received.message
        case ChatKind.COMMAND | ChatKind.OPENED:
            return False
