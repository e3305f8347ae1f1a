"""The command that lets a restored copy act: it compares first, and wants it said plainly."""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble
from bot.copies.taking_over import Standing
from bot.office.port import Office
from bot.wording.untrusted import one_line
from ledger.domain.entities import Contact

YES: Final = "yes"
OTHER_IS_OFF: Final = "the other is off"


class TakingOver:
    """Compare and take over."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def takeover(self, said: str) -> Reply:
        """What differs out there; with the words that it asks for, the take-over itself."""
        now = await self._office.standing()
        if not now.halted:
            return trouble(texts.TAKEOVER_NEEDLESS, generation=now.generation)
        wanted = YES if now.shared else OTHER_IS_OFF
        if not said:
            return await self._report(now)
        if said != wanted:
            return trouble(texts.TAKEOVER_UNSAID, (self._how(now),), said=one_line(said, 60))
        fact = await self._office.take_over(await self._office.compare())
        after = await self._office.standing()
        title = texts.TAKEN_OVER.format(generation=after.generation)
        return await recorded(self._office, title, fact)

    async def _report(self, now: Standing) -> Reply:
        found = await self._office.compare()
        lines = tuple(found.lines()) or (texts.COMPARED_SAME,)
        ingest = [texts.TAKEOVER_INGEST] if found.found else []
        if who := [await self._name(each) for each in found.contacts]:
            ingest.append(texts.TAKEOVER_WILL_HOLD.format(who=", ".join(who)))
        return Reply(
            title=texts.TAKEOVER_TITLE.format(why=now.halted),
            lines=(*lines, *ingest),
            hints=(self._how(now),),
        )

    async def _name(self, contact: str) -> str:
        found = await self._office.views.get(Contact, contact)
        return one_line(found.name or found.address, 60) if found else contact

    def _how(self, now: Standing) -> str:
        if now.shared:
            return texts.TAKEOVER_SHARED.format(path=now.mailbox)
        return texts.TAKEOVER_ALONE
