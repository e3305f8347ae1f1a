"""A server of embeddings on loopback: OpenAI-compatible, and as bad as a test wants.

Its vectors say how often each word of a text occurs, hashed into so many numbers; texts that share
words are alike. Every text it was sent is kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SIZE = 64


@dataclass
class EmbeddingServer:
    """`status` other than 200 refuses everything."""

    base_url: str = ""
    status: int = 200
    texts: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    async def embeddings(self, request: web.Request) -> web.Response:
        """One vector a text, as OpenAI's `/embeddings` gives them."""
        body = await request.json()
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if self.status != 200:
            return web.json_response({"error": {"message": "not now"}}, status=self.status)
        self.texts += body["input"]
        data = [{"index": n, "embedding": vector(text)} for n, text in enumerate(body["input"])]
        tokens = sum(len(text.split()) for text in body["input"])
        return web.json_response({"data": data, "usage": {"prompt_tokens": tokens}})


def vector(text: str) -> list[Any]:
    """How often each word occurs, and a little of everything, so that none is empty."""
    counts = [0.01] * SIZE
    for word in re.findall(r"\w+", text.casefold()):
        counts[zlib.crc32(word.encode()) % SIZE] += 1
    return counts


@asynccontextmanager
async def embedding_server() -> AsyncIterator[EmbeddingServer]:
    """A server at a port of its own, for as long as a test runs."""
    server = EmbeddingServer()
    app = web.Application()
    app.router.add_post("/v1/embeddings", server.embeddings)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.base_url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
