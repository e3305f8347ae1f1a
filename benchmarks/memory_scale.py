"""How the local store does with ten thousand, a hundred thousand and a million episodes.

    python -m benchmarks.memory_scale [--sizes 10000,100000] [--json]

Texts are made of words drawn as in a language (a few often, most seldom); vectors are seeded and
come from memory, so embedding time stands apart: `embed_ms_p50` is what the bundled model takes for
a question. `recall_against_exact` is the share of the ten most alike, by a comparison of our own
over all vectors of the file, that the store's search over vectors has among its ten. `words_ms` are
the same questions without vectors. `rebuild` fills an empty store from a ledger of ordinary
business, words only.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.ledger.places import grow, ledger_in
from ledger.views import ReadViews
from memory.embedder import Vectors, bundled, unit
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, MemoryQuery
from memory.local.store import LocalStore
from memory.local.vectors import loaded
from memory.projector import refill

SIZES: Final = (10_000, 100_000, 1_000_000)
QUESTIONS: Final = 200
REBUILT: Final = 5_000
"""Facts of the ledger that a store is filled from."""
CHUNK: Final = 2_000
OF_A_CASE: Final = 20
_WORDS: Final = 50_000
_START: Final = datetime(2020, 1, 1, tzinfo=UTC)


class Seeded:
    """An embedder that makes a vector of a text's hash: no time, no meaning."""

    fingerprint: Final = "seeded-384"
    dimensions: Final = 384

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector a text."""
        made = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            made[row] = _seeded(text)
        return unit(made)


class NotKept(EmbeddingCache):
    """The cache of a benchmark whose vectors cost nothing: it keeps none of them."""

    async def embed(  # the owners matter only to what keeps vectors
        self,
        texts: Sequence[str],
        whose: Sequence[Collection[str]] = (),  # noqa: ARG002 - see above
    ) -> Vectors:
        """One vector a text, made anew."""
        return await Seeded().embed(texts)


async def measured(size: int) -> dict[str, Any]:
    """Fill a store with `size` episodes and ask it."""
    generator = np.random.default_rng(size)
    with tempfile.TemporaryDirectory(prefix="coo-memory-") as name:
        folder = Path(name)
        cache = NotKept(Seeded(), folder / "embeddings.db")
        store = await LocalStore.open(folder / "memory.db", cache)
        writing, indexing = await _filled(store, size, generator)
        questions = [_text(generator, 8) for _ in range(QUESTIONS)]
        both = [await _asked(store, each) for each in questions]
        await store.close()
        started = time.perf_counter()
        again = await LocalStore.open(folder / "memory.db")
        opening = time.perf_counter() - started
        await again.catch_up()
        words = [await _asked(again, each) for each in questions]
        await again.close()
        exact = await asyncio.to_thread(_against_exact, folder / "memory.db")
        disk = await asyncio.to_thread(_size, folder)
    return {
        "episodes": size,
        "write_per_s": round(size / writing),
        "catch_up_per_s": round(size / indexing),
        **_times("query", both),
        **_times("words", words),
        "open_s": round(opening, 2),
        "disk_mb": round(disk / 1e6),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "recall_against_exact": exact,
    }


async def _filled(
    store: LocalStore, size: int, generator: np.random.Generator
) -> tuple[float, float]:
    writing = 0.0
    for first in range(0, size, CHUNK):
        chunk = [_episode(n, generator) for n in range(first, min(first + CHUNK, size))]
        started = time.perf_counter()
        await store.write(chunk)
        writing += time.perf_counter() - started
    started = time.perf_counter()
    await store.catch_up()
    return writing, time.perf_counter() - started


async def _asked(store: LocalStore, text: str) -> float:
    started = time.perf_counter()
    await store.recall(MemoryQuery(text=text, before=_START + timedelta(days=40_000), limit=10))
    return (time.perf_counter() - started) * 1_000


async def embedding_ms() -> float:
    """The median time in which the bundled model embeds a question of ten words."""
    embedder = bundled()
    if embedder is None:
        return 0.0
    generator = np.random.default_rng(0)
    await embedder.embed(["warm"])
    times = []
    for _ in range(50):
        started = time.perf_counter()
        await embedder.embed([_text(generator, 10)])
        times.append((time.perf_counter() - started) * 1_000)
    return round(statistics.median(times), 2)


def _against_exact(path: Path) -> float:
    with closing(sqlite3.connect(path)) as connection:
        matrix = loaded(connection, Seeded.dimensions)
        rows = connection.execute("SELECT n, around FROM vector").fetchall()
    numbers = np.array([n for n, _ in rows])
    whole = np.frombuffer(b"".join(blob for _, blob in rows), np.float16)
    whole = whole.reshape(len(rows), Seeded.dimensions)
    shares = []
    for n in range(10):
        asked = _seeded(f"question {n}")
        asked /= np.linalg.norm(asked)
        alike = np.concatenate([part @ asked for part in _parts(whole)])
        best = set(numbers[np.argsort(-alike)[:10]].tolist())
        shares.append(len(best & matrix.best(asked, 10).keys()) / len(best))
    return round(statistics.fmean(shares), 3)


def _parts(whole: npt.NDArray[np.float16]) -> Iterator[Vectors]:
    for first in range(0, len(whole), 10_000):
        yield whole[first : first + 10_000].astype(np.float32)


async def rebuilt(facts: int) -> dict[str, Any]:
    """Fill an empty store from a ledger of `facts` facts."""
    with tempfile.TemporaryDirectory(prefix="coo-memory-") as name:
        folder = Path(name)
        async with ledger_in(folder) as ledger:
            await grow(ledger, facts)
            store = await LocalStore.open(folder / "memory.db")
            started = time.perf_counter()
            episodes = await refill(store, ledger.facts(), ledger, ReadViews(ledger))
            seconds = time.perf_counter() - started
            await store.close()
    return {
        "facts": facts,
        "episodes": episodes,
        "seconds": round(seconds, 1),
        "facts_per_s": round(facts / seconds),
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _episode(n: int, generator: np.random.Generator) -> Episode:
    return Episode(
        id=f"e{n}",
        kind="conversation",
        case=f"lead-{n // OF_A_CASE}",
        at=_START + timedelta(minutes=n),
        text=f"{_text(generator, 12)}. {_text(generator, 10)}.",
        facts=(f"f{n}",),
        contact=f"con-{n % 997}",
    )


_SHARES: Final[npt.NDArray[np.float64]] = np.cumsum(1 / np.arange(1, _WORDS + 1))


def _text(generator: np.random.Generator, words: int) -> str:
    drawn = np.searchsorted(_SHARES, generator.random(words) * _SHARES[-1])
    return " ".join(f"w{n}" for n in drawn)


def _seeded(text: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    made = np.random.default_rng(seed).standard_normal(Seeded.dimensions, np.float32)
    return np.asarray(made, np.float32)


def _times(name: str, times: Sequence[float]) -> dict[str, float]:
    return {
        f"{name}_ms_p50": round(statistics.median(times), 2),
        f"{name}_ms_p95": round(statistics.quantiles(times, n=20)[-1], 2),
    }


async def _all(sizes: Sequence[int]) -> dict[str, Any]:
    return {
        "sizes": [await measured(size) for size in sizes],
        "rebuild": await rebuilt(REBUILT),
        "embed_ms_p50": await embedding_ms(),
    }


def main() -> None:
    """Run it and print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = asyncio.run(_all([int(each) for each in given.sizes.split(",")]))
    if given.json:
        print(json.dumps(figures))
        return
    for each in figures["sizes"]:
        print("  ".join(f"{name} {value}" for name, value in each.items()))
    print("rebuild  " + "  ".join(f"{name} {value}" for name, value in figures["rebuild"].items()))
    print(f"embedding a question: {figures['embed_ms_p50']} ms")


if __name__ == "__main__":
    main()
