"""Which generation counts, on a Weaviate server: a company's alias, and a note beside it.

The alias is what decides: it points to one collection, and one PUT lets it point to another. The
note says what the others are for. A move writes the note only after the alias, so a note that
the alias has outrun tells which move that was.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from weaviate.client import WeaviateAsyncClient

from memory.generations import Generation, Standing
from memory.weaviate.errors import WeaviateRefused
from memory.weaviate.layout import alias_of, collection_of, tenant_of
from memory.weaviate.link import READ_S, WRITE_S, Link
from memory.weaviate.shelf import Shelf
from memory.weaviate.store import made

NOTES: Final = "CooGenerations"
"""The collection of notes; a tenant each company."""

_NOTE: Final = "standing"


class Pointer(Struct, frozen=True, kw_only=True):
    """The note. `made` counts the generations, so that no name is given twice."""

    standing: Standing
    made: int = 0


class Pointing:
    """Reads and moves a company's alias and note. Raises what `Link.call` raises."""

    def __init__(self, link: Link, company: str) -> None:
        self._link = link
        self._alias = alias_of(company)
        self._notes = Shelf(link, NOTES, tenant_of(company))
        self._ready = False

    async def read(self) -> Pointer | None:
        """As it stands now, also after a move that was broken off; None before the first note."""
        await self._made()
        found = await self._notes.mark(_NOTE)
        try:
            pointer = msgspec.json.decode(found, type=Pointer) if found else None
        except msgspec.MsgspecError:
            pointer = None
        return outrun(pointer, await self.target()) if pointer is not None else None

    async def note(self, pointer: Pointer) -> None:
        """Keep the note."""
        await self._made()
        await self._notes.put_mark(_NOTE, msgspec.json.encode(pointer).decode())

    async def target(self) -> str:
        """The collection that the alias names, whether it is there or not; "" without an alias."""
        found = await self._link.call(
            "read an alias", lambda client: client.alias.get(alias_name=self._alias), within=READ_S
        )
        return found.collection if found is not None else ""

    async def aim(self, collection: str) -> None:
        """Let the alias point there, in one step; it is created where there was none."""

        async def work(client: WeaviateAsyncClient) -> bool:
            # An update says False where there is no such alias: then there was none yet.
            if await client.alias.update(alias_name=self._alias, new_target_collection=collection):
                return True
            await client.alias.create(alias_name=self._alias, target_collection=collection)
            return True

        await self._link.call("point an alias", work, within=WRITE_S)
        if await self.target() != collection:
            raise WeaviateRefused(self._link.place.host, "point an alias", "it points elsewhere")

    async def _made(self) -> None:
        if not self._ready:
            await made(self._link, self._notes)
            self._ready = True

    def forget_readiness(self) -> None:
        """Look again whether the notes have their room: somebody may have removed it."""
        self._ready = False


def outrun(pointer: Pointer, target: str) -> Pointer:
    """What a note means where the alias points to `target`: a move may have ended there."""
    now = pointer.standing
    if not target or target == collection_of(now.current.name):
        return pointer
    for reached, rest in ((now.candidate, None), (now.previous, now.candidate)):
        if reached is not None and target == collection_of(reached.name):
            return turned(pointer, reached, candidate=rest)
    return pointer


def turned(pointer: Pointer, current: Generation, *, candidate: Generation | None) -> Pointer:
    """After `current` was switched to."""
    now = pointer.standing
    standing = Standing(
        turn=now.turn + 1, current=current, candidate=candidate, previous=now.current
    )
    return replace(pointer, standing=standing)
