"""The parts of the prover: what it plans, what it calls wrong, and how it counts."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
from collections import Counter
from contextlib import suppress

import pytest
from msgspec.structs import replace

from bot.commands.rehearsing import prove
from bot.commands.words import Prove, parse
from bot.console.render import plain
from bot.prove import points
from bot.prove.disk import FullDisk
from bot.prove.ending import UNRESOLVED, Ending, Parked
from bot.prove.judging import lost, wrong
from bot.prove.plays import Played
from bot.prove.points import Deadly, Point, Recorder
from bot.prove.report import Seen, reported
from bot.prove.sweep import AROUND_A_CALL, Finding, Trial, trials
from bot.prove.telling import in_chat, told
from connectors.base import Capability
from ledger.domain.failpoints import UNWATCHED, Moment

CALM = Ending(
    effects=("offer",),
    books=("invoice",),
    closed=1,
    left=(),
    doubled=(),
    unbidden=(),
    parked=(),
    chain="ok",
    replay="",
    kinds={"Approved": 1, "Tapped": 1},
    facts=2,
    head="ab" * 32,
)
TRIAL = Trial(number=0, point=Point(Moment.CARD_AFTER, 1), mail=Capability.KEYED)
FOUND = Finding(number=0, point=str(TRIAL.point), mail="keyed", deaths=1)
SEEN = Seen(seed=3, flow_points=1, head="ab", trials=[TRIAL], findings=[FOUND], names=[], plays=[])


def test_a_calm_run_names_every_moment_and_which_time_it_is() -> None:
    recorder = Recorder()
    for moment in (Moment.CARD_BEFORE, Moment.CARD_AFTER, Moment.CARD_BEFORE):
        recorder.reached(moment)
    assert list(map(str, recorder.points)) == [
        "card, before #1",
        "card, after #1",
        "card, before #2",
    ]


def test_a_process_dies_at_its_point_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    kills: list[tuple[int, int]] = []
    monkeypatch.setattr(points.os, "kill", lambda pid, number: kills.append((pid, number)))
    deadly = Deadly(Point(Moment.COMMIT_AFTER, 2))
    for moment in (Moment.COMMIT_AFTER, Moment.COMMIT_BEFORE):
        deadly.reached(moment)
    assert kills == []
    deadly.reached(Moment.COMMIT_AFTER)
    assert kills == [(os.getpid(), signal.SIGKILL)]


def test_in_business_nobody_listens() -> None:
    assert [UNWATCHED.reached(moment) for moment in Moment] == [None] * len(Moment)


def test_every_point_is_tried_and_those_around_a_call_with_every_kind_of_provider() -> None:
    every = [Point(moment, n) for moment in Moment for n in (1, 2)]
    planned = trials(every, seed=1)
    by_mail = Counter(trial.mail for trial in planned)
    assert {trial.point for trial in planned if trial.mail is Capability.READ_BACK} == set(every)
    assert by_mail[Capability.KEYED] == by_mail[Capability.NEITHER] == 2 * len(AROUND_A_CALL)
    assert [trial.number for trial in planned] == list(range(len(planned)))


def test_the_seed_chooses_the_order_and_who_dies_twice() -> None:
    every = [Point(moment, n) for moment in Moment for n in (1, 2)]
    assert trials(every, seed=1) == trials(every, seed=1)
    assert trials(every, seed=1) != trials(every, seed=2)
    assert any(trial.again for trial in trials(every, seed=1))


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"books": ("other",)}, "the books say"),
        ({"chain": "row 3"}, "the chain is broken: row 3"),
        ({"replay": "case 1"}, "not what the facts fold to: case 1"),
        ({"parked": (Parked("act-1", UNRESOLVED),)}, "never resolved"),
        ({"kinds": {"Approved": 2, "Tapped": 1}}, "other facts than in the calm run"),
    ],
)
def test_whatever_differs_from_the_calm_run_is_wrong(changed: dict[str, object], what: str) -> None:
    assert any(what in words for words in wrong(replace(CALM, **changed), CALM, strict=True))


def test_a_tap_made_again_is_not_wrong() -> None:
    more = replace(CALM, kinds={"Approved": 1, "Tapped": 2})
    assert list(wrong(more, CALM, strict=True)) == []


def test_what_is_open_or_never_happened_is_lost() -> None:
    ending = replace(CALM, closed=0, effects=(), left=("card 1 waits",))
    assert list(lost(ending, CALM)) == [
        "1 of 1 cases did not come to their end",
        "card 1 waits",
        "never happened: offer",
    ]


def test_a_sound_prove_says_so_and_ends_well() -> None:
    report = reported(SEEN)
    assert report.sound
    assert (report.crash_points, report.duplicate_effects, report.lost_cases) == (1, 0, 0)


@pytest.mark.parametrize(
    "finding",
    [
        replace(FOUND, duplicated=("2 times act-1",)),
        replace(FOUND, lost=("case 1 is not closed",)),
        replace(FOUND, wrong=("the chain is broken",)),
        replace(FOUND, parked=(Parked("act-1", UNRESOLVED),)),
    ],
)
def test_anything_found_ends_badly(finding: Finding) -> None:
    assert not reported(replace(SEEN, findings=[finding])).sound


def test_what_gives_no_result_counts_as_lost() -> None:
    report = reported(replace(SEEN, findings=[], names=["disk full"]))
    assert not report.sound
    assert report.lost_cases == 2
    assert [what.rpartition(": ")[2] for what in report.wrong] == ["no result", "no result"]


def test_the_table_shows_every_moment_every_play_and_what_is_wrong() -> None:
    play = Played(name="disk full", did="full 3 times", wrong=("silent",))
    report = reported(replace(SEEN, names=["disk full"], plays=[play]))
    text = "\n".join(plain(reply) for reply in told(report, "/kept"))
    for words in ("card, after", "full 3 times", "WRONG", "disk full: silent", "/kept"):
        assert words in text
    assert "disk full: silent" in plain(in_chat(report))


def taken(disk: FullDisk) -> bool:
    with suppress(sqlite3.OperationalError):
        disk.reached(Moment.COMMIT_BEFORE)
        return True
    return False


def test_the_disk_is_full_until_somebody_makes_room() -> None:
    disk = FullDisk(seed=1)
    before = itertools.takewhile(lambda _: taken(disk), itertools.count())
    assert 0 < len(list(before)) < 100
    disk.reached(Moment.COMMIT_AFTER)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        disk.reached(Moment.COMMIT_BEFORE)
    disk.emptied()
    disk.reached(Moment.COMMIT_BEFORE)


async def test_prove_in_chat_takes_a_seed_and_nothing_else() -> None:
    assert parse("prove --seed 7") == Prove("--seed 7")
    reply = await prove("everything")
    assert reply.trouble
    assert "is no seed; nothing was proved" in plain(reply)
