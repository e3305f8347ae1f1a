"""A station: serves single wake-ups, as one of any number of machines.

It keeps nothing between two of them: where a subscriber stands in a case is what its cursor
says, and whether it gave up there is what the facts say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ledger.deliveries import Deliveries, released_by
from ledger.domain.errors import NotNow, StaleCursor
from ledger.domain.events import CaseStuck
from ledger.domain.facts import Fact, Subscriber
from ledger.domain.reading import Clock
from ledger.lanes import WATERMARK, Lane, lagging, load_lane, next_wanted, watermark
from ledger.store import Ledger, Tx
from ledger.wakeups import Wakeup

MOST_WOKEN: Final = 500
"""Cases that one sweep wakes for a subscriber; the next sweep takes the others."""


class Station:
    """Hands subscribers the facts they want, one wake-up at a time."""

    def __init__(
        self, ledger: Ledger, subscribers: Sequence[Subscriber], *, clock: Clock, tries: int = 5
    ) -> None:
        self._ledger = ledger
        self._subscribers = {subscriber.name: subscriber for subscriber in subscribers}
        self._deliveries = Deliveries(ledger, clock, tries)
        self._resting: set[Wakeup] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """Who can be woken here."""
        return tuple(self._subscribers)

    def woken_by(self, fact: Fact) -> list[Wakeup]:
        """Whom a new fact wakes."""
        wanting = [name for name, one in self._subscribers.items() if one.wants(fact)]
        halted = self.names if released_by(fact) else ()
        return [Wakeup(name, fact.case) for name in dict.fromkeys([*wanting, *halted])]

    async def serve(self, wakeup: Wakeup, stop: asyncio.Event) -> None:
        """Deliver what a subscriber has not seen of a case, until `stop`.

        Another machine may do the same at the same time: whoever commits second is refused by
        the cursor, and looks again.
        """
        lane: Lane | None = None
        while not stop.is_set():
            lane = lane or await self._lane(wakeup)
            fact = await next_wanted(self._ledger, lane)
            if fact is None or lane.halted or await self._gave_up(lane, fact):
                return
            try:
                await self._deliveries.deliver(lane, fact)
            except StaleCursor:
                lane = None
            except NotNow:
                self._resting.add(wakeup)
                return
            self._resting.discard(wakeup)

    def rests(self, wakeup: Wakeup) -> bool:
        """Whether it was served last without what its subscriber needs. A later sweep tries."""
        return wakeup in self._resting

    async def sweep(self) -> list[Wakeup]:
        """Who lags anywhere, whatever became of their wake-ups; notes how far all is done."""
        found: list[Wakeup] = []
        for name in self._subscribers:
            found += await self._lagging(name)
        return found

    async def _lagging(self, name: str) -> list[Wakeup]:
        mark, head = await watermark(self._ledger, name), (await self._ledger.head()).seq
        waiting: list[Wakeup] = []
        first = head + 1
        for case in await lagging(self._ledger, name):
            lane = await self._lane(Wakeup(name, case))
            fact = await next_wanted(self._ledger, lane)
            if fact is None:
                continue
            first = min(first, fact.seq)
            if len(waiting) < MOST_WOKEN and not await self._gave_up(lane, fact):
                waiting.append(Wakeup(name, case))
        if first - 1 > mark:
            await self._ledger.transact(lambda tx: _move(tx, name, mark, first - 1))
        return waiting

    async def _lane(self, wakeup: Wakeup) -> Lane:
        return await load_lane(self._ledger, self._subscribers[wakeup.subscriber], wakeup.case)

    async def _gave_up(self, lane: Lane, fact: Fact) -> bool:
        """Whether this fact was given up, and nobody has ordered a retry since."""
        if lane.proven:
            return False
        gave_up = False
        for later in await self._ledger.case(lane.case, after=fact.version):
            match later.event:
                case CaseStuck(subscriber=lane.subscriber.name, fact=fact.id):
                    gave_up = True
                case _ if released_by(later):
                    gave_up = False
        return gave_up


def _move(tx: Tx, subscriber: str, mark: int, through: int) -> None:
    with suppress(StaleCursor):
        tx.move_cursor(subscriber, WATERMARK, expected=mark, to=through, token="")
