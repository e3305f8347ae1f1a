"""A ledger opens only with the keys its facts were sealed with."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.domain.events import OperatorSaid, Told
from ledger.domain.facts import Draft
from ledger.seal import KeyLost, Keys
from ledger.store import Ledger


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


async def tell(folder: Path, person: str, text: str = "Hello", times: int = 1) -> None:
    """Open the ledger, append, close it."""
    keys = Keys.open(folder / "keys.db")
    try:
        async with await Ledger.open(
            folder, company="acme", keys=keys, clock=StillClock()
        ) as ledger:
            at = (await ledger.head()).seq
            event = Told(topic="test", text=text)
            drafts = [
                Draft(case="desk", event=event, key=f"{at}/{n}", by="test", person=person)
                for n in range(times)
            ]
            await ledger.append(drafts)
    finally:
        keys.close()


async def test_without_its_file_of_keys_a_ledger_does_not_open_and_says_what_to_restore(
    tmp_path: Path,
) -> None:
    await tell(tmp_path, "p-ada")
    kept = tmp_path / "backup"
    shutil.copy(tmp_path / "keys.db", kept)
    (tmp_path / "keys.db").unlink()
    for _ in range(2):
        with pytest.raises(KeyLost, match=r"`keys.db`"):
            await tell(tmp_path, "p-ada")
    shutil.copy(kept, tmp_path / "keys.db")
    await tell(tmp_path, "p-ada")


async def test_a_file_of_keys_older_than_the_last_customer_is_refused(tmp_path: Path) -> None:
    await tell(tmp_path, "p-ada", times=300)
    old = tmp_path / "old"
    shutil.copy(tmp_path / "keys.db", old)
    await tell(tmp_path, "p-bob")
    shutil.copy(old, tmp_path / "keys.db")
    with pytest.raises(KeyLost):
        await tell(tmp_path, "p-bob")


async def test_an_erased_customer_keeps_no_ledger_from_opening(tmp_path: Path) -> None:
    await tell(tmp_path, "p-ada")
    keys = Keys.open(tmp_path / "keys.db")
    keys.forget("p-ada")
    keys.close()
    await tell(tmp_path, "p-bob")


async def test_a_ledger_without_anything_personal_opens_with_any_keys(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path / "keys.db")
    async with await Ledger.open(tmp_path, company="acme", keys=keys, clock=StillClock()) as ledger:
        said = OperatorSaid(operator="ada", channel="console")
        await ledger.append([Draft(case="desk", event=said, key="k", by="test")])
    keys.close()
    (tmp_path / "keys.db").unlink()
    await tell(tmp_path, "p-ada")
