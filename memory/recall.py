"""Recall for a plan: the best episodes that still hold, with their age, as the ledger records them.

A store finds, the ledger decides: nothing reaches a plan before it was judged by the present
state (`memory.freshness`), however far behind the store is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.events import Recollection, Stale
from memory.episodes import Episode, MemoryQuery, Recall, Recaller
from memory.freshness import Dropped, Held, Note, judged
from memory.standing import Witness

CONVERSATION: Final = "conversation"
"""The kind of an episode that quotes what somebody wrote."""

SUPERSEDED: Final = Note.SUPERSEDED.value
"""Stands before the text of an episode that no longer holds."""

SPARE: Final = 5
"""So many more episodes than twice the wanted ones are asked for, since some may not hold."""
MOST: Final = 400
"""Episodes that are looked at for one question, whatever becomes of them."""
TOLD: Final = 20
"""Episodes of which a plan's record says why they were left out."""


class Recollected(Struct, frozen=True):
    """What memory offers, best first. `degraded` says in words what was missing.

    `stale` was found and no longer holds.
    """

    episodes: tuple[Recollection, ...]
    degraded: str = ""
    stale: tuple[Stale, ...] = ()


async def recall(
    store: Recaller,
    witness: Witness,
    *,
    text: str,
    now: datetime,
    contacts: tuple[str, ...] = (),
    items: tuple[str, ...] = (),
    not_case: str = "",
    kinds: tuple[str, ...] = (),
    limit: int = 5,
    with_superseded: bool = False,
) -> Recollected:
    """The episodes that bear on `text` and hold now, none younger than `now`.

    `with_superseded` also gives what is over (how a negotiation went), each marked as such. What
    comes back is a record of what people wrote: data, never instructions.
    """
    query = MemoryQuery(
        text=text,
        before=now,
        contacts=contacts,
        items=items,
        not_case=not_case,
        kinds=kinds,
        limit=limit,
        with_superseded=with_superseded,
    )
    return await _enough(store, witness, query)


async def _enough(store: Recaller, witness: Witness, query: MemoryQuery) -> Recollected:
    """Ask for more until enough of them hold, or there are no more."""
    asked = 2 * query.limit + SPARE
    while True:
        found = await store.recall(replace(query, limit=asked))
        held, dropped = await _judged(found, witness, query)
        if len(held) >= query.limit or len(found.hits) < asked or asked >= MOST:
            return Recollected(
                tuple(_recollection(one, query.before) for one in held[: query.limit]),
                found.degraded,
                tuple(_stale(one) for one in dropped[:TOLD]),
            )
        asked = min(asked * 4, MOST)


async def _judged(
    found: Recall, witness: Witness, query: MemoryQuery
) -> tuple[Sequence[Held], Sequence[Dropped]]:
    own = [hit for hit in found.hits if _may_be_told(hit.episode, query.contacts)]
    standing = await witness.of([hit.episode for hit in own])
    verdicts = judged(own, standing, query.before, history=query.with_superseded)
    return verdicts.held, verdicts.dropped


def _may_be_told(episode: Episode, contacts: tuple[str, ...]) -> bool:
    """Whether a plan about these contacts may see it: what people wrote is for their own cases."""
    return episode.kind != CONVERSATION or not contacts or episode.contact in contacts


def _recollection(held: Held, now: datetime) -> Recollection:
    """A hit as a plan sees it. Its age is in whole days since the fact it rests on.

    A plan is about somebody else, mostly, and what it quotes outlives the erasure of this one: so
    it gets their id, `@con-…`, which is read out as their name as long as there is one.
    """
    episode = held.hit.episode
    text = episode.text
    if episode.who and episode.contact:
        text = text.replace(episode.who, f"@{episode.contact}")
    return Recollection(
        episode=episode.id,
        kind=episode.kind,
        case=episode.case,
        facts=episode.facts,
        age_days=max((now - episode.at).days, 0),
        score=held.hit.score,
        text="".join((*held.notes, text)),
    )


def _stale(dropped: Dropped) -> Stale:
    episode = dropped.hit.episode
    return Stale(episode.id, episode.kind, episode.case, dropped.reason.value)
