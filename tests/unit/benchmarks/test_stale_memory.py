"""What is asked of memories about things that no longer hold."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks import memory_peers
from memory.local.store import LocalStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_every_stale_statement_says_why_and_what_holds_instead() -> None:
    rows = memory_peers.stale()
    assert len(rows) >= 20
    assert {row["why"] for row in rows} == {"superseded", "expired", "expired today"}
    texts = [text for row in rows for text in (row["question"], row["was"], row["now"])]
    assert len(set(texts)) == len(texts)


async def test_no_answer_of_ours_holds_what_was_replaced_or_ran_out(tmp_path) -> None:
    store = await LocalStore.open(tmp_path / "memory.db")
    found = await memory_peers.stale_found(store, NOW)
    await store.close()
    figures = memory_peers.freshness(found)
    assert figures["with_a_dead_statement"] == 0
    assert figures["with_what_holds"] >= len(found) - 4


def test_a_dead_statement_in_an_answer_is_counted_by_why_it_is_dead() -> None:
    rows = memory_peers.stale()
    found: list[list[str]] = [[f"{n}-now"] for n in range(len(rows))]
    first = next(n for n, row in enumerate(rows) if row["why"] == "expired")
    found[first] = [f"{first}-was"]
    figures = memory_peers.freshness(found)
    assert figures["with_a_dead_statement"] == 1
    assert figures["by_why"]["expired"].startswith("1 of ")
    assert figures["with_what_holds"] == len(rows) - 1


def test_a_peer_is_told_the_day_of_every_expiry_and_of_no_replacement() -> None:
    task = memory_peers.stale_task(NOW)
    told = {each["id"]: each.get("expires") for each in task["texts"]}
    for n, row in enumerate(memory_peers.stale()):
        assert told[f"{n}-now"] is None
        assert (told[f"{n}-was"] is None) == (row["why"] == "superseded")
    assert "2026-03-02" in told.values()
