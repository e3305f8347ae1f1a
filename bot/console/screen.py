"""Where people read: the terminal or the file behind stdout and stderr, whatever it can show."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import unicodedata
from io import TextIOWrapper
from typing import Final

from rich.console import Console

from bot.console.render import WIDTH

NARROWEST: Final = 40
LINES: Final = 24

SPELLED: Final = "coo-spelled"
_SPELLINGS: Final = {
    "€": "EUR ", "£": "GBP ", "…": "...", "–": "-", "—": "-", "·": "-", "›": ">", "‹": "<",
    "─": "-", "×": "x", "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip
"""How signs of Coo's own are written where the terminal has no such sign."""


def screen(*, stderr: bool = False) -> Console:
    """Where people read; never wider than is pleasant, never too narrow for a card."""
    columns = shutil.get_terminal_size((WIDTH, LINES)).columns
    return Console(stderr=stderr, highlight=False, width=max(NARROWEST, min(columns, WIDTH)))


def tolerant_streams() -> None:
    """Let stdout and stderr spell what they cannot encode, instead of failing on it."""
    codecs.register_error(SPELLED, _spelled)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=SPELLED)


def closed() -> None:
    """Nobody reads any more: let what is still buffered go nowhere, so that the end is quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())


def _spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(map(_spelling, signs)), error.end


def _spelling(sign: str) -> str:
    if sign in _SPELLINGS:
        return _SPELLINGS[sign]
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return plain or "?"
