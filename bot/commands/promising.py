"""Commands about promises: the list, a new one told by the operator, and what became of one."""

from __future__ import annotations

from datetime import date, datetime

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things, pick
from bot.commands.words import Promise, Settle
from bot.office.port import Looks, Office
from bot.promises.listing import MOST, MOST_SETTLED, PromiseList
from bot.promises.words import day_words, sides
from bot.wording.untrusted import one_line
from bot.zones import zone_of_attention
from ledger.domain.entities import Commitment
from ledger.domain.events import US

MOVED = "moved"


class PromiseLooks:
    """Shows promises, of the present or of a moment of the past."""

    def __init__(self, office: Looks) -> None:
        self._office = office
        self._things = Things(office.views)
        self.zone = zone_of_attention(office.company)
        self.listed = PromiseList(office.views, office.history, self.zone)

    def today(self) -> date:
        """The day it is for the company."""
        moment: datetime = self._office.clock.now()
        return moment.astimezone(self.zone).date()

    async def promises(self, said: str) -> Reply:
        """All that are open; of somebody or a case also those that are over."""
        if not said:
            return await self._all()
        found = await self._things.contact(said)
        if isinstance(found, Candidate):
            return await self._listed(await self.listed.with_contact(found.thing.id), found.label)
        case = await self._things.case(said)
        if isinstance(case, Candidate) and isinstance(found, Missing):
            return await self._listed(await self.listed.in_case(case.thing.id), case.label)
        return unclear(found, said)

    async def _all(self) -> Reply:
        today, found = self.today(), await self.listed.open()
        settled = (await self.listed.settled())[:MOST_SETTLED]
        if not found and not settled:
            return Reply(lines=(texts.PROMISES_NONE,))
        lines = await self.listed.lines(found[:MOST], today)
        more = len(found) - MOST
        lines += [texts.PROMISES_MORE.format(number=more)] if more > 0 else []
        over = await self.listed.lines(settled, today)
        return _reply(lines or [texts.PROMISES_NONE], over)

    async def _listed(self, found: list[Commitment], who: str) -> Reply:
        today = self.today()
        lines = await self.listed.lines([one for one in found if one.open], today)
        over = await self.listed.lines([one for one in found if not one.open], today)
        return _reply(lines or [texts.PROMISES_NONE_WITH.format(who=who)], over)

    async def promise(self, said: str) -> Candidate[Commitment] | Several | Missing:
        """The promise that is meant: `p4`, `4`, its id, what it is about, or with whom."""
        number = said.casefold().removeprefix("promise").strip().lstrip("#p")
        exact = await self._office.views.find(Commitment, f"number:{number}")
        if number.isdigit() and exact:
            return await self._candidate(exact[0])
        known = [await self._candidate(one) for one in await self.listed.open()]
        return pick(known, said)

    async def _candidate(self, one: Commitment) -> Candidate[Commitment]:
        seen = await self.listed.seen(one)
        label = f"p{one.number}: {sides(seen)}, {seen.what}"
        return Candidate(one, (f"p{one.number}", one.id), (one.what, seen.who), label)


class Promising:
    """Notes promises, and what became of them."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._looks = PromiseLooks(office)
        self._things = Things(office.views)

    async def promises(self, said: str) -> Reply:
        """The list."""
        return await self._looks.promises(said)

    async def told(self, intent: Promise) -> Reply | None:
        """Note what the operator says was promised; None for free words that tell of none."""
        from graph.agents.told_promises import (  # noqa: PLC0415 - few commands need what it loads
            ordered_promise,
            promise_in,
        )

        today = self._looks.today()
        found = promise_in(intent.text, today)
        if found is None and not intent.free:
            found = ordered_promise(intent.text, today)
        if found is None:
            said = one_line(intent.text, 60)
            return None if intent.free else trouble(texts.PROMISE_UNREADABLE, said=said)
        contact = await self._things.contact(found.who) if found.who else None
        if isinstance(contact, Several):
            return unclear(contact, found.who)
        if found.who and not isinstance(contact, Candidate):
            return trouble(texts.PROMISE_WHO, who=one_line(found.who, 60))
        other = contact.thing.id if isinstance(contact, Candidate) else ""
        by, to = (US, other) if found.ours else (other, US)
        fact = await self._office.promise(by, to, found.what, found.quote, found.due)
        when = texts.PROMISE_DUE.format(day=day_words(found.due)) if found.due else ""
        form = texts.PROMISE_OURS if found.ours else texts.PROMISE_THEIRS
        who = form.format(who=contact.label if isinstance(contact, Candidate) else "somebody")
        line = f"{who}: {found.what}{when or texts.PROMISE_NO_DAY}"
        return await recorded(self._office, texts.PROMISE_NOTED.format(line=line), fact)

    async def settle(self, intent: Settle) -> Reply:
        """Kept, broken, waived, or due on another day."""
        if not intent.thing:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE[_COMMAND[intent.verb]])
        found = await self._looks.promise(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        one, due = found.thing, None
        if intent.verb == MOVED:
            due = self._day(intent.text)
            if due is None:
                return trouble(texts.PROMISE_DAY, said=one_line(intent.text, 60), number=one.number)
        elif one.status.value == intent.verb:
            return trouble(texts.PROMISE_OVER, number=one.number, status=one.status.value)
        fact = await self._office.settle_promise(
            one.id, intent.verb, due, intent.text if not due else ""
        )
        day = day_words(due) if due else ""
        title = texts.PROMISE_SETTLED[intent.verb].format(what=found.label, day=day)
        return await recorded(self._office, title, fact)

    def _day(self, said: str) -> date | None:
        from graph.agents.days import days_in  # noqa: PLC0415 - as above
        from graph.agents.plaintext import plain  # noqa: PLC0415 - as above

        named = {one.day for one in days_in(plain(said), self._looks.today())}
        return next(iter(named)) if len(named) == 1 else None


_COMMAND = {"kept": "kept", "broken": "broken", "withdrawn": "waive", MOVED: "moved"}


def _reply(lines: list[str], over: list[str]) -> Reply:
    more = (texts.PROMISES_SETTLED, *over) if over else ()
    return Reply(lines=(texts.PROMISES_OPEN, *lines, *more))
