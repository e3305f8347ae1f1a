"""What the operator says that he told or did himself: which case it concerns, and on record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, Missing, Several, Things
from bot.commands.words import OwnDeed
from bot.office.port import Office
from bot.wording.untrusted import one_line
from ledger.domain.entities import Case

if TYPE_CHECKING:
    from graph.agents.own_words import Deed

Free = Callable[[str], Awaitable[Reply]]
"""What becomes of words that tell of no deed."""


class Dealing:
    """Takes the operator's word for what he did."""

    def __init__(self, office: Office, free: Free) -> None:
        self._office, self._free = office, free
        self._things = Things(office.views)

    async def told(self, intent: OwnDeed) -> Reply:
        """`told 3 900 is fine`, `I told Ada 900 is fine`."""
        from graph.agents.own_words import TOLD, Deed, deed_in  # noqa: PLC0415 - few need it

        found = deed_in(intent.text)
        if intent.free and found is None:
            return await self._free(intent.text)
        if not intent.free and not (intent.thing and intent.text):
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["told"])
        deed = found or Deed(TOLD, "", intent.text)
        if intent.thing:
            case = await self._things.case(intent.thing)
        else:
            case = await self._meant(deed)
        if isinstance(case, Candidate):
            return await self._noted(case, deed, intent.text)
        return await self._which(case, intent.text) if intent.free else unclear(case, intent.thing)

    async def about(self, thing: str, text: str) -> Reply | None:
        """The same, said to a card or a question; None for words that are none of these."""
        from graph.agents.own_words import deed_in  # noqa: PLC0415 - as above

        deed = deed_in(text) if text else None
        case = await self._of_card(thing) if deed else None
        return await self._noted(case, deed, text) if deed and case else None

    async def _of_card(self, thing: str) -> Candidate[Case] | None:
        question = await self._things.question(thing.lstrip("#"))
        if question is not None:
            return await self._case(question.case)
        found = await self._things.approval(thing)
        if isinstance(found, Candidate):
            return await self._case(found.thing.case)
        case = await self._things.case(thing)
        return case if isinstance(case, Candidate) else None

    async def _meant(self, deed: Deed) -> Candidate[Case] | Several | Missing:
        """The one open case of whom he names; else the only one that waits, or the only one."""
        every = [one for one in await self._things.cases() if not one.thing.closed]
        contact = await self._things.contact(deed.who) if deed.who else None
        if isinstance(contact, Candidate):
            ids = set(contact.handles)
            return _only([one for one in every if one.thing.contact in ids], deed.who)
        if isinstance(contact, Several):
            return contact
        waiting = {each.thing.case for each in await self._things.approvals()}
        waiting |= {each.case for each in await self._things.questions()}
        asked = [one for one in every if one.thing.id in waiting]
        return _only(asked if len(asked) == 1 and not deed.who else every, deed.who)

    async def _case(self, name: str) -> Candidate[Case] | None:
        found = await self._things.case(name)
        return found if isinstance(found, Candidate) else None

    async def _noted(self, case: Candidate[Case], deed: Deed, text: str) -> Reply:
        fact = await self._office.told(case.thing.id, deed.how, text)
        return await recorded(self._office, texts.TOLD_NOTED.format(case=case.label), fact)

    async def _which(self, found: Several | Missing, text: str) -> Reply:
        """Nothing is noted before it is clear which case; the nearest ones are named."""
        every = [one for one in await self._things.cases() if not one.thing.closed]
        labels = found.labels if isinstance(found, Several) else ()
        nearest = every[0].thing.number if every else "CASE"
        lines = tuple(f"  {label}" for label in labels or [one.label for one in every[:5]])
        return trouble(texts.TOLD_WHICH, lines, nearest=nearest, text=one_line(text, 60))


def _only(found: list[Candidate[Case]], said: str) -> Candidate[Case] | Several | Missing:
    if len(found) == 1:
        return found[0]
    return Several(tuple(one.label for one in found)) if found else Missing(said)
