"""What can go wrong with a Weaviate server, and what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from weaviate_memory import place_of, running, store_at

from ledger.domain.errors import NotNow
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, MemoryQuery
from memory.weaviate.errors import (
    WeaviateAway,
    WeaviateElsewhere,
    WeaviateEmptied,
    WeaviateNotAllowed,
    WeaviateRefused,
    WeaviateTooOld,
)
from memory.weaviate.layout import collection_of, uuid_of
from memory.weaviate.link import REST_S
from memory.weaviate.shelf import AT_ONCE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLLECTION = collection_of("test")


class Counting:
    """An embedder of four numbers: how often some letters occur."""

    fingerprint = "letters"
    dimensions = 4

    async def embed(self, texts):
        counted = [[text.count(letter) + 0.01 for letter in "aeio"] for text in texts]
        rows = np.asarray(counted, np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class HandWatch:
    """Time that goes on when told."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
async def server():
    async with running() as started:
        yield started


@pytest.fixture
async def store(server):
    async with store_at(place_of(server)) as opened:
        yield opened


def episode(name, text="a website", **changes):
    fields = {"kind": "proposal", "case": f"lead-{name}", "at": NOW, "facts": (f"f-{name}",)}
    return Episode(id=name, text=text, **{**fields, **changes})


async def recalled(store, text="website", **changes):
    return await store.recall(MemoryQuery(**{"text": text, "before": NOW, **changes}))


def ids(recall):
    return [hit.episode.id for hit in recall.hits]


async def test_with_the_server_gone_a_write_waits_and_a_recall_says_so_at_once(server):
    watch = HandWatch()
    async with store_at(place_of(server), longest=0.4, seconds=watch) as store:
        await store.write([episode("a")])
        await server.stop()
        with pytest.raises(WeaviateAway):
            await asyncio.wait_for(store.write([episode("b")]), 10)
        answer = await asyncio.wait_for(recalled(store), 1)
        assert (answer.hits, "does not answer" in answer.degraded) == ((), True)
        await server.start()
        watch.now += REST_S + 1
        await store.write([episode("b")])
        assert set(ids(await recalled(store))) == {"a", "b"}


async def test_a_server_that_hangs_keeps_a_recall_no_longer_than_it_may(server):
    async with store_at(place_of(server), recall_s=0.05) as store:
        await store.write([episode("a")])
        server.hold()
        answer = await recalled(store)
        assert "no answer within 0.05 seconds" in answer.degraded
        calls = len(server.asked)
        assert "does not answer" in (await recalled(store)).degraded
        assert len(server.asked) == calls  # the second one does not wait, it is told
        server.release()


async def test_a_company_that_starts_before_its_server_is_served_when_that_comes(server):
    await server.stop()
    watch = HandWatch()
    async with store_at(place_of(server), seconds=watch) as store:
        with pytest.raises(NotNow):
            await store.watermark()
        await server.start()
        with pytest.raises(NotNow):  # nobody asks again so soon
            await store.watermark()
        watch.now += REST_S + 1
        assert await store.watermark() == 0


async def test_single_objects_that_are_refused_make_the_whole_write_fail(server, store):
    server.refuse = lambda properties: "no such thing" if properties.get("episode") == "b" else ""
    with pytest.raises(WeaviateRefused, match="1 of 2 episodes: no such thing"):
        await store.write([episode("a"), episode("b")])
    server.refuse = lambda _: ""
    await store.write([episode("a"), episode("b")])
    assert await store.count() == 2


async def test_a_server_that_refuses_everything_is_told_from_one_that_takes_nothing_now(
    server, store
):
    server.refuse = lambda _: "invalid object"
    with pytest.raises(WeaviateRefused):
        await store.write([episode("a")])
    server.refuse = lambda _: "store is read-only due to: disk usage too high"
    with pytest.raises(WeaviateAway):
        await store.write([episode("a")])


async def test_an_older_server_is_refused_in_words():
    async with running(version="1.37.4") as server, store_at(place_of(server)) as store:
        with pytest.raises(WeaviateTooOld) as refused:
            await store.write([episode("a")])
    assert "version 1.37.4; Coo needs 1.38 or newer" in refused.value.cause


async def test_a_key_is_sent_with_every_call_and_a_wrong_one_is_named():
    async with running(key="sesame") as server:
        async with store_at(place_of(server, key="sesame")) as store:
            await store.write([episode("a")])
            assert ids(await recalled(store)) == ["a"]
        async with store_at(place_of(server, key="wrong")) as store:
            with pytest.raises(WeaviateNotAllowed) as refused:
                await store.write([episode("b")])
    assert "sesame" not in str(refused.value)
    assert "wrong" not in str(refused.value)


async def test_a_tenant_that_was_removed_is_noticed_and_made_again(server, store):
    await store.write([episode("a")])
    await store.advance(7)
    del server.state.collections[COLLECTION].tenants["acme"]
    with pytest.raises(WeaviateEmptied):
        await store.write([episode("b")])
    assert await store.watermark() == 0  # so that it is told everything again
    await store.write([episode("a"), episode("b")])
    assert await store.count() == 2


async def test_a_collection_that_was_removed_is_noticed_and_made_again(server, store):
    await store.write([episode("a")])
    server.state.collections.clear()
    with pytest.raises(WeaviateEmptied):
        await store.write([episode("b")])
    await store.write([episode("b")])
    assert ids(await recalled(store)) == ["b"]


