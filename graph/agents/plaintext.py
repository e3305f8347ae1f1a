"""Text as the readers compare it: lower case, no accents, sign for sign as long as before."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 20_000
"""Signs of a text that are read; a longer one is cut."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*|\n")
_SPECIAL = {"ß": "s", "’": "'", "‘": "'", "ʼ": "'", "´": "'", "–": "-", "—": "-", "‑": "-"}


def plain(text: str) -> str:
    """The text folded sign by sign, so that positions in it are positions in `text`."""
    return "".join(map(_sign, text))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a text, without empty ones."""
    return tuple(part.strip() for part in _SENTENCE.findall(text) if part.strip())


def _sign(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if sign.isspace():
        return " "
    base = unicodedata.normalize("NFKD", sign)[0].lower()
    return base if len(base) == 1 else sign
