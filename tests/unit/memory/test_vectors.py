"""Vectors: the bundled embedder, the cache that spares it, and the exact search."""

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import CooError
from memory.embedder import BundledEmbedder, bundled, unit
from memory.embeddings import EmbeddingCache, EmbeddingsBusy, forget_texts
from memory.episodes import Episode, MemoryQuery
from memory.local.store import LocalStore
from memory.local.vectors import Matrix

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Letters:
    """An embedder for which a text is its letters: quick, and likeness is plain to see."""

    dimensions = 26

    def __init__(self, fingerprint="letters-1"):
        self.fingerprint = fingerprint
        self.texts = []
        self.broken = ""

    async def embed(self, texts):
        if self.broken:
            raise CooError(self.broken, "Wait.")
        self.texts += texts
        made = np.zeros((len(texts), 26), np.float32)
        for row, text in enumerate(texts):
            for sign in text.lower():
                if "a" <= sign <= "z":
                    made[row, ord(sign) - 97] += 1
        return unit(made)


def episode(name, text, *, minutes=1, **changes):
    fields = {"kind": "conversation", "case": f"lead-{name}", "facts": (f"fact-{name}",)}
    return Episode(id=name, text=text, at=NOW - timedelta(minutes=minutes), **{**fields, **changes})


async def ids(store, text, **changes):
    recalled = await store.recall(MemoryQuery(text=text, before=NOW, **changes))
    return [hit.episode.id for hit in recalled.hits]


async def opened(folder, embedder):
    return await LocalStore.open(
        folder / "memory.db", EmbeddingCache(embedder, folder / "embeddings.db")
    )


BUNDLED = BundledEmbedder()


async def test_the_bundled_embedder_knows_other_words_for_the_same_thing():
    made = await BUNDLED.embed(
        ["When will you pay?", "The transfer of the money happens on Friday.", "A sunny garden"]
    )
    assert made.shape == (3, 384)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert made[0] @ made[1] > made[0] @ made[2] + 0.1


async def test_a_text_has_the_same_vector_whatever_it_is_embedded_with():
    texts = ["short", "a much longer text about an invoice that has not been paid " * 3]
    together, alone = await BUNDLED.embed(texts), await BUNDLED.embed(texts[:1])
    assert np.allclose(together[0], alone[0], atol=0.02)  # int8 rounds a little with the batch


async def test_nothing_to_embed_is_no_error():
    assert (await BUNDLED.embed([])).shape == (0, 384)


