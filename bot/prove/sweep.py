"""The sweep: one crash point after the other, each on a company of its own."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.prove.ending import Ending, Parked, ended
from bot.prove.judging import lost, wrong
from bot.prove.points import Deadly, Point, Recorder
from bot.prove.processes import forked
from bot.prove.stage import Stage, founded, staged
from bot.prove.story import play
from connectors.base import Capability
from ledger.domain.failpoints import UNWATCHED, Failpoints, Moment

AROUND_A_CALL: Final = (
    Moment.CLAIM_BEFORE,
    Moment.CLAIM_AFTER,
    Moment.CALL_BEFORE,
    Moment.CALL_AFTER,
)
"""Where it matters what a provider can say about an earlier try."""

AGAIN_EVERY: Final = 6
"""Every so many trials the restarted process is killed as well, while it recovers."""


class Trial(Struct, frozen=True, kw_only=True):
    """One crash point to try. `again`: where the restarted process dies, too."""

    number: int
    point: Point
    mail: Capability
    again: Point | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """What came of a trial. Only `parked` may hold anything where all is well."""

    number: int
    point: str
    mail: str
    deaths: int = 0
    duplicated: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    parked: tuple[Parked, ...] = ()


class Calm(Struct, frozen=True, kw_only=True):
    """The story without a crash: its end, and the points it came by."""

    ending: Ending
    points: tuple[Point, ...]


def calm_run(root: Path, seed: int, mail: Capability) -> Calm:
    """Play it once, and note every point."""
    recorder = Recorder()
    ending = asyncio.run(_played(founded(Stage(root=root, seed=seed, mail=mail)), recorder))
    return Calm(ending=ending, points=tuple(recorder.points))


def trials(points: Sequence[Point], seed: int) -> list[Trial]:
    """Every point with a provider that can be read back, and those around a call with the two
    other kinds of providers; in an order that the seed chooses."""
    near = [point for point in points if point.moment in AROUND_A_CALL]
    planned = [(point, Capability.READ_BACK) for point in points]
    planned += [(point, Capability.KEYED) for point in near]
    planned += [(point, Capability.NEITHER) for point in near]
    chosen = random.Random(f"{seed}:schedule")  # noqa: S311 - a schedule, not a secret
    chosen.shuffle(planned)
    return [
        Trial(number=n, point=point, mail=mail, again=_again(n, chosen))
        for n, (point, mail) in enumerate(planned)
    ]


def _again(number: int, chosen: random.Random) -> Point | None:
    if number % AGAIN_EVERY:
        return None
    moments = (Moment.COMMIT_BEFORE, Moment.COMMIT_AFTER, Moment.CHECKPOINT_AFTER)
    return Point(chosen.choice(moments), chosen.randint(1, 3))


def tried(trial: Trial, stage: Stage, calm: Ending) -> Finding:
    """Die at the point, start again, play on to the end, and compare."""
    stage.root.mkdir(parents=True)
    founded(stage)
    lives: list[Failpoints] = [Deadly(trial.point)]
    if trial.again is not None:
        lives.append(Deadly(trial.again))
    lives.append(UNWATCHED)
    codes = list(_lived(stage, lives))
    finding = _found(trial, stage.root, codes, calm)
    if not (finding.duplicated or finding.lost or finding.wrong):
        shutil.rmtree(stage.root)
    return finding


def _lived(stage: Stage, lives: Sequence[Failpoints]) -> Iterator[int]:
    """One process after the other on the same folder; stops where one gets to the end."""
    for run, failpoints in enumerate(lives):
        work = partial(_process, replace(stage, run=run), failpoints)
        code = forked(work, stage.root / "complaint.txt")
        yield code
        if code != -signal.SIGKILL:
            return


def _process(stage: Stage, failpoints: Failpoints) -> None:
    ending = asyncio.run(_played(stage, failpoints))
    (stage.root / "ending.json").write_bytes(msgspec.json.encode(ending))


async def _played(stage: Stage, failpoints: Failpoints) -> Ending:
    async with staged(stage, failpoints) as company:
        await play(company)
        return await ended(company)


def _found(trial: Trial, root: Path, codes: Sequence[int], calm: Ending) -> Finding:
    bare = Finding(number=trial.number, point=str(trial.point), mail=str(trial.mail))
    deaths = sum(code == -signal.SIGKILL for code in codes)
    if not deaths:
        return replace(bare, wrong=("the process did not come by this point",))
    if codes[-1]:
        return replace(bare, deaths=deaths, wrong=(_broke_off(root, codes[-1]),))
    ending = msgspec.json.decode((root / "ending.json").read_bytes(), type=Ending)
    return replace(
        bare,
        deaths=deaths,
        duplicated=ending.doubled,
        lost=tuple(lost(ending, calm)),
        wrong=tuple(wrong(ending, calm, strict=trial.mail is not Capability.NEITHER)),
        parked=ending.parked,
    )


def _broke_off(root: Path, code: int) -> str:
    complaint = root / "complaint.txt"
    lines = complaint.read_text(encoding="utf-8").splitlines() if complaint.exists() else []
    return f"the restarted process ended with {code}: {lines[-1] if lines else 'no word'}"
