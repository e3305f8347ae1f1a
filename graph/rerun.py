"""Running a case's past again, from its facts alone: nothing is read of the world or appended.

Records win: where the code of today says something else, the thread goes on from the facts as
they stand in the ledger, and the difference is named.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from graph.divergence import Difference, compared, difference, failed
from graph.drafts import planned, state_sha
from graph.past import Past, PastDelivery, payload
from graph.records import Records
from graph.state import Json
from graph.threads import Ran, Threads
from ledger.domain.facts import Fact

Fold = Callable[[Json, Fact, Fact | None], Json]
"""The deal after one more fact (and its source): `fold(deal, fact, source) -> deal`, all JSON."""

_NOWHERE = Records((), {}, {})

_ERASED = "its personal content was erased, so it cannot be run again."


class Rerun(Struct, frozen=True, kw_only=True):
    """Where the past ends: the checkpoint to go on from, and what came out differently."""

    checkpoint: str
    deliveries: int
    differences: tuple[Difference, ...]


class Reruns:
    """Rebuilds threads from the past of their cases."""

    def __init__(self, threads: Threads, fold: Fold) -> None:
        self._threads = threads
        self._fold = fold

    async def all(self, past: Past) -> Rerun:
        """The whole past on a new thread."""
        at = await self._threads.start(past.case, _NOWHERE)
        differences: list[Difference] = []
        for number, delivery in enumerate(past.deliveries, 1):
            at, found = await self.one(past, delivery, at, number)
            differences += [found] if found else []
        return Rerun(
            checkpoint=at.checkpoint,
            deliveries=len(past.deliveries),
            differences=tuple(differences),
        )

    async def last(self, past: Past, token: str) -> Rerun:
        """Only the last delivery, from the checkpoint before it, which is still there."""
        before = await self._threads.at(past.case, token)
        number = len(past.deliveries)
        at, found = await self.one(past, past.deliveries[-1], before, number)
        return Rerun(checkpoint=at.checkpoint, deliveries=1, differences=(found,) if found else ())

    async def one(
        self, past: Past, delivery: PastDelivery, at: Ran, number: int
    ) -> tuple[Ran, Difference | None]:
        """One delivery again, from where the thread stands before it."""
        if delivery.erased:
            erased = difference(number, delivery.fact, _ERASED, erased=True)
            return await self.as_recorded(past.case, delivery, at), erased
        try:
            records = past.records(delivery)
            ran = await self._again(past.case, delivery, at, records)
        except Exception as error:  # noqa: BLE001 - whatever the new code raises is the finding
            found = difference(number, delivery.fact, failed(error))
            return await self.as_recorded(past.case, delivery, at), found
        words = _differs(delivery, ran)
        if not words:
            return ran, _asked_otherwise(number, delivery, records)
        found = difference(number, delivery.fact, words)
        return await self.as_recorded(past.case, delivery, at), found

    async def _again(self, case: str, delivery: PastDelivery, at: Ran, records: Records) -> Ran:
        delivered = payload(delivery.fact, delivery.source, records.company_sha)
        return await self._threads.resume(case, at.checkpoint, delivered, records)

    async def as_recorded(self, case: str, delivery: PastDelivery, before: Ran) -> Ran:
        """Where the thread stands after the delivery as the ledger has it."""
        deal = self._fold(before.state.get("deal", {}), delivery.fact, delivery.source)
        for _, fact in delivery.produced:
            deal = self._fold(deal, fact, None) if fact else deal
        return await self._threads.start(case, _NOWHERE, deal=deal)


def _asked_otherwise(number: int, delivery: PastDelivery, records: Records) -> Difference | None:
    if not records.other_prompts:
        return None
    calls = ", ".join(records.other_prompts)
    words = f"the same facts, but the prompt of model call {calls} is another one today."
    return difference(number, delivery.fact, words, prompt=True)


def _differs(delivery: PastDelivery, ran: Ran) -> str:
    now = planned(ran.state, delivery.fact)
    same = state_sha(ran.state) == delivery.record.state_sha256
    return compared(delivery.produced, now, same_state=same)
