"""Whether any worker lives, as everybody sees it who talks and looks."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from bot import texts
from ledger.board import Board
from ledger.places import ledger_url

SILENT_S: Final = 30.0
"""After so many seconds without a sign of life a worker counts as gone."""


def living(board: Board) -> str:
    """Who works, in words; "" where no worker lives."""
    return texts.WORKERS if board.living(SILENT_S) else ""


def who_works(url: str, company: str) -> str:
    """The same, for one look."""
    with closing(Board(ledger_url(url), company)) as board:
        return living(board)
