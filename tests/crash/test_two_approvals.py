"""Two people decide about one card at once, each in a process of their own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROUNDS = 5
TOO_LATE = ("the tap did not count, already", "is decided already")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folder with a waiting card lies, once it was made."""
    return tmp_path_factory.mktemp("prepared") / "company"


@pytest.fixture
def asked(prepared: Path, lead: Path, processes: Any, data: Any, tmp_path: Path) -> Any:
    """A company whose operator is asked whether an offer may go out: card 1."""
    if not prepared.exists():
        assert processes.coo("init", "--defaults", "--data", prepared).ends() == 0
        assert processes.coo("ingest", lead, "--data", prepared).ends() == 0
    return data(Path(shutil.copytree(prepared, tmp_path / "company")))


@pytest.fixture
def chats(asked: Any, processes: Any) -> list[Any]:
    """Two conversations that have both shown the card."""
    found = [processes.coo("chat", "--data", asked.path) for _ in range(2)]
    for chat in found:
        chat.types("show 1")
        chat.hears("Approving runs exactly these bytes")
    return found


def answers(chats: list[Any], *lines: str) -> list[str]:
    """What each chat says to its line; the lines are typed at the same moment."""
    before = [len(chat.heard) for chat in chats]
    for chat, line in zip(chats, lines, strict=True):
        chat.types(line)
    assert [chat.ends() for chat in chats] == [0, 0]
    return [" ".join(chat.heard[start:].split()) for chat, start in zip(chats, before, strict=True)]


def too_late(answer: str) -> bool:
    return any(words in answer for words in TOO_LATE)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_approvals_at_once_send_one_mail_and_both_are_answered(
    turn: int, asked: Any, chats: list[Any]
) -> None:
    said = answers(chats, "approve 1", "approve 1")
    kinds = asked.kinds()
    assert kinds["Approved"] == kinds["AttemptStarted"] == kinds["ActionSucceeded"] == 1
    assert len(asked.sent()) == 1
    assert sorted(map(too_late, said)) == [False, True]
    assert all("Sent to Ada Example" in answer for answer in said)
    loser = next(answer for answer in said if too_late(answer))
    assert "approved" in loser
    assert "by Nora Lindt" in loser


@pytest.mark.parametrize("turn", range(2))
def test_a_yes_and_a_no_at_once_are_one_decision(turn: int, asked: Any, chats: list[Any]) -> None:
    said = answers(chats, "approve 1", "reject 1 too cheap")
    kinds = asked.kinds()
    assert kinds["Approved"] + kinds["Rejected"] == 1
    assert len(asked.sent()) == kinds["ActionSucceeded"] == kinds["Approved"]
    assert sorted(map(too_late, said)) == [False, True]
