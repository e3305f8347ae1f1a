"""What a chat may do besides posting, where its service can: forms, files, a sign of life.

An adapter implements what it can of these, each on its own. Where one is missing, Coo does with
plain messages: a question instead of a form, and no sign of life.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgspec import Struct

from ledger.domain.events import ChatFile


class FormField(Struct, frozen=True, kw_only=True):
    """One text to fill in. `text` is what stands there at first.

    `choices` are (what is said, its label): one of them, or one's own words instead.
    """

    name: str
    label: str
    text: str = ""
    long: bool = False
    choices: tuple[tuple[str, str], ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """Texts that a button asks for. What is filled in comes back as a `ChatReceived` of kind FORM,
    with `button` as it stands here and the texts in `fields` by name.
    """

    title: str
    button: str
    fields: tuple[FormField, ...]
    submit: str


@runtime_checkable
class Asking(Protocol):
    """A service that can open a form (Slack's modal)."""

    async def ask(self, key: str, form: Form) -> bool:
        """Open it in answer to what came in under this key; whether that was still possible.

        What opens a form (Slack's trigger) is good for seconds: remember it under the key *before*
        handing the tap to the door, and in memory only.
        """
        ...


@runtime_checkable
class Fetching(Protocol):
    """A service that files hang on messages of."""

    async def fetch(self, file: ChatFile, most: int) -> bytes:
        """The bytes of a file, at most `most` of them: more is `Refused`, gone is `Unreachable`."""
        ...


@runtime_checkable
class Signalling(Protocol):
    """A service that can show that Coo is at it. Never a fact, and lost without harm."""

    async def working(self, chat: str, thread: str, text: str) -> None:
        """Show it until the answer comes; "" takes it away."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A service that holds connections open until nothing more is to be posted."""

    async def close(self) -> None:
        """Let go of them."""
        ...


@runtime_checkable
class Whispering(Protocol):
    """A service that can answer so that only the one who asked sees it."""

    async def whisper(self, key: str, text: str) -> bool:
        """Say it to whoever did what came in under this key; whether that was still possible."""
        ...


@runtime_checkable
class Overviewing(Protocol):
    """A service that keeps an overview before people's eyes (Slack's App Home)."""

    def stale(self) -> None:
        """Something changed that may stand on it: it is drawn again soon."""
        ...
