from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from memory.answers import ANSWERS, KEPT, MOST, Answers
from memory.episodes import Episode, Hit, MemoryQuery, Recall
from memory.tally import EVERY, Count, Tally, tallied

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUERY = MemoryQuery(text="the logo", before=NOW)


class Store:
    """Counts what it is asked, and answers with that number."""

    def __init__(self) -> None:
        self.asked: list[MemoryQuery] = []
        self.written, self.degraded = 0, ""

    async def recall(self, query: MemoryQuery) -> Recall:
        self.asked.append(query)
        told = Episode(
            id=str(len(self.asked)), kind="outcome", case="c", at=NOW, text="", facts=("f",)
        )
        return Recall(hits=(Hit(episode=told, score=1.0),), degraded=self.degraded)

    async def revision(self) -> str:
        return f"memory.db:{self.written}"


class Place:
    def __init__(self) -> None:
        self.store, self.tally, self.last = Store(), Tally(), 7
        self.answers = Answers(self.store, "acme", self._last, self.tally)

    async def _last(self) -> int:
        return self.last

    async def ask(self, query: MemoryQuery = QUERY) -> str:
        (hit,) = (await self.answers.recall(query)).hits
        return hit.episode.id


@pytest.fixture
def place() -> Place:
    return Place()


async def test_the_same_question_is_answered_without_searching_again(place: Place) -> None:
    assert [await place.ask(), await place.ask()] == ["1", "1"]
    assert place.tally.of(ANSWERS) == Count(found=1, made=1)


@pytest.mark.parametrize(
    "other",
    [
        replace(QUERY, text="the website"),
        replace(QUERY, contacts=("con-1",)),
        replace(QUERY, items=("logo",)),
        replace(QUERY, not_case="lead-1"),
        replace(QUERY, kinds=("outcome",)),
        replace(QUERY, limit=6),
        replace(QUERY, with_superseded=True),
        replace(QUERY, before=NOW + KEPT),
        replace(QUERY, before=NOW - timedelta(microseconds=1)),
    ],
)
async def test_another_question_is_another_search(place: Place, other: MemoryQuery) -> None:
    await place.ask()
    assert await place.ask(other) == "2"


async def test_a_moment_later_it_is_still_the_same_question(place: Place) -> None:
    await place.ask()
    assert await place.ask(replace(QUERY, before=NOW + KEPT - timedelta(seconds=1))) == "1"


async def test_what_was_written_or_recorded_meanwhile_is_searched(place: Place) -> None:
    assert await place.ask() == "1"
    place.store.written += 1
    assert await place.ask() == "2"
    place.last += 1
    assert await place.ask() == "3"
    assert await place.ask() == "3"


async def test_a_degraded_answer_is_given_and_not_kept(place: Place) -> None:
    place.store.degraded = "Only words were searched."
    assert [await place.ask(), await place.ask()] == ["1", "2"]


async def test_only_so_many_answers_are_kept_and_none_of_an_older_memory(place: Place) -> None:
    queries = [replace(QUERY, text=str(n)) for n in range(MOST + 1)]
    for query in queries:
        await place.ask(query)
    searched = len(place.store.asked)
    await place.ask(queries[-1])
    assert len(place.store.asked) == searched
    await place.ask(queries[0])
    assert len(place.store.asked) == searched + 1
    place.store.written += 1
    await place.ask(queries[0])
    assert len(place.answers._kept) == 1, "who was forgotten stays nowhere"


def test_counts_outlive_a_restart_and_say_the_rate(tmp_path) -> None:
    path = tmp_path / "memory.tally"
    first = Tally(path)
    first.found("vectors", 3)
    first.made("vectors")
    first.save()
    again = Tally(path)
    again.found("vectors", 2)
    again.save()
    assert tallied(path) == {"vectors": Count(found=5, made=1)}
    assert tallied(path)["vectors"].rate == pytest.approx(5 / 6)
    assert again.of("answers").rate is None


def test_counts_are_written_now_and_then(tmp_path) -> None:
    tally = Tally(tmp_path / "memory.tally")
    for _ in range(EVERY):
        tally.found("answers")
    assert tallied(tmp_path / "memory.tally") == {"answers": Count(found=EVERY)}


def test_a_file_of_counts_that_cannot_be_used_costs_the_counts_only(tmp_path) -> None:
    path = tmp_path / "memory.tally"
    path.write_text("no counts")
    assert Tally(path).of("vectors") == Count()
    path.unlink()
    path.mkdir()
    tally = Tally(path)
    tally.found("vectors")
    tally.save()
    assert tally.of("vectors") == Count(found=1)
