"""A company's memory on a Weaviate server, and what `coo doctor` says of that server.

Weaviate's client takes a second to load: this module is imported only where a server is named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from bot import texts
from bot.embedder_settings import NONE
from bot.findings import Finding, Health
from bot.opening import App
from bot.weaviate_settings import WeaviateSettings
from ledger.domain.errors import CooError
from memory.embeddings import EmbeddingCache
from memory.weaviate.generations import WeaviateGenerations
from memory.weaviate.layout import tenant_of
from memory.weaviate.link import Link, Place
from memory.weaviate.store import collections_of

LOCK: Final = "memory.weaviate.lock"
"""Held by whoever builds a memory; beside the ledger, for all processes of a machine."""
PATIENCE_S: Final = 8.0
"""How long the doctor waits."""


def weaviate_generations(
    app: App,
    at: WeaviateSettings,
    choose: Callable[[str], Awaitable[EmbeddingCache | None]],
) -> WeaviateGenerations:
    """All copies of this company's memory there. Asks the server nothing yet."""
    return WeaviateGenerations(
        Link(place_of(at)),
        app.company.id,
        choose,
        lock=app.folder.memory.with_name(LOCK),
        first=app.settings.embedder or NONE,
        failpoints=app.failpoints,
    )


def place_of(at: WeaviateSettings) -> Place:
    """The server, with its key."""
    return Place(url=at.url, grpc=at.grpc, key=at.key.reveal() if at.key else "")


class WeaviateCheck:
    """Whether the server answers, is new enough, takes the key, and what it holds of us."""

    about = "Weaviate"

    def __init__(self, at: WeaviateSettings, company: str) -> None:
        self._at, self._company = at, company

    async def look(self) -> Sequence[Finding]:
        """One finding."""
        link = Link(place_of(self._at))
        try:
            async with asyncio.timeout(PATIENCE_S):
                held = await collections_of(link, tenant_of(self._company))
        except (CooError, TimeoutError) as error:
            return [self._broken(error)]
        finally:
            await link.close()
        many = sum(held.values())
        what = texts.DOCTOR_WEAVIATE.format(host=self._at.host, many=many, collections=len(held))
        return [Finding(about=self.about, health=Health.OK, what=what)]

    def _broken(self, error: CooError | TimeoutError) -> Finding:
        if isinstance(error, TimeoutError):
            what, remedy = texts.DOCTOR_WEAVIATE_SLOW.put(host=self._at.host)
        else:
            what, remedy = error.cause, error.remedy
        health = Health.BROKEN
        return Finding(about=self.about, health=health, what=what, remedy=remedy)
