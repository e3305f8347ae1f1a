"""Commands that tell the story of a case: audit, why, why not."""

from __future__ import annotations

from msgspec.structs import replace

from bot import texts
from bot.audit.view import audit_reply, why_not_reply, why_reply
from bot.channel import Reply
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things
from bot.commands.words import Why
from bot.office.port import Looks
from bot.wording.naming import named
from ledger.audit import explain, find_step, read_trail, why_not
from ledger.audit.why import NotTaken
from ledger.domain.entities import Action, Case

MOST_CASES = 20
"""How many of the newest cases a `why not` without a case looks through."""


class Auditing:
    """Answers from the facts alone."""

    def __init__(self, office: Looks, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def audit(self, said: str) -> Reply:
        """The whole chain of a case."""
        found = await self._case(said)
        if isinstance(found, Reply):
            return found
        trail = await read_trail(self._office.history, found.thing.id)
        now = self._session.now(self._office)
        return await self._spoken(audit_reply(trail, found.label, str(found.thing.number), now))

    async def why(self, intent: Why) -> Reply:
        """One step, or one not taken."""
        if intent.negated:
            return await self._why_not(intent.thing)
        card = await self._card(intent)
        found = await self._case(card[0] if card else intent.thing)
        if isinstance(found, Reply):
            return found
        trail = await read_trail(self._office.history, found.thing.id)
        wanted = intent.step or (card[1] if card else "")
        step = find_step(trail, wanted)
        if step is None:
            case = found.thing.id
            return trouble(texts.NO_STEP, step=wanted, label=found.label, case=case)
        now = self._session.now(self._office)
        return await self._spoken(why_reply(explain(trail, step), found.label, now))

    async def _spoken(self, reply: Reply) -> Reply:
        """The answer with everybody it only knows by id called by name."""
        views = self._office.views
        lines = tuple([await named(views, line) for line in reply.lines])
        if reply.table is None:
            return replace(reply, lines=lines)
        rows = [[await named(views, cell) for cell in row] for row in reply.table.rows]
        table = replace(reply.table, rows=tuple(tuple(row) for row in rows))
        return replace(reply, lines=lines, table=table)

    async def _card(self, intent: Why) -> tuple[str, str] | None:
        """(case, action or question) where a card is meant: by number, id, or an action's id."""
        if intent.step or not intent.thing:
            return None
        question = await self._things.question(intent.thing.lstrip("#"))
        if question is not None:
            return question.case, question.id
        action = await self._office.views.get(Action, intent.thing)
        if action is not None:
            return action.case, action.id
        if intent.thing.lstrip("#").isdigit() or intent.thing.startswith("apr-"):
            found = await self._things.approval(intent.thing)
            if isinstance(found, Candidate):
                return found.thing.case, found.thing.action
        return None

    async def _why_not(self, said: str) -> Reply:
        now = self._session.now(self._office)
        card = await self._card(Why(said))
        found = await self._things.case(card[0] if card else said) if said else Missing("")
        if isinstance(found, Candidate):
            taken = await self._left_out(found.thing, "")
            return why_not_reply(taken, "", found.label, now)
        if isinstance(found, Several):
            return unclear(found, said)
        return await self._why_not_what(said)

    async def _why_not_what(self, what: str) -> Reply:
        """`why not discount`: the newest case with such a thing on record answers."""
        cases = await self._things.cases()
        cases.sort(key=lambda each: each.thing.id != self._session.last_case)
        now = self._session.now(self._office)
        for each in cases[:MOST_CASES]:
            taken = await self._left_out(each.thing, what)
            if taken:
                self._session.last_case = each.thing.id
                return why_not_reply(taken, what, each.label, now)
        if not cases:
            return trouble(texts.NO_CASES)
        return why_not_reply((), what, cases[0].label, now)

    async def _left_out(self, case: Case, what: str) -> tuple[NotTaken, ...]:
        return why_not(await read_trail(self._office.history, case.id), what)

    async def _case(self, said: str) -> Candidate[Case] | Reply:
        """The case that is meant; without a word the one last spoken of, or the only one."""
        found = await self._things.case(said or self._session.last_case)
        if isinstance(found, Candidate):
            self._session.last_case = found.thing.id
            return found
        if not said and not await self._things.cases():
            return trouble(texts.NO_CASES)
        return unclear(found, said)
