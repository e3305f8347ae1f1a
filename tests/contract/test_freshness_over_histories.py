"""Whatever happened, and however far memory is behind: what reaches a plan holds now."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from fresh_history import HISTORIES, History
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from weaviate_memory import place_of, running, store_at

from memory import freshness, recall
from memory.episodes import Hit, Recall
from memory.freshness import Held, Judged
from memory.local.store import LocalStore

MANY = 100
FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@asynccontextmanager
async def local(folder):
    store = await LocalStore.open(folder / "memory.db")
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def weaviate(_folder):
    async with running() as server, store_at(place_of(server)) as store:
        yield store


@pytest.fixture(params=[local, weaviate], ids=["local", "weaviate"])
async def store(request, tmp_path):
    async with request.param(tmp_path) as opened:
        yield opened


class Apart:
    """A store for one history inside one that serves many: whatever else is there is not seen."""

    def __init__(self, store):
        self._store, self._written = store, {}

    async def write(self, episodes):
        self._written |= dict.fromkeys(episode.person for episode in episodes)
        await self._store.write(episodes)

    async def recall(self, query):
        return await self._store.recall(query)

    async def cleared(self):
        for person in self._written:
            await self._store.forget(person)


async def holds(store, steps, limit):
    apart = Apart(store)
    history = History(apart)
    try:
        await history.happens(steps)
        assert await history.faults(limit) == []
    finally:
        await apart.cleared()


@given(steps=HISTORIES, limit=st.sampled_from([3, 50]))
@FEW
async def test_nothing_superseded_closed_expired_or_erased_reaches_a_plan(store, steps, limit):
    await holds(store, steps, limit)


@pytest.mark.slow
@given(steps=HISTORIES, limit=st.sampled_from([3, 50]))
@settings(FEW, max_examples=MANY, derandomize=False)
async def test_that_is_so_in_many_more_histories(store, steps, limit):
    await holds(store, steps, limit)


class Everything:
    """A store in memory that finds everything eligible: the judge is all that is between."""

    def __init__(self, oldest=None):
        self._episodes, self._oldest = {}, oldest

    async def write(self, episodes):
        self._episodes |= {episode.id: episode for episode in episodes}

    async def recall(self, query):
        hits = [
            Hit(episode=episode, score=float(episode.contact in query.contacts))
            for episode in sorted(self._episodes.values(), key=lambda each: each.at, reverse=True)
            if episode.at <= query.before
            and episode.holds(query.before)
            and (self._oldest is None or query.before - episode.at < self._oldest)
        ]
        hits.sort(key=lambda hit: -hit.score)
        return Recall(hits=tuple(hits[: query.limit]))


def faults_of(steps, oldest=None):
    async def run():
        history = History(Everything(oldest))
        await history.happens(steps)
        return await history.faults(50)

    return asyncio.run(run())


def a_history_with(fault):
    """One in which what memory tells is wrong in this way."""
    return find(
        HISTORIES,
        lambda steps: fault in faults_of(steps),
        settings=settings(
            max_examples=2_000, derandomize=True, database=None, phases=[Phase.generate]
        ),
    )


def believes_the_store(hits, *_, **__):
    return Judged(tuple(Held(hit) for hit in hits), ())


CARELESS = {
    "the ledger is not asked, prices": (
        (recall, "judged", believes_the_store),
        "an offer with a superseded price",
    ),
    "knowledge is not asked for": (
        (freshness, "_contradicted", lambda *_: False),
        "an offer with a superseded price",
    ),
    "sources are not asked for": (
        (freshness, "_closed", lambda *_: False),
        "a closed preference",
    ),
    "offers are not asked for": (
        (freshness, "_of_offer", lambda *_: iter(())),
        "an offer that is over, declined or of somebody erased",
    ),
    "words go to everybody": (
        (recall, "_may_be_told", lambda *_: True),
        "what somebody else wrote",
    ),
}


@pytest.mark.parametrize("way", CARELESS)
def test_the_histories_find_a_memory_that_is_careless(way, monkeypatch):
    (where, name, instead), fault = CARELESS[way]
    monkeypatch.setattr(where, name, instead)
    assert a_history_with(fault)


OFFERED = ("offer", "con-a", "site", 400)

RARE = {
    "the ledger is not asked": (
        (recall, "judged", believes_the_store),
        ([OFFERED, ("tell",), ("again", 0, 40)], 8),
        "a superseded version",
    ),
    "erasure is not asked for": (
        (freshness, "_erased", lambda *_: False),
        ([OFFERED, ("accept", 0), ("erase", "con-a")], 0),
        "a deal of somebody erased",
    ),
    "prices stay in deals": (
        (freshness, "without_amounts", lambda text: text),
        ([OFFERED, ("accept", 0), ("list", "site", 900_00)], 0),
        "a superseded price in a deal",
    ),
}


@pytest.mark.parametrize("way", RARE)
def test_a_memory_that_is_careless_is_found_where_histories_rarely_lead(way, monkeypatch):
    (where, name, instead), what, fault = RARE[way]
    assert faults_of(what) == []
    monkeypatch.setattr(where, name, instead)
    assert fault in faults_of(what)


def test_a_memory_that_takes_age_for_an_end_is_found():
    what = ([OFFERED, ("tell",), ("wait", 45)], 0)
    assert faults_of(what) == []
    assert "a current offer is missing" in faults_of(what, timedelta(days=30))


def test_the_same_histories_find_nothing_in_a_careful_memory():
    with pytest.raises(NoSuchExample):
        find(
            HISTORIES,
            faults_of,
            settings=settings(
                max_examples=60, derandomize=True, database=None, phases=[Phase.generate]
            ),
        )
