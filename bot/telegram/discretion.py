"""No token in any log: it stands in the address of each call, and libraries log addresses."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Final

TALKATIVE: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.proxy",
    "telegram",
    "telegram.Bot",
    "telegram.request.BaseRequest",
    "telegram.request.HTTPXRequest",
)
HIDDEN: Final = "‹token›"

_TOKEN: Final = re.compile(r"\d+(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)


def without_token(text: str) -> str:
    """The text with everything that looks like a bot's token hidden."""
    return _TOKEN.sub(HIDDEN, text)


class Discreet(logging.Filter):
    """Lets every record pass, with tokens hidden in its words and in its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_token(record.getMessage()), None
        if record.exc_info and record.exc_info[1] is not None:
            shown = "".join(traceback.format_exception(record.exc_info[1]))
            record.exc_text, record.exc_info = without_token(shown).rstrip(), None
        return True


_DISCREET: Final = Discreet()


def be_discreet() -> None:
    """From now on the libraries that talk to Telegram log no token. Doing it again is harmless."""
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(_DISCREET)
