"""`coo prove` at the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console

from bot import texts
from bot.channel import Reply
from bot.console.render import put
from bot.console.screen import screen

_TENTHS: Final = 10


def prove(
    seed: Annotated[int, typer.Option(help="Fixes schedule, clock and ids.")] = 1,
    points: Annotated[
        int, typer.Option(min=0, help="Try only so many crash points; 0 for all.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Kill a throw-away company at every crash point, and show that nothing is lost or doubled."""
    from bot.prove.prover import Wanted, proved  # noqa: PLC0415 - the planner takes a second to load
    from bot.prove.telling import told  # noqa: PLC0415 - see above

    began = time.monotonic()
    with _progress(screen(stderr=True), seed) as progress:
        done = proved(Wanted(seed=seed, points=points), progress.through)
    if as_json:
        sys.stdout.write(msgspec.json.encode(done.report).decode() + "\n")
        if done.kept:
            kept = texts.PROVE_KEPT.format(folder=done.kept)
            put(screen(stderr=True), Reply(lines=(kept,), trouble=True))
    else:
        for reply in told(done.report, done.kept):
            put(screen(), reply)
        seconds = round(time.monotonic() - began)
        hint = texts.PROVE_TIME.format(seconds=seconds, seed=seed)
        put(screen(), Reply(hints=(hint,)))
    raise typer.Exit(int(not done.report.sound))


class _Progress:
    """A line that counts at a terminal; one line a tenth elsewhere."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._status = out.status("") if out.is_terminal else None
        self._tenth = 0

    def through(self, through: int, of: int) -> None:
        """So many are done."""
        words = texts.PROVE_THROUGH.format(through=through, of=of)
        tenth = through * _TENTHS // of
        if self._status is not None:
            self._status.update(words)
            self._status.start()
        elif tenth > self._tenth:
            put(self._out, Reply(hints=(words,)))
        self._tenth = tenth

    def stop(self) -> None:
        """Take the line away."""
        if self._status is not None:
            self._status.stop()


@contextmanager
def _progress(out: Console, seed: int) -> Iterator[_Progress]:
    put(out, Reply(hints=(texts.PROVE_START.format(seed=seed),)))
    progress = _Progress(out)
    try:
        yield progress
    finally:
        progress.stop()
