"""A prove in words and tables."""

from __future__ import annotations

from bot import texts
from bot.channel import Reply, Table
from bot.prove.report import Report


def told(report: Report, kept: str = "") -> list[Reply]:
    """The crash points, the plays, the counts; and what is wrong, where anything is."""
    replies = [
        Reply(title=texts.PROVE_POINTS, table=_points(report)),
        Reply(title=texts.PROVE_PLAYS, table=_plays(report)),
        Reply(lines=_counts(report)),
    ]
    if not report.sound:
        where = (texts.PROVE_KEPT.format(folder=kept),) if kept else ()
        lines = (*report.wrong, *where)
        replies.append(Reply(title=texts.PROVE_FOUND, lines=lines, trouble=True))
    return replies


def _points(report: Report) -> Table:
    rows = [
        (one.moment, one.points, one.deaths, one.duplicated, one.lost, one.parked)
        for one in report.moments
    ]
    total = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    every = [*rows, (texts.PROVE_TOTAL, *total)]
    return Table(texts.PROVE_COLUMNS, tuple(tuple(map(str, row)) for row in every))


def _plays(report: Report) -> Table:
    rows = [
        (one.name, one.did, texts.PROVE_OK if one.ok else texts.PROVE_WRONG) for one in report.plays
    ]
    return Table(texts.PROVE_PLAY_COLUMNS, tuple(rows))


def _counts(report: Report) -> tuple[str, ...]:
    counts = texts.PROVE_COUNTS.format(
        points=report.crash_points,
        flow=report.flow_points,
        deaths=report.deaths,
        doubled=report.duplicate_effects,
        lost=report.lost_cases,
    )
    parked = texts.PROVE_PARKED.format(
        parked=report.unknown_parked, resolved=report.unknown_resolved
    )
    ways = [texts.PROVE_WAY.format(times=times, how=how) for how, times in report.resolved.items()]
    same = (texts.PROVE_SAME.format(head=report.head[:16]),) if report.sound else ()
    return (counts, parked, *ways, *same)


def in_chat(report: Report) -> Reply:
    """One answer: the counts and the plays; what is wrong stands first."""
    plays = [
        f"{texts.PROVE_OK if one.ok else texts.PROVE_WRONG}: {one.name}, {one.did}"
        for one in report.plays
    ]
    return Reply(
        title=texts.PROVE_POINTS,
        lines=(*report.wrong, *_counts(report), *plays),
        table=_points(report),
        hints=(texts.PROVE_IN_CHAT,),
        trouble=not report.sound,
    )
