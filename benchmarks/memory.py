"""How much of what was said is found again, and how fast.

    python -m benchmarks.memory --data business|FILE|FOLDER [--only ID,…]
        [--store local|words|weaviate] [--peer mem0 [--peer-python PATH]] [--json]

FILE is JSON, a list of conversations `{"id", "items": [{"id", "text", "speaker", "at", "session"}],
"questions": [{"text", "gold": [item ids], "category"}]}`; a FOLDER holds such files. `business` is
the corpus beside this file: four small companies, in English, German and French. Each conversation
is a company of its own with a store of its own, each item an episode, each session a case. Recall
at k is the share of a question's gold items among the first k found. Categories 1 to 4 count; 5
(questions without an answer in the text) stands apart. `--store words` leaves the vectors out;
`--store weaviate` uses the server in COO_WEAVIATE_URL (and _GRPC, _KEY) and cleans up after itself;
without one it runs against the double that the tests use, in this process: what is found is
comparable, how fast is not. `server` says which it was.

`--peer mem0` asks mem0 the same with the same embedder, and both whether a statement that was
replaced or ran out comes back (benchmarks/memory_peers.py).
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks import memory_peers
from memory.embedder import bundled
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, EpisodeStore, MemoryQuery
from memory.local.store import LocalStore
from memory.weaviate.layout import collection_of
from memory.weaviate.link import Link, Place
from memory.weaviate.store import WeaviateStore

SERVER: Final = "COO_WEAVIATE_URL"
_PEERS: Final = Path(__file__).parents[1] / "tests" / "peers"
DEPTHS: Final = (5, 10, 20)
UNANSWERABLE: Final = 5
BUSINESS: Final = Path(__file__).with_name("business_memory")
"""The corpus that comes with the product."""
_LATER: Final = datetime(2100, 1, 1, tzinfo=UTC)


class Scores:
    """What the questions of some categories came to."""

    def __init__(self) -> None:
        self._recalls: dict[int, list[float]] = defaultdict(list)
        self._ranks: list[float] = []

    def add(self, gold: frozenset[str], found: Sequence[str]) -> None:
        """One question's answer."""
        for depth in DEPTHS:
            self._recalls[depth].append(len(gold.intersection(found[:depth])) / len(gold))
        places = [place for place, each in enumerate(found[:10], start=1) if each in gold]
        self._ranks.append(1 / places[0] if places else 0.0)

    def figures(self) -> dict[str, Any]:
        """Means over the questions."""
        recalls = {f"recall_at_{k}": _mean(self._recalls[k]) for k in DEPTHS}
        return {**recalls, "mrr_at_10": _mean(self._ranks), "questions": len(self._ranks)}


def episodes_of(company: dict[str, Any]) -> list[Episode]:
    """The items of a conversation as memory keeps them, a second apart: many share a minute."""
    return [
        Episode(
            id=item["id"],
            kind="conversation",
            case=f"{company['id']}-{item['session']}",
            at=_moment(item["at"]) + timedelta(seconds=place),
            text=item["text"],
            who=item["speaker"],
            facts=(item["id"],),
        )
        for place, item in enumerate(company["items"])
    ]


