"""Whether a generation that was built beside is as good as the one that is searched now.

Nothing is asked of a person: the questions come from the data. An episode must be found by its
own words, and both generations should mostly agree on what else belongs to a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from ledger.domain.errors import CooError
from memory.episodes import Episode, Hit, MemoryQuery
from memory.generations import GenerationStore, Mark

GOLDEN: Final = 50
"""Questions that are asked of both."""
AMONG: Final = 10
"""Answers looked at."""
MOST_LOST: Final = 0.05
"""So much smaller may the share of episodes be that are found by their own words."""
LEAST_SHARED: Final = 0.3
"""So much of the old answers must be among the new ones, on average."""
NAMED: Final = 3
"""Ids shown of those that are missing."""

_QUESTION: Final = 300
"""Signs of an episode that make a question."""
_FAR: Final = datetime(2150, 1, 1, tzinfo=UTC)


class Answers(Struct, frozen=True, kw_only=True):
    """What the golden questions gave. Shares are between 0 and 1.

    `own_before` and `own_now`: questions that found the episode they were made of. `shared`: the
    part of the old answers that is among the new ones.
    """

    asked: int = 0
    own_before: float = 1.0
    own_now: float = 1.0
    shared: float = 1.0

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """What of it is worse than it may be."""
        found: list[str] = []
        if self.own_now < self.own_before - MOST_LOST:
            now, before = f"{self.own_now:.0%}", f"{self.own_before:.0%}"
            found += [f"Only {now} of episodes are found by their own words, {before} were."]
        if self.shared < LEAST_SHARED:
            found += [f"Only {self.shared:.0%} of what was answered before is answered now."]
        return tuple(found)


class Comparison(Struct, frozen=True, kw_only=True):
    """The figures on both. `missing` are ids of the old one that the new one does not have."""

    episodes_before: int
    episodes_now: int
    missing: tuple[str, ...]
    extra: int
    head: int
    told: int
    lag: int
    answers: Answers

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """Why it should not be switched to, one sentence each; () where it may."""
        found: list[str] = []
        if self.told < self.head:
            found += [f"It knows {self.told} of {self.head} facts."]
        if self.lag:
            found += [f"{self.lag} episodes have no vectors yet."]
        if self.missing:
            found += [f"{len(self.missing)} episodes are missing: {self._named}."]
        return (*found, *self.answers.shortfalls)

    @property
    def _named(self) -> str:
        rest = ", …" if len(self.missing) > NAMED else ""
        return ", ".join(self.missing[:NAMED]) + rest


class NotAsGood(CooError):
    """A generation that was built falls short of the one that is searched."""

    def __init__(self, compared: Comparison) -> None:
        super().__init__(
            "Memory was not switched: " + " ".join(compared.shortfalls),
            "The old one goes on being searched, and what was built is kept: say `coo memory "
            "reindex` again to go on, with `--anyway` to switch all the same.",
        )
        self.compared = compared


async def compared(
    old: GenerationStore, ids_before: frozenset[str], new: GenerationStore, *, head: int
) -> Comparison:
    """Compare two generations. `ids_before` were the old one's before the new one was told all
    facts up to `head`: so each of them must be in the new one by now."""
    ids_now = await new.ids()
    gone = frozenset() if ids_before <= ids_now else await _gone(old, ids_before)
    return Comparison(
        episodes_before=len(ids_before),
        episodes_now=len(ids_now),
        missing=tuple(sorted(ids_before - ids_now - gone)),
        extra=len(ids_now - ids_before),
        head=head,
        told=await new.mark(Mark.TOLD),
        lag=(await new.status()).lag,
        answers=await _asked(old, new),
    )


async def _gone(old: GenerationStore, ids_before: frozenset[str]) -> frozenset[str]:
    """What the old one has lost meanwhile, too: of somebody who was erased."""
    return ids_before - await old.ids()


async def _asked(old: GenerationStore, new: GenerationStore) -> Answers:
    sample = await old.sample(GOLDEN)
    if not sample:
        return Answers()
    before = [await _answer(old, each) for each in sample]
    now = [await _answer(new, each) for each in sample]
    shares = [_shared(a, b) for a, b in zip(before, now, strict=True) if a]
    return Answers(
        asked=len(sample),
        own_before=_found(sample, before),
        own_now=_found(sample, now),
        shared=sum(shares) / len(shares) if shares else 1.0,
    )


async def _answer(store: GenerationStore, episode: Episode) -> Sequence[Hit]:
    text = episode.text[:_QUESTION]
    query = MemoryQuery(text=text, before=_FAR, limit=AMONG, with_superseded=True, quotes=episode)
    return (await store.recall(query)).hits


def _found(sample: Sequence[Episode], answers: Sequence[Sequence[Hit]]) -> float:
    """The share that found itself, or one that says word for word the same."""
    pairs = zip(sample, answers, strict=True)
    return sum(_is_among(each, hits) for each, hits in pairs) / len(sample)


def _is_among(episode: Episode, hits: Sequence[Hit]) -> bool:
    return any(episode.text == hit.episode.text for hit in hits)


def _shared(before: Sequence[Hit], now: Sequence[Hit]) -> float:
    """By what they say: of several episodes that say the same any is as good."""
    old = {hit.episode.text for hit in before}
    return len(old & {hit.episode.text for hit in now}) / len(old)
