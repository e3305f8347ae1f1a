"""Processes forked from a warm one: a start costs milliseconds, and a death is a real one."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from ledger.domain.errors import CooError

T = TypeVar("T")

HANGS_AFTER_S: Final = 60
"""A process that takes so long hangs; it is ended, and that is told."""

_FAILED: Final = 70


class NotAlone(CooError):
    """A process with other threads cannot be copied safely."""

    def __init__(self) -> None:
        super().__init__(
            "Processes can only be started from one that does nothing else.",
            "Run `coo prove` at the command line.",
        )


def forked(work: Callable[[], None], complaint: Path) -> int:
    """Run `work` in a process of its own and wait; its exit code, negative for a signal.

    What it raised stands in the file `complaint`.
    """
    return _waited(started(work, complaint))


def started(work: Callable[[], None], complaint: Path) -> int:
    """Start `work` in a process of its own; its pid. Raises `NotAlone`."""
    if threading.active_count() > 1:
        raise NotAlone
    pid = os.fork()
    if pid:
        return pid
    code = _FAILED
    logging.disable()  # what stumbles is told by its complaint, and the console is not ours
    try:
        gc.disable()  # a collection would touch, and so copy, everything that is shared
        signal.alarm(HANGS_AFTER_S)
        work()
        code = 0
    except BaseException as error:  # noqa: BLE001 - told by file, since nobody above may see it
        complaint.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    finally:
        os._exit(code)


def side_by_side(
    tasks: Sequence[T], work: Callable[[T], None], hands: int, folder: Path
) -> Iterator[int]:
    """Do `work` on every task in `hands` processes; yields once for each that is through.

    Each process forks again for what may die. One that ends early leaves its tasks undone.
    """
    reads, writes = os.pipe()
    pids = [
        started(partial(_hand, tasks[hand::hands], work, writes), folder / f"hand-{hand}")
        for hand in range(hands)
    ]
    os.close(writes)
    try:
        while signs := os.read(reads, len(tasks) or 1):
            yield len(signs)
    finally:
        os.close(reads)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _waited(pid)


def _hand(tasks: Sequence[T], work: Callable[[T], None], through: int) -> None:
    for task in tasks:
        signal.alarm(0)
        work(task)
        os.write(through, b".")


def _waited(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
