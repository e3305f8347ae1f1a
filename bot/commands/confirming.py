"""The command that lets a change of bank or tax data count, or not."""

from __future__ import annotations

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, pick
from bot.commands.words import Confirm
from bot.notices.confirming import waiting_words
from bot.office.port import Office
from ledger.domain.confirming import Confirmation


class Confirming:
    """Only names the change; whether this is the second channel, the router decides."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def confirm(self, intent: Confirm) -> Reply:
        """Say yes or no to a change that waits; the only one, where none is named."""
        asked = await self._office.views.find(Confirmation, "open")
        every = [
            Candidate(each, (str(each.number), each.id), (), waiting_words(each)) for each in asked
        ]
        if not every:
            return trouble(texts.CONFIRM_NOTHING)
        found = every[0] if len(every) == 1 and not intent.thing else pick(every, intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        fact = await self._office.confirm(found.thing.id, agreed=intent.agreed)
        text = texts.CONFIRMING if intent.agreed else texts.CONFIRM_REFUSED
        return await recorded(self._office, text.format(number=found.thing.number), fact)
