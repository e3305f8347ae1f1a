"""One delivery: a subscriber is called for a fact; its facts and its cursor commit together."""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy import select

from ledger.domain.errors import CooError, KeyConflict, NotNow, StaleCursor
from ledger.domain.events import (
    CaseOpened,
    CaseStuck,
    CaseUnstuck,
    Event,
    RetryOrdered,
    Routed,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, derived_id, reaction_key
from ledger.domain.reading import Clock
from ledger.domain.values import DESK
from ledger.lanes import Lane
from ledger.store import Ledger, Tx, WriteFailed
from ledger.tables import FACTS

RELAY: Final = "relay"
"""Who says that a case is stuck or goes on."""

_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 30.0
_LONGEST_CAUSE: Final = 500
_log = logging.getLogger(__name__)


class Deliveries:
    """Delivers with patience: tries again with growing pauses, then reports the case stuck."""

    def __init__(self, ledger: Ledger, clock: Clock, tries: int) -> None:
        self._ledger = ledger
        self._clock = clock
        self._tries = tries

    async def deliver(self, lane: Lane, fact: Fact) -> None:
        """Have the fact handled; where that cannot be, the lane is halted and the case stuck.

        Raises `StaleCursor` where somebody else moved the cursor: the lane must be loaded anew;
        `NotNow` where the subscriber lacks something that is away: that is nobody's fault, and
        the fact is to be delivered again later; `WriteFailed` where the disk takes nothing.
        """
        for attempt in range(1, self._tries + 1):
            try:
                await self._once(lane, fact)
            except (StaleCursor, NotNow):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it ends as a visible fact
                trouble: Exception = error
            else:
                return
            if attempt < self._tries and not isinstance(trouble, KeyConflict):
                await self._clock.sleep(pause(attempt))
        await self._give_up(lane, fact, trouble)

    async def _once(self, lane: Lane, fact: Fact) -> None:
        source = await self._source(fact)
        delivery = Delivery(fact=fact, source=source, token=lane.token)
        reaction = await lane.subscriber.handle(delivery)
        await self._commit(lane, fact, reaction)
        lane.moved(fact.version, reaction.token)

    async def _source(self, fact: Fact) -> Fact | None:
        """The desk fact behind one that only names it."""
        match fact.event:
            case Routed(fact=source) | CaseOpened(fact=source) if source:
                return await self._ledger.fact(source)
            case _:
                return None

    async def _commit(self, lane: Lane, fact: Fact, reaction: Reaction) -> None:
        name = lane.subscriber.name
        drafts = [completed(d, fact, name, n) for n, d in enumerate(reaction.drafts)]
        try:
            await self._ledger.transact(lambda tx: _settle(tx, lane, fact, drafts, reaction.token))
        except KeyConflict as conflict:
            if not conflict.key.startswith(reaction_key(name, fact.id, 0)[:-1]):
                raise
            # This subscriber answered this very fact before: that answer stands.
            await self._ledger.transact(lambda tx: _settle(tx, lane, fact, [], reaction.token))

    async def _give_up(self, lane: Lane, fact: Fact, trouble: Exception) -> None:
        name = lane.subscriber.name
        _log.error("%s cannot handle fact %s: %s", name, fact.id, trouble, exc_info=trouble)
        if isinstance(trouble, WriteFailed):  # a full disk is no fault of this case
            raise trouble
        event = stuck(name, fact, self._tries, trouble)
        await self._ledger.transact(lambda tx: _report(tx, fact, event))
        lane.halt()


def released_by(fact: Fact) -> str:
    """The case whose halted subscribers try again because of this fact, or ""."""
    match fact.event:
        case Routed(kind="retry"):
            return fact.case
        case RetryOrdered(target=target) if target == DESK:
            return DESK
        case _:
            return ""


def pause(attempt: int) -> float:
    """Seconds to wait after the `attempt`-th failed try: doubling, half a minute at most."""
    return min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)


def completed(draft: Draft, cause: Fact, subscriber: str, ordinal: int) -> Draft:
    """The draft with what the relay adds: its deterministic id and key, who said it, and why."""
    return Draft(
        case=draft.case or cause.case,
        event=draft.event,
        key=draft.key or reaction_key(subscriber, cause.id, ordinal),
        by=subscriber,
        cause=cause.id,
        person=draft.person or cause.person,
        id=draft.id or derived_id(cause.id, subscriber, ordinal),
    )


def stuck(subscriber: str, fact: Fact, tries: int, trouble: Exception) -> CaseStuck:
    """What people are told: the error's own cause and remedy where it has them."""
    again = f"Then order `retry {fact.case}`; every other case goes on meanwhile."
    if isinstance(trouble, CooError):
        cause, remedy = trouble.cause, f"{trouble.remedy} {again}"
    else:
        cause, remedy = f"{type(trouble).__name__}: {trouble}", f"Mend the cause. {again}"
    return CaseStuck(
        subscriber=subscriber,
        fact=fact.id,
        tries=tries,
        cause=cause[:_LONGEST_CAUSE],
        remedy=remedy,
    )


# --- inside a transaction -----------------------------------------------------------------------


def _settle(tx: Tx, lane: Lane, fact: Fact, drafts: list[Draft], token: str) -> None:
    name = lane.subscriber.name
    tx.move_cursor(name, lane.case, expected=lane.position, to=fact.version, token=token)
    if drafts and not _answered(tx, drafts):
        tx.append(drafts)
    if not lane.proven:
        _recover(tx, name, fact)


def _answered(tx: Tx, drafts: list[Draft]) -> bool:
    """Whether this reaction is in the ledger already (the cursors were lost, and it comes again).

    A reaction commits as a whole, so one of its ids is proof of all of it.
    """
    ids = [draft.id for draft in drafts]
    query = select(FACTS.c.seq).where(FACTS.c.company == tx.company, FACTS.c.fact_id.in_(ids))
    return tx.connection.execute(query.limit(1)).first() is not None


def _report(tx: Tx, fact: Fact, event: CaseStuck) -> None:
    key = _key("stuck", event.subscriber, fact, _rounds(tx, event.subscriber, fact) + 1)
    tx.append([_said(fact, event, key)])


def _recover(tx: Tx, subscriber: str, fact: Fact) -> None:
    """Say that the case goes on, where it was stuck at this fact."""
    rounds = _rounds(tx, subscriber, fact)
    key = _key("unstuck", subscriber, fact, rounds)
    if rounds and tx.by_key(key) is None:
        tx.append([_said(fact, CaseUnstuck(subscriber=subscriber, fact=fact.id), key)])


def _rounds(tx: Tx, subscriber: str, fact: Fact) -> int:
    """How often this fact was given up by this subscriber."""
    rounds = 0
    while tx.by_key(_key("stuck", subscriber, fact, rounds + 1)) is not None:
        rounds += 1
    return rounds


def _key(what: str, subscriber: str, fact: Fact, number: int) -> str:
    return f"{what}:{subscriber}:{fact.id}:{number}"


def _said(fact: Fact, event: Event, key: str) -> Draft:
    person = fact.person
    return Draft(case=fact.case, event=event, key=key, by=RELAY, cause=fact.id, person=person)
