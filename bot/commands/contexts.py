"""`context CASE`: what the next model call on a case would see, and what it would not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from bot import texts
from bot.audit.words import left_out_lines, saw_line
from bot.channel import Reply, Table
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Things
from bot.commands.words import ShowContext
from bot.office.port import Office
from bot.wording.naming import named
from bot.wording.untrusted import one_line
from ledger.domain.entities import Case
from ledger.domain.values import Trust
from memory.sight import Part
from memory.working import Item, WorkingContext

PARTS: Final = {"read": Part.READ, "plan": Part.PLAN, "draft": Part.DRAFT}
"""What people call what a model does."""

_LONGEST: Final = 110


class Contexts:
    """Puts the context together and shows it; nothing is asked of a model."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def context(self, intent: ShowContext) -> Reply:
        """Sections with their tokens, what is in them, what is left out, and the hash."""
        part = PARTS.get(intent.part.lower() or "plan")
        if part is None:
            return trouble(texts.NO_SUCH_PART, part=intent.part, parts=", ".join(PARTS))
        found = await self._things.case(intent.thing or self._session.last_case)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        self._session.last_case = found.thing.id
        return await self._shown(found, part)

    async def _shown(self, found: Candidate[Case], part: Part) -> Reply:
        context = await self._office.context(found.thing, part)
        rows = [
            (section, tokens, await named(self._office.views, items))
            for section, tokens, items in _rows(context)
        ]
        words = next(name for name, each in PARTS.items() if each is part)
        return Reply(
            title=texts.CONTEXT_TITLE.format(part=words, label=found.label),
            lines=(saw_line(context.seen), *left_out_lines(context.seen.left_out)),
            table=Table(texts.COLUMNS_CONTEXT, tuple(rows)),
            hints=(texts.CONTEXT_HINT.format(sha=context.seen.sha256),),
        )


def _rows(context: WorkingContext) -> Iterator[tuple[str, str, str]]:
    for section, (name, items) in zip(context.seen.sections, context.kept, strict=True):
        tokens = f"{section.tokens:,} of {section.budget:,}"
        yield name.value, tokens, "\n".join(_lines(items)) or texts.CONTEXT_NOTHING


def _lines(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        day = f"{item.at:%Y-%m-%d} " if item.at else ""
        who = f"{item.who}: " if item.who else ""
        name = f"{item.under}: " if item.under else ""
        mark = texts.CONTEXT_UNTRUSTED if item.trust is Trust.UNTRUSTED else ""
        yield one_line(f"{day}{who}{name}{item.text}", _LONGEST) + mark
