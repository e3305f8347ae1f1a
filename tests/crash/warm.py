"""What a process of the crash tests runs: one `coo` command, on the pipes it is given.

It is started by a server that has imported Coo already, since importing takes longer than the
whole story. From `main` on it is the process that a shell would start, with a pid of its own.
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection

import bot.cli
import bot.opening
import ledger.relay
from ledger.deliveries import Deliveries
from ledger.domain.facts import Fact, Reaction
from ledger.lanes import Lane


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


class Trap:
    """Sends its own process a signal at the n-th time that it reaches a moment."""

    def __init__(self, moment: str, nth: int, number: int) -> None:
        self._moment = moment
        self._left = nth
        self._number = number

    def reached(self, moment: str) -> None:
        """A moment has come."""
        if moment == self._moment:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), self._number)


def coo_in(
    environment: dict[str, str],
    trap: tuple[str, int, int] | None,
    arguments: list[str],
    given: Connection,
    said: Connection,
) -> None:
    """`coo ARGUMENTS…` with variables of its own, and perhaps in a trap."""
    os.environ.update(environment)
    if trap is not None:
        bot.opening.open_app.__wrapped__.__kwdefaults__["failpoints"] = Trap(*trap)  # type: ignore[attr-defined]
    coo(arguments, given, said)


class Mortal(Deliveries):
    """Kills its own process before it commits what a subscriber answered to its n-th fact."""

    subscriber = ""
    left = 0

    async def _commit(self, lane: Lane, fact: Fact, reaction: Reaction) -> None:
        if lane.subscriber.name == self.subscriber:
            Mortal.left -= 1
            if not Mortal.left:
                os.kill(os.getpid(), signal.SIGKILL)
        await super()._commit(lane, fact, reaction)


def mortal_coo(
    subscriber: str, nth: int, arguments: list[str], given: Connection, said: Connection
) -> None:
    """`coo ARGUMENTS…`, killed right before the commit of the n-th delivery to a subscriber."""
    Mortal.subscriber, Mortal.left = subscriber, nth
    ledger.relay.Deliveries = Mortal  # type: ignore[misc]  # in this process only
    coo(arguments, given, said)


def sharing_coo(mailbox: str, arguments: list[str], given: Connection, said: Connection) -> None:
    """`coo ARGUMENTS…` with a mailbox outside its data folder, as two laptops share one."""
    os.environ["COO_MAIL"] = mailbox
    coo(arguments, given, said)
