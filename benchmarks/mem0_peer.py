"""mem0 as a user would run it without a model: asked by `benchmarks.memory --peer mem0`.

Runs in an environment of its own, reads a `Task` as JSON from standard input and writes what was
found as JSON. It gets our embedder and a Qdrant in a folder; texts are kept as they are
(`infer=False`), since anything else asks a model. Its keyword and entity scores fetch models of
their own at the first use, so offline there is likeness only. Nothing is reported to anybody.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_HOME: Final = tempfile.TemporaryDirectory(prefix="coo-mem0-")
os.environ.update(MEM0_TELEMETRY="False", MEM0_DIR=_HOME.name, HF_HUB_OFFLINE="1")
logging.disable(logging.WARNING)

# mem0 reads its environment when it is imported.
from mem0 import Memory  # noqa: E402 - see above
from mem0.embeddings.base import EmbeddingBase  # noqa: E402 - see above

from memory.embedder import BundledEmbedder  # noqa: E402 - belongs to the imports above

_USER: Final = "company"
_NOWHERE: Final = {"api_key": "unused", "openai_base_url": "http://127.0.0.1:9/v1"}


class Ours(EmbeddingBase):  # type: ignore[misc]  # mem0 is not among the types that are checked
    """The bundled embedder behind mem0's interface."""

    def __init__(self) -> None:
        super().__init__()
        self._embedder = BundledEmbedder()
        self._loop = asyncio.new_event_loop()

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        """One vector; mem0 asks for them one by one."""
        del memory_action
        made = self._loop.run_until_complete(self._embedder.embed([text]))
        return [float(value) for value in made[0]]


@contextmanager
def opened(embedder: Ours) -> Iterator[Any]:
    """A fresh mem0 whose store is a folder."""
    with tempfile.TemporaryDirectory(prefix="coo-mem0-") as folder:
        store = {"path": str(Path(folder) / "qdrant"), "embedding_model_dims": 384, "on_disk": True}
        memory = Memory.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": store},
                "embedder": {"provider": "openai", "config": {**_NOWHERE, "embedding_dims": 384}},
                "llm": {"provider": "openai", "config": _NOWHERE},
                "history_db_path": str(Path(folder) / "history.db"),
            }
        )
        memory.embedding_model = embedder
        try:
            yield memory
        finally:
            memory.vector_store.client.close()
            memory.close()


def asked(embedder: Ours, task: dict[str, Any]) -> dict[str, Any]:
    """Keep a task's texts and ask its questions: ids found, milliseconds, seconds of writing."""
    with opened(embedder) as memory:
        started = time.perf_counter()
        for text in task["texts"]:
            memory.add(
                text["text"],
                user_id=_USER,
                infer=False,
                metadata={"item": text["id"]},
                expiration_date=text.get("expires"),
            )
        writing = time.perf_counter() - started
        found, times = [], []
        for question in task["questions"]:
            started = time.perf_counter()
            answer = memory.search(
                question, filters={"user_id": _USER}, top_k=task["limit"], threshold=0.0
            )
            times.append((time.perf_counter() - started) * 1_000)
            found.append([hit["metadata"]["item"] for hit in answer["results"]])
    return {"found": found, "query_ms": times, "writing_s": writing}


def main() -> None:
    """Answer the tasks on standard input."""
    embedder = Ours()
    embedder.embed("warm")
    tasks = json.load(sys.stdin)
    json.dump([asked(embedder, task) for task in tasks], sys.stdout)


if __name__ == "__main__":
    main()
