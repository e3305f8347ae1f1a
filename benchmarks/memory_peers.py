"""Another memory asked the same, and whether what no longer holds comes back.

A peer runs in a Python of its own and gets the same texts, the same embedder and the same
questions. `stale_memory.json` holds statements that were replaced, ran out days ago, or ran out
this morning, each with what holds instead. Ours is told as its projector tells it: `superseded`,
`valid_to`. mem0 is told what its `add` takes without a model: a date of expiry, and the newer
statement beside the older. (A caller who knows the id of the older one can `update` it.)
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from memory.episodes import Episode, EpisodeStore, MemoryQuery

STALE: Final = Path(__file__).with_name("stale_memory.json")
ANSWER: Final = 5
"""So many episodes go to a plan."""

_HOW: Final = """mem0 is not installed in {python}. Make an environment for it and name its Python:
    python -m venv .venv-mem0
    .venv-mem0/bin/pip install -r requirements.txt mem0ai==2.2.1
    python -m benchmarks.memory --data business --peer mem0 --peer-python .venv-mem0/bin/python"""


def mem0(python: str, tasks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What mem0 finds for each task, asked in a process of its own."""
    there = subprocess.run(  # noqa: S603 - a Python that the caller named
        [python, "-c", "import mem0"], capture_output=True, check=False
    )
    if there.returncode:
        raise SystemExit(_HOW.format(python=python))
    done = subprocess.run(  # noqa: S603 - as above
        [python, "-m", "benchmarks.mem0_peer"],
        input=json.dumps(tasks),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "MEM0_TELEMETRY": "False"},
    )
    if done.returncode:
        raise SystemExit(f"mem0 stopped: {done.stderr[-2_000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def task_of(company: dict[str, Any], limit: int) -> dict[str, Any]:
    """A conversation as a peer gets it: each item with who said it."""
    return {
        "texts": [
            {"id": item["id"], "text": f"{item['speaker']}: {item['text']}"}
            for item in company["items"]
        ],
        "questions": [each["text"] for each in company["questions"]],
        "limit": limit,
    }


def stale() -> list[dict[str, Any]]:
    """The statements that no longer hold, with what holds instead."""
    rows: list[dict[str, Any]] = json.loads(STALE.read_text("utf-8"))
    return rows


def stale_task(now: datetime) -> dict[str, Any]:
    """The same statements as mem0 takes them."""
    texts = []
    for n, row in enumerate(stale()):
        old: dict[str, Any] = {"id": f"{n}-was", "text": row["was"]}
        if row["why"] != "superseded":
            old["expires"] = (now - timedelta(days=row["days"])).date().isoformat()
        texts += [old, {"id": f"{n}-now", "text": row["now"]}]
    return {"texts": texts, "questions": [row["question"] for row in stale()], "limit": ANSWER}


async def stale_found(store: EpisodeStore, now: datetime) -> list[list[str]]:
    """What our store answers, told of each end as the projector tells it."""
    await store.write([each for n, row in enumerate(stale()) for each in _episodes(n, row, now)])
    await store.catch_up()
    asked = [MemoryQuery(text=row["question"], before=now, limit=ANSWER) for row in stale()]
    answers = [await store.recall(each) for each in asked]
    return [[hit.episode.id for hit in answer.hits] for answer in answers]


def freshness(found: Sequence[Sequence[str]]) -> dict[str, Any]:
    """How many answers hold the very statement that was replaced or ran out, by which it was."""
    dead: dict[str, list[bool]] = defaultdict(list)
    for n, (row, ids) in enumerate(zip(stale(), found, strict=True)):
        dead[row["why"]].append(f"{n}-was" in ids)
    own = [f"{n}-now" in ids for n, ids in enumerate(found)]
    return {
        "answers": len(found),
        "with_a_dead_statement": sum(map(sum, dead.values())),
        "by_why": {why: f"{sum(each)} of {len(each)}" for why, each in dead.items()},
        "with_what_holds": sum(own),
    }


def times(asking: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile of some milliseconds."""
    ordered = sorted(asking)
    late = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)] if ordered else 0.0
    middle = statistics.median(ordered) if ordered else 0.0
    return {"query_ms_p50": round(middle, 2), "query_ms_p95": round(late, 2)}


def this_python() -> str:
    """Where a peer is looked for unless another Python is named."""
    return sys.executable


def _episodes(n: int, row: dict[str, Any], now: datetime) -> list[Episode]:
    start = now - timedelta(days=60 + n)
    replaced = row["why"] == "superseded"
    end = now - timedelta(days=row.get("days", 0), hours=1)
    old = Episode(
        id=f"{n}-was",
        kind="conversation",
        case=f"c{n}",
        at=start,
        text=row["was"],
        facts=(f"f{n}",),
        superseded=replaced,
        valid_to=None if replaced else end,
    )
    new = Episode(
        id=f"{n}-now",
        kind="conversation",
        case=f"d{n}",
        at=now - timedelta(hours=1),
        text=row["now"],
        facts=(f"g{n}",),
    )
    return [old, new]


def utc_now() -> datetime:
    """mem0 knows one clock, the machine's: so do the statements that run out."""
    return datetime.now(UTC)
