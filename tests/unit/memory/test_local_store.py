"""The local store's own promises: its file, its neighbours, its honesty when broken."""

import asyncio
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.episodes import Episode, MemoryQuery
from memory.local.schema import opened
from memory.local.search import Place, searched
from memory.local.store import LocalStore, MemoryDamaged
from memory.stems import match_expression
from memory.words import words_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def episode(name, text, *, minutes=1, **changes):
    fields = {"kind": "conversation", "case": "lead-1", "facts": (f"fact-{name}",)}
    return Episode(id=name, text=text, at=NOW - timedelta(minutes=minutes), **{**fields, **changes})


def query(text, **changes):
    return MemoryQuery(text=text, before=NOW, **changes)


async def ids(store, text, **changes):
    return [hit.episode.id for hit in (await store.recall(query(text, **changes))).hits]


def emptied(folder):
    for path in folder.iterdir():
        path.unlink()


def cut(folder):
    for path in folder.glob("*.*"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


async def test_what_was_written_is_there_after_a_restart(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db")
    await store.write([episode("a", "website")])
    await store.advance(5)
    await store.close()
    again = await LocalStore.open(tmp_path / "memory.db")
    assert await ids(again, "website") == ["a"]
    assert await again.watermark() == 5
    await again.close()


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 5000]
)
async def test_a_damaged_file_is_replaced_by_an_empty_one(tmp_path, content):
    path = tmp_path / "memory.db"
    path.write_bytes(content)
    store = await LocalStore.open(path)
    assert (await store.count(), await store.watermark()) == (0, 0)
    await store.write([episode("a", "website")])
    assert await ids(store, "website") == ["a"]
    await store.close()


async def test_a_file_cut_short_is_replaced_by_an_empty_one(tmp_path):
    path = tmp_path / "memory.db"
    store = await LocalStore.open(path)
    await store.write([episode(str(n), f"website {n}") for n in range(200)])
    await store.advance(200)
    await store.close()
    path.write_bytes(path.read_bytes()[:-40_000])
    again = await LocalStore.open(path)
    assert (await again.count(), await again.watermark()) == (0, 0)
    await again.close()


async def test_a_file_of_another_layout_is_replaced(tmp_path):
    other = sqlite3.connect(tmp_path / "memory.db")
    other.execute("CREATE TABLE episode (whatever)")
    other.execute("PRAGMA user_version = 99")
    other.close()
    store = await LocalStore.open(tmp_path / "memory.db")
    assert await store.count() == 0
    await store.close()


async def test_a_line_is_found_by_the_words_of_the_lines_around_it_but_after_them(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db")
    await store.write(
        [
            episode("wish", "Please do the bakery website", minutes=30),
            episode("answer", "Yes, for 900", minutes=20),
            episode("later", "Thanks!", minutes=10),
        ]
    )
    assert await ids(store, "bakery") == ["wish", "answer", "later"]
    between = [episode(f"between {n}", "One moment", minutes=26 - n) for n in range(3)]
    await store.write(between)
    assert (await ids(store, "bakery"))[:2] == ["wish", "between 0"]
    assert "answer" not in await ids(store, "bakery")
    await store.close()


async def test_a_damaged_file_is_said_and_replaced_at_the_next_start(tmp_path):
    path = tmp_path / "memory.db"
    store = await LocalStore.open(path)
    await store.write([episode("a", "website", contact="con-1"), episode("b", "website")])
    other = sqlite3.connect(path)
    other.execute("DROP TABLE item")
    other.commit()
    other.close()
    recalled = await store.recall(query("website", items=("site",)))
    assert recalled.degraded.startswith("The memory could not be searched by items (")
    with pytest.raises(MemoryDamaged, match="filled again from the ledger"):
        await store.write([episode("c", "website", items=("site",))])
    await store.close()


@pytest.mark.parametrize("damage", [shutil.rmtree, emptied, cut])
async def test_a_lost_or_damaged_index_of_words_is_made_anew_at_the_next_start(tmp_path, damage):
    path = tmp_path / "memory.db"
    store = await LocalStore.open(path, large=2)
    await store.write([episode("a", "website"), episode("b", "logo", case="lead-2")])
    await store.catch_up()
    assert await ids(store, "website") == ["a"]
    await store.close()
    damage(tmp_path / "memory.index")
    again = await LocalStore.open(path, large=2)
    await again.catch_up()
    assert await ids(again, "website") == ["a"]
    assert await ids(again, "logo") == ["b"]
    await again.close()


async def test_the_index_of_another_file_is_not_taken_for_ones_own(tmp_path):
    path = tmp_path / "memory.db"
    store = await LocalStore.open(path, large=1)
    await store.write([episode("a", "website")])
    await store.catch_up()
    await store.close()
    path.unlink()
    again = await LocalStore.open(path, large=1)
    await again.write([episode("b", "logo")])
    await again.catch_up()
    assert await ids(again, "website") == []
    assert await ids(again, "logo") == ["b"]
    await again.close()


async def test_what_was_written_before_a_kill_is_found_afterwards(tmp_path):
    path = tmp_path / "memory.db"
    store = await LocalStore.open(path)
    await store.write([episode("a", "website")])  # and nothing is closed: as after a kill
    again = await LocalStore.open(path)
    assert await ids(again, "website") == ["a"]
    await again.close()
    await store.close()


async def test_a_failed_write_leaves_the_store_as_it_was(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db")
    await store.write([episode("a", "website")])
    with pytest.raises(UnicodeEncodeError):
        await store.write([episode("b", "website"), episode("c", "x", kind="\ud800")])
    assert await ids(store, "website") == ["a"]
    await store.write([episode("b", "website")])
    assert await store.count() == 2
    await store.close()


async def test_nothing_of_a_forgotten_person_is_left_in_the_file(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db")
    await store.write([episode(str(n), f"talk {n}", person="p2", minutes=n) for n in range(50)])
    await store.write([episode("x", "zanzibarian xylophones", person="p1", minutes=20)])
    assert await ids(store, "zanzibarian")
    await store.forget("p1")
    left = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()).lower()
    assert b"zanzibar" not in left
    assert b"xylophon" not in left
    await store.close()


async def test_many_may_write_and_ask_at_once(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db")
    writes = [store.write([episode(str(n), "website", case=f"lead-{n}")]) for n in range(30)]
    asks = [store.recall(query("website")) for _ in range(30)]
    recalled = await asyncio.gather(*writes, *asks)
    assert all(answer.degraded == "" for answer in recalled[30:])
    assert await store.count() == 30
    await store.close()


async def test_another_process_may_read_the_file_meanwhile(tmp_path):
    store = await LocalStore.open(tmp_path / "memory.db")
    beside = await LocalStore.open(tmp_path / "memory.db")
    await store.write([episode("a", "website")])
    assert await ids(beside, "website") == ["a"]
    await beside.close()
    await store.close()


def test_a_query_is_words_only_each_once_without_stop_words():
    assert words_of('The "Website" AND the website, das_Logo!') == ["website", "logo"]
    assert words_of("the and der die le la") == []
    assert match_expression("The website and the logo") == '"web" OR "logo"'


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "memory.db"
    made = opened(path)
    yield Place(made)
    made.close()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_at_all_is_a_valid_query(place, text):
    assert searched(place, query(text)).degraded == ""
