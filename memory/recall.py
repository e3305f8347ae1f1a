"""Recall for a plan: the best episodes with their age, as the ledger records them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from ledger.domain.events import Recollection
from memory.episodes import Episode, Hit, MemoryQuery, Recall, Recaller

CONVERSATION = "conversation"
"""The kind of an episode that quotes what somebody wrote."""

SUPERSEDED = "(superseded by a later version) "
"""Stands before the text of an episode that no longer holds."""


class Recollected(Struct, frozen=True):
    """What memory offers, best first. `degraded` says in words what was missing."""

    episodes: tuple[Recollection, ...]
    degraded: str = ""


async def recall(
    store: Recaller,
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
    own = [hit for hit in found.hits if _may_be_told(hit.episode, contacts)]
    return Recollected(recollections(Recall(hits=tuple(own)), now), found.degraded)


def recollections(found: Recall, now: datetime) -> tuple[Recollection, ...]:
    """What a store found as plans and the ledger see it, best first, with its age at `now`."""
    return tuple(_recollection(hit, now) for hit in found.hits)


def _may_be_told(episode: Episode, contacts: tuple[str, ...]) -> bool:
    """Whether a plan about these contacts may see it: what people wrote is for their own cases."""
    return episode.kind != CONVERSATION or not contacts or episode.contact in contacts


def _recollection(hit: Hit, now: datetime) -> Recollection:
    """A hit as a plan sees it. Its age is in whole days since the fact it rests on.

    A plan is about somebody else, mostly, and what it quotes outlives the erasure of this one: so
    it gets their id, `@con-…`, which is read out as their name as long as there is one.
    """
    episode = hit.episode
    text = episode.text
    if episode.who and episode.contact:
        text = text.replace(episode.who, f"@{episode.contact}")
    return Recollection(
        episode=episode.id,
        kind=episode.kind,
        case=episode.case,
        facts=episode.facts,
        age_days=max((now - episode.at).days, 0),
        score=hit.score,
        text=SUPERSEDED + text if episode.superseded else text,
    )
