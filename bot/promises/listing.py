"""Looks up what commitments speak of: who the other side is, and the fact that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta, tzinfo

from bot import texts
from bot.promises.words import Seen, line, quote
from bot.wording.untrusted import one_line
from ledger.domain.entities import Case, Commitment
from ledger.domain.errors import UnknownFact
from ledger.domain.events import (
    ActionSucceeded,
    CommitmentTold,
    Event,
    InvoiceIssued,
    MailReceived,
    ProposalAccepted,
)
from ledger.domain.identity import identity, ids_of
from ledger.domain.reading import History, Views

MOST: int = 30
MOST_SETTLED: int = 10


class PromiseList:
    """Reads commitments, and says them."""

    def __init__(self, views: Views, history: History, zone: tzinfo | None) -> None:
        self._views, self._history, self._zone = views, history, zone

    async def open(self) -> list[Commitment]:
        """All that bind, the earliest day first, those without a day last."""
        return in_order(await self._views.find(Commitment, "open"))

    async def with_contact(self, contact: str) -> list[Commitment]:
        """All with somebody, whatever became of them, under all entries of theirs."""
        found = [
            one
            for each in await ids_of(self._views, contact)
            for one in await self._views.find(Commitment, f"contact:{each}")
        ]
        return in_order(found)

    async def in_case(self, case: str) -> list[Commitment]:
        """All of a case."""
        return in_order(await self._views.find(Commitment, f"case:{case}"))

    async def settled(self) -> list[Commitment]:
        """Those that are over, the newest first."""
        found = [one for one in await self._views.all(Commitment) if not one.open]
        return sorted(found, key=lambda one: one.settled_at or one.made_at, reverse=True)

    async def lines(self, found: Sequence[Commitment], today: date) -> list[str]:
        """The lines of a list, each with the words that were said."""
        said: list[str] = []
        for one in found:
            seen = await self.seen(one)
            said += [each for each in (line(seen, today), quote(seen)) if each]
        return said

    async def seen(self, one: Commitment) -> Seen:
        """A commitment with what is around it."""
        return Seen(one=one, who=await self.who(one), source=await self._source(one))

    async def who(self, one: Commitment) -> str:
        """What the other side is called."""
        found = await identity(self._views, one.contact) if one.contact else None
        known = found.under(one.contact) if found else None
        name = (known.name or known.address or known.organisation) if known else ""
        return one_line(name, 40) or texts.PROMISE_SOMEBODY

    async def _source(self, one: Commitment) -> str:
        said_on = f"{one.said_on.day} {one.said_on:%b}"
        try:
            event: Event | None = (await self._history.fact(one.source)).event
        except UnknownFact:
            event = None
        where = f"{_kind(event)} of {said_on}"
        case = await self._views.get(Case, one.case)
        return f"{where}, case {case.number}" if case else where


def in_order(found: Iterable[Commitment]) -> list[Commitment]:
    """Open ones first, by day; then those that are over."""
    return sorted(found, key=lambda one: (not one.open, one.due or date.max, one.number))


def tomorrow(today: date) -> date:
    """The day after."""
    return today + timedelta(days=1)


def _kind(event: Event | None) -> str:
    match event:
        case MailReceived():
            return "mail"
        case ActionSucceeded():
            return "your mail"
        case ProposalAccepted():
            return "acceptance"
        case InvoiceIssued():
            return "invoice"
        case CommitmentTold():
            return "your word"
        case _:
            return "note"
