"""Commands about documents: which came in, what one says, and handing one in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, assert_never

from bot import texts
from bot.cards.brief import size_words
from bot.channel import CONSOLE, Reply, Table
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, Missing, Several, Things, pick
from bot.commands.words import Attach, Documents, ShowDocument
from bot.office.port import Looks, Office
from bot.wording.amounts import clock_words
from bot.wording.untrusted import one_line, visible
from ledger.domain.documents import Document, Page
from ledger.domain.errors import InputUnreadable, UnknownFact
from ledger.domain.events import DocumentReceived, MailReceived
from ledger.domain.facts import Fact

MOST_LISTED: Final = 20
LONGEST: Final = 20_000
"""Signs of a document that one answer shows; the rest is named."""


class DocumentLooks:
    """Shows documents, of the present or of a moment of the past."""

    def __init__(self, office: Looks) -> None:
        self._office = office
        self._things = Things(office.views)

    async def documents(self, said: str) -> Reply:
        """The newest, or those of a case."""
        found = list(await self._office.views.all(Document))
        title = texts.DOCUMENTS_TITLE
        if said:
            case = await self._things.case(said)
            if not isinstance(case, Candidate):
                return unclear(case, said)
            found = [one for one in found if one.case == case.thing.id]
            title = texts.DOCUMENTS_OF.format(case=case.label)
        there = [(one, fact) for one in found if (fact := await self._fact(one))]
        if not there:
            return Reply(lines=(texts.DOCUMENTS_NONE,))
        now = self._office.clock.now()
        rows = [await self._row(one, fact, now) for one, fact in there[-MOST_LISTED:]]
        more = len(there) - MOST_LISTED
        hints = (texts.DOCUMENTS_MORE.format(number=more),) if more > 0 else ()
        table = Table(texts.COLUMNS_DOCUMENTS, tuple(reversed(rows)))
        return Reply(title=title, table=table, hints=(*hints, texts.DOCUMENTS_HINT))

    async def document(self, said: str) -> Reply:
        """What it says, page by page; of one that could not be read, why."""
        if not said:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["document"])
        found = await self._meant(said)
        if not isinstance(found, Candidate):
            return unclear(found, said)
        fact = await self._fact(found.thing)
        if fact is None or not isinstance(fact.event, DocumentReceived):
            return trouble(texts.DOCUMENT_GONE, name=found.label)
        lines = [line async for line in self._about(found.thing, fact, fact.event)]
        return Reply(title=found.label, lines=(*lines, *_pages(fact.event)))

    async def _about(
        self, one: Document, fact: Fact, event: DocumentReceived
    ) -> AsyncIterator[str]:
        now = self._office.clock.now()
        yield texts.DOCUMENT_CAME.format(
            origin=await self._origin(event), when=clock_words(fact.at, now)
        )
        kind = one_line(event.media_type, 60)
        yield texts.DOCUMENT_IS.format(kind=kind, size=size_words(event.size), how=_how(one))
        for note in event.notes:
            yield texts.DOCUMENT_NOTE.format(note=one_line(note))
        if one.told:
            yield texts.DOCUMENT_TOLD.format(text=visible(one.told))

    async def _row(self, one: Document, fact: Fact, now: datetime) -> tuple[str, ...]:
        event = fact.event
        origin = await self._origin(event) if isinstance(event, DocumentReceived) else ""
        when = clock_words(fact.at, now)
        return (one.id, one_line(one.name, 60), origin, when, _how(one))

    async def _origin(self, event: DocumentReceived) -> str:
        if not event.of:
            return texts.DOCUMENT_HANDED.format(who=one_line(event.operator, 40))
        mail = await self._known(event.of)
        sender = mail.event.sender if mail and isinstance(mail.event, MailReceived) else ""
        return texts.SOURCE_MAIL.format(sender=one_line(sender or texts.SOMEBODY_ERASED, 60))

    async def _meant(self, said: str) -> Candidate[Document] | Several | Missing:
        """By id or name; of several with one name the newest is meant."""
        named = await self._office.views.find(Document, f"name:{said.casefold()}")
        if named:
            return _candidate(named[-1])
        every = await self._office.views.all(Document)
        return pick([_candidate(one) for one in every if one.name], said)

    async def _fact(self, one: Document) -> Fact | None:
        """Its fact; None where whoever it came from was erased."""
        fact = await self._known(one.fact)
        return None if fact is None or fact.erased else fact

    async def _known(self, name: str) -> Fact | None:
        try:
            return await self._office.history.fact(name)
        except UnknownFact:
            return None


class DocumentCommands:
    """The same, and handing one in."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._looks = DocumentLooks(office)
        self._things = Things(office.views)

    async def run(self, intent: Documents | ShowDocument | Attach) -> Reply:
        """The answer to one of these commands."""
        match intent:
            case Documents(thing):
                return await self._looks.documents(thing)
            case ShowDocument(thing):
                return await self._looks.document(thing)
            case Attach(thing, path):
                return await self._attached(thing, path)
            case _:
                assert_never(intent)

    async def _attached(self, thing: str, path: str) -> Reply:
        if self._office.channel != CONSOLE:
            return trouble(texts.ATTACH_IN_CHAT)
        if not thing or not path:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["attach"])
        case = await self._things.case(thing)
        if not isinstance(case, Candidate):
            return unclear(case, thing)
        file = _path(path)
        try:
            fact = await self._office.attach(case.thing.id, file)
        except InputUnreadable as error:
            return Reply(lines=(error.cause, error.remedy), trouble=True)
        title = texts.ATTACHED.format(name=one_line(file.name, 60), case=case.label)
        return await recorded(self._office, title, fact)


def _path(said: str) -> Path:
    return Path(said.strip("\"'")).expanduser()


def _candidate(one: Document) -> Candidate[Document]:
    label = f"{one_line(one.name, 60)} ({one.id})"
    return Candidate(thing=one, handles=(one.id,), names=(one.name,), label=label)


def _how(one: Document) -> str:
    pages = texts.DOCUMENT_PAGES.format(pages=one.pages) if one.pages else ""
    told = texts.DOCUMENT_YOU_TOLD if one.told else ""
    return f"{texts.DOCUMENT_HOW[one.how]}{pages}{told}"


def _pages(event: DocumentReceived) -> Iterator[str]:
    """Its text behind page marks; a bar before each line says that it is somebody's words."""
    room = LONGEST
    for page in event.text:
        if room <= 0:
            yield texts.DOCUMENT_GOES_ON
            return
        if event.pages:
            yield texts.DOCUMENT_PAGE.format(page=page.number)
        yield from _quoted(page, room)
        room -= len(page.text)


def _quoted(page: Page, room: int) -> Sequence[str]:
    return [f"| {visible(line)}" for line in page.text[:room].split("\n")]