async def test_companies_share_a_collection_and_see_nothing_of_each_other(server):
    async with (
        store_at(place_of(server), company="acme") as ours,
        store_at(place_of(server), company="Other & Co") as theirs,
    ):
        await ours.write([episode("a", person="p1")])
        await theirs.write([episode("b", person="p1")])
        assert ids(await recalled(ours)) == ["a"]
        assert await theirs.forget("p1") == 1
        assert (await ours.count(), await theirs.count()) == (1, 0)
    assert len(server.state.collections) == 1


async def test_episodes_go_over_in_messages_that_a_server_takes(server, store, monkeypatch):
    await store.write([episode(str(n), f"website {n}") for n in range(2 * AT_ONCE + 1)])
    assert server.asked.count("BatchObjects") == 3
    monkeypatch.setattr("memory.weaviate.shelf.LARGEST", 2_000)
    await store.write([episode(f"long {n}", "word " * 300) for n in range(2)])
    assert server.asked.count("BatchObjects") == 5
    assert await store.count() == 2 * AT_ONCE + 3


async def test_an_object_that_cannot_be_read_is_left_out_and_said(server, store):
    await store.write([episode("a"), episode("b")])
    tenant = server.state.collections[COLLECTION].tenants["acme"]
    tenant[str(uuid_of("a"))].properties["body"] = "{"
    del tenant[str(uuid_of("b"))].properties["body"]
    answer = await recalled(store)
    assert (answer.hits, answer.degraded) == ((), "Some episodes in the memory cannot be read.")


async def test_open_ends_stand_at_moments_that_the_server_can_compare(store):
    far = datetime(9999, 12, 31, tzinfo=UTC)
    ends = {"valid_from": datetime(1, 1, 1, tzinfo=UTC), "valid_to": far}
    await store.write([episode("open"), episode("ends", **ends), episode("late", at=far)])
    assert set(ids(await recalled(store))) == {"open", "ends"}
    assert set(ids(await recalled(store, before=far))) == {"open", "ends", "late"}


async def test_forgetting_takes_a_persons_words_from_whoever_stands_beside(server, tmp_path):
    cached = EmbeddingCache(Counting(), tmp_path / "embeddings.db")
    async with store_at(place_of(server), cached) as store:
        hers = episode("hers", "Zanzibar", case="one", person="p1", at=NOW - timedelta(hours=2))
        others = [
            episode(f"o{n}", "the plan was good", case="one", at=NOW - timedelta(hours=n))
            for n in (0, 1, 3, 4)
        ]
        await store.write([hers, *others])
        await store.catch_up()
        assert len(ids(await recalled(store, "Zanzibar"))) == 5  # the others by their neighbour
        assert await store.forget("p1") == 1
        assert ids(await recalled(store, "Zanzibar")) == []
        held = server.state.collections[COLLECTION].tenants["acme"].values()
        assert not any("zanzibar" in str(each.properties).lower() for each in held)
        assert await store.forget("p1") == 0


async def test_a_death_between_the_steps_of_forgetting_leaves_work_and_no_words(server, store):
    hers = episode("hers", "Zanzibar", case="one", person="p1")
    await store.write([hers, episode("o", "a plan", case="one", at=NOW - timedelta(hours=1))])
    server.refuse = lambda properties: "died" if properties.get("episode") == "o" else ""
    with pytest.raises(WeaviateRefused):
        await store.forget("p1")
    assert await store.count() == 2  # still hers: a second try finds who is beside her
    server.refuse = lambda _: ""
    assert await store.forget("p1") == 1
    assert ids(await recalled(store, "Zanzibar")) == []


async def test_what_waits_for_its_vectors_is_counted_and_found_by_its_words(server, tmp_path):
    cached = EmbeddingCache(Counting(), tmp_path / "embeddings.db")
    async with store_at(place_of(server), cached) as store:
        await store.write([episode("a"), episode("b", "a logo")])
        status = await store.status()
        assert (status.lag, status.fingerprint, status.store) == (2, "letters", "weaviate")
        assert status.collections == {COLLECTION: 2}
        assert ids(await recalled(store)) == ["a"]
        assert (await store.catch_up(1), (await store.status()).lag) == (1, 1)
        assert (await store.catch_up(), (await store.status()).lag) == (1, 0)


async def test_an_episode_that_comes_between_two_others_changes_what_they_are_found_by(store):
    for hours in (1, 3):
        at = NOW - timedelta(hours=hours)
        await store.write([episode(f"o{hours}", "yes, please", case="one", at=at)])
    assert ids(await recalled(store, "sailing")) == []
    between = episode("between", "a sailing boat?", case="one", at=NOW - timedelta(hours=2))
    await store.write([between])
    assert set(ids(await recalled(store, "sailing"))) == {"between", "o1", "o3"}
    await store.write([episode("between", "a sailing boat?", case="two")])  # it was another case
    assert ids(await recalled(store, "sailing")) == ["between"]


async def test_a_connection_is_refused_in_another_loop(server):
    async with store_at(place_of(server)) as store:
        await store.count()

        def elsewhere():
            with pytest.raises(WeaviateElsewhere):
                asyncio.run(store.count())

        await asyncio.to_thread(elsewhere)


async def test_tending_ends_as_soon_as_anybody_finds_the_server_gone(server):
    async with store_at(place_of(server), longest=0.4) as store:
        await store.write([episode("a")])
        tending = asyncio.create_task(store.tend(asyncio.Event()))
        await server.until("Aggregate")
        await server.stop()
        await recalled(store)
        with pytest.raises(NotNow):
            await asyncio.wait_for(tending, 10)
