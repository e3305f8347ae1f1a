"""The subscriber `memory`: turns facts into episodes, and fills an empty store again.

Why nothing is ever missing, with cases handled side by side:
- The relay moves a case's cursor only after `handle` returned, and the store's write is durable
  by then. A crash in between repeats the delivery, and episodes have ids derived from their
  facts, so repeating changes nothing.
- The watermark therefore answers one question only: has this file been filled at all? A store
  that was deleted or found damaged has watermark 0, and `refill` tells the whole ledger anew
  before the relay starts; it advances the watermark only at its end, so that a crash half-way
  starts it again. What the relay delivers afterwards is told a second time, with the same ids.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from ledger.domain.entities import Case, Contact
from ledger.domain.errors import UnknownFact
from ledger.domain.events import CaseErased, MailReceived
from ledger.domain.facts import Delivery, Fact, Reaction
from ledger.domain.reading import History, Views
from memory.episodes import Episode, EpisodeStore
from memory.story import Story, read_mails
from memory.telling import TOLD, episodes_of

NAME = "memory"
BATCH = 200
"""Episodes that `refill` writes at once."""
KEPT_CASES = 256
"""Cases that `refill` keeps in memory, since their facts lie close together in the ledger."""


class Teller:
    """Looks up what a fact's episodes need: the case, its contact, the mails behind it."""

    def __init__(self, history: History, views: Views) -> None:
        self._history = history
        self._views = views

    async def episodes(self, fact: Fact) -> tuple[Episode, ...]:
        """The episodes of one fact, () for facts memory keeps nothing of."""
        if not isinstance(fact.event, TOLD):
            return ()
        return episodes_of(fact, await self._story(fact))

    async def _story(self, fact: Fact) -> Story:
        facts = tuple(await self._history.case(fact.case))
        case = await self._views.get(Case, fact.case)
        contact = await self._views.get(Contact, case.contact) if case and case.contact else None
        return Story(
            facts=facts,
            contact=contact.id if contact else "",
            person=fact.person or (contact.persons[0] if contact and contact.persons else ""),
            name=contact.name or contact.organisation if contact else "",
            mails=await self._mails(fact),
        )

    async def _mails(self, fact: Fact) -> dict[str, MailReceived]:
        found: dict[str, MailReceived] = {}
        for fact_id in read_mails((fact,)):
            try:
                event = (await self._history.fact(fact_id)).event
            except UnknownFact:
                continue
            if isinstance(event, MailReceived):
                found[fact_id] = event
        return found


class Kept:
    """A history that keeps the cases read last: while refilling, facts come case by case.

    What it keeps may be older than the ledger: whoever fills while others append uses it for a
    few facts only, and tells what came meanwhile afterwards.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._cases: dict[str, Sequence[Fact]] = {}

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        if case not in self._cases:
            if len(self._cases) >= KEPT_CASES:
                self._cases.pop(next(iter(self._cases)))
            self._cases[case] = await self._history.case(case)
        return [fact for fact in self._cases[case] if fact.version > after]

    async def fact(self, fact_id: str) -> Fact:
        return await self._history.fact(fact_id)


class MemoryProjector:
    """Implements `Subscriber`. Appends nothing: an episode is no fact."""

    def __init__(self, store: EpisodeStore, history: History, views: Views) -> None:
        self._store = store
        self._teller = Teller(history, views)

    @property
    def name(self) -> str:
        """The subscriber's name in cursors."""
        return NAME

    def wants(self, fact: Fact) -> bool:
        """Whether memory keeps something of such a fact."""
        return isinstance(fact.event, (*TOLD, CaseErased))

    async def handle(self, delivery: Delivery) -> Reaction:
        """Write the episodes of the fact. Raises what the store raises; the relay tries again."""
        await take_in(self._store, self._teller, (delivery.fact,))
        await self._store.advance(delivery.fact.seq)
        return Reaction()


async def take_in(store: EpisodeStore, teller: Teller, facts: Sequence[Fact]) -> None:
    """What a store learns from facts, in their order: whom to forget, and what to keep."""
    waiting: list[Episode] = []
    for fact in facts:
        if isinstance(fact.event, CaseErased):
            if waiting:
                await store.write(waiting)
                waiting = []
            for person in fact.event.persons:
                await store.forget(person)
        waiting += await teller.episodes(fact)
    if waiting:
        await store.write(waiting)


async def refill(
    store: EpisodeStore, facts: AsyncIterator[Fact], history: History, views: Views
) -> int:
    """Fill a store that is empty from all facts of the ledger; returns how many episodes.

    Call it once at start, before the relay runs. A store that was filled before (its watermark
    is not 0) is left alone, and `facts` is not read.
    """
    if await store.watermark():
        return 0
    teller = Teller(Kept(history), views)
    waiting: list[Episode] = []
    last = 0
    async for fact in facts:
        last = fact.seq
        waiting += await teller.episodes(fact)
        if len(waiting) >= BATCH:
            await store.write(waiting)
            waiting = []
    await store.write(waiting)
    await store.advance(last)
    return await store.count()
