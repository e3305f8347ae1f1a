"""The demo's process is killed at random moments; the business ends the same."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.slow

KILLS = 20
IN_THE_WORK = 14
"""So many of the kills wait for a fact; the others fall into the start-up."""

SEED = 20261122
SLIP_S = 0.03
"""A kill comes up to so long after the fact it waits for: between facts and files, too."""


class Calm(NamedTuple):
    """How the story goes undisturbed, where it lies, and how long it takes to the first fact."""

    data: Any
    summary: dict[str, Any]
    starting_s: float


class Moment(NamedTuple):
    """When to kill: once there are so many facts, then so much later."""

    facts: int
    later_s: float


@pytest.fixture
def calm(demo: Callable[[Path], Any], data: Any, tmp_path: Path) -> Calm:
    """The story without a kill; one before it pays for what a machine does only once."""
    demo(tmp_path / "first").summary()
    found = data(tmp_path / "calm")
    started = time.monotonic()
    coo = demo(found.path)
    coo.waits_until(found.facts)
    starting = time.monotonic() - started
    return Calm(found, coo.summary(), starting)


def moments(calm: Calm, rng: random.Random) -> list[Moment]:
    """Twenty moments, drawn by lot: three in the very first start-up, the others on the way.

    A start-up is broken off in the first half only: near its end the story is over sooner.
    """
    facts = sorted(rng.sample(range(1, calm.summary["facts"] + 1), IN_THE_WORK))
    working = [Moment(count, rng.uniform(0, SLIP_S)) for count in facts]
    starting = [Moment(0, rng.uniform(0, calm.starting_s)) for _ in range(KILLS - IN_THE_WORK)]
    first, later = starting[:3], starting[3:]
    for moment in later:
        working.insert(rng.randrange(len(working) // 2), moment)
    return [*first, *working]


def counted(numbers: list[str]) -> list[str]:
    """What numbers of these years must be: from 1 in each. The demo's first deal is weeks old, so
    that after New Year they are of two."""
    years = [number[:4] for number in numbers]
    return [f"{year}-{years[: n + 1].count(year):04d}" for n, year in enumerate(years)]


def test_a_demo_killed_at_twenty_random_moments_ends_with_one_of_everything(
    calm: Calm, demo: Callable[[Path], Any], data: Any, tmp_path: Path
) -> None:
    wild = data(tmp_path / "wild")
    for moment in moments(calm, random.Random(SEED)):
        coo = demo(wild.path)
        coo.waits_until(lambda least=moment.facts: wild.facts() >= least)
        coo.waits(moment.later_s)
        assert coo.killed(), f"the demo had ended before {moment}:\n{coo.heard}"
    summary = demo(wild.path).summary()

    assert summary["chain"] == "ok"
    assert summary["replay"] == "identical"
    assert summary["duplicate_effects"] == 0
    assert summary["effects"] == calm.summary["effects"]
    assert wild.letters() == calm.data.letters()
    assert wild.invoices() == calm.data.invoices()
    assert wild.numbers() == calm.data.numbers() == counted(wild.numbers())
    assert len(wild.numbers()) == 2
    assert wild.lasting() == calm.data.lasting()
    assert wild.failures() == 0
