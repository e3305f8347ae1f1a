"""Of several copies of a company only the newest generation acts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Capability
from connectors.turns import Fenced, FolderMarkers, Turn, TurnFence
from ledger.domain.verdicts import Failed, Receipt, Succeeded


def fence(folder: Path, generation: int, copy: str = "") -> TurnFence:
    async def mine() -> Turn:
        return Turn(generation=generation, copy=copy)

    return TurnFence(FolderMarkers(folder), mine)


async def test_the_first_copy_to_look_marks_its_turn(tmp_path: Path) -> None:
    assert await fence(tmp_path / "turns", 1).lost() == ""
    assert await FolderMarkers(tmp_path / "turns").newest() == Turn(generation=1)


async def test_an_older_generation_may_not_act_and_is_told_why(tmp_path: Path) -> None:
    assert await FolderMarkers(tmp_path).take(Turn(generation=2, copy="b"))
    assert (
        "Another copy of this company took over (generation 2)" in await fence(tmp_path, 1).lost()
    )
    assert await fence(tmp_path, 2, "b").lost() == ""


async def test_of_two_copies_with_the_same_number_only_the_one_in_the_mark_acts(
    tmp_path: Path,
) -> None:
    assert await FolderMarkers(tmp_path).take(Turn(generation=2, copy="b"))
    assert await fence(tmp_path, 2, "c").lost() != ""


async def test_a_mailbox_that_knows_less_than_the_copy_is_told(tmp_path: Path) -> None:
    assert await FolderMarkers(tmp_path).take(Turn(generation=1))
    assert await fence(tmp_path, 3, "c").lost() == ""
    assert await fence(tmp_path, 1).lost() != ""


async def test_a_generation_is_taken_once_however_many_want_it(tmp_path: Path) -> None:
    markers = FolderMarkers(tmp_path / "turns")
    with ThreadPoolExecutor(8) as pool:
        turns = [Turn(generation=2, copy=f"c{n}") for n in range(8)]
        won = list(pool.map(markers._take, turns))
    assert won.count(True) == 1
    assert await markers.newest() == turns[won.index(True)]


async def test_a_spoilt_mark_still_counts_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "5.json").write_bytes(b"{")
    assert "generation 5" in await fence(tmp_path, 5, "e").lost()


async def test_where_nobody_can_say_nothing_leaves(tmp_path: Path) -> None:
    (tmp_path / "turns").write_text("a file where the folder should be")
    assert "Nobody can say" in await fence(tmp_path / "turns", 1).lost()


class Spy:
    name = "spy"
    capability = Capability.KEYED

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def takes(self, command: Any) -> bool:
        return True

    async def execute(self, order: Any) -> Succeeded:
        self.calls.append(order)
        return Succeeded(Receipt(provider="spy", reference="r"))

    async def look_up(self, order: Any) -> None:
        return None


@pytest.mark.parametrize(("generation", "calls"), [(1, 0), (2, 1)])
async def test_the_mark_is_read_right_before_the_call(
    tmp_path: Path, generation: int, calls: int
) -> None:
    copy = "b" if generation == 2 else ""
    await FolderMarkers(tmp_path).take(Turn(generation=2, copy="b"))
    spy = Spy()
    outcome = await Fenced(spy, fence(tmp_path, generation, copy)).execute(object())  # type: ignore[arg-type] # passed on as it is
    assert len(spy.calls) == calls
    assert isinstance(outcome, Succeeded if calls else Failed)
