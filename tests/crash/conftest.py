"""Real processes on a real data folder, started, killed and talked to by the tests."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import re
import select
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

LONGEST_S = 120.0
"""No process of these tests takes so long unless it hangs."""

LOOK_S = 0.002

REPEATED = {"Tapped", "TapRefused", "VerdictGiven", "AttemptStarted", "DeliveryRecorded"}
"""What a restart may say once more: the operator taps again, a try is checked and made again."""

LEAD = """\
From: Ada Example <ada@example.com>
To: hello@studio-nord.example
Subject: A new website
Message-ID: <lead-1@mail.example.com>
Date: Mon, 16 Nov 2026 08:12:44 +0000

Hello Nora,

we would like your website design package. Could you send us an offer?

Ada
"""

AMOUNT = re.compile(r"€[\d,]+\.\d\d")


@dataclass
class Coo:
    """A running `coo …` with pipes to it."""

    process: BaseProcess
    given: Connection
    said: Connection
    heard: str = ""

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process.is_alive()

    def types(self, line: str) -> None:
        os.write(self.given.fileno(), f"{line}\n".encode())

    def hears(self, text: str, *, since: int = 0, seconds: float = LONGEST_S) -> str:
        """Wait until the process says `text`; what it has said so far, from `since` on."""
        deadline = time.monotonic() + seconds
        while text not in self.heard[since:]:
            left = deadline - time.monotonic()
            assert left > 0, f"never said {text!r}, but:\n{self.heard[since:]}"
            assert self._more(left), f"ended without saying {text!r}:\n{self.heard[since:]}"
        return self.heard[since:]

    def ends(self, seconds: float = LONGEST_S) -> int:
        """Close its input and wait for its end; its exit code, negative for a signal."""
        self.given.close()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self._more(left):
            pass
        self.process.join(max(0.1, deadline - time.monotonic()))
        assert not self.runs, f"still runs, having said:\n{self.heard}"
        assert self.process.exitcode is not None
        return self.process.exitcode

    def summary(self) -> dict[str, Any]:
        """Wait for its end; the JSON object it ends with."""
        assert self.ends() == 0, self.heard
        found: dict[str, Any] = json.loads(self.heard.strip().splitlines()[-1])
        return found

    def told(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end, return the exit code."""
        os.kill(self.pid, number)
        return self.ends()

    def killed(self) -> bool:
        """SIGKILL it; whether it was still running then."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.ends() == -signal.SIGKILL

    def waits(self, seconds: float) -> None:
        """Let it run for so long, or until it ends."""
        self.waits_until(lambda: False, seconds=seconds)

    def waits_until(self, true: Callable[[], object], *, seconds: float = LONGEST_S) -> bool:
        """Let it run until something holds, or until it ends; whether it held."""
        deadline = time.monotonic() + seconds
        while not (held := bool(true())) and self.runs and time.monotonic() < deadline:
            self._more(LOOK_S)
        return held

    def says_more(self) -> bool:
        """Whether something it said has not been read yet."""
        return bool(select.select([self.said], [], [], 0)[0])

    def _more(self, seconds: float) -> bool:
        """Read what it says next, waiting at most so long; False once it has closed its output."""
        if not select.select([self.said], [], [], seconds)[0]:
            return True
        text = os.read(self.said.fileno(), 65_536)
        self.heard += text.decode(errors="replace")
        return bool(text)


@dataclass
class Processes:
    """Starts processes, and leaves none behind."""

    context: ForkServerContext
    started: list[Coo] = field(default_factory=list)

    def coo(self, *arguments: object) -> Coo:
        """Start `coo ARGUMENTS…`."""
        return self._running("coo", list(map(str, arguments)))

    def mortal(self, subscriber: str, nth: int, *arguments: object) -> Coo:
        """The same, killed right before the commit of the n-th delivery to a subscriber."""
        return self._running("mortal_coo", subscriber, nth, list(map(str, arguments)))

    def sharing(self, mailbox: Path, *arguments: object) -> Coo:
        """The same, with a mailbox that other folders use too."""
        return self._running("sharing_coo", str(mailbox), list(map(str, arguments)))

    def coo_in(
        self,
        environment: dict[str, str],
        *arguments: object,
        trap: tuple[str, int, int] | None = None,
    ) -> Coo:
        """The same with variables of its own. `trap`: at the n-th such moment it gets a signal."""
        return self._running("coo_in", environment, trap, list(map(str, arguments)))

    def listens(self) -> None:
        """Take in what they say by now, so that none of them waits for room in its pipe."""
        for one in self.started:
            while one.says_more() and one._more(0):
                pass

    def _running(self, name: str, *arguments: object) -> Coo:
        """Start a function of `warm` with these arguments, and pipes behind them."""
        target = getattr(importlib.import_module("warm"), name)
        given, writes = self.context.Pipe(duplex=False)
        reads, said = self.context.Pipe(duplex=False)
        process = self.context.Process(target=target, args=(*arguments, given, said))
        process.start()
        given.close()
        said.close()
        self.started.append(Coo(process, writes, reads))
        return self.started[-1]

    def end(self) -> None:
        """Kill what still runs."""
        for one in self.started:
            if one.runs:
                one.process.kill()
            one.process.join()
            for pipe in (one.given, one.said):
                with suppress(OSError):
                    pipe.close()


@pytest.fixture(scope="session")
def _warm() -> ForkServerContext:
    """Imports Coo once a session, in a process of its own that is forked for each start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.command_line.door", "bot.app", "bot.work.serving"])
    return context


