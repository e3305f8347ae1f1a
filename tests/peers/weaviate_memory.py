"""A memory on a Weaviate server, for tests: the double, or a live server where one is named."""

from __future__ import annotations

import os
import uuid
from contextlib import asynccontextmanager

from weaviate_server import WeaviateServer

from memory.weaviate.layout import collection_of, tenant_of
from memory.weaviate.link import Link, Place
from memory.weaviate.store import WeaviateStore

LIVE = os.environ.get("WEAVIATE_URL", "")


def live_place() -> Place:
    """The live server that the environment names."""
    return Place(url=LIVE, grpc=os.environ.get("WEAVIATE_GRPC", ""))


@asynccontextmanager
async def running(**settings):
    """A server of our own, stopped in the end."""
    server = WeaviateServer(**settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def place_of(server, **changes):
    """Where a server is."""
    return Place(**{"url": server.url, "grpc": server.grpc, **changes})


@asynccontextmanager
async def store_at(
    place, embedder=None, *, company="acme", kind=WeaviateStore, recall_s=2.0, **patience
):
    """A store there, closed in the end with its connection."""
    link = Link(place, **patience)
    store = kind(link, collection_of("test"), tenant_of(company), embedder, recall_s=recall_s)
    try:
        yield store
    finally:
        await store.close()
        await link.close()


@asynccontextmanager
async def live_store(embedder=None, *, kind=WeaviateStore):
    """A store on the live server, in a collection of its own that is removed in the end."""
    link, generation = Link(live_place()), uuid.uuid4().hex
    store = kind(link, collection_of(generation), "acme", embedder)
    try:
        yield store
    finally:
        await store.close()
        name = collection_of(generation)
        await link.call("remove", lambda client: client.collections.delete(name), within=30)
        await link.close()
