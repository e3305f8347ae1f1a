"""`coo run`, `coo chat` and `coo ingest` at once on one folder, and what a kill leaves behind."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CARD = "Approving runs exactly these bytes"
SENT = "Sent to Ada Example"


@pytest.fixture
def company(processes: Any, data: Any, tmp_path: Path) -> Any:
    """A folder with defaults and an empty ledger."""
    found = data(tmp_path / "company")
    assert processes.coo("init", "--defaults", "--data", found.path).ends() == 0
    return found


class Company:
    """The processes of one folder."""

    def __init__(self, processes: Any, data: Any) -> None:
        self._start, self.data = processes.coo, data
        self.inbox: Path = data.path / "mail" / "inbox"

    def runs(self) -> Any:
        """A `coo run` that holds the folder."""
        run = self._start("run", "--data", self.data.path)
        run.waits_until(lambda: self.holder() == run.pid and (self.inbox / "new").is_dir())
        return run

    def chats(self) -> Any:
        """A `coo chat` that knows who works."""
        chat = self._start("chat", "--data", self.data.path)
        chat.hears("At work: ")
        return chat

    def ingests(self, path: Path) -> str:
        """What `coo ingest` says of a file."""
        ingest = self._start("ingest", path, "--data", self.data.path)
        assert ingest.ends() == 0, ingest.heard
        return str(ingest.heard)

    def gets(self, mail: Path, name: str = "lead") -> None:
        """A mail program drops a mail into the inbox, whole."""
        partial = self.inbox / "tmp" / name
        shutil.copy(mail, partial)
        partial.rename(self.inbox / "new" / name)

    def holder(self) -> int:
        """The process that says it runs the folder; 0 for none."""
        lock = self.data.path / "run.lock"
        text = lock.read_text() if lock.exists() else ""
        return int(json.loads(text)["pid"]) if text else 0


@pytest.fixture
def at(processes: Any, company: Any) -> Company:
    return Company(processes, company)


def test_run_chat_and_ingest_share_a_folder(at: Company, lead: Path) -> None:
    run, chat = at.runs(), at.chats()
    assert f"process {run.pid} (coo run" in chat.heard
    at.gets(lead)
    chat.hears(CARD)
    assert "mail was taken in before, nothing new" in at.ingests(lead)
    chat.types("approve 1")
    chat.hears(SENT)
    assert chat.ends() == 0
    run.hears(SENT)
    assert run.told(signal.SIGTERM) == 0
    assert "Traceback" not in run.heard
    assert at.data.kinds()["MailReceived"] == at.data.kinds()["CaseOpened"] == 1
    assert len(at.data.sent()) == 1
    assert [path.name for path in (at.inbox / "cur").iterdir()] == ["lead:2,S"]
    assert not list((at.inbox / "new").iterdir())
    assert at.holder() == 0


def test_two_runs_take_a_mail_once_and_neither_minds_the_other(at: Company, lead: Path) -> None:
    run = at.runs()
    other = at._start("run", "--data", at.data.path)
    other.hears("Coo serves")
    for name in ("first", "second", "third"):
        at.gets(lead, name)
    run.hears(CARD)
    run.waits_until(lambda: not list((at.inbox / "new").iterdir()))
    assert run.told(signal.SIGTERM) == 0
    other.waits_until(lambda: at.holder() == other.pid)
    assert other.told(signal.SIGINT) == 0
    assert "cannot be read" not in run.heard + other.heard
    assert "Traceback" not in run.heard + other.heard
    assert at.data.kinds()["MailReceived"] == at.data.kinds()["CaseOpened"] == 1


def test_a_waiting_chat_takes_over_the_work_of_a_run_that_was_killed(
    at: Company, lead: Path
) -> None:
    run, chat = at.runs(), at.chats()
    at.gets(lead)
    chat.hears(CARD)
    assert run.killed()
    chat.types("approve 1")
    chat.hears(SENT)
    chat.types("status")
    chat.hears("At work: here.", since=len(chat.heard) // 2)
    assert chat.ends() == 0
    assert len(at.data.sent()) == 1
    assert at.holder() == 0


def test_a_mail_that_was_taken_when_run_was_killed_is_taken_once(at: Company, lead: Path) -> None:
    run = at.runs()
    at.gets(lead)
    run.waits_until(lambda: at.data.holds("MailReceived"))
    assert run.killed()
    again = at.runs()
    again.waits_until(lambda: not list((at.inbox / "new").iterdir()))
    again.waits_until(lambda: at.data.holds("ApprovalRequested"))
    assert again.told(signal.SIGTERM) == 0
    kinds = at.data.kinds()
    assert kinds["MailReceived"] == kinds["CaseOpened"] == kinds["ApprovalRequested"] == 1


def test_many_ingests_of_one_file_at_once_are_one_fact(at: Company, lead: Path) -> None:
    several = [at._start("ingest", lead, "--data", at.data.path) for _ in range(4)]
    assert [one.ends() for one in several] == [0, 0, 0, 0]
    taken = ["mail taken in" in one.heard for one in several]
    assert sorted(taken) == [False, False, False, True]
    kinds = at.data.kinds()
    assert kinds["MailReceived"] == kinds["CaseOpened"] == kinds["ApprovalRequested"] == 1
