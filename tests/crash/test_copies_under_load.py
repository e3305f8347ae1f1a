"""Copies of a company at work, processes killed in the middle of copying, and two laptops."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

WORDS = "correct horse battery staple"
MAILS = 24
LEAD = """\
From: Customer {n} <customer{n}@example.com>
To: hello@studio-nord.example
Subject: A new website
Message-ID: <lead-{n}@mail.example.com>
Date: Mon, 16 Nov 2026 08:12:44 +0000

Hello Nora,

we would like your website design package. Could you send us an offer?
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared") / "company"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(WORDS + "\n")
    return path


@pytest.fixture
def asked(prepared: Path, lead: Path, processes: Any, data: Any, tmp_path: Path) -> Any:
    """A company whose operator is asked whether an offer may go out: card 1."""
    if not prepared.exists():
        assert processes.coo("init", "--defaults", "--data", prepared).ends() == 0
        assert processes.coo("ingest", lead, "--data", prepared).ends() == 0
    return data(Path(shutil.copytree(prepared, tmp_path / "company")))


@pytest.fixture
def coo(processes: Any, secret: Path) -> Callable[..., Any]:
    """Runs a command that wants a passphrase."""
    return lambda *words: processes.coo(*words, "--passphrase-file", secret)


def test_every_backup_of_a_company_under_load_is_whole(
    asked: Any, coo: Callable[..., Any], processes: Any, data: Any, tmp_path: Path
) -> None:
    inbox = asked.path / "mail" / "inbox" / "new"
    inbox.mkdir(parents=True, exist_ok=True)
    running = processes.coo("run", "--data", asked.path)
    running.hears("Coo serves")
    before = asked.facts()
    for n in range(MAILS):
        (inbox / f"{n}.eml").write_text(LEAD.format(n=n))
    running.waits_until(lambda: asked.facts() > before)
    files = [tmp_path / f"{n}.coo" for n in range(3)]
    for file in files:
        assert coo("backup", file, "--data", asked.path).ends() == 0
    assert running.told(15) in {0, 143}
    reached = []
    for n, file in enumerate(files):
        target = tmp_path / f"copy-{n}"
        assert coo("restore", file, "--data", target).ends() == 0
        verified = processes.coo("verify", "--data", target)
        assert verified.ends() == 0, verified.heard
        copy = data(target)
        reached.append(copy.facts())
        assert copy.kinds()["CopyRestored"] == 1
    assert reached == sorted(reached)
    assert before < reached[0]


@pytest.mark.parametrize("moment", ["the ledger is copied", "the file is begun", "it grows"])
def test_a_backup_that_is_killed_leaves_the_one_before_it_whole(
    asked: Any, coo: Callable[..., Any], tmp_path: Path, moment: str
) -> None:
    file, part = tmp_path / "b.coo", tmp_path / ".b.coo.part"
    assert coo("backup", file, "--data", asked.path).ends() == 0
    before = file.read_bytes()
    signs: dict[str, Callable[[], object]] = {
        "the ledger is copied": (asked.path / ".backup" / "ledger.db").exists,
        "the file is begun": part.exists,
        "it grows": lambda: part.exists() and part.stat().st_size > 0,
    }
    dying = coo("backup", file, "--data", asked.path)
    if dying.waits_until(signs[moment]):
        dying.killed()
    else:
        dying.ends()  # it was quicker than we look, and is whole
    if part.exists():
        assert file.read_bytes() == before
    assert coo("backup", file, "--data", asked.path).ends() == 0
    assert not part.exists()
    assert not (asked.path / ".backup").exists()
    assert coo("restore", file, "--data", tmp_path / "again").ends() == 0


@pytest.mark.parametrize("name", ["ledger.db", "keys.db", "blobs", "ledger.db-wal"])
def test_a_restore_that_is_killed_leaves_nothing_in_place_and_is_done_again(
    asked: Any, coo: Callable[..., Any], data: Any, tmp_path: Path, name: str
) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    assert coo("backup", file, "--data", asked.path).ends() == 0
    dying = coo("restore", file, "--data", target)
    dying.waits_until((tmp_path / ".again.arriving" / name).exists)
    dying.killed()
    if target.exists():  # it was quicker than we look: then it is whole
        assert data(target).kinds()["CopyRestored"] == 1
        return
    assert coo("restore", file, "--data", target).ends() == 0
    assert data(target).kinds()["CopyRestored"] == 1
    assert not (tmp_path / ".again.arriving").exists()


@pytest.mark.parametrize("at_once", [False, True])
def test_the_old_and_the_new_laptop_both_run_and_one_mail_leaves(
    asked: Any, coo: Callable[..., Any], processes: Any, data: Any, tmp_path: Path, at_once: bool
) -> None:
    mailbox, file = tmp_path / "mailbox", tmp_path / "b.coo"
    shutil.move(asked.path / "mail", mailbox)
    assert coo("backup", file, "--data", asked.path).ends() == 0
    assert coo("restore", file, "--data", tmp_path / "new").ends() == 0
    new = data(tmp_path / "new")
    chats = [processes.sharing(mailbox, "chat", "--data", each.path) for each in (asked, new)]
    for chat in chats:
        chat.types("show 1")
        chat.hears("Approving runs exactly these bytes")
    old, fresh = chats
    fresh.types("takeover yes")
    if not at_once:
        fresh.hears("This copy acts from now on, as generation 2")
        old.hears("Another copy of this company took over")
    for chat in chats:
        chat.types("approve 1")
    for chat in chats:
        assert chat.ends() == 0, chat.heard
    sent = list((mailbox / "out" / "new").iterdir())
    assert len(sent) == 1
    assert new.kinds()["ActionSucceeded"] == 1
    if not at_once:
        assert asked.kinds()["AttemptStarted"] == 0
        assert asked.kinds()["CopySuperseded"] == 1
        assert "must not act" in " ".join(old.heard.split())
