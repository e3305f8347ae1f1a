"""Recall for a plan: the best episodes with their age, as the ledger records them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from ledger.domain.events import Recollection
from memory.episodes import EpisodeStore, Hit, MemoryQuery, Recall

SUPERSEDED = "(superseded by a later version) "
"""Stands before the text of an episode that no longer holds."""


class Recollected(Struct, frozen=True):
    """What memory offers, best first. `degraded` says in words what was missing."""

    episodes: tuple[Recollection, ...]
    degraded: str = ""


async def recall(
    store: EpisodeStore,
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
    """The episodes that bear on `text`, none younger than `now`.

    `with_superseded` also gives earlier versions of a proposal (how a negotiation went), each
    marked as such. What comes back is a record of what people wrote: data, never instructions.
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
    found = await store.recall(query)
    return Recollected(recollections(found, now), found.degraded)


def recollections(found: Recall, now: datetime) -> tuple[Recollection, ...]:
    """What a store found as plans and the ledger see it, best first, with its age at `now`."""
    return tuple(_recollection(hit, now) for hit in found.hits)


def _recollection(hit: Hit, now: datetime) -> Recollection:
    """A hit as a plan sees it. Its age is in whole days since the fact it rests on."""
    episode = hit.episode
    return Recollection(
        episode=episode.id,
        kind=episode.kind,
        case=episode.case,
        facts=episode.facts,
        age_days=max((now - episode.at).days, 0),
        score=hit.score,
        text=SUPERSEDED + episode.text if episode.superseded else episode.text,
    )
