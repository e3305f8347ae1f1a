"""The commands of long-term knowledge that record: remember, correct, forget."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import trouble
from bot.commands.session import Session, zone_of
from bot.commands.things import entry_label
from bot.commands.words import Correct, Forget, Remember, split_thing
from bot.office.port import Office
from bot.remembering.finding import Statements, in_force, meant
from bot.remembering.statements import Statement
from bot.remembering.telling import (
    content_words,
    day,
    end_words,
    handle,
    last_day,
    said_words,
    source_words,
)
from bot.remembering.waiting import waiting_lines
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.applied import ADDRESS, LANGUAGE
from ledger.domain.identity import Identity, everybody
from ledger.domain.knowledge import COMPANY, Knowledge, KnowledgeKind, TextValue
from ledger.domain.known import statements_of

LONGEST: Final = 1_000
"""Characters of a sentence that is remembered."""


class Remembering:
    """Remembers, corrects and forgets what an operator says."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._statements = Statements(office.views, office.company)

    @property
    def _now(self) -> datetime:
        now = self._session.now(self._office)
        return now.astimezone(zone_of(self._office.company, now.tzinfo))

    async def remember(self, intent: Remember) -> Reply:
        """Record what a sentence says, of whoever or whatever it names."""
        from bot.remembering.people import people_in, unknown_name  # noqa: PLC0415 - few need them
        from bot.remembering.reading import read  # noqa: PLC0415 - as above

        said = intent.text.strip()
        if not said:
            return trouble(texts.REMEMBER_WHAT)
        if len(said) > LONGEST:
            return trouble(texts.REMEMBER_LONG, most=LONGEST)
        reading = read(said, self._office.company, self._now.date())
        period = self._period(reading.begin, reading.end)
        if isinstance(period, Reply):
            return period
        people = people_in(reading.rest, await everybody(self._office.views))
        if len(people) > 1:
            return _several(people)
        sold = [word for item in self._office.company.prices for word in (item.title, *item.names)]
        name = "" if people else unknown_name(reading.rest, sold)
        if name:
            return trouble(texts.REMEMBER_WHO, name=one_line(name, 60))
        if reading.of_person and not people:
            return trouble(texts.REMEMBER_WHOSE)
        subject = _subject(
            people, reading.items[0].id if len(reading.items) == 1 else "", reading.kind
        )
        statement = Statement(
            kind=reading.kind, subject=subject, topic=reading.topic, value=reading.value,
            text=reading.text, quote=said, valid_from=period[0], valid_to=period[1],
        )  # fmt: skip
        known = await self._known(statement)
        if known is not None:
            return Reply(lines=(texts.KNOWN_ALREADY.format(line=await self._line(known)),))
        return await self._remembered(statement, clear=reading.clear)

    async def correct(self, intent: Correct) -> Reply:
        """Say how something is instead of how it was stated."""
        from bot.remembering.periods import read_period  # noqa: PLC0415 - few commands need it
        from bot.remembering.reading import read, value_like  # noqa: PLC0415 - as above

        found = await self._one(intent.said, "correct")
        if isinstance(found, Reply):
            return found
        known, said = found
        label = handle(known)
        if known.kind is KnowledgeKind.BILLING:
            return trouble(texts.CORRECT_BILLING, handle=label)
        if not said:
            return trouble(texts.CORRECT_HOW, handle=label)
        period = read_period(said, self._now.date())
        typed = value_like(period.rest, known.value, self._office.company)
        if isinstance(known.value, TextValue) and period.rest:
            reading = read(said, self._office.company, self._now.date())
            same = reading.topic == known.topic
            typed = (known.value, reading.text if same else period.rest)
        if typed is None and period.rest == "" and (period.begin or period.end):
            typed = (known.value, known.text)
        if typed is None:
            what = content_words(known.topic, known.value, known.text, self._office.company)
            return trouble(texts.CORRECT_OTHER, handle=label, what=what, said=one_line(said, 60))
        span = self._period(period.begin, period.end)
        if isinstance(span, Reply):
            return span
        value, words = typed
        if (value, words or known.text) == (known.value, known.text) and span == (None, None):
            return trouble(texts.CORRECT_SAME, handle=label)
        statement = Statement(
            kind=known.kind, subject=known.subject, topic=known.topic, value=value,
            text=words, quote=said, valid_from=span[0], valid_to=span[1],
        )  # fmt: skip
        new = await self._recorded(await self._office.correct(known.id, statement))
        before = said_words(known, self._office.company, self._now)
        line = texts.CORRECTED.format(
            handle=handle(new), old=label, before=before, **await self._parts(new)
        )
        return Reply(lines=(line, *await self._waiting(new)))

    async def forget(self, intent: Forget) -> Reply:
        """End something from now on. It stays on record."""
        found = await self._one(intent.said, "forget", whole=True)
        if isinstance(found, Reply):
            return found
        known, _ = found
        await self._office.forget(known.id, intent.said)
        after = await self._recorded(known.id)
        parts = await self._parts(known)
        line = texts.FORGOTTEN.format(handle=handle(after), **parts)
        lines = (line, *await self._waiting(known))
        return Reply(lines=lines, hints=(texts.FORGOTTEN_HINT,))

    async def _waiting(self, known: Knowledge) -> list[str]:
        office = self._office
        return await waiting_lines(office.views, office.company, office.clock, known)

    async def _remembered(self, statement: Statement, *, clear: bool) -> Reply:
        """Record it, and say what it means beside what was known."""
        beside = await self._beside(statement)
        known = await self._recorded(await self._office.remember(statement))
        line = texts.REMEMBERED_NOW.format(handle=handle(known), **await self._parts(known))
        notes = [self._means(known)] if clear else [texts.REMEMBERED_UNCLEAR]
        if known.kind is KnowledgeKind.NOTE and known.subject == COMPANY:
            notes.append(texts.REMEMBERED_NOBODY)
        if beside is not None:
            notes.append(await self._takes_place(known, beside))
        notes += await self._waiting(known)
        hint = texts.REMEMBERED_HINT.format(handle=handle(known))
        return Reply(lines=(line, *filter(None, notes)), hints=(hint,))

    def _means(self, known: Knowledge) -> str:
        """What follows from it."""
        if known.kind is KnowledgeKind.POLICY and known.subject == COMPANY:
            return texts.REMEMBERED_COMPANY_POLICY
        if known.kind is KnowledgeKind.PREFERENCE and known.topic not in {ADDRESS, LANGUAGE}:
            return texts.REMEMBERED_KINDS[KnowledgeKind.NOTE.value]
        item = self._office.company.item(known.topic.partition(":")[2])
        listed = amount_words(item.price) if item else ""
        return texts.REMEMBERED_KINDS[known.kind.value].format(listed=listed)

    async def _takes_place(self, known: Knowledge, before: Knowledge) -> str:
        """How it stands to what held, or will hold, under the same topic."""
        now = await self._recorded(before.id)
        what = content_words(now.topic, now.value, now.text, self._office.company)
        words = {"handle": handle(now), "what": what}
        if known.superseded_by == now.id and known.valid_to is not None:
            start = day(known.valid_to, self._now)
            return texts.REMEMBERED_BEHIND.format(day=start, **words)
        if now.superseded_by == known.id:
            return texts.REMEMBERED_INSTEAD.format(**words)
        return texts.REMEMBERED_INTERRUPTS.format(**words) if known.valid_to else ""

    async def _beside(self, statement: Statement) -> Knowledge | None:
        """What holds, or will, under the same topic."""
        if not statement.topic:
            return None
        found = await statements_of(self._office.views, statement.subject)
        same = [one for one in found if one.topic == statement.topic]
        return next(iter(reversed(in_force(same, self._now))), None)

    async def _known(self, statement: Statement) -> Knowledge | None:
        """The same, where it is in force already and nothing new is said of its time."""
        if statement.valid_from or statement.valid_to:
            return None
        for one in await statements_of(self._office.views, statement.subject):
            same_topic = one.topic == statement.topic or (not statement.topic and bool(one.text))
            same = (one.kind, one.value, one.text) == (
                statement.kind, statement.value, statement.text,
            )  # fmt: skip
            if same_topic and same and one.holds(self._now):
                return one
        return None

    async def _one(
        self, said: str, verb: str, *, whole: bool = False
    ) -> tuple[Knowledge, str] | Reply:
        """(the statement that is meant, the words behind it). `whole`: all words name it."""
        if not said.strip():
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE[verb])
        first, rest = split_thing(said)
        exact = await self._statements.by_handle(first) if first else None
        if exact is not None:
            over = await self._over(exact)
            return (
                trouble(texts.KNOWLEDGE_OVER, handle=handle(exact), over=over)
                if over
                else (exact, rest)
            )
        name = said if whole else first
        found = in_force(await self._statements.about(name), self._now) if name else []
        labels = " ".join([await self._statements.label(one) for one in found])
        fitting = meant(found, said, labels, self._office.company)
        if len(fitting) == 1:
            return fitting[0], rest
        if not fitting:
            return trouble(texts.KNOWLEDGE_NONE, said=one_line(name, 60))
        lines = tuple([f"  {await self._line(one)}" for one in fitting])
        return trouble(texts.KNOWLEDGE_WHICH, lines, said=one_line(name, 60), verb=verb)

    async def _over(self, known: Knowledge) -> str:
        if in_force([known], self._now):
            return ""
        successor = await self._office.views.get(Knowledge, known.superseded_by)
        return end_words(known, self._now, successor)

    async def _recorded(self, knowledge: str) -> Knowledge:
        found = await self._office.views.get(Knowledge, knowledge)
        assert found is not None  # noqa: S101 - it was folded in the transaction that recorded it
        return found

    async def _parts(self, known: Knowledge) -> dict[str, str]:
        label = one_line(await self._statements.label(known), 60)
        what = said_words(known, self._office.company, self._now)
        return {"what": what if what.startswith(label) else f"{label}: {what}"}

    async def _line(self, known: Knowledge) -> str:
        source = source_words(known, self._now)
        parts = await self._parts(known)
        return texts.KNOWN_LINE.format(handle=handle(known), source=source, **parts)

    def _period(
        self, begin: date | None, end: date | None
    ) -> tuple[datetime | None, datetime | None] | Reply:
        """Days as moments of the company's clock."""
        zone = self._now.tzinfo
        first, last = _midnight(begin, zone), _midnight(end, zone)
        starts = first or self._now
        if last is not None and last <= starts:
            return trouble(
                texts.REMEMBER_PERIOD, begin=day(starts, self._now), end=last_day(last, self._now)
            )
        return first, last


def _midnight(of: date | None, zone: tzinfo | None) -> datetime | None:
    return datetime.combine(of, time(), zone).astimezone(UTC) if of else None


def _subject(people: list[Identity], item: str, kind: KnowledgeKind) -> str:
    """Whom or what it is about: the contact, else the item of a price or a note, else us."""
    if people:
        return people[0].id
    of_item = kind in {KnowledgeKind.PRICE, KnowledgeKind.NOTE}
    return item if item and of_item else COMPANY


def _several(people: list[Identity]) -> Reply:
    labels = tuple(f"  {entry_label(each.contact)}" for each in people)
    return trouble(texts.REMEMBER_SEVERAL, labels)
