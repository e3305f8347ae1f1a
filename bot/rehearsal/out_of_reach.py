"""A stretch of code from which the world cannot be reached, whatever it calls.

What Python itself reports of sockets, other programs and files that are written
(`sys.addaudithook`) is refused while a replay runs, in its tasks and no others: the process may be
one that also sends mail.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from ledger.domain.errors import WorldUnreachable

_inside: Final[ContextVar[bool]] = ContextVar("out_of_reach", default=False)

_REFUSED: Final = frozenset(
    {
        "ftplib.connect",
        "http.client.connect",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.link",
        "os.posix_spawn",
        "os.remove",
        "os.rename",
        "os.spawn",
        "os.symlink",
        "os.system",
        "smtplib.connect",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.sendmsg",
        "socket.sendto",
        "subprocess.Popen",
        "webbrowser.open",
    }
)
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_COMPILED: Final = "__pycache__"
"""Where Python keeps compiled modules; what is imported late may still be put there."""


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Inside, whatever would reach the world raises `WorldUnreachable`."""
    _watch()
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


@cache
def _watch() -> None:
    """Begin to listen, once: such a hook stays for as long as the process lives."""
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if not _inside.get():
        return
    if event in _REFUSED and not any(_COMPILED in str(arg) for arg in args[:2]):
        raise WorldUnreachable(f"The call {event!r}")
    if event == "open" and _writes(args):
        raise WorldUnreachable(f"Writing the file {args[0]!r}")


def _writes(args: tuple[Any, ...]) -> bool:
    flags = args[2] if len(args) > 2 and isinstance(args[2], int) else 0  # noqa: PLR2004  # (path, mode, flags)
    return bool(flags & _WRITING) and _COMPILED not in str(args[0])
