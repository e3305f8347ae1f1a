"""What every episode store must do, whichever it is."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from weaviate_memory import LIVE, live_store, place_of, running, store_at

from memory.embedder import BundledEmbedder
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, MemoryQuery
from memory.local.store import LocalStore
from memory.weaviate.store import WeaviateStore

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@asynccontextmanager
async def closing(opened):
    store = await opened
    try:
        yield store
    finally:
        await store.close()


def words(folder):
    return closing(LocalStore.open(folder / "memory.db"))


BUNDLED = BundledEmbedder()
"""One for all: its weights take a third of a second and a hundred megabytes to load."""


def embedder(folder):
    return EmbeddingCache(BUNDLED, folder / "embeddings.db")


def vectors(folder):
    return closing(LocalStore.open(folder / "memory.db", embedder(folder)))


class Prompt:
    """A store whose background work is always through."""

    async def write(self, episodes):
        await super().write(episodes)
        await self.catch_up()

    async def recall(self, query):
        await self.catch_up()
        return await super().recall(query)


class PromptLocal(Prompt, LocalStore):
    pass


class PromptWeaviate(Prompt, WeaviateStore):
    pass


def large(folder):
    return closing(PromptLocal.open(folder / "memory.db", large=1))


@asynccontextmanager
async def weaviate(folder):
    cached = embedder(folder)
    async with (
        running() as server,
        store_at(place_of(server), cached, kind=PromptWeaviate) as store,
    ):
        yield store


@asynccontextmanager
async def weaviate_words(_folder):
    async with running() as server, store_at(place_of(server)) as store:
        yield store


def weaviate_live(folder):
    return live_store(embedder(folder), kind=PromptWeaviate)


STORES = {
    "local": vectors,
    "local, large": large,
    "local, words only": words,
    "weaviate": weaviate,
    "weaviate, words only": weaviate_words,
    **({"weaviate, live": weaviate_live} if LIVE else {}),
}
"""How to open each store; another one is added here and passes the same tests."""


@pytest.fixture(params=sorted(STORES))
async def store(request, tmp_path):
    async with STORES[request.param](tmp_path) as opened:
        yield opened


def episode(name, text, *, days=1, **changes):
    fields = {"kind": "proposal", "case": f"lead-{name}", "facts": (f"fact-{name}",)}
    return Episode(id=name, text=text, at=NOW - timedelta(days=days), **{**fields, **changes})


def query(text="", **changes):
    return MemoryQuery(**{"text": text, "before": NOW, **changes})


async def found(store, text="", **changes):
    recalled = await store.recall(query(text, **changes))
    assert recalled.degraded == ""
    return [hit.episode.id for hit in recalled.hits]


async def test_an_empty_store_remembers_nothing_and_has_seen_no_fact(store):
    assert await found(store, "website") == []
    assert (await store.count(), await store.watermark()) == (0, 0)


async def test_an_episode_comes_back_whole(store):
    written = episode(
        "a",
        "Ada wanted a website – für 1.190 € 🙂",
        contact="con-1",
        items=("site", "logo"),
        person="p1",
        facts=("f1", "f2"),
        who="Ada",
        valid_from=NOW - timedelta(days=2),
        valid_to=NOW + timedelta(days=2),
        topics=("price:site", "preference:con-1:language"),
        values=("1190.00 EUR", ""),
    )
    await store.write([written])
    recalled = await store.recall(query("website"))
    assert [hit.episode for hit in recalled.hits] == [written]


async def test_writing_the_same_episodes_again_changes_nothing(store):
    episodes = [episode("a", "a website"), episode("b", "a logo")]
    await store.write(episodes)
    first = await store.recall(query("website logo"))
    await store.write(episodes)
    assert await store.recall(query("website logo")) == first
    assert await store.count() == 2


async def test_the_order_of_writing_does_not_matter(store):
    episodes = [episode(str(n), f"website talk {n}", days=n, case="lead-1") for n in range(1, 5)]
    await store.write(episodes)
    forwards = await store.recall(query("website 3"))
    for one in reversed(episodes):
        await store.write([one])
    assert await store.recall(query("website 3")) == forwards


async def test_a_changed_episode_replaces_the_old_one(store):
    await store.write([episode("a", "a website")])
    await store.write([episode("a", "a sailing boat")])
    assert await found(store, "website") == []
    assert await found(store, "boat") == ["a"]
    assert await store.count() == 1


async def test_a_plan_does_not_see_its_own_future(store):
    await store.write([episode("old", "website", days=2), episode("new", "website", days=0)])
    before = NOW - timedelta(days=1)
    assert await found(store, "website", before=before) == ["old"]
    assert await found(store, "website", before=NOW) == ["new", "old"]


async def test_the_asking_case_does_not_recall_itself(store):
    await store.write([episode("a", "website", case="lead-1"), episode("b", "website")])
    assert await found(store, "website", not_case="lead-1") == ["b"]


async def test_what_was_superseded_is_left_out_unless_asked_for(store):
    await store.write([episode("v1", "website", superseded=True), episode("v2", "website")])
    assert await found(store, "website") == ["v2"]
    assert set(await found(store, "website", with_superseded=True)) == {"v1", "v2"}


async def test_what_has_run_out_or_does_not_hold_yet_is_left_out(store):
    moments = {
        "gone": {"valid_to": NOW},
        "going": {"valid_to": NOW + timedelta(microseconds=1)},
        "beginning": {"valid_from": NOW},
        "later": {"valid_from": NOW + timedelta(microseconds=1)},
    }
    told = {"contact": "con-1", "items": ("site",)}
    await store.write([episode(name, "website", **each, **told) for name, each in moments.items()])
    asked = {"contacts": ("con-1",), "items": ("site",)}
    assert set(await found(store, "website", **asked)) == {"going", "beginning"}
    assert set(await found(store, "website", **asked, with_superseded=True)) == {
        *("gone", "going", "beginning"),
    }
    assert set(await found(store, **asked)) == {"going", "beginning"}
    earlier = NOW - timedelta(hours=1)
    assert set(await found(store, "website", before=earlier)) == {"gone", "going"}


async def test_an_episode_that_got_an_end_runs_out(store):
    await store.write([episode("a", "website")])
    await store.write([episode("a", "website", valid_to=NOW - timedelta(days=1))])
    assert await found(store, "website") == []


async def test_only_the_wanted_kinds_are_recalled(store):
    await store.write([episode("a", "website"), episode("b", "website", kind="decision")])
    assert await found(store, "website", kinds=("decision", "outcome")) == ["b"]


async def test_the_same_contact_comes_first(store):
    others = [episode(f"o{n}", "a website for the bakery", contact="con-2") for n in range(5)]
    await store.write(
        [*others, episode("hers", "a website for the bakery", contact="con-1", days=90)]
    )
    assert (await found(store, "website bakery", contacts=("con-1",)))[0] == "hers"


async def test_the_same_items_come_first(store):
    await store.write(
        [episode("a", "a website", items=("logo",)), episode("b", "a website", items=("site",))]
    )
    assert await found(store, "website", items=("site", "host")) == ["b", "a"]


async def test_contact_and_items_are_recalled_even_where_no_word_matches(store):
    await store.write(
        [
            episode("a", "ein Auftritt im Netz", contact="con-1"),
            episode("b", "un site", items=("site",)),
            episode("c", "something else"),
        ]
    )
    first = await found(store, "website", contacts=("con-1",), items=("site",), limit=2)
    assert set(first) == {"a", "b"}


async def test_better_words_beat_a_younger_age_and_age_breaks_ties(store):
    await store.write(
        [
            episode("old", "website with a shop", days=400),
            episode("young", "website", days=1),
            episode("older", "website with a shop", days=500),
        ]
    )
    assert await found(store, "website shop") == ["old", "older", "young"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("invoicing", "She paid all invoices"),
        ("cafe", "The Café wants more"),
        ("RÉSUMÉ", "a resume was sent"),
        ("Wo ist die Rechnung?", "Rechnung bezahlt"),
    ],
)
async def test_words_match_in_other_forms_cases_and_accents(store, text, wanted):
    await store.write([episode("a", wanted), episode("b", "the is of wo die")])
    assert (await found(store, text))[0] == "a"


async def test_the_limit_holds(store):
    await store.write([episode(str(n), "website") for n in range(20)])
    assert len(await found(store, "website", limit=7)) == 7
    assert await found(store, "website", limit=0) == []


async def test_a_forgotten_person_leaves_nothing_behind(store):
    await store.write(
        [
            episode("a", "Ada wanted a website", person="p1", case="lead-1", days=3),
            episode("b", "Ada paid", person="p1", contact="con-1", items=("site",), days=1),
            episode("c", "the plan was good", person="p2", case="lead-1", days=2),
        ]
    )
    assert await store.forget("p1") == 2
    assert await store.count() == 1
    assert await found(store, "Ada website paid") == []
    assert await found(store, contacts=("con-1",), items=("site",)) == []
    assert await store.forget("p1") == 0
    assert await store.forget("") == 0


async def test_the_watermark_only_moves_forward(store):
    await store.advance(12)
    await store.advance(7)
    assert await store.watermark() == 12


HOSTILE = (
    *(
        '"',
        '""',
        "a\x00b",
        "own:website",
        "NEAR(website, 2)",
        "website AND",
        "-website",
        "*",
        "web*",
    ),
    *("^website", "(((", "{own context}: website", "'; DROP TABLE episode; --", "🙂🎉", "\u202e"),
    *("a" * 100_000, "word " * 20_000, "\ud800", "%s %d {}", "ＷＥＢＳＩＴＥ", "_", "", " \n\t"),
)


async def test_no_text_can_break_a_search(store):
    await store.write([episode("a", "website")])
    for text in HOSTILE:
        await found(store, text)
        assert await found(store, "website") == ["a"], text


async def test_no_text_can_break_a_write(store):
    texts = ['"', "\x00", "🙂", "\u202e", "", "x" * 200_000, 'own: "NEAR" *']
    await store.write([episode(str(n), text) for n, text in enumerate(texts)])
    assert await store.count() == len(texts)


async def test_a_revision_changes_with_what_is_written_embedded_and_forgotten(store):
    seen = [await store.revision()]
    await store.write([episode("a", "a website", person="p-1")])
    seen.append(await store.revision())
    await store.catch_up()
    await store.forget("p-1")
    seen.append(await store.revision())
    assert len(set(seen)) == 3
    await store.catch_up()
    seen.append(await store.revision())
    await store.recall(MemoryQuery(text="website", before=NOW))
    assert await store.revision() == seen[-1]
