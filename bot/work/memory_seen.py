"""How memory stands, for whoever looks from any process: nothing is built or embedded here."""

from __future__ import annotations

from msgspec import Struct

from bot.embedder_settings import NONE
from bot.opening import App
from bot.work.memory import Embedders, generations_of, tally_of
from memory.answers import ANSWERS
from memory.embeddings import VECTORS
from memory.generations import Generation, Generations, Mark
from memory.tally import Count, Tally


class SeenGeneration(Struct, frozen=True, kw_only=True):
    """One copy of memory. `told`: up to which fact it is complete, as far as that is known."""

    generation: Generation
    episodes: int
    lag: int
    told: int
    collections: dict[str, int] = {}


class MemorySeen(Struct, frozen=True, kw_only=True):
    """What there is. `head` is the last fact of the ledger; `configured` the embedder that
    COO_EMBEDDER names, `none` where it keeps every embedder off."""

    store: str
    turn: int
    head: int
    configured: str
    current: SeenGeneration
    candidate: SeenGeneration | None = None
    previous: SeenGeneration | None = None
    embeddings: Count = Count()
    answers: Count = Count()


async def memory_seen(app: App) -> MemorySeen:
    """Read what each copy notes of itself."""
    # A server is told how a first memory is made by whoever comes first, also by who looks.
    looking = Embedders.CONFIGURED if app.settings.weaviate else Embedders.NONE
    generations = generations_of(app, Tally(), looking)
    try:
        return await _looked_at(app, generations)
    finally:
        await generations.close()


async def _looked_at(app: App, generations: Generations) -> MemorySeen:
    standing = await generations.standing()
    tally = tally_of(app)
    store, current = await _seen(generations, standing.current)
    return MemorySeen(
        store=store,
        turn=standing.turn,
        head=(await app.ledger.head()).seq,
        configured=app.settings.embedder or NONE,
        current=current,
        candidate=await _beside(generations, standing.candidate),
        previous=await _beside(generations, standing.previous),
        embeddings=tally.of(VECTORS),
        answers=tally.of(ANSWERS),
    )


async def _beside(generations: Generations, other: Generation | None) -> SeenGeneration | None:
    return None if other is None else (await _seen(generations, other))[1]


async def _seen(generations: Generations, which: Generation) -> tuple[str, SeenGeneration]:
    store = await generations.open(which, looking=True)
    try:
        status = await store.status()
        seen = SeenGeneration(
            generation=which,
            episodes=status.episodes,
            lag=status.lag if which.fingerprint else 0,
            told=max(status.watermark, await store.mark(Mark.TOLD)),
            collections=status.collections,
        )
        return status.store, seen
    finally:
        await store.close()
