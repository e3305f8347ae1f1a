"""Where a passphrase comes from: a file, or somebody at a terminal. Never an argument."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot import texts
from bot.settings import Secret
from ledger.domain.errors import SettingsInvalid

LEAST: Final = 10
Ask = Callable[[str], str]
"""Asks without echo, given the question."""


def passphrase_from(file: Path | None, ask: Ask | None, *, new: bool) -> Secret:
    """The passphrase. `ask` is None where nobody is there; `new` asks twice and wants a long one.

    Raises `SettingsInvalid`.
    """
    if file is not None:
        text = _first_line(file)
    elif ask is None:
        raise SettingsInvalid(*texts.PASSPHRASE_NOBODY.put())
    else:
        text = ask(texts.WORDS_ASKED)
    if new and len(text) < LEAST:
        raise SettingsInvalid(*texts.PASSPHRASE_SHORT.put(least=LEAST))
    if new and file is None and ask is not None and ask(texts.WORDS_AGAIN) != text:
        raise SettingsInvalid(*texts.PASSPHRASE_DIFFERS.put())
    return Secret(text)


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise SettingsInvalid(*texts.PASSPHRASE_FILE.put(path=file, why=why)) from error
