"""The console channel: a conversation on a data folder, at a terminal or through a pipe."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from rich.console import Console

from bot import texts
from bot.channel import CONSOLE, Progress, Reply
from bot.commands import Commands, Session
from bot.commands.answers import trouble
from bot.commands.things import Things
from bot.console.keeping import kept
from bot.console.lines import Lines, undisturbed
from bot.console.render import put
from bot.notices.announcer import Announcer
from bot.office.port import Office
from bot.wording.untrusted import one_line
from ledger.domain.errors import CooError
from ledger.domain.facts import Fact

POLL_S: Final = 0.5
"""How long one look for news waits; facts of other processes show up within it."""

PATIENCE_S: Final = 30.0
"""How long a pipe waits for what follows from a line, before the next one is read."""

SHORT_PATIENCE_S: Final = 2.0
"""The same at a terminal, where later news appears above the prompt anyway."""

NAME: Final = CONSOLE


class ConsoleChat:
    """One conversation. No line and no tap goes without an answer."""

    name = NAME

    def __init__(
        self,
        office: Office,
        lines: Lines,
        out: Console,
        zone: tzinfo | None = None,
        pictures: Path | None = None,
    ) -> None:
        """`pictures`: where those of an answer are laid, since a terminal cannot show them."""
        self._office, self._lines, self._out = office, lines, out
        self._pictures = pictures
        self._session = Session(zone)
        self._commands = Commands(office, self._session)
        self._announcer = Announcer(
            office.views,
            office.history,
            me=office.operator,
            channel=office.channel,
            taps=self._session.said,
        )
        self._after = 0
        self._silent = False

    async def run(self) -> None:
        """Talk until the input ends or the person leaves."""
        self._after = await self._office.head()
        async with undisturbed(self._lines):
            await self.show(await self._answer("status"))
            while (text := await self._next_line()) is not None:
                if await self._take(text):
                    return
            await self._settled()

    async def follow(self) -> None:
        """Only tell what happens, until cancelled."""
        self._after = self._after or await self._office.head()
        while True:
            await self._news(POLL_S)

    async def catch_up(self, after: int) -> None:
        """Tell what happened since the fact with this `seq`, once."""
        self._after = after
        await self._news(0)

    async def show(self, reply: Reply) -> None:
        """Print an answer or a notice; its cards count as seen."""
        for card in reply.cards:
            self._session.shown(card)
        if reply.attachments and self._pictures:
            reply = await asyncio.to_thread(kept, reply, self._pictures)
        put(self._out, reply)
        self._out.print()

    async def progress(self, progress: Progress) -> None:
        """Print a sign of life."""
        await self.show(Reply(hints=(f"… {progress.text}",)))

    async def _next_line(self) -> str | None:
        """The next line; meanwhile news is told."""
        self._lines.numbers(await self._waiting())
        typed = asyncio.ensure_future(self._lines.line())
        try:
            while not typed.done():
                news = asyncio.ensure_future(self._look(POLL_S))
                await asyncio.wait({typed, news}, return_when=asyncio.FIRST_COMPLETED)
                if news.done():
                    await self._tell(news.result())
                news.cancel()
            return typed.result()
        finally:
            typed.cancel()

    async def _take(self, text: str) -> bool:
        """Answer one line; whether the conversation is over."""
        if not text.strip() and self._lines.interactive:
            text = await self._chosen()
        reply = await self._answer(text)
        while (asked := await self._asked_back(reply)) is not None:
            reply = asked
        left = self._lines.interactive and reply.editor
        await self.show(Reply(lines=(texts.LEFT,)) if left else reply)
        if reply.waits_for:
            self._session.said.add(reply.waits_for)
            await self._settled()
        return reply.leave

    async def _chosen(self) -> str:
        """The command that an arrow-key choice on the last card stands for, or nothing."""
        card = self._session.last
        if card is None or not await self._commands.waits(card):
            return ""
        options = [(button.typed, button.label) for button in card.buttons]
        typed = await self._lines.choose(texts.CHOOSE.format(title=card.title), options)
        return typed.removesuffix(" WHY").removesuffix(" HOW")

    async def _asked_back(self, reply: Reply) -> Reply | None:
        """The answer once the person gave what was missing, or None where nothing is asked."""
        if not self._lines.interactive:
            return None
        if reply.prompt:
            more = await self._lines.ask(reply.prompt.question)
            return await self._answer(f"{reply.prompt.command} {more}") if more.strip() else None
        if reply.editor:
            edits: dict[str, str] = {}
            for name, text in reply.editor.fields.items():
                edited = await self._lines.edit(name, text)
                if edited is None:
                    return None
                edits[name] = edited
            return await self._commands.edited(reply.editor.approval, edits)
        return None

    async def _answer(self, text: str) -> Reply:
        try:
            return await self._commands.answer(text)
        except Exception as error:  # noqa: BLE001  # whatever it is, the person gets an answer
            return trouble(texts.CONSOLE_BROKEN, what=_named(error))

    async def _settled(self) -> None:
        """Let what follows from a line happen, and tell it."""
        patience = SHORT_PATIENCE_S if self._lines.interactive else PATIENCE_S
        worked = bool(await self._office.worker())
        done = await self._office.settle(patience) if worked else True
        await self._news(0)
        if not done and not self._lines.interactive:
            await self.show(Reply(hints=(texts.STILL_WORKING,)))

    async def _news(self, seconds: float) -> None:
        await self._tell(await self._look(seconds))

    async def _look(self, seconds: float) -> Sequence[Fact]:
        try:
            facts = await self._office.news(self._after, seconds)
        except (CooError, OSError) as error:
            await self._complain(error)
            await self._office.clock.sleep(POLL_S)
            return ()
        self._silent = False
        return facts

    async def _tell(self, facts: Sequence[Fact]) -> None:
        """Tell what is worth telling. Not cancelled half-way, so nothing is told twice."""
        if not facts:
            return
        try:
            replies = await self._announcer.announce(facts, self._session.now(self._office))
        except (CooError, OSError) as error:  # it is read again at the next look
            await self._complain(error)
            return
        self._after = facts[-1].seq
        for reply in replies:
            await self.show(reply)
        if replies:
            self._lines.numbers(await self._waiting())

    async def _complain(self, error: Exception) -> None:
        """Say once that news cannot be read; not twice a second."""
        if not self._silent:
            await self.show(trouble(texts.NEWS_BROKEN, what=_named(error)))
        self._silent = True

    async def _waiting(self) -> list[str]:
        try:
            return [str(each.thing.number) for each in await Things(self._office.views).approvals()]
        except (CooError, OSError):  # completions are not worth an error
            return []


def _named(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 300)
