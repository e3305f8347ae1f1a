"""Commands that hand over files: the books of a period, a case for a lawyer.

In a chat they hang on the answer. At the machine they are laid into a folder, the one that is named
or `exports` in the data folder.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from bot import texts
from bot.books.export import exported
from bot.books.gathering import gathered
from bot.books.papers import papers_of
from bot.books.period import Period, period_said
from bot.bundle import laid, zipped
from bot.channel import CONSOLE, Attached, Reply
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things
from bot.commands.words import Evidence, Export
from bot.evidence.writing import evidence_of
from bot.office.port import Office
from bot.wording.untrusted import one_line
from ledger.domain.entities import Case
from ledger.domain.postings import JournalEntry

T = TypeVar("T")

ZIP: Final = "application/zip"
_BOOKS: Final = re.compile(r"books\b\s*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)


class HandingOver:
    """Reads, and writes files; changes nothing."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session

    async def export(self, intent: Export) -> Reply:
        """`export books 2026-10 [FOLDER]`: one ZIP."""
        hit = _BOOKS.fullmatch(intent.said.strip())
        if hit is None:
            return trouble(texts.EXPORT_WHAT, said=one_line(intent.said, 40))
        now = self._session.now(self._office)
        period, folder = _split(hit["rest"], lambda said: period_said(said, now))
        if period is None:
            return trouble(texts.BOOKS_WHEN, said=one_line(hit["rest"], 40))
        if period.first > now.date():
            return trouble(texts.BOOKS_AHEAD, period=period.name)
        return await self._books(period, folder)

    async def _books(self, period: Period, folder: str) -> Reply:
        office = self._office
        books = await gathered(office, period)
        entries = [each for each in await office.views.all(JournalEntry) if each.on <= period.last]
        papers = await papers_of(office, office, books)
        made = exported(books, entries, papers)
        data = await asyncio.to_thread(zipped, made.files)
        size = max(1, len(data) // 1000)
        done = texts.EXPORT_DONE.format(period=period.name, files=len(made.files), size=size)
        gone = texts.EXPORT_MISSING.format(names=", ".join(made.missing))
        title = texts.EXPORT_TITLE.format(period=period.name)
        name = f"books-{office.company.id}-{period.name}.zip"
        file = Attached(name=name, media_type=ZIP, title=title, data=data)
        return await self._handed(file, folder, (done, *((gone,) if made.missing else ())))

    async def evidence(self, intent: Evidence) -> Reply:
        """`evidence CASE [FOLDER]`: a folder at the machine, one ZIP in a chat."""
        found, folder = await self._case(intent.said)
        if not isinstance(found, Candidate):
            return unclear(found, intent.said)
        files = await evidence_of(self._office, found.thing)
        sha = hashlib.sha256(files["files.json"]).hexdigest()
        done = texts.EVIDENCE_DONE.format(label=found.label, files=len(files), sha=sha)
        name = f"evidence-{found.thing.number}"
        if self._office.channel != CONSOLE:
            data = await asyncio.to_thread(zipped, files)
            file = Attached(name=f"{name}.zip", media_type=ZIP, title=name, data=data)
            return Reply(lines=(done,), attachments=(file,))
        path = _place(folder, self._office.exports) / name
        try:
            await asyncio.to_thread(laid, files, path)
        except OSError as error:
            return trouble(texts.NOT_WRITTEN, path=path, why=error.strerror or str(error))
        return Reply(lines=(done, texts.EXPORT_WRITTEN.format(path=path)))

    async def _case(self, said: str) -> tuple[Candidate[Case] | Several | Missing, str]:
        """The case that all of the words name; else that of the first ones, and a folder."""
        things, words = Things(self._office.views), said.split()
        whole = await things.case(said.strip() or self._session.last_case)
        for count in range(len(words) - 1, 0, -1):
            if isinstance(whole, Candidate):
                break
            found = await things.case(" ".join(words[:count]))
            if isinstance(found, Candidate):
                return found, " ".join(words[count:])
        return whole, ""

    async def _handed(self, file: Attached, folder: str, lines: tuple[str, ...]) -> Reply:
        """On the answer in a chat, which names no folder of this machine; else as a file."""
        if self._office.channel != CONSOLE:
            return Reply(lines=lines, attachments=(file,))
        path = _place(folder, self._office.exports) / file.name
        try:
            await asyncio.to_thread(_written, path, file.data)
        except OSError as error:
            return trouble(texts.NOT_WRITTEN, path=path, why=error.strerror or str(error))
        return Reply(lines=(*lines, texts.EXPORT_WRITTEN.format(path=path)))


def _place(folder: str, otherwise: Path) -> Path:
    return Path(folder).expanduser() if folder else otherwise


def _written(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _split(said: str, read: Callable[[str], T | None]) -> tuple[T | None, str]:
    """What can be read at the start of the words, as much as possible, and the folder behind it."""
    parts = said.split()
    for count in range(len(parts), -1, -1):
        found = read(" ".join(parts[:count])) if count or not parts else None
        if found is not None:
            return found, " ".join(parts[count:])
    return None, ""
