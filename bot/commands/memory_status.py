"""`memory status`: which memory is searched, how complete it is, and what is built beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot import texts
from bot.channel import Reply, Table
from bot.embedder_settings import NONE
from bot.wording.amounts import counted
from memory.tally import Count

if TYPE_CHECKING:
    from bot.work.memory_seen import MemorySeen, SeenGeneration


def memory_reply(seen: MemorySeen) -> Reply:
    """It in words: how it is found, what it lacks; then what else there is."""
    rows = tuple((name, str(n)) for name, n in sorted(seen.current.collections.items()))
    return Reply(
        title=texts.MEMORY_TITLE,
        lines=tuple(_lines(seen)),
        table=Table(texts.COLUMNS_MEMORY, rows) if rows else None,
        hints=tuple(_hints(seen)),
    )


def _lines(seen: MemorySeen) -> Iterator[str]:
    now = seen.current
    yield texts.MEMORY_FOUND.format(
        store=seen.store.capitalize(), episodes=counted(now.episodes, "episode"), how=_how(seen)
    )
    if now.lag:
        yield texts.MEMORY_LAG.format(lag=now.lag)
    yield texts.MEMORY_FACTS.format(told=now.told, head=seen.head)
    if seen.candidate is not None:
        yield _building(seen.candidate, seen.head)


def _how(seen: MemorySeen) -> str:
    made = seen.current.generation
    if not made.fingerprint or seen.configured == NONE:
        return texts.MEMORY_BY_WORDS
    return texts.MEMORY_BY_BOTH.format(embedder=made.embedder, fingerprint=made.fingerprint)


def _building(candidate: SeenGeneration, head: int) -> str:
    return texts.MEMORY_BUILDING.format(
        embedder=candidate.generation.embedder,
        told=candidate.told,
        head=head,
        ready=candidate.episodes - candidate.lag,
        episodes=counted(candidate.episodes, "episode"),
    )


def _hints(seen: MemorySeen) -> Iterator[str]:
    yield from _rate(seen.embeddings, texts.MEMORY_VECTORS)
    yield from _rate(seen.answers, texts.MEMORY_ANSWERS)
    if seen.previous is not None:
        yield texts.MEMORY_BEFORE.format(
            embedder=seen.previous.generation.embedder,
            episodes=counted(seen.previous.episodes, "episode"),
        )
    made = seen.current.generation
    if made.fingerprint and seen.configured == NONE:
        yield texts.MEMORY_KEPT_OFF
    elif (made.fingerprint or seen.turn) and seen.configured != made.embedder:
        yield texts.MEMORY_CONFIGURED.format(configured=seen.configured, embedder=made.embedder)


def _rate(count: Count, what: str) -> Iterator[str]:
    if count.rate is not None:
        asked = count.found + count.made
        yield texts.MEMORY_KEPT.format(rate=f"{count.rate:.0%}", asked=asked, what=what)
