"""Runs a command line and turns whatever goes wrong into words and an exit code."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import traceback
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.command_line.main import cli
from bot.console.render import put
from bot.console.screen import closed, screen, tolerant_streams
from bot.wording.untrusted import one_line
from ledger.domain.errors import CooError

FAILED: Final = 1
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
TERMINATED: Final = 143
"""128 + the number of the signal, as shells expect it."""


def entered() -> int:
    """Run the command line; the exit code."""
    tolerant_streams()
    try:
        return _ran()
    except BrokenPipeError:
        closed()
        return PIPE_CLOSED
    except asyncio.CancelledError:
        _say(texts.TERMINATED)
        return TERMINATED
    except KeyboardInterrupt:
        _say(texts.INTERRUPTED)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # nobody reads a traceback
        return _told(_first(error))


def _ran() -> int:
    try:
        cli()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else FAILED
        if code == INTERRUPTED:  # typer has turned Ctrl-C into this
            _say(texts.INTERRUPTED)
        return code
    return 0


def _first(error: BaseException) -> BaseException:
    """The error itself, where several tasks were running side by side."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _told(error: BaseException) -> int:
    """Say what went wrong and what to do; the exit code."""
    match error:
        case CooError(cause=cause, remedy=remedy):
            _say(cause, remedy)
            return error.exit_code
        case OSError():
            _say(*texts.DISK_REFUSED.put(what=_place(error), why=error.strerror or error))
        case _:
            what = one_line(f"{type(error).__name__}: {error}", 300)
            _say(*texts.STUMBLED.put(what=what, file=_kept(error)))
    return FAILED


def _place(error: OSError) -> str:
    return repr(str(error.filename)) if error.filename else texts.SOMETHING_ON_DISK


def _kept(error: BaseException) -> str:
    """Keep the details for whoever mends it; the file's name."""
    handle, name = tempfile.mkstemp(prefix="coo-stumbled-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    return name


def _say(*lines: str) -> None:
    with contextlib.suppress(OSError):  # there may be nobody left to say it to
        put(screen(stderr=True), Reply(lines=lines, trouble=True))