@pytest.fixture
def processes(_warm: ForkServerContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    found = Processes(_warm)
    yield found
    found.end()


class Letter(NamedTuple):
    """What makes one mail the same as another, in whatever folder it was written."""

    command: str
    to: str
    subject: str
    amounts: tuple[str, ...]
    documents: tuple[str, ...]


def letter(mail: EmailMessage) -> Letter:
    body = mail.get_body()
    assert body
    return Letter(
        command=str(mail["X-Coo-Command"]),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        amounts=tuple(AMOUNT.findall(body.get_content())),
        documents=tuple(str(part.get_filename()) for part in mail.iter_attachments()),
    )


@dataclass(frozen=True)
class Data:
    """What lies in a data folder, read without Coo."""

    path: Path

    def facts(self) -> int:
        """How many facts the ledger holds; 0 while there is none."""
        with suppress(sqlite3.Error):
            return int(self.one("SELECT count(*) FROM facts"))
        return 0

    def kinds(self) -> Counter[str]:
        """How many facts there are of each kind."""
        return Counter(dict(self.all("SELECT event_type, count(*) FROM facts GROUP BY event_type")))

    def holds(self, kind: str, times: int = 1) -> bool:
        """Whether there are (at least) so many facts of a kind."""
        with suppress(sqlite3.Error):
            found = self.one("SELECT count(*) FROM facts WHERE event_type = ?", kind)
            return int(found) >= times
        return False

    def one(self, query: str, *values: object) -> Any:
        """The one value a query finds."""
        return self.all(query, *values)[0][0]

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds in the ledger's file."""
        with closing(self._opened()) as connection:
            return connection.execute(query, values).fetchall()

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.path / 'ledger.db'}?mode=rw", uri=True, timeout=20)

    def lasting(self) -> dict[str, int]:
        """The facts that must be there exactly as often as in a calm run."""
        return {kind: count for kind, count in self.kinds().items() if kind not in REPEATED}

    def numbers(self) -> list[str]:
        """The invoice numbers that were taken, in order."""
        number = "SELECT json_extract(payload, '$.number') FROM facts"
        issued = f"{number} WHERE event_type = 'InvoiceIssued' ORDER BY seq"
        return [found for (found,) in self.all(issued)]

    def failures(self) -> int:
        """How many failures there ever were."""
        return int(self.one("SELECT count(*) FROM view_entity WHERE kind = 'failure'"))

    def letters(self) -> list[Letter]:
        """The mails that left, as far as they must be the same in every folder."""
        return sorted(map(letter, self.sent()))

    def sent(self) -> list[EmailMessage]:
        """The mails that left."""
        files = [
            path for box in ("new", "cur") for path in (self.path / "mail" / "out" / box).glob("*")
        ]
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    def invoices(self) -> list[str]:
        """The names of the files that were made of invoices."""
        return sorted(path.name for path in (self.path / "invoices").glob("*"))


@pytest.fixture
def data() -> Callable[[Path], Data]:
    return Data


@pytest.fixture
def demo(processes: Processes) -> Callable[[Path], Coo]:
    """Starts the whole story, without a person, on a folder."""
    return lambda folder: processes.coo("demo", "--auto", "--json", "--data", folder)


@pytest.fixture
def lead(tmp_path: Path) -> Path:
    """The file of a mail that asks for one thing on the price list."""
    path = tmp_path / "lead.eml"
    path.write_text(LEAD)
    return path
