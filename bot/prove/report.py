"""What a prove showed, counted: for the table, for `--json`, and for the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from bot.prove.ending import UNRESOLVED, Parked
from bot.prove.plays import Played
from bot.prove.sweep import Finding, Trial
from ledger.domain.failpoints import Moment


class MomentLine(Struct, frozen=True, kw_only=True):
    """One row of the table: all crash points of one moment."""

    moment: str
    points: int
    deaths: int
    duplicated: int
    lost: int
    parked: int


class PlayLine(Struct, frozen=True, kw_only=True):
    """One play, and whether all was as it must be."""

    name: str
    did: str
    ok: bool


class Report(Struct, frozen=True, kw_only=True):
    """The one object of `--json`. Nothing in it depends on how fast the machine is.

    `flow_points`: crash points of one flow; `crash_points` counts those around a call once for
    each kind of provider. `head` is the hash of the last fact of the calm run: the same seed
    gives the same. `resolved` says how often each way settled an Unknown.
    """

    crash_points: int
    duplicate_effects: int
    lost_cases: int
    unknown_parked: int
    unknown_resolved: int
    seed: int
    flow_points: int
    deaths: int
    head: str
    moments: tuple[MomentLine, ...]
    plays: tuple[PlayLine, ...]
    resolved: dict[str, int]
    wrong: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing at all was found."""
        wrong = self.duplicate_effects or self.lost_cases or self.wrong
        return not wrong and self.unknown_parked == self.unknown_resolved


class Seen(Struct, frozen=True, kw_only=True):
    """Everything that was tried, and what came of it; what gave no result is missing."""

    seed: int
    flow_points: int
    head: str
    trials: Sequence[Trial]
    findings: Sequence[Finding]
    names: Sequence[str]
    plays: Sequence[Played]


def reported(seen: Seen) -> Report:
    """Count it."""
    both: list[Finding | Played] = [*seen.findings, *seen.plays]
    parked = [one for each in both for one in each.parked]
    return Report(
        crash_points=len(seen.findings),
        duplicate_effects=sum(len(one.duplicated) for one in both),
        lost_cases=sum(bool(one.lost) for one in both) + _silent(seen),
        unknown_parked=len(parked),
        unknown_resolved=sum(one.resolved != UNRESOLVED for one in parked),
        seed=seen.seed,
        flow_points=seen.flow_points,
        deaths=sum(one.deaths for one in seen.findings),
        head=seen.head,
        moments=tuple(_by_moment(seen.findings)),
        plays=tuple(_by_play(seen)),
        resolved=_ways(parked),
        wrong=tuple(_words(seen)),
    )


def _silent(seen: Seen) -> int:
    """How many gave no result: whatever became of their cases, nobody can say."""
    return len(seen.trials) - len(seen.findings) + len(seen.names) - len(seen.plays)


def _ways(parked: Sequence[Parked]) -> dict[str, int]:
    return dict(sorted(Counter(one.resolved for one in parked).items()))


def _by_moment(findings: Sequence[Finding]) -> Iterator[MomentLine]:
    for moment in Moment:
        of = [one for one in findings if one.point.startswith(f"{moment} #")]
        if of:
            yield MomentLine(
                moment=moment,
                points=len(of),
                deaths=sum(one.deaths for one in of),
                duplicated=sum(len(one.duplicated) for one in of),
                lost=sum(bool(one.lost) for one in of),
                parked=sum(len(one.parked) for one in of),
            )


def _by_play(seen: Seen) -> Iterator[PlayLine]:
    played = {one.name: one for one in seen.plays}
    for name in seen.names:
        one = played.get(name)
        ok = one is not None and not (one.duplicated or one.lost or one.wrong)
        yield PlayLine(name=name, did=one.did if one else "it did not come to its end", ok=ok)


def _words(seen: Seen) -> Iterator[str]:
    for finding in sorted(seen.findings, key=lambda one: one.number):
        where = f"{finding.point}, {finding.mail} mail, trial {finding.number}"
        for what in (*finding.duplicated, *finding.lost, *finding.wrong):
            yield f"{where}: {what}"
    for play in seen.plays:
        for what in (*play.duplicated, *play.lost, *play.wrong):
            yield f"{play.name}: {what}"
    through = {one.number for one in seen.findings}
    for trial in seen.trials:
        if trial.number not in through:
            yield f"{trial.point}, trial {trial.number}: no result"
    played = {one.name for one in seen.plays}
    yield from (f"{name}: no result" for name in seen.names if name not in played)
