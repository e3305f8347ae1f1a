"""The menu of commands that Telegram offers beside the text field."""

from __future__ import annotations

from typing import Final

from telegram import BotCommand

from bot import texts

LONGEST_COMMAND: Final = 32
LONGEST_DESCRIPTION: Final = 256
MOST_COMMANDS: Final = 100

_ELSEWHERE: Final = frozenset({"quit", "prove", "home"})
"""Nothing to do in a chat: there is nothing to leave, a proof works on a whole machine, and the
overview comes with /start."""


def menu() -> list[BotCommand]:
    """Every command of Coo, written as Telegram wants it: `as-of` is `/as_of`."""
    overview = BotCommand("start", texts.TELEGRAM_OVERVIEW)
    return [overview, *(
        BotCommand(each.name.replace("-", "_")[:LONGEST_COMMAND], each.does[:LONGEST_DESCRIPTION])
        for each in texts.COMMANDS
        if each.name not in _ELSEWHERE
    )][:MOST_COMMANDS]  # fmt: skip