def companies(data: Path | str, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The conversations of a file, of all files of a folder, or of our own corpus."""
    path = BUSINESS if str(data) == "business" else Path(data)
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    found = [each for file in files for each in json.loads(file.read_text("utf-8"))]
    return [each for each in found if not only or each["id"] in only]


async def measured(companies: Iterable[dict[str, Any]], store: str) -> dict[str, Any]:
    """All conversations, one after the other."""
    counted, apart = Scores(), Scores()
    by_category: dict[int, Scores] = defaultdict(Scores)
    by_company: dict[str, Scores] = defaultdict(Scores)
    asking: list[float] = []
    items, writing = 0, 0.0
    for company in companies:
        async with _store(store) as memory:
            episodes = episodes_of(company)
            started = time.perf_counter()
            await memory.write(episodes)
            await memory.catch_up()
            writing += time.perf_counter() - started
            items += len(episodes)
            for question in company["questions"]:
                gold = frozenset(question["gold"])
                if not gold:
                    continue
                started = time.perf_counter()
                found = await _found(memory, question["text"])
                asking.append((time.perf_counter() - started) * 1_000)
                category = int(question["category"])
                (apart if category == UNANSWERABLE else counted).add(gold, found)
                by_category[category].add(gold, found)
                if category != UNANSWERABLE:
                    by_company[company["id"]].add(gold, found)
    return {
        "store": store,
        **_answered_by(store),
        **counted.figures(),
        "by_category": {str(each): by_category[each].figures() for each in sorted(by_category)},
        "by_company": {each: scores.figures() for each, scores in by_company.items()},
        "category_5_apart": apart.figures(),
        **memory_peers.times(asking),
        "items": items,
        "ingest_items_per_s": round(items / writing, 1),
    }


async def compared(
    chosen: list[dict[str, Any]], store: str, figures: dict[str, Any], python: str
) -> dict[str, Any]:
    """mem0 on the same conversations beside our figures, and what of the stale comes back."""
    now = memory_peers.utc_now()
    tasks = [memory_peers.task_of(each, max(DEPTHS)) for each in chosen]
    *answers, fresh = await asyncio.to_thread(
        memory_peers.mem0, python, [*tasks, memory_peers.stale_task(now)]
    )
    async with _store(store) as memory:
        ours = await memory_peers.stale_found(memory, now)
    theirs = _scored(chosen, answers)
    ratio = figures["recall_at_10"] / max(theirs["recall_at_10"], 1e-9)
    return {
        "mem0": theirs,
        "recall_at_10_ours_to_mem0": round(ratio, 2),
        "freshness": {
            "ours": memory_peers.freshness(ours),
            "mem0": memory_peers.freshness(fresh["found"]),
        },
    }


def _scored(chosen: list[dict[str, Any]], answers: list[dict[str, Any]]) -> dict[str, Any]:
    counted, asking = Scores(), [ms for answer in answers for ms in answer["query_ms"]]
    for company, answer in zip(chosen, answers, strict=True):
        for question, found in zip(company["questions"], answer["found"], strict=True):
            if question["gold"] and question["category"] != UNANSWERABLE:
                counted.add(frozenset(question["gold"]), found)
    items = sum(len(company["items"]) for company in chosen)
    writing = sum(answer["writing_s"] for answer in answers)
    return {
        **counted.figures(),
        **memory_peers.times(asking),
        "ingest_items_per_s": round(items / writing, 1),
    }


async def _found(memory: EpisodeStore, text: str) -> list[str]:
    recalled = await memory.recall(MemoryQuery(text=text, before=_LATER, limit=max(DEPTHS)))
    if recalled.degraded:
        raise SystemExit(f"The store answers with a reservation: {recalled.degraded}")
    return [hit.episode.id for hit in recalled.hits]


@asynccontextmanager
async def _store(name: str) -> AsyncIterator[EpisodeStore]:
    with tempfile.TemporaryDirectory(prefix="coo-memory-") as folder:
        embedder = None if name == "words" else bundled()
        cached = EmbeddingCache(embedder, Path(folder) / "embeddings.db") if embedder else None
        if name == "weaviate":
            async with _on_server(cached) as there:
                yield there
            return
        store = await LocalStore.open(Path(folder) / "memory.db", cached)
        try:
            yield store
        finally:
            await store.close()


@asynccontextmanager
async def _on_server(embedder: EmbeddingCache | None) -> AsyncIterator[EpisodeStore]:
    """A collection of its own on the server, removed in the end."""
    async with _server() as place:
        # Nothing is given up early here: how long it takes is what is asked.
        link, name = Link(place), collection_of(uuid.uuid4().hex)
        store = WeaviateStore(link, name, "benchmark", embedder, recall_s=60)
        try:
            yield store
        finally:
            await store.close()
            await link.call("remove", lambda client: client.collections.delete(name), within=30)
            await link.close()


@asynccontextmanager
async def _server() -> AsyncIterator[Place]:
    """The one that is named, else the double."""
    url = os.environ.get(SERVER, "")
    if url:
        grpc, key = os.environ.get("COO_WEAVIATE_GRPC", ""), os.environ.get("COO_WEAVIATE_KEY", "")
        yield Place(url=url, grpc=grpc, key=key)
        return
    sys.path.insert(0, str(_PEERS))
    double = importlib.import_module("weaviate_server").WeaviateServer()
    sys.path.remove(str(_PEERS))
    await double.start()
    try:
        yield Place(url=double.url, grpc=double.grpc)
    finally:
        await double.stop()


def _answered_by(store: str) -> dict[str, str]:
    """Who was asked, where that is a server."""
    if store != "weaviate":
        return {}
    url = os.environ.get(SERVER, "")
    return {"server": url or "the double of tests/peers, in this process"}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mean(values: Sequence[float]) -> float:
    return round(statistics.fmean(values), 4) if values else 0.0


def main() -> None:
    """Run it and print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--store", choices=["local", "words", "weaviate"], default="local")
    parser.add_argument("--peer", choices=["mem0"])
    parser.add_argument("--peer-python", default=memory_peers.this_python())
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chosen = companies(given.data, [each for each in given.only.split(",") if each])
    figures = asyncio.run(measured(chosen, given.store))
    if given.peer:
        figures |= asyncio.run(compared(chosen, given.store, figures, given.peer_python))
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {json.dumps(value)}")


if __name__ == "__main__":
    main()
