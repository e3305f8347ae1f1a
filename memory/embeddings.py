"""Embeddings that were computed once are kept, so that a rebuild asks no embedder."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from ledger.domain.errors import CooError
from memory.embedder import Embedder, Vectors
from memory.episodes import Episode, MemoryQuery
from memory.tally import Tally

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS embedding (
    fingerprint TEXT NOT NULL, content BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (fingerprint, content)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS whose (
    person TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (person, content)
) WITHOUT ROWID;
"""
"""`whose` are the pseudonyms of everybody in a text: what is around an episode changes with each
new one, so the texts that were embedded of somebody cannot be made again from what is there now."""
_AT_ONCE: Final = 400
"""Keys in one look-up; SQLite takes some hundreds of parameters."""


VECTORS: Final = "vectors"
"""What they are counted as."""
PATIENCE_S: Final = 5.0
"""How long a question waits for its vector; then words must do."""


class EmbedderLate(CooError):
    """The embedder takes too long for a question."""

    def __init__(self) -> None:
        super().__init__(
            f"the embedder gave no vector in {PATIENCE_S:g} s.",
            "Ask again later; what is remembered is found by its words meanwhile.",
        )


class EmbedderBarred(CooError):
    """What we ask may not be shown to this embedder."""

    def __init__(self) -> None:
        super().__init__(
            "your rules let no text be shown to this embedder.",
            "Set model_may_see in company.yaml, or COO_EMBEDDER=bundled.",
        )


class EmbeddingsBusy(CooError):
    """Another process keeps the file of vectors to itself."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"another process keeps {path.name!r} locked.",
            "Wait until it is done, or end it; words are searched meanwhile.",
        )


MayEmbed = Callable[[Episode | MemoryQuery], Awaitable[bool]]
"""Whether the text of an episode, or of a question, may be shown to the embedder."""


async def everything(_: Episode | MemoryQuery) -> bool:
    """What never leaves this machine may see everything."""
    return True


class EmbeddingCache:
    """An `Embedder` that remembers, by (fingerprint, content hash), in a file of its own.

    The file is disposable. Vectors are kept as float16: the difference is far below what any
    ranking notices. `hits` and `misses` count since the start.
    """

    def __init__(
        self,
        embedder: Embedder,
        path: Path,
        *,
        may_embed: MayEmbed = everything,
        on_close: Callable[[], Awaitable[None]] | None = None,
        tally: Tally | None = None,
    ) -> None:
        """A file that cannot be read is replaced: it holds nothing that cannot be computed.

        `on_close` releases what the embedder holds.
        """
        self._embedder = embedder
        self._may_embed, self._on_close = may_embed, on_close
        self._tally = tally or Tally()
        self._lock = threading.Lock()
        self._connection = _opened(path)
        self._closed = False
        self.hits = self.misses = 0

    @property
    def fingerprint(self) -> str:
        """That of the embedder behind it."""
        return self._embedder.fingerprint

    @property
    def dimensions(self) -> int:
        """That of the embedder behind it."""
        return self._embedder.dimensions

    async def permitted(self, *episodes: Episode) -> bool:
        """Whether all of these may be shown to the embedder; else they are found by words only."""
        return all([await self._may_embed(episode) for episode in episodes])

    async def embed(self, texts: Sequence[str], whose: Sequence[Collection[str]] = ()) -> Vectors:
        """One vector a text, in order; `whose` says for each who is in it, to `forget` it by.

        Raises what the embedder raises.
        """
        keys = [_key(text) for text in texts]
        known = await asyncio.to_thread(self._looked_up, keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        self.hits += len(keys) - len(new)
        self.misses += len(new)
        self._tally.found(VECTORS, len(keys) - len(new))
        self._tally.made(VECTORS, len(new))
        if new:
            made = (await self._embedder.embed(list(new.values()))).astype(np.float16)
            # A cache that cannot be written costs time at the next rebuild, and nothing else.
            with contextlib.suppress(sqlite3.Error):
                owners = [
                    (person, key) for key, some in zip(keys, whose, strict=False) for person in some
                ]
                await asyncio.to_thread(self._keep, list(new), made, owners)
            known |= dict(zip(new, made.astype(np.float32), strict=True))
        if not keys:
            return np.zeros((0, self.dimensions), np.float32)
        return np.stack([known[key] for key in keys])

    async def once(self, question: MemoryQuery) -> Vectors:
        """The vector of a question: used, not kept, since nobody would know when to forget it.

        Raises what the embedder raises, and `EmbedderBarred` or `EmbedderLate`.
        """
        if not await self._may_embed(question):
            raise EmbedderBarred
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._embedder.embed([question.text])
        except TimeoutError:
            raise EmbedderLate from None

    async def forget(self, texts: Iterable[str], person: str = "") -> None:
        """Remove what was computed of these texts and of a person, also from free pages."""
        keys = [_key(text) for text in texts]
        await asyncio.to_thread(self._drop, keys, person)

    async def close(self) -> None:
        """Close the file and the embedder; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            self._tally.save()
            if self._on_close is not None:
                await self._on_close()
        finally:
            await asyncio.to_thread(self._connection.close)

    def _looked_up(self, keys: list[bytes]) -> dict[bytes, Vectors]:
        try:
            return self._known(keys)
        except sqlite3.Error:  # then all of them are computed
            return {}

    def _known(self, keys: list[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        with self._lock:
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = self._connection.execute(
                    "SELECT content, vector FROM embedding"  # noqa: S608 - only question marks go in
                    f" WHERE fingerprint = ? AND content IN ({marks})",
                    (self.fingerprint, *some),
                )
                for content, vector in rows:
                    found[content] = np.frombuffer(vector, np.float16).astype(np.float32)
        return found

    def _keep(
        self,
        keys: list[bytes],
        vectors: np.ndarray[tuple[int, ...], np.dtype[np.float16]],
        owners: list[tuple[str, bytes]],
    ) -> None:
        rows = [
            (self.fingerprint, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)
        ]
        with self._lock, self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?, ?)", rows)
            self._connection.executemany("INSERT OR IGNORE INTO whose VALUES (?, ?)", owners)

    def _drop(self, keys: list[bytes], person: str) -> None:
        with self._lock:
            _dropped(self._connection, keys, person)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _connected(path)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):  # somebody is at work on it: it is not damaged
            raise EmbeddingsBusy(path) from error
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_TABLES)
        connection.commit()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


async def forget_texts(path: Path, texts: Sequence[str], person: str = "") -> None:
    """Remove what was computed of these texts and of a person from a file that nobody here has
    open."""
    await asyncio.to_thread(_forgotten, path, [_key(text) for text in texts], person)


def _forgotten(path: Path, keys: list[bytes], person: str) -> None:
    if not path.exists():
        return
    connection = _opened(path)
    try:
        _dropped(connection, keys, person)
    finally:
        connection.close()


def _dropped(connection: sqlite3.Connection, keys: list[bytes], person: str) -> None:
    with connection:
        if person:
            rows = connection.execute("SELECT content FROM whose WHERE person = ?", (person,))
            keys = [*keys, *(key for (key,) in rows)]
        for table in ("embedding", "whose"):
            sql = f"DELETE FROM {table} WHERE content = ?"  # noqa: S608 - one of two names
            connection.executemany(sql, [(key,) for key in keys])
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
