"""`memory QUERY`: what is known and remembered, each with its source and its date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot import texts
from bot.channel import Reply
from bot.commands.session import Session, zone_of
from bot.commands.words import Memory
from bot.office.port import Looks
from bot.remembering.finding import Statements, in_force
from bot.remembering.history import payment_lines
from bot.remembering.statements import Memories, Recollecting
from bot.remembering.telling import day, end_words, handle, said_words, source_words
from bot.wording.naming import named
from bot.wording.untrusted import one_line
from ledger.domain.entities import Case
from ledger.domain.identity import Identity
from ledger.domain.knowledge import Knowledge

Recollect = Callable[[Recollecting], Awaitable[Memories]]
"""Asks the episodes."""

_SHOWN = 200


class Knowing:
    """Facts in force first, then what is recalled. Changes nothing."""

    def __init__(self, office: Looks, session: Session, recollect: Recollect | None = None) -> None:
        """Without `recollect`, as for a moment of the past, only facts are told."""
        self._office, self._session, self._recollect = office, session, recollect
        self._statements = Statements(office.views, office.company)

    @property
    def _now(self) -> datetime:
        now = self._session.now(self._office)
        return now.astimezone(zone_of(self._office.company, now.tzinfo))

    async def memory(self, intent: Memory) -> Reply:
        """All that bears on the query; `everything`: also what does not hold now."""
        query = intent.query
        found = await self._statements.about(query)
        people = await self._statements.people(query) if query else []
        holds = [one for one in found if one.holds(self._now)]
        others = [one for one in found if one not in holds]
        lines = [*await self._facts(holds), *await self._history(people)]
        lines += await self._others(others, intent)
        if not found:
            lines.append(texts.MEMORY_NOTHING)
        recalled, hints = await self._recalled(intent, people)
        title = texts.RECALL_TITLE.format(query=one_line(query, 60) or texts.MEMORY_ALL)
        return Reply(title=title, lines=(*lines, *recalled), hints=tuple(hints))

    async def _facts(self, holds: list[Knowledge]) -> list[str]:
        if not holds:
            return []
        return [texts.MEMORY_HOLDS, *[await self._line(one) for one in holds]]

    async def _others(self, others: list[Knowledge], intent: Memory) -> list[str]:
        ahead = in_force(others, self._now)
        shown = others if intent.everything else ahead
        lines = [texts.MEMORY_OLD, *[await self._line(one) for one in shown]] if shown else []
        left = len(others) - len(shown)
        if left:
            again = " ".join(filter(None, ["memory", one_line(intent.query, 60), "--all"]))
            lines.append(texts.MEMORY_MORE_OLD.format(number=left, again=again))
        return lines

    async def _history(self, people: list[Identity]) -> list[str]:
        lines = [
            line
            for each in people
            for line in await payment_lines(
                self._office.views, each.contact.cases, self._now.date()
            )
        ]
        return [texts.MEMORY_HISTORY, *lines] if lines else []

    async def _line(self, one: Knowledge) -> str:
        successor = await self._office.views.get(Knowledge, one.superseded_by)
        over = end_words(one, self._now, successor)
        form = texts.KNOWN_LINE_OVER if over else texts.KNOWN_LINE
        label = one_line(await self._statements.label(one), 60)
        what = said_words(one, self._office.company, self._now)
        return form.format(
            handle=handle(one),
            what=what if what.startswith(label) else f"{label}: {what}",
            source=source_words(one, self._now),
            over=over,
        )

    async def _recalled(
        self, intent: Memory, people: list[Identity]
    ) -> tuple[list[str], list[str]]:
        if not intent.query:
            return [], []
        if self._recollect is None:
            return [texts.MEMORY_FACTS_ONLY], []
        contacts = tuple(contact for each in people for contact in each.ids)
        found = await self._recollect(
            Recollecting(text=intent.query, contacts=contacts, everything=intent.everything)
        )
        hints = [texts.MEMORY_DEGRADED.format(what=found.degraded)] if found.degraded else []
        if found.stale:
            hints.append(texts.MEMORY_STALE.format(number=found.stale))
        lines = [
            texts.MEMORY_EPISODE.format(
                day=day(each.at, self._now),
                kind=each.kind,
                case=await self._case(each.case),
                text=one_line(await named(self._office.views, each.text), _SHOWN),
            )
            for each in found.episodes
        ]
        return ([texts.MEMORY_EPISODES, *lines] if lines else []), hints

    async def _case(self, case: str) -> str:
        found = await self._office.views.get(Case, case)
        return texts.MEMORY_EPISODE_CASE.format(number=found.number) if found else ""
