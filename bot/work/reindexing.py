"""`coo memory reindex`: one migration of memory, watched and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bot import texts
from bot.channel import Reply, Table
from bot.console.render import put
from bot.embedder_settings import embedding_named
from bot.opening import App
from bot.work.memory import Embedders, filler_of, generations_of, tally_of
from ledger.domain.errors import FolderLocked, SettingsInvalid
from ledger.lock import FolderLock, held_by, holder
from memory.comparing import Comparison, NotAsGood
from memory.migration import SAME, Migration, Phase, Switched, Throttle
from memory.migration import Progress as Step

LOCK: Final = "memory-reindex.lock"
BESIDE_WORK: Final = 0.5
"""The share of its time that a build works while another process works on the folder."""

_TENTHS: Final = 10


class Wanted(Struct, frozen=True, kw_only=True):
    """What to do with memory, in this order: build or go back, then remove the old one."""

    to: str
    back: bool
    drop: bool
    anyway: bool
    share: float | None
    rate: float


async def reindexed(app: App, out: Console, wanted: Wanted) -> None:
    """Do it, with its progress and its figures shown.

    Raises `SettingsInvalid` where it cannot be done here, and what `memory.migration` raises.
    """
    if app.settings.database is not None and app.settings.weaviate is None:
        raise SettingsInvalid(*texts.REINDEX_SHARED.put())
    if wanted.to not in ("", SAME):
        embedding_named(wanted.to, at="--to")
    tally = tally_of(app)
    with _alone(app), _shown(out) as tell:
        generations = generations_of(app, tally, Embedders.ALL)
        migration = Migration(generations, filler_of(app), _throttle(app, wanted), tell)
        try:
            await _moved(migration, out, wanted)
        finally:
            tally.save()
            await generations.close()


async def _moved(migration: Migration, out: Console, wanted: Wanted) -> None:
    if wanted.to:
        await _built(migration, out, wanted)
    if wanted.back:
        put(out, Reply(hints=(texts.REINDEX_BACK,)))
        _tell(out, await migration.roll_back())
    if wanted.drop:
        dropped = await migration.drop_old()
        put(out, Reply(lines=(texts.REINDEX_DROPPED.format(embedder=dropped.embedder),)))


async def _built(migration: Migration, out: Console, wanted: Wanted) -> None:
    begins = texts.REINDEX_SAME if wanted.to == SAME else texts.REINDEX_BUILDS
    put(out, Reply(hints=(begins.format(embedder=wanted.to),)))
    try:
        _tell(out, await migration.reindex(wanted.to, anyway=wanted.anyway))
    except NotAsGood as refused:
        put(out, Reply(table=_table(refused.compared)))
        raise


def _tell(out: Console, switched: Switched) -> None:
    """What is searched now, on which figures, and what is kept."""
    figures = switched.compared
    short = figures.shortfalls if figures else ()
    lines = [texts.REINDEX_DONE.format(embedder=switched.current.embedder)]
    lines += [texts.REINDEX_ANYWAY.format(why=" ".join(short))] if short else []
    kept = texts.REINDEX_KEPT.format(embedder=switched.previous.embedder)
    put(out, Reply(lines=tuple(lines), table=_table(figures) if figures else None, hints=(kept,)))


def _table(figures: Comparison) -> Table:
    answers = figures.answers
    own = texts.COMPARED_OWN.format(asked=answers.asked)
    before = str(figures.episodes_before)
    rows = (
        (texts.COMPARED_EPISODES, before, str(figures.episodes_now)),
        (texts.COMPARED_MISSING, "", str(len(figures.missing))),
        (texts.COMPARED_NEW, "", str(figures.extra)),
        (texts.COMPARED_FACTS, str(figures.head), str(figures.told)),
        (texts.COMPARED_WAITING, "", str(figures.lag)),
        (own, f"{answers.own_before:.0%}", f"{answers.own_now:.0%}"),
        (texts.COMPARED_SHARED, "", f"{answers.shared:.0%}"),
    )
    return Table(texts.COLUMNS_COMPARED, rows)


def _throttle(app: App, wanted: Wanted) -> Throttle:
    """Whoever works on the folder meanwhile has the larger part of the machine."""
    busy = BESIDE_WORK if held_by(app.folder.root) else 1.0
    return Throttle(app.clock, share=wanted.share or busy, facts_per_s=wanted.rate)


@contextmanager
def _alone(app: App) -> Iterator[None]:
    """One migration at a time; raises `SettingsInvalid` beside another one."""
    try:
        with FolderLock(app.folder.root, command="coo memory reindex", clock=app.clock, name=LOCK):
            yield
    except FolderLocked as locked:
        who = holder(app.folder.root, LOCK)
        raise SettingsInvalid(*texts.REINDEX_RUNS.put(holder=who)) from locked


@contextmanager
def _shown(out: Console) -> Iterator[Callable[[Step], None]]:
    """A bar at a terminal; one line a tenth elsewhere."""
    if not out.is_terminal:
        yield _Lines(out).tell
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=out, transient=True) as bars:
        yield _Bars(bars).tell


class _Bars:
    """One bar a phase."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[Phase, TaskID] = {}

    def tell(self, step: Step) -> None:
        """So far is it now."""
        if step.phase not in self._tasks:
            self._tasks[step.phase] = self._bars.add_task(step.phase.value, total=step.of)
        self._bars.update(self._tasks[step.phase], completed=step.done, total=step.of)


class _Lines:
    """A line whenever a phase has come a tenth further."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._last: tuple[Phase, int] | None = None

    def tell(self, step: Step) -> None:
        """So far is it now."""
        now = (step.phase, step.done * _TENTHS // max(step.of, 1))
        if now != self._last and step.phase is not Phase.COMPARING:
            line = texts.REINDEX_STEP.format(phase=step.phase.value, done=step.done, of=step.of)
            put(self._out, Reply(hints=(line,)))
        self._last = now
