"""Ledgers that earlier versions recorded open, verify, fold and replay as they did then.

An archive in this folder is never changed. Where a new version means to plan otherwise, its
differences are listed in `divergences.yaml`: see docs/adr on golden ledgers.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.append(str(Path(__file__).parent))

from kept import HERE, Expected, archives, entities_of, unpack
from record import recorded
from stories import START, Rehearsal, TestClock

from bot.app import App, at_work, open_app
from bot.audit.view import audit_reply
from bot.console.render import plain
from bot.settings import Settings
from ledger.audit.trail import read_trail
from ledger.chain import Head
from ledger.domain.entities import Case, Invoice
from ledger.domain.events import CompanyConfigured, PolicyLoaded
from ledger.replay import refold

SETTINGS_SAID_ANEW = CompanyConfigured | PolicyLoaded
"""An upgrade may bring other rules, and says so."""


class Golden:
    """A recorded folder, opened by this version, and what it came to when it was recorded."""

    def __init__(self, name: str, app: App, expected: Expected) -> None:
        self.name, self.app, self.expected = name, app, expected


@pytest.fixture(params=archives(), ids=lambda path: path.name.partition(".tar")[0])
async def golden(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Golden]:
    folder = tmp_path / "company"
    expected = unpack(request.param, folder)
    clock = TestClock()
    async with open_app(Settings(data=folder), clock=clock) as app:
        yield Golden(request.param.name.partition(".tar")[0], app, expected)


def differences(then: Any, now: Any, where: str = "") -> list[str]:
    """Where what was recorded is not there any more. New fields may have come since."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            each
            for name in then
            for each in differences(then[name], now.get(name, "missing"), f"{where}.{name}")
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = enumerate(zip(then, now, strict=True))
        return [
            words for n, (old, new) in pairs for words in differences(old, new, f"{where}[{n}]")
        ]
    return [] if then == now else [f"{where}: {then!r} became {now!r}"]


def named(entity: dict[str, Any]) -> str:
    return f"{entity['type']} {entity['id']}"


def listed(what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((HERE / "divergences.yaml").read_text())[what]
    return found


def known_replays() -> dict[tuple[str, str], str]:
    """By ledger and case, what `replay` says today."""
    return {(each["ledger"], each["case"]): each["difference"] for each in listed("replays")}


def known_folds(ledger: str) -> set[str]:
    """Where old facts fold to something else today, and are meant to."""
    lists = [each["differences"] for each in listed("folds") if each["ledger"] == ledger]
    return {difference for one in lists for difference in one}


def test_there_are_golden_ledgers_of_a_calm_story_and_of_one_full_of_trouble() -> None:
    names = [path.name for path in archives()]
    assert any("demo" in name for name in names)
    assert any("trouble" in name for name in names)


async def test_a_golden_ledger_opens_and_its_chain_is_the_recorded_one(golden: Golden) -> None:
    recorded_head = Head(golden.expected.facts, bytes.fromhex(golden.expected.head))
    assert await golden.app.ledger.verify(recorded_head) == recorded_head


async def test_a_golden_ledger_folds_to_what_it_came_to_then(golden: Golden) -> None:
    fold = await refold(golden.app.ledger)
    assert fold.difference == ""
    now = {named(each): each for each in await entities_of(golden.app)}
    then = {named(each): each for each in golden.expected.entities}
    kinds = {each["type"] for each in then.values()}
    assert {name for name in now if now[name]["type"] in kinds} == set(then)
    found = [words for name in then for words in differences(then[name], now[name], name)]
    assert set(found) == known_folds(golden.name)


async def test_each_case_of_a_golden_ledger_replays_as_it_was_recorded(golden: Golden) -> None:
    known = known_replays()
    for case, deliveries in golden.expected.deliveries.items():
        report = await golden.app.replayer.replay(case)
        assert report.first_difference == known.get((golden.name, case), "")
        assert report.deliveries == deliveries


async def test_each_case_of_a_golden_ledger_can_be_audited(golden: Golden) -> None:
    for case in await golden.app.views.all(Case):
        trail = await read_trail(golden.app.ledger, case.id)
        told = plain(audit_reply(trail, case.title, str(case.number), golden.app.clock.now()))
        assert case.title in told
        for invoice in await golden.app.views.all(Invoice, case=case.id):
            assert invoice.number in told


async def test_a_golden_ledger_goes_back_to_work_and_says_nothing_of_the_past_again(
    golden: Golden,
) -> None:
    """Its cursors are gone, so that every fact of it is delivered once more to this version."""
    async with at_work(golden.app, "test") as works:
        await works.relay.run_until_idle()
    new = [fact async for fact in golden.app.ledger.facts(golden.expected.facts)]
    assert [fact.event for fact in new if not isinstance(fact.event, SETTINGS_SAID_ANEW)] == []


def test_a_listed_divergence_is_of_a_ledger_that_is_kept_and_has_its_reason() -> None:
    names = {path.name.partition(".tar")[0] for path in archives()}
    entries = [*listed("replays"), *listed("folds")]
    assert {each["ledger"] for each in entries} <= names
    assert all(each["why"] and each["since"] for each in entries)


def test_a_field_that_changed_or_is_gone_is_a_difference_and_a_new_one_is_none() -> None:
    assert differences({"a": 1}, {"a": 1, "b": 2}) == []
    assert differences({"a": 1}, {"a": 2}) == [".a: 1 became 2"]
    assert differences({"a": [1, 2]}, {"a": [1]}) == [".a: [1, 2] became [1]"]
    assert differences({"a": 1}, {}) == [".a: 1 became 'missing'"]


@pytest.mark.slow
async def test_todays_stories_are_recorded_alike_and_never_over_what_is_kept(
    tmp_path: Path,
) -> None:
    """But for the places of files on this machine, which are in the receipts of the demo."""
    first, second = tmp_path / "first", tmp_path / "second"
    kept = {}
    for place in (first, second):
        place.mkdir()
        made = [unpack(path, place / path.stem) for path in await recorded("now", place)]
        kept[place] = [(one.facts, one.deliveries) for one in made], made[-1].head
    assert kept[first] == kept[second]
    with pytest.raises(SystemExit, match="kept for ever"):
        await recorded("now", first)


def test_the_stories_begin_at_a_fixed_hour(tmp_path: Path) -> None:
    assert Rehearsal(tmp_path).clock.now() == START
