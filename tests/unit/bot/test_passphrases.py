from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.command_line.passphrase import LEAST, passphrase_from
from ledger.domain.errors import SettingsInvalid

LONG = "correct horse battery"


def answering(*answers: str) -> Callable[[str], str]:
    """Somebody at a terminal who gives these answers, one each."""
    given = iter(answers)
    return lambda _: next(given)


def test_a_new_passphrase_is_asked_twice_and_must_be_the_same() -> None:
    assert passphrase_from(None, answering(LONG, LONG), new=True).reveal() == LONG
    with pytest.raises(SettingsInvalid, match="not the same"):
        passphrase_from(None, answering(LONG, LONG + "x"), new=True)


def test_to_open_something_it_is_asked_once() -> None:
    assert passphrase_from(None, answering(LONG), new=False).reveal() == LONG


def test_a_short_one_is_refused_only_where_it_is_new() -> None:
    short = "x" * (LEAST - 1)
    with pytest.raises(SettingsInvalid, match="soon guessed"):
        passphrase_from(None, answering(short, short), new=True)
    assert passphrase_from(None, answering(short), new=False).reveal() == short


def test_the_first_line_of_a_file_counts_and_nobody_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "words"
    file.write_text(f"{LONG}\r\nsomething else\n")
    assert passphrase_from(file, answering(), new=True).reveal() == LONG


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="none"):
        passphrase_from(tmp_path / "none", None, new=False)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SettingsInvalid, match="not text"):
        passphrase_from(tmp_path / "bytes", None, new=False)


def test_where_nobody_can_be_asked_the_way_out_is_told() -> None:
    with pytest.raises(SettingsInvalid, match="--passphrase-file"):
        passphrase_from(None, None, new=True)


def test_no_passphrase_ever_shows_itself() -> None:
    secret = passphrase_from(None, answering(LONG), new=False)
    assert LONG not in f"{secret} {secret!r}"
