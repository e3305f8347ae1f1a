"""The generations of the local store: a file each, and a small pointer that is replaced whole.

`memory.db` is the first one; a later one is `memory-NAME.db`, with its index beside it. The
pointer `memory.json` says which one counts. Without it (a new folder, or one from before there
were generations) the first one does. All of them may be deleted at any time; what the pointer
names and is not there is filled again from the ledger.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.errors import CooError
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment
from ledger.durable_files import sync_folder
from memory.embeddings import EmbeddingCache
from memory.generations import NO_EMBEDDER, Generation, Standing, way_of
from memory.holding import Hold
from memory.local.generation import NEVER_LARGE, LocalGeneration, way_it_was_made
from memory.local.schema import VERSION, removed
from memory.local.store import LARGE
from memory.surroundings import LAYOUT

Choose = Callable[[str], Awaitable[EmbeddingCache | None]]
"""The embedder of a choice, opened; None for `none`. Raises `CooError` where it is not here."""

FIRST: Final = "first"
"""The name of the generation in `memory.db`."""
EMBEDDINGS: Final = "embeddings.db"

_BEFORE: Final = "bundled"
"""The only embedder there was when files did not note theirs."""
_LOOK_S: Final = 0.005


class _Pointer(Struct, frozen=True, kw_only=True):
    """What the pointer file holds. `made` counts, so that no name is ever given twice: whoever
    still has a removed file open must never come across another one under its name."""

    standing: Standing
    made: int = 0


class LocalGenerations:
    """Implements `memory.generations.Generations` beside the ledger."""

    def __init__(
        self,
        path: Path,
        choose: Choose,
        *,
        first: str = NO_EMBEDDER,
        failpoints: Failpoints = UNWATCHED,
        large: int = LARGE,
    ) -> None:
        """`path` is that of the first generation; `first` the embedder that one is made with."""
        self._path, self._choose, self._first = path, choose, first
        self._file = path.with_suffix(".json")
        self._failpoints = failpoints
        self._large = large
        self._hold = Hold(path.with_suffix(".lock"))
        self._seen: tuple[object, _Pointer] | None = None

    # --- which counts -----------------------------------------------------------------------------

    async def standing(self) -> Standing:
        """Reads the pointer again where it was replaced."""
        return (await self._pointer()).standing

    async def made_with(self, embedder: str) -> Generation:
        """How this version makes one with this embedder. Raises what `choose` raises."""
        cache = await self._choose(embedder)
        made = Generation(name="", schema=VERSION, layout=LAYOUT, embedder=embedder)
        if cache is None:
            return made
        await cache.close()
        return replace(made, fingerprint=cache.fingerprint)

    async def open(self, generation: Generation, *, looking: bool = False) -> LocalGeneration:
        """The store in its file. A candidate gets its index of words when it is current."""
        cache, why = await self._embedder_of(generation)
        building = (await self.standing()).candidate == generation
        large = NEVER_LARGE if building else self._large
        path = self.path_of(generation)
        store = await LocalGeneration.open(path, cache, large=large)
        store.embeddings = self._path.with_name(EMBEDDINGS)
        store.looking = looking
        if why:
            store.only_words(why)
        if generation.name == FIRST:
            await self._noted(store, generation, cache)
        return store

    async def _noted(
        self, store: LocalGeneration, generation: Generation, cache: EmbeddingCache | None
    ) -> None:
        """The first one has no entry in a pointer: it notes itself which embedder it took."""
        self._seen = None
        if cache is not None and not generation.fingerprint:
            await store.note_embedder(generation.embedder)

    def path_of(self, generation: Generation) -> Path:
        """The file of a generation."""
        if generation.name == FIRST:
            return self._path
        return self._path.with_stem(f"{self._path.stem}-{generation.name}")

    # --- the moves --------------------------------------------------------------------------------

    async def begin(self, wanted: Generation) -> Generation:
        """The candidate: the one that is being built in this way, or a new one."""
        self._seen = None
        pointer = await self._pointer()
        there = pointer.standing.candidate
        if there is not None and there.made_like(wanted):
            return there
        made = pointer.made + 1
        candidate = replace(wanted, name=f"{way_of(wanted)}-{made}")
        await self._put(_Pointer(standing=_with(pointer, candidate=candidate), made=made))
        return candidate

    async def abandon(self) -> None:
        """Without a candidate only what was left over is removed."""
        pointer = await self._pointer()
        if pointer.standing.candidate is not None:
            pointer = replace(pointer, standing=_with(pointer, candidate=None))
        await self._put(pointer)

    async def switch(self) -> None:
        """Without a candidate nothing happens."""
        pointer = await self._pointer()
        now = pointer.standing
        if now.candidate is not None:
            await self._put(_turned(pointer, now.candidate))

    async def back(self) -> None:
        """Without a previous one nothing happens; a candidate goes on being one."""
        pointer = await self._pointer()
        now = pointer.standing
        if now.previous is not None:
            await self._put(_turned(pointer, now.previous, candidate=now.candidate))

    async def drop_previous(self) -> None:
        """Without one only what was left over is removed."""
        pointer = await self._pointer()
        await self._put(replace(pointer, standing=_with(pointer, previous=None)))

    def exclusively(self) -> AbstractAsyncContextManager[None]:
        """Held by one task of one process; the operating system lets go where that dies."""
        return self._hold.alone()

    async def close(self) -> None:
        """Files are not kept open here."""

    async def forget_beside(self, person: str, current: Generation) -> None:
        """Also from files that were left over."""
        for path in self._files():
            if path != self.path_of(current):
                store = await LocalGeneration.open(path, large=NEVER_LARGE)
                store.embeddings = self._path.with_name(EMBEDDINGS)
                try:
                    await store.forget(person)
                finally:
                    await store.close()

    # --- files ------------------------------------------------------------------------------------

    async def _pointer(self) -> _Pointer:
        seal = _seal(self._file)
        if self._seen is None or self._seen[0] != seal:
            self._seen = seal, await asyncio.to_thread(self._read)
        return self._seen[1]

    def _read(self) -> _Pointer:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Pointer)
        except (OSError, msgspec.DecodeError):
            return _Pointer(standing=Standing(turn=0, current=self._first_one()))

    def _first_one(self) -> Generation:
        """As the file says, or as it is made now."""
        made = way_it_was_made(self._path)
        embedder = made.embedder or (_BEFORE if made.fingerprint else self._first)
        return Generation(
            name=FIRST,
            schema=VERSION,
            layout=made.layout,
            embedder=embedder,
            fingerprint=made.fingerprint,
        )

    async def _put(self, pointer: _Pointer) -> None:
        self._failpoints.reached(Moment.MEMORY_MOVE_BEFORE)
        await asyncio.to_thread(_replaced, self._file, msgspec.json.encode(pointer))
        self._failpoints.reached(Moment.MEMORY_MOVE_AFTER)
        await asyncio.to_thread(self._sweep, pointer.standing)

    def _sweep(self, standing: Standing) -> None:
        """Remove what does not count."""
        counted = {self.path_of(each) for each in standing.counted}
        for path in self._files():
            if path not in counted:
                removed(path)
                shutil.rmtree(path.with_suffix(".index"), ignore_errors=True)

    def _files(self) -> Iterator[Path]:
        yield from ([self._path] if self._path.exists() else [])
        yield from sorted(self._path.parent.glob(f"{self._path.stem}-*.db"))

    async def _embedder_of(self, generation: Generation) -> tuple[EmbeddingCache | None, str]:
        """Its embedder, or why there are only words; "" where none is wanted."""
        try:
            cache = await self._choose(generation.embedder)
        except CooError as error:
            return None, _missing(
                generation, error.cause.rstrip(".")
            ) if generation.fingerprint else ""
        if cache is not None and generation.fingerprint not in ("", cache.fingerprint):
            await cache.close()
            return None, _missing(generation, f"{generation.embedder} is {cache.fingerprint} now")
        return cache, ""


def _missing(generation: Generation, cause: str) -> str:
    return (
        f"Only words were searched: memory was embedded with {generation.fingerprint!r}, and that "
        f"embedder is not at hand ({cause}). `coo memory reindex` changes to another one."
    )


def _with(pointer: _Pointer, **changes: Generation | None) -> Standing:
    return replace(pointer.standing, **changes)


def _turned(
    pointer: _Pointer, current: Generation, *, candidate: Generation | None = None
) -> _Pointer:
    now = pointer.standing
    turned = Standing(turn=now.turn + 1, current=current, candidate=candidate, previous=now.current)
    return replace(pointer, standing=turned)


def _seal(path: Path) -> object:
    """Changes whenever the file is replaced; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _replaced(path: Path, content: bytes) -> None:
    """Either the old content or the new one is there, whenever the power goes."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)
