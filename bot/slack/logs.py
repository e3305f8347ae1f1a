"""What the socket's own client says while a connection comes and goes, told once and in a line."""

from __future__ import annotations

import logging
import re
from typing import Final

SOCKET: Final = "bot.slack.socket"
_SESSION: Final = re.compile(r"\(?\bs_-?\d+\)?")


class Once(logging.Filter):
    """Lets a message through when it is not the last one again; a traceback never."""

    def __init__(self) -> None:
        super().__init__()
        self._last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is worth telling."""
        record.exc_info = record.exc_text = None
        said = _SESSION.sub("", record.getMessage())
        again, self._last = said == self._last, said
        return not again


def quiet_log() -> logging.Logger:
    """The logger for a socket's client."""
    log = logging.getLogger(SOCKET)
    if not any(isinstance(each, Once) for each in log.filters):
        log.addFilter(Once())
    return log
