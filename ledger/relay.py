"""The relay: hands every subscriber the facts it wants, case by case, and keeps what it answers.

Cases run side by side; within a case a subscriber gets one fact at a time, in order. Facts are
delivered at least once, and a fact delivered again appends nothing new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ledger.deliveries import Deliveries, released_by
from ledger.domain.errors import NotNow, StaleCursor
from ledger.domain.facts import Fact, Subscriber
from ledger.domain.reading import Clock
from ledger.lanes import WATERMARK, Lane, lagging, load_lane, next_wanted, watermark
from ledger.pauses import first_of, pause
from ledger.store import Ledger, Tx
from ledger.wakeups import InProcessWakeups, Wakeup, Wakeups

POLL_SECONDS: Final = 0.2
"""How often the relay looks for facts that another process appended."""

LAST_SECONDS: Final = 8.0
"""How long a stop waits for what is being handled. Who stops a container kills it after ten."""

HEAD_START_S: Final = 0.05
"""How long others wait for those who go first. An effect that takes longer holds up nobody."""

REST_S: Final = 5.0
"""How long a case rests for a subscriber that lacks something which is away."""

MOST_LANES: Final = 2_000
"""Lanes kept in memory; one that is left out is loaded again when its case has news."""

_AFTER_TROUBLE: Final = 5.0
_FACTS_A_WATERMARK: Final = 500
_log = logging.getLogger(__name__)


class Relay:
    """Runs the subscribers of one ledger. One at a time a data folder: see `ledger.lock`."""

    def __init__(
        self,
        ledger: Ledger,
        subscribers: Sequence[Subscriber],
        *,
        clock: Clock,
        tries: int = 5,
        wakeups: Wakeups | None = None,
        side_by_side: int = 16,
        last_seconds: float = LAST_SECONDS,
        first: Collection[str] = (),
    ) -> None:
        """`side_by_side`: how many cases one subscriber handles at a time.

        Each subscriber has places of its own, so that slow ones take none from the others.
        `last_seconds`: what is not through so long after a stop is broken off, as if the process
        had died: it is delivered again at the next start. `first` names subscribers who go ahead
        in a case: the others leave them `HEAD_START_S`, since a planner's work in between would
        keep an approved effect waiting.
        """
        self._ledger = ledger
        self._subscribers = {subscriber.name: subscriber for subscriber in subscribers}
        self._clock = clock
        self._deliveries = Deliveries(ledger, clock, tries)
        self._wakeups = wakeups or InProcessWakeups()
        self._places = {name: asyncio.Semaphore(side_by_side) for name in self._subscribers}
        self._lanes: dict[Wakeup, Lane] = {}
        self._resting: dict[Wakeup, datetime] = {}
        self._first = frozenset(first)
        self._ahead: dict[str, asyncio.Event] = {}
        self._marks: dict[str, int] = {}
        self._noticed = 0
        self._last_seconds = last_seconds
        self._started = False
        self._unread = False

    async def run_until_idle(self) -> None:
        """Process everything there is, and all that follows from it, then return.

        One delivery at a time, in the order in which facts came, so that the same facts give
        the same history. A stuck case counts as idle, and so does one that rests because what a
        subscriber needs is away.
        """
        end = self._ledger.subscribe(self._notice)
        try:
            await self._start()
            self._wake_rested(datetime.max.replace(tzinfo=UTC))
            while True:
                while (wakeup := self._wakeups.take()) is not None:
                    try:
                        await self._serve(wakeup)
                    finally:
                        self._wakeups.done(wakeup)
                if not await self._catch_up():
                    break
            await self._mark()
        finally:
            end()

    async def run(self, stop: asyncio.Event) -> None:
        """Process facts as they come, until `stop` is set; what is being handled then may end.

        Facts of other processes are noticed too. A ledger that cannot be written is tried
        again after a pause.
        """
        end = self._ledger.subscribe(self._notice)
        try:
            await self._start()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._poll(stop))
                serving: set[asyncio.Task[None]] = set()
                while not stop.is_set():
                    while (wakeup := self._wakeups.take()) is not None:
                        if wakeup.subscriber in self._first:
                            self._ahead[wakeup.case] = asyncio.Event()
                        task = tasks.create_task(self._serve_patiently(wakeup, stop))
                        serving.add(task)
                        task.add_done_callback(serving.discard)
                    await first_of(self._wakeups.wait(), stop.wait())
                await self._let_end(serving)
        finally:
            end()

    async def _let_end(self, serving: set[asyncio.Task[None]]) -> None:
        """A call that hangs, or a pause before the next try, must not keep the process alive."""
        if not serving:
            return
        _, late = await asyncio.wait(serving, timeout=self._last_seconds)
        for task in late:
            task.cancel()

    @property
    def idle(self) -> bool:
        """Whether every fact noticed so far has been reacted to."""
        return self._started and self._wakeups.idle

    # --- what there is to do ----------------------------------------------------------------------

    async def _start(self) -> None:
        """Once: look where every subscriber stands."""
        if self._started:
            return
        head = await self._ledger.head()
        for name in self._subscribers:
            self._marks[name] = await watermark(self._ledger, name)
            for case in await lagging(self._ledger, name):
                self._wakeups.wake(Wakeup(name, case))
        self._noticed = max(self._noticed, head.seq)
        self._started = True

    def _notice(self, facts: Sequence[Fact]) -> None:
        """Wake whoever wants one of these facts."""
        for fact in facts:
            self._release(fact)
            for name, subscriber in self._subscribers.items():
                if subscriber.wants(fact):
                    self._wakeups.wake(Wakeup(name, fact.case))
        if facts[0].seq <= self._noticed + 1:
            self._noticed = max(self._noticed, facts[-1].seq)

    def _release(self, fact: Fact) -> None:
        """A retry, ordered for a case, lets its halted subscribers try again."""
        case = released_by(fact)
        if not case:
            return
        for wakeup, lane in self._lanes.items():
            if lane.case == case and lane.halted:
                lane.halted = False
                self._wakeups.wake(wakeup)

    async def _catch_up(self) -> bool:
        """Notice the facts we were not told of; whether there is something to do."""
        async for fact in self._ledger.facts(after_seq=self._noticed):
            self._notice([fact])
        return not self._wakeups.idle

    async def _poll(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await pause(self._clock, POLL_SECONDS, stop)
            self._wake_rested(self._clock.now())
            try:
                await self._look_around()
            except Exception:  # noqa: BLE001 - the disk may be back soon, and nothing is lost
                _log.exception("Facts of other processes cannot be read now.")

    def _wake_rested(self, now: datetime) -> None:
        """What rested long enough is due again."""
        for wakeup in [one for one, until in self._resting.items() if until <= now]:
            del self._resting[wakeup]
            self._wakeups.wake(wakeup)

    async def _look_around(self) -> None:
        self._unread = self._ledger.changed_elsewhere() or self._unread
        if self._unread:
            await self._catch_up()
            self._unread = False
        await self._mark()

    async def _mark(self) -> None:
        """Note, now and then, that everything so far is done, so that a start need not look."""
        halted = any(lane.halted for lane in self._lanes.values())
        if halted or self._resting or not self._wakeups.idle:
            return
        through = self._noticed
        for name, mark in self._marks.items():
            if through - mark >= _FACTS_A_WATERMARK:
                await self._ledger.transact(_move(name, mark, through))
                self._marks[name] = through

    # --- doing it ---------------------------------------------------------------------------------

    async def _serve_patiently(self, wakeup: Wakeup, stop: asyncio.Event) -> None:
        """As `_serve`, in turn, and never giving up on a ledger that does not answer."""
        if wakeup.subscriber not in self._first and wakeup.case in self._ahead:
            await pause(self._clock, HEAD_START_S, self._ahead[wakeup.case])
        async with self._places[wakeup.subscriber]:
            try:
                await self._serve(wakeup, stop)
            except Exception:  # noqa: BLE001 - the disk may be back soon, and nothing is lost
                _log.exception("%s in case %s waits: the ledger does not answer.", *wakeup)
                await pause(self._clock, _AFTER_TROUBLE, stop)
            finally:
                self._wakeups.done(wakeup)
                if wakeup.subscriber in self._first:
                    self._ahead.pop(wakeup.case).set()

    async def _serve(self, wakeup: Wakeup, stop: asyncio.Event | None = None) -> None:
        """Deliver what a lane has; where that was broken off, the wake-up is due again."""
        through = False
        try:
            lane = await self._lane(wakeup)
            through = await self._drain(lane, stop)
        except NotNow as away:
            through = True
            self._resting[wakeup] = self._clock.now() + timedelta(seconds=REST_S)
            _log.info("%s in case %s waits: %s", *wakeup, away.cause)
        finally:
            if through:
                self._keep(wakeup, lane)
            else:
                self._wakeups.wake(wakeup)

    def _keep(self, wakeup: Wakeup, lane: Lane) -> None:
        """Remember a lane; those used longest ago go, but none that waits to be released."""
        self._lanes[wakeup] = lane
        if len(self._lanes) > MOST_LANES:
            oldest = next((one for one, kept in self._lanes.items() if not kept.halted), wakeup)
            del self._lanes[oldest]

    async def _drain(self, lane: Lane, stop: asyncio.Event | None) -> bool:
        """Whether the lane is through: nothing is left, or its next fact cannot be handled."""
        while not (stop and stop.is_set()):
            fact = None if lane.halted else await next_wanted(self._ledger, lane)
            if fact is None:
                return True
            try:
                await self._deliveries.deliver(lane, fact)
            except StaleCursor:
                # Somebody else moved this cursor; what they did stands, and we look again.
                return False
        return False

    async def _lane(self, wakeup: Wakeup) -> Lane:
        """The lane, taken out while it is served."""
        lane = self._lanes.pop(wakeup, None)
        if lane is not None:
            return lane
        return await load_lane(self._ledger, self._subscribers[wakeup.subscriber], wakeup.case)


def _move(subscriber: str, mark: int, through: int) -> Any:
    def work(tx: Tx) -> None:
        with suppress(StaleCursor):
            tx.move_cursor(subscriber, WATERMARK, expected=mark, to=through, token="")

    return work