def test_without_its_runtime_there_is_no_embedder(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert bundled() is None


async def test_a_text_that_was_embedded_once_asks_no_embedder_again(tmp_path):
    letters = Letters()
    first = EmbeddingCache(letters, tmp_path / "embeddings.db")
    made = await first.embed(["abc", "def", "abc"])
    await first.close()
    again = EmbeddingCache(letters, tmp_path / "embeddings.db")
    assert np.allclose(await again.embed(["def", "abc"]), made[1::-1], atol=1e-3)
    assert (letters.texts, again.hits, again.misses) == (["abc", "def"], 2, 0)
    await again.close()


async def test_vectors_of_another_fingerprint_are_not_taken(tmp_path):
    path = tmp_path / "embeddings.db"
    one = EmbeddingCache(Letters("letters-1"), path)
    await one.embed(["abc"])
    await one.close()
    other = Letters("letters-2")
    cache = EmbeddingCache(other, path)
    await cache.embed(["abc"])
    assert other.texts == ["abc"]
    await cache.close()


async def test_a_damaged_cache_is_begun_anew(tmp_path):
    path = tmp_path / "embeddings.db"
    path.write_bytes(b"no database")
    cache = EmbeddingCache(Letters(), path)
    assert (await cache.embed(["abc"])).shape == (1, 26)
    await cache.close()


async def test_a_cache_that_cannot_be_read_or_written_costs_time_and_nothing_else(tmp_path):
    letters = Letters()
    cache = EmbeddingCache(letters, tmp_path / "embeddings.db")
    with sqlite3.connect(tmp_path / "embeddings.db") as other:
        other.execute("DROP TABLE embedding")
    other.close()
    assert (await cache.embed(["abc"])).shape == (1, 26)
    assert (await cache.embed(["abc"])).shape == (1, 26)
    assert letters.texts == ["abc", "abc"]
    await cache.close()


async def test_a_model_that_cannot_be_loaded_leaves_words_and_says_so(tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("no such instruction")

    monkeypatch.setattr("memory.embedder._Model.__init__", broken)
    store = await opened(tmp_path, BundledEmbedder())
    await store.write([episode("a", "website")])
    recalled = await store.recall(MemoryQuery(text="website", before=NOW))
    assert [hit.episode.id for hit in recalled.hits] == ["a"]
    assert "Only words were searched: The embedder cannot be used: no such" in recalled.degraded
    with pytest.raises(CooError, match="no such instruction"):
        await store.catch_up()
    await store.close()


async def test_an_index_that_cannot_be_made_is_said_in_words(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db", large=1)
    (tmp_path / "memory.index").write_text("a file where the folder belongs")
    await store.write([episode("a", "website")])
    with pytest.raises(CooError, match=r"memory\.index"):
        await store.catch_up()
    assert await ids(store, "website") == ["a"]
    await store.close()


async def test_a_question_is_not_kept(tmp_path):
    cache = EmbeddingCache(Letters(), tmp_path / "embeddings.db")
    await cache.once(MemoryQuery(text="where is the money", before=NOW))
    await cache.close()
    with sqlite3.connect(tmp_path / "embeddings.db") as connection:
        assert connection.execute("SELECT count(*) FROM embedding").fetchone() == (0,)
    connection.close()


async def test_an_episode_is_found_by_likeness_once_it_is_embedded(tmp_path):
    store = await opened(tmp_path, Letters())
    await store.write([episode(str(n), text) for n, text in enumerate(["aabb", "ccdd", "eeff"])])
    assert await ids(store, "dcdc") == []
    assert (await store.status()).lag == 3
    assert await store.catch_up() == 3
    assert await ids(store, "dcdc") == ["1"]
    assert (await store.status()).lag == 0
    await store.close()


async def test_the_best_sentence_of_a_long_text_counts(tmp_path):
    store = await opened(tmp_path, Letters())
    long = "Mmmmmmmmmmmmmmmmmmmm. Zzzzzzzzzzzzzzzzzzzz. " + "Kkkkkkkkkkkkkkkkkkkkkk. " * 5
    await store.write([episode("long", long), episode("other", "mmmkkkkk mmkkkk kkkkkkkmm")])
    await store.catch_up()
    assert (await ids(store, "zzzkkz"))[0] == "long"
    await store.close()


async def test_a_few_that_wait_are_embedded_before_a_question_is_answered(tmp_path):
    store = await opened(tmp_path, Letters())
    await store.write([episode("a", "aabb")])
    assert await ids(store, "bbaa") == ["a"]
    await store.close()


async def test_a_broken_embedder_leaves_words_and_says_so(tmp_path):
    letters = Letters()
    store = await opened(tmp_path, letters)
    await store.write([episode("a", "website")])
    letters.broken = "The embedder is away."
    recalled = await store.recall(MemoryQuery(text="website", before=NOW))
    assert [hit.episode.id for hit in recalled.hits] == ["a"]
    assert recalled.degraded == "Only words were searched: The embedder is away."
    with pytest.raises(CooError):
        await store.catch_up()
    assert (await store.status()).lag == 1
    letters.broken = ""
    assert await store.catch_up() == 1
    await store.close()


async def test_vectors_are_there_after_a_restart_and_ask_no_embedder(tmp_path):
    letters = Letters()
    store = await opened(tmp_path, letters)
    await store.write([episode("a", "aabb")])
    await store.catch_up()
    await store.close()
    letters.texts.clear()
    again = await opened(tmp_path, letters)
    assert (await again.status()).lag == 0
    assert await ids(again, "bbaa") == ["a"]
    assert letters.texts == ["bbaa"]
    await again.close()


async def test_with_another_embedder_words_do_and_no_vector_is_thrown_away(tmp_path):
    letters = Letters("letters-1")
    store = await opened(tmp_path, letters)
    await store.write([episode("a", "aabb"), episode("b", "ccdd"), episode("c", "ccdd eeff")])
    await store.catch_up()
    await store.close()
    other = Letters("letters-2")
    again = await opened(tmp_path, other)
    assert await again.catch_up() == 0
    recalled = await again.recall(MemoryQuery(text="abab", before=NOW))
    assert (recalled.hits, other.texts) == ((), [])
    assert recalled.degraded == "Only words were searched: memory was embedded with letters-1."
    await again.close()
    back = await opened(tmp_path, letters)
    assert await ids(back, "abab") == ["a"]
    await back.close()


async def test_a_rebuilt_store_computes_nothing_again(tmp_path):
    letters = Letters()
    store = await opened(tmp_path, letters)
    episodes = [episode(str(n), text) for n, text in enumerate(["aabb", "ccdd", "eeff"])]
    await store.write(episodes)
    await store.catch_up()
    await store.close()
    letters.texts.clear()
    (tmp_path / "memory.db").unlink()
    again = await opened(tmp_path, letters)
    await again.write(episodes)
    await again.catch_up()
    assert letters.texts == []
    status = await again.status()
    assert (status.embeddings_found, status.embeddings_made) == (3, 0)
    await again.close()


async def test_nothing_of_a_forgotten_person_is_left_in_any_file(tmp_path):
    letters = Letters()
    store = await LocalStore.open(
        tmp_path / "memory.db", EmbeddingCache(letters, tmp_path / "embeddings.db"), large=1
    )
    hers = episode("x", "zanzibarian xylophones for the qqqq", person="p1", case="c", minutes=2)
    await store.write([episode("y", "aabb", case="c"), hers, episode("z", "ccdd", case="c")])
    await store.catch_up()
    vector = (await letters.embed([hers.text]))[0].astype(np.float16).tobytes()
    assert any(vector in p.read_bytes() for p in tmp_path.iterdir() if p.is_file())
    assert await store.forget("p1") == 1
    left = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"zanzibar" not in left.lower()
    assert vector not in left
    assert "x" not in await ids(store, "qqqq xylophones")
    await store.catch_up()
    assert (await ids(store, "ccdd"))[0] == "z"
    await store.close()


async def test_tending_embeds_what_is_written_until_it_is_stopped(tmp_path):
    store = await opened(tmp_path, Letters())
    stop = asyncio.Event()
    tending = asyncio.create_task(store.tend(stop))
    await store.write([episode(str(n), "aabb") for n in range(40)])
    async with asyncio.timeout(30):
        while (await store.status()).lag:  # noqa: ASYNC110 - the store sets no event when it is through
            await asyncio.sleep(0)
        stop.set()
        await tending
    await store.close()


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=60),
    st.integers(0, 5),
)
def test_the_matrix_holds_what_was_put_last_whatever_the_order(steps, axis):
    matrix, model = Matrix(6), {}
    for n, where in steps:
        if where == 5 and n in model:
            matrix.drop(n)
            del model[n]
        else:
            matrix.put(n, np.eye(6, dtype=np.float32)[where])
            model[n] = where
    question = np.eye(6, dtype=np.float32)[axis]
    wanted = {n: float(where == axis) for n, where in model.items()}
    assert matrix.likeness(question, range(20)) == wanted
    assert matrix.best(question, 100) == wanted
    assert len(matrix) == len(model)


class Slow(Letters):
    """An embedder that is at it until it is let go on."""

    def __init__(self):
        super().__init__()
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    async def embed(self, texts):
        self.begun.set()
        await self.goes_on.wait()
        return await super().embed(texts)


def kept(folder):
    """How many vectors there are in the cache, and in the store."""
    found = []
    for name, sql in (
        ("embeddings.db", "SELECT count(*) FROM embedding"),
        ("memory.db", "SELECT count(*) FROM vector"),
    ):
        connection = sqlite3.connect(folder / name)
        found += connection.execute(sql).fetchone()
        connection.close()
    return found


async def test_nothing_that_was_ever_embedded_of_a_person_stays_once_they_are_forgotten(tmp_path):
    store = await opened(tmp_path, Letters())
    for n, text in enumerate(("Ada asks", "Ada insists", "Ada pays")):
        await store.write([episode(f"{n}", text, minutes=9 - n, case="lead-1", person="p-ada")])
        await store.catch_up()
    assert kept(tmp_path)[0] > 3, "what is around an episode was embedded as it was each time"
    assert await store.forget("p-ada") == 3
    await store.close()
    assert kept(tmp_path) == [0, 0]


async def test_who_is_forgotten_while_they_are_embedded_is_forgotten(tmp_path):
    slow = Slow()
    store = await opened(tmp_path, slow)
    await store.write([episode("a", "Ada asks", person="p-ada")])
    embedding = asyncio.create_task(store.catch_up())
    await slow.begun.wait()
    forgetting = asyncio.create_task(store.forget("p-ada"))
    await asyncio.wait({forgetting}, timeout=0.2)  # it must not be through before the other is
    slow.goes_on.set()
    await asyncio.gather(embedding, forgetting)
    await store.close()
    assert kept(tmp_path) == [0, 0]


async def test_a_crash_in_the_middle_of_forgetting_leaves_nothing_after_the_next_try(
    tmp_path, monkeypatch
):
    store = await opened(tmp_path, Letters())
    await store.write([episode("a", "Ada of wombat", person="p-ada")])
    await store.catch_up()
    monkeypatch.setattr(store, "_forget_vectors", Mock(side_effect=OSError("no power")))
    with pytest.raises(OSError, match="no power"):
        await store.forget("p-ada")
    await store.close()
    wiped = await opened(tmp_path, Letters())
    wipes = Mock(wraps=wiped._wipe)
    monkeypatch.setattr(wiped, "_wipe", wipes)
    assert await wiped.forget("p-ada") == 0
    assert await wiped.forget("p-ada") == 0
    assert wipes.call_count == 1
    await wiped.close()
    assert kept(tmp_path) == [0, 0]


async def test_a_cache_that_somebody_writes_to_is_not_taken_for_damaged(tmp_path, monkeypatch):
    path = tmp_path / "embeddings.db"
    cache = EmbeddingCache(Letters(), path)
    await cache.embed(["abc"])

    def busy(_):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("memory.embeddings._connected", busy)
    with pytest.raises(EmbeddingsBusy, match="locked"):
        await forget_texts(path, ["abc"])
    await cache.close()
    assert path.exists()
