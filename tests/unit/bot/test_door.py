"""Whatever goes wrong at the command line, a person reads words, and a script gets a code."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from bot.command_line import door
from bot.command_line.main import cli
from bot.console.screen import screen, tolerant_streams
from bot.demo import demo
from ledger.domain.errors import SettingsInvalid


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    """Enter the door with a command line that raises."""

    def entered(error: BaseException) -> int:
        def raising() -> None:
            raise error

        monkeypatch.setattr(door, "cli", raising)
        return door.entered()

    return entered


def coo(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_an_error_coo_knows_is_told_with_its_remedy_and_its_exit_code(
    fails: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails(SettingsInvalid("This is wrong.", "Do that.")) == 2
    assert capsys.readouterr().err.split("\n")[:2] == ["This is wrong.", "Do that."]


def test_an_error_of_one_task_among_several_is_told_as_itself(
    fails: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    inner = SettingsInvalid("This is wrong.", "Do that.")
    assert fails(ExceptionGroup("tasks", [ExceptionGroup("more", [inner])])) == 2
    assert "This is wrong." in capsys.readouterr().err


def test_what_the_disk_refuses_is_told_by_the_name_of_the_file(
    fails: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails(PermissionError(13, "Permission denied", "some/ledger.db")) == 1
    told = capsys.readouterr().err
    assert "'some/ledger.db' cannot be used: Permission denied." in told
    assert "rights" in told


def test_a_fault_of_coo_itself_shows_no_traceback_and_keeps_it_in_a_file(
    fails: Callable[[BaseException], int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert fails(ZeroDivisionError("by zero")) == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "ZeroDivisionError" in told
    (kept,) = tmp_path.glob("coo-stumbled-*.txt")
    assert "Traceback" in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_what_ends_a_command_from_outside_has_the_code_that_shells_expect(
    fails: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails(asyncio.CancelledError()) == 143
    assert fails(KeyboardInterrupt()) == 130
    assert fails(SystemExit(130)) == 130
    assert capsys.readouterr().err.count("What was recorded stays") == 3


def test_a_terminal_without_the_euro_sign_reads_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    tolerant_streams()
    print("€2,400.00 – 1 × Büro …", file=narrow, flush=True)
    assert narrow.buffer.getvalue() == b"EUR 2,400.00 - 1 x Buro ...\n"


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("5", 40), ("300", 100)])
def test_answers_fit_the_terminal_and_are_never_wider_than_is_pleasant(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert screen().width == width


def test_a_missing_company_says_which_command_makes_it_and_where(tmp_path: Path) -> None:
    ended = coo("status", "--data", str(tmp_path / "nowhere"))
    assert ended.returncode == 2
    assert "coo init --data" in ended.stderr.replace("\n", " ")
    assert "nowhere" in ended.stderr.replace("\n", ""), "a long path breaks anywhere"


@pytest.mark.parametrize("command", ["init", "doctor", "run", "chat", "status", "verify"])
def test_a_file_where_a_folder_should_be_is_named_by_every_command(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "file"
    place.write_text("no folder")
    with pytest.raises((SettingsInvalid, SystemExit)) as ended:
        cli([command, "--data", str(place)])
    told = str(ended.value) + capsys.readouterr().out
    assert "is no folder" in " ".join(told.split())


def test_init_refuses_before_its_first_question_where_there_is_a_company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a question was asked")

    (tmp_path / "company.yaml").write_text("company:\n")
    monkeypatch.setattr(typer, "prompt", never)
    with pytest.raises(SettingsInvalid, match="already"):
        cli(["init", "--data", str(tmp_path)])


def test_leaving_init_half_way_writes_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(*_: object, **__: object) -> None:
        raise typer.Abort

    monkeypatch.setattr(typer, "prompt", left)
    with pytest.raises(SettingsInvalid, match="nothing was written"):
        cli(["init", "--data", str(tmp_path / "new")])
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(SettingsInvalid, match="cannot be written"):
        cli(["status", "--data", str(tmp_path)])


def test_doctor_examines_a_folder_that_cannot_be_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli(["init", "--defaults", "--data", str(tmp_path)])
    (tmp_path / "ledger.db").write_text("this is no database, only a text that is long enough")
    with pytest.raises(SystemExit) as ended:
        cli(["doctor", "--data", str(tmp_path)])
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "The ledger cannot be read" in told
    assert "company.yaml   ok" in told


def test_the_demo_leaves_a_company_of_ones_own_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli(["init", "--defaults", "--data", str(tmp_path)])
    own = tmp_path / "company.yaml"
    own.write_text(own.read_text().replace('id: "studio-nord"', 'id: "my-own"'))
    with pytest.raises(SettingsInvalid, match="invoices in its name"):
        cli(["demo", "--auto", "--data", str(tmp_path)])
    assert not (tmp_path / "ledger.db").exists()


def test_a_demo_without_its_examples_says_where_it_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "__file__", str(tmp_path / "bot" / "demo" / "demo.py"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(SettingsInvalid, match="make demo"):
        cli(["demo", "--auto", "--data", str(tmp_path / "data")])
    assert not (tmp_path / "data").exists()
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "lead.eml").write_text("")
    assert demo.examples_folder() == tmp_path / "examples"


def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        cli(["init", "--defaults", "--data", str(tmp_path / "new")])
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
