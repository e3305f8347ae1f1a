"""What a process of the crash tests runs: one `coo` command, on the pipes it is given.

It is started by a server that has imported Coo already, since importing takes longer than the
whole story. From `main` on it is the process that a shell would start, with a pid of its own.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection

import bot.cli


def coo(arguments: list[str], given: Connection, said: Connection) -> None:
    """Become `coo ARGUMENTS…` that reads `given`, and writes both its outputs to `said`."""
    os.setsid()
    for pipe, number in ((given, 0), (said, 1), (said, 2)):
        os.dup2(pipe.fileno(), number)
    given.close()
    said.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False, buffering=1)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    sys.argv = ["coo", *arguments]
    bot.cli.main()
