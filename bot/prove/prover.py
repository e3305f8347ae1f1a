"""The whole prove: a calm run, every crash point, every play; then the count."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from bot.prove.plays import PLAYS, Played, rehearsed
from bot.prove.processes import forked, side_by_side
from bot.prove.report import Report, Seen, reported
from bot.prove.stage import Stage, Tamper
from bot.prove.sweep import Calm, Finding, Trial, calm_run, trials, tried
from connectors.base import Capability
from ledger.domain.failpoints import Moment

MOST_HANDS: Final = 8
"""So many processes side by side at most."""

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
ROOM: Final = 512 * 1024 * 1024

Says = Callable[[int, int], None]
"""Called with how many are through, and of how many."""

S = TypeVar("S", bound=Struct)


class Wanted(Struct, frozen=True, kw_only=True):
    """What to prove. `points`: at most so many crash points; 0 for all. `plays`: by name.

    `moments`: only crash points of these; all where it is empty.
    """

    seed: int = 1
    points: int = 0
    moments: Collection[Moment] = ()
    plays: Sequence[str] = tuple(PLAYS)
    tamper: Tamper | None = None


class Proved(Struct, frozen=True, kw_only=True):
    """The report, and the folder where what went wrong can be looked at; "" where nothing did."""

    report: Report
    kept: str


def proved(wanted: Wanted, says: Says) -> Proved:
    """Try everything. Call it in a process that does nothing else: it is copied many times."""
    base = Path(tempfile.mkdtemp(prefix="coo-prove-", dir=_quick_disk()))
    try:
        report = _reported(wanted, base, says)
    except BaseException:
        shutil.rmtree(base, ignore_errors=True)
        raise
    if report.sound:
        shutil.rmtree(base, ignore_errors=True)
    return Proved(report=report, kept="" if report.sound else str(base))


def _reported(wanted: Wanted, base: Path, says: Says) -> Report:
    calm = calm_run(base / "calm", wanted.seed, Capability.READ_BACK)
    planned = _planned(wanted, calm)
    desk = _Desk(wanted, base, calm)
    tasks: list[Trial | str] = [*planned, *wanted.plays]
    gc.collect()
    gc.freeze()  # what is there already is shared by all copies, and must not be touched
    through = 0
    for some in side_by_side(tasks, desk.do, _hands(), base):
        through += some
        says(through, len(tasks))
    return reported(
        Seen(
            seed=wanted.seed,
            flow_points=len(calm.points),
            head=calm.ending.head,
            trials=planned,
            findings=list(_read(base, "trial-*.json", Finding)),
            names=wanted.plays,
            plays=list(_read(base, "play-*.json", Played)),
        )
    )


def _planned(wanted: Wanted, calm: Calm) -> list[Trial]:
    found = trials(calm.points, wanted.seed)
    if wanted.moments:
        found = [trial for trial in found if trial.point.moment in wanted.moments]
    return found[: wanted.points] if wanted.points else found


class _Desk:
    """Where one task after the other is done, each result a file."""

    def __init__(self, wanted: Wanted, base: Path, calm: Calm) -> None:
        self._wanted = wanted
        self._base = base
        self._calm = calm

    def do(self, task: Trial | str) -> None:
        """One crash point, or one play."""
        if isinstance(task, Trial):
            stage = self._stage(f"trial-{task.number}", task.mail)
            self._keep(f"trial-{task.number}", tried(task, stage, self._calm.ending))
            return
        name = f"play-{list(PLAYS).index(task)}"
        forked(lambda: self._play(task, name), self._base / f"{name}.txt")

    def _play(self, name: str, place: str) -> None:
        stage = self._stage(place, Capability.READ_BACK)
        self._keep(place, rehearsed(name, stage, self._calm.ending))

    def _stage(self, name: str, mail: Capability) -> Stage:
        wanted = self._wanted
        return Stage(root=self._base / name, seed=wanted.seed, mail=mail, tamper=wanted.tamper)

    def _keep(self, name: str, result: Struct) -> None:
        (self._base / f"{name}.json").write_bytes(msgspec.json.encode(result))


def _read(base: Path, pattern: str, kind: type[S]) -> Iterator[S]:
    paths = sorted(base.glob(pattern), key=lambda path: int(path.stem.rpartition("-")[2]))
    return (msgspec.json.decode(path.read_bytes(), type=kind) for path in paths)


def _hands() -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST_HANDS, available or 1))


def _quick_disk() -> Path | None:
    """Memory where there is room: a killed process leaves the same behind as on a disk, since
    what it wrote is the system's already. None for the usual place."""
    try:
        roomy = shutil.disk_usage(IN_MEMORY).free >= ROOM
    except OSError:
        return None
    return IN_MEMORY if roomy and os.access(IN_MEMORY, os.W_OK) else None
