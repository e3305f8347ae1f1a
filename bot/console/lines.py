"""Where the console's lines come from: a terminal with editing, or a pipe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.shortcuts.choice_input import ChoiceInput

from bot import texts

PROMPT: Final = "coo> "
NUMBERED: Final = frozenset(
    {"show", "approve", "reject", "edit", "tell", "later", "did-it", "hold", "why"}
)
"""Commands whose thing is mostly a card's number."""


class Lines(Protocol):
    """What a conversation needs of its input."""

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked back."""
        ...

    def numbers(self, known: Sequence[str]) -> None:
        """The numbers of the cards that wait now, offered as completions."""
        ...

    async def line(self) -> str | None:
        """The next line; None at the end."""
        ...

    async def ask(self, question: str) -> str:
        """One more line; empty where the person leaves it."""
        ...

    async def choose(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        """The value of the option chosen with the arrow keys; empty for none."""
        ...

    async def edit(self, name: str, text: str) -> str | None:
        """The text after editing; None where the person gives up."""
        ...


class PipedLines:
    """Lines of a pipe or a file, echoed so that the output reads as a conversation."""

    interactive = False

    def __init__(self, source: TextIO, echo: Callable[[str], None]) -> None:
        self._source, self._echo = source, echo

    def numbers(self, known: Sequence[str]) -> None:
        """A pipe completes nothing."""

    async def line(self) -> str | None:
        text = await asyncio.to_thread(self._source.readline)
        if not text:
            return None
        self._echo(f"{PROMPT}{text.rstrip()}")
        return text.rstrip("\r\n")

    async def ask(self, question: str) -> str:  # noqa: ARG002  # the port's signature
        """Nobody can be asked; the answer says what to type instead."""
        return ""

    async def choose(self, title: str, options: Sequence[tuple[str, str]]) -> str:  # noqa: ARG002  # the port's signature
        """Nobody can choose."""
        return ""

    async def edit(self, name: str, text: str) -> str | None:  # noqa: ARG002  # the port's signature
        """Nobody can edit."""
        return None


class Words(Completer):
    """Completes the command, then the number of a card."""

    def __init__(self) -> None:
        self.known: tuple[str, ...] = ()

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        """The commands, or after one that takes a card the numbers that wait."""
        first, space, rest = document.text_before_cursor.lstrip("/").partition(" ")
        if not space:
            for command in texts.COMMANDS:
                if first and command.name.startswith(first.lower()):
                    yield Completion(command.name, -len(first), display_meta=command.does)
        elif first.lower() in NUMBERED and " " not in rest:
            for number in self.known:
                if number.startswith(rest):
                    yield Completion(number, -len(rest))


class TerminalLines:
    """A prompt with history, completion and arrow-key choices. Typed lines are kept in memory
    only: they may hold what customers wrote."""

    interactive = True

    def __init__(self) -> None:
        self._words = Words()
        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(),
            completer=self._words,
            complete_while_typing=False,
            bottom_toolbar=self._toolbar,
            key_bindings=_interrupting(),
        )

    def numbers(self, known: Sequence[str]) -> None:
        self._words.known = tuple(known)

    async def line(self) -> str | None:
        return await self._prompted(PROMPT, at_end=None)

    async def ask(self, question: str) -> str:
        return await self._prompted(f"{question} ", at_end="") or ""

    async def choose(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        leave = ("", texts.CHOOSE_NOTHING)  # first, so that a hasty second Enter decides nothing
        keys = KeyBindings()

        @keys.add("escape", eager=True)
        def _leave(event: KeyPressEvent) -> None:
            event.app.exit(result="")

        asked: ChoiceInput[str] = ChoiceInput(
            message=title, options=[leave, *options], key_bindings=keys
        )
        try:
            return await asked.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return ""

    async def edit(self, name: str, text: str) -> str | None:
        many = "\n" in text
        hint = texts.EDIT_MANY if many else texts.EDIT_ONE
        editing: PromptSession[str] = PromptSession(multiline=many, bottom_toolbar=hint)
        try:
            return await editing.prompt_async(f"{name}: ", default=text)
        except (EOFError, KeyboardInterrupt):
            return None

    async def _prompted(self, prompt: str, at_end: str | None) -> str | None:
        try:
            return await self._session.prompt_async(prompt)
        except EOFError:
            return at_end

    def _toolbar(self) -> FormattedText:
        waiting = ", ".join(self._words.known)
        text = texts.TOOLBAR_WAITS.format(numbers=waiting) if waiting else texts.TOOLBAR
        return FormattedText([("", text)])


def _interrupting() -> KeyBindings:
    """Ctrl-C drops what is typed; on an empty line it leaves, like Ctrl-D."""
    keys = KeyBindings()

    @keys.add("c-c")
    def _drop_or_leave(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=EOFError)

    return keys


@asynccontextmanager
async def undisturbed(lines: Lines) -> AsyncIterator[None]:
    """Lets notices appear above the prompt while a person types."""
    if not lines.interactive:
        yield
        return
    with patch_stdout(raw=True):
        yield
