"""Answers of memory that were found a moment ago, and still hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.errors import CooError
from memory.episodes import MemoryQuery, Recall, Recaller
from memory.tally import Tally

MOST: Final = 256
"""Answers kept; the one that was not asked for longest goes first."""
KEPT: Final = timedelta(minutes=1)
"""How old an answer may be by the clock of its questions: what began to hold meanwhile is missed
for so long at most, and what ended is told by the ledger (`memory.freshness`)."""

ANSWERS: Final = "answers"
"""What they are counted as."""

_ANY: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for every moment in a key: `asked_at` says which ones an answer is for."""

LastFact = Callable[[], Awaitable[int]]
"""The `seq` of the last fact of the company."""


class Source(Recaller, Protocol):
    """What answers anew: a store."""

    async def revision(self) -> str: ...


class _Key(Struct, frozen=True):
    """Company, generation with all that was written to it, last fact, and the question."""

    company: str
    revision: str
    last: int
    query: MemoryQuery


class _Kept(Struct, frozen=True):
    asked_at: datetime
    answer: Recall


class Answers:
    """Recalls through a memory of its own. A degraded answer is given, and not kept.

    Nothing is kept beyond the process. `head` is asked with each question, since another process
    may have added facts that the store's own count does not show.
    """

    def __init__(self, store: Source, company: str, head: LastFact, tally: Tally) -> None:
        self._store, self._company, self._head, self._tally = store, company, head, tally
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()

    async def recall(self, query: MemoryQuery) -> Recall:
        """The store's answer, from now or from a moment ago. Never one from after `before`."""
        try:
            key = await self._key(query)
        except CooError:
            return await self._store.recall(query)  # which says what is wrong
        kept = self._kept.get(key)
        if kept is not None and timedelta() <= query.before - kept.asked_at < KEPT:
            self._kept.move_to_end(key)
            self._tally.found(ANSWERS)
            return kept.answer
        self._tally.made(ANSWERS)
        answer = await self._store.recall(query)
        if not answer.degraded:
            self._keep(key, _Kept(query.before, answer))
        return answer

    async def _key(self, query: MemoryQuery) -> _Key:
        timeless = replace(query, before=_ANY)
        revision, last = await self._store.revision(), await self._head()
        return _Key(self._company, revision, last, timeless)

    def _keep(self, key: _Key, kept: _Kept) -> None:
        old = [each for each in self._kept if each.revision != key.revision]
        for each in old:  # also so that nobody who was forgotten stays in memory
            del self._kept[each]
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
