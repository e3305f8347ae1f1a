"""Asks the episodes for a chat: in the process that works its own memory, else the files.

Each is judged by the ledger first, as before a plan (`memory.recall`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot import texts
from bot.opening import App
from bot.remembering.statements import Memories, Memory, Recollecting
from bot.work.memory import generations_of, tally_of
from ledger.domain.errors import CooError, UnknownFact
from ledger.domain.events import Recollection
from memory.episodes import Recaller
from memory.recall import Recollected, recall
from memory.standing import Witness

SHOWN: Final = 5
"""So many episodes are shown."""


async def recollected(app: App, memory: Recaller | None, question: Recollecting) -> Memories:
    """The best episodes on a text. A memory that cannot be asked is degraded, never an error."""
    try:
        found = await (_asked(app, memory, question) if memory else _from_files(app, question))
    except CooError as error:
        return Memories(degraded=error.cause.rstrip("."))
    episodes = [await _memory(app, each) for each in found.episodes]
    return Memories(
        episodes=tuple(episodes), degraded=found.degraded.rstrip("."), stale=len(found.stale)
    )


async def _asked(app: App, memory: Recaller, question: Recollecting) -> Recollected:
    return await recall(
        memory,
        Witness(app.views, app.keys.forgotten),
        text=question.text,
        now=app.clock.now(),
        contacts=question.contacts,
        items=question.items,
        limit=SHOWN,
        with_superseded=question.everything,
    )


async def _from_files(app: App, question: Recollecting) -> Recollected:
    """Opened to look, for this one question, beside whoever works."""
    if app.settings.database is not None:
        return Recollected(episodes=(), degraded=texts.MEMORY_ELSEWHERE)
    generations = generations_of(app, tally_of(app))
    try:
        standing = await generations.standing()
        store = await generations.open(standing.current, looking=True)
        try:
            return await _asked(app, store, question)
        finally:
            await store.close()
    finally:
        await generations.close()


async def _memory(app: App, found: Recollection) -> Memory:
    return Memory(at=await _at(app, found), kind=found.kind, case=found.case, text=found.text)


async def _at(app: App, found: Recollection) -> datetime:
    """When the fact was recorded that it rests on."""
    try:
        return (await app.ledger.fact(found.facts[0])).at
    except (IndexError, UnknownFact):
        return app.clock.now() - timedelta(days=found.age_days)
