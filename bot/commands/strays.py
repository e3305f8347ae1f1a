"""What fits no case: listed until a person says where it belongs."""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, Missing, Things, pick
from bot.commands.words import Assign
from bot.notices.notices import arrived
from bot.office.port import Looks, Office
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.entities import Stray
from ledger.domain.errors import UnknownFact
from ledger.domain.events import MailReceived, PaymentReceived
from ledger.domain.facts import Fact

MOST_LISTED: Final = 10
NOTHING: Final = frozenset({"nothing", "nowhere", "none", "nobody"})


class StrayList:
    """What fits no case."""

    def __init__(self, office: Looks) -> None:
        self._office = office

    async def lines(self) -> tuple[str, ...]:
        """One line each, oldest first; more than a handful are counted."""
        found = await self.open()
        lines = [await self._line(each) for each in found[:MOST_LISTED]]
        more = len(found) - MOST_LISTED
        return (*lines, *([texts.STRAYS_MORE.format(number=more)] if more > 0 else []))

    async def count(self) -> str:
        """How many there are, in a line; "" for none."""
        found = await self.open()
        return texts.STATUS_STRAYS.format(number=counted(len(found), "thing")) if found else ""

    async def open(self) -> list[Stray]:
        """Those nobody has placed, oldest first."""
        found = await self._office.views.find(Stray, "open")
        return sorted(found, key=lambda each: each.number)

    async def _line(self, stray: Stray) -> str:
        what = arrived(await self._source(stray)) or stray.kind
        return texts.STRAY.format(what=what, why=one_line(stray.why, 160), number=stray.number)

    async def candidate(self, stray: Stray) -> Candidate[Stray]:
        """What a person may call it: number, payment id, payer, subject."""
        source = await self._source(stray)
        handles = [str(stray.number), stray.id]
        names: list[str] = []
        match source.event if source else None:
            case PaymentReceived() as paid:
                handles.append(paid.payment)
                names += [paid.payer, paid.reference]
            case MailReceived() as mail:
                names += [mail.subject, mail.sender_name, mail.sender]
            case _:
                pass
        known = tuple(name for name in names if name)
        return Candidate(stray, tuple(handles), known, arrived(source) or stray.kind)

    async def _source(self, stray: Stray) -> Fact | None:
        try:
            return await self._office.history.fact(stray.id)
        except UnknownFact:
            return None


class Strays:
    """Places what fits no case."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._list = StrayList(office)
        self._things = Things(office.views)

    async def knows(self, said: str) -> bool:
        """Whether something that waits to be placed is called that."""
        waiting = [await self._list.candidate(each) for each in await self._list.open()]
        return not isinstance(pick(waiting, said), Missing)

    async def assign(self, intent: Assign) -> Reply:
        """The stray belongs to this case, or to none."""
        if not intent.thing or not intent.case:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["assign"])
        found = pick(
            [await self._list.candidate(each) for each in await self._list.open()], intent.thing
        )
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        if intent.case.casefold() in NOTHING:
            fact = await self._office.assign(found.thing.id, "")
            return await recorded(self._office, texts.PUT_ASIDE.format(what=found.label), fact)
        case = await self._things.case(intent.case)
        if not isinstance(case, Candidate):
            return unclear(case, intent.case)
        fact = await self._office.assign(found.thing.id, case.thing.id)
        title = texts.ASSIGNED.format(what=found.label, case=case.label)
        return await recorded(self._office, title, fact)
