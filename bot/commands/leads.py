"""Which messages needed nothing, why, and that one of them was a lead after all."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot import texts
from bot.channel import Reply, Table
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, Things
from bot.commands.words import Lead
from bot.notices.notices import arrived
from bot.office.port import Looks, Office
from bot.wording.amounts import clock_words
from bot.wording.untrusted import one_line
from ledger.domain.errors import UnknownFact
from ledger.domain.events import CaseOpened
from ledger.domain.look import messages_that
from ledger.domain.messages import Message, Outcome

MOST_LISTED: Final = 20


async def no_action(office: Looks, now: datetime) -> Reply:
    """The newest messages that needed nothing, each with its reason."""
    found = await office.views.find(Message, f"outcome:{Outcome.NO_ACTION}")
    newest = sorted(found, key=lambda each: each.number, reverse=True)
    counts = await message_counts(office)
    if not newest:
        return Reply(lines=(texts.NO_ACTION_NONE, counts))
    rows = [await _row(each, office, now) for each in newest[:MOST_LISTED]]
    more = len(newest) - MOST_LISTED
    hints = (*((texts.NO_ACTION_MORE.format(number=more),) if more > 0 else ()), texts.LEAD_HINT)
    title = texts.NO_ACTION_TITLE.format(number=len(newest))
    table = Table(texts.COLUMNS_NO_ACTION, tuple(rows))
    return Reply(title=title, lines=(counts,), table=table, hints=hints)


async def message_counts(office: Looks) -> str:
    """`Messages: 12 = 5 in cases + 1 for you + 6 without action`; "" before the first."""
    case, yours, none = [
        await office.tallies.counter(messages_that(outcome))
        for outcome in (Outcome.CASE, Outcome.NEEDS_YOU, Outcome.NO_ACTION)
    ]
    every = case + yours + none
    if not every:
        return ""
    return texts.MESSAGE_COUNTS.format(every=every, case=case, yours=yours, none=none)


async def _row(each: Message, office: Looks, now: datetime) -> tuple[str, ...]:
    what = ""
    if each.kept:
        try:
            what = arrived(await office.history.fact(each.id))
        except UnknownFact:
            what = ""
    when = clock_words(each.since, now)
    return (str(each.number), when, what or texts.NOT_KEPT, one_line(each.why, 120))


class Leads:
    """Takes the operator's word on what is a lead."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._things = Things(office.views)

    async def told(self, intent: Lead) -> Reply:
        """`lead 3`: read it after all. `no-lead CASE`: mail like that is none."""
        if not intent.thing:
            return trouble(
                texts.NEEDS_TEXT, usage=texts.USAGE["lead" if intent.lead else "no-lead"]
            )
        return await (self._lead(intent.thing) if intent.lead else self._none(intent.thing))

    async def _lead(self, said: str) -> Reply:
        number = said.strip().lstrip("#")
        found = await self._office.views.find(Message, f"number:{number}")
        message = next((one for one in found if one.outcome is Outcome.NO_ACTION), None)
        if message is None:
            return trouble(texts.NO_SUCH_MESSAGE, said=one_line(said, 40))
        fact = await self._office.lead(message.id, lead=True)
        return await recorded(self._office, texts.LEAD_TAKEN.format(number=message.number), fact)

    async def _none(self, said: str) -> Reply:
        case = await self._things.case(said)
        if not isinstance(case, Candidate):
            return unclear(case, said)
        opened = [
            fact.event.fact
            for fact in await self._office.history.case(case.thing.id)
            if isinstance(fact.event, CaseOpened)
        ]
        if not opened:
            return trouble(texts.NO_SUCH_MESSAGE, said=one_line(said, 40))
        fact = await self._office.lead(opened[0], lead=False)
        return await recorded(self._office, texts.LEAD_DENIED.format(case=case.label), fact)
