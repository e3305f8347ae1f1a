"""Foreign text made safe to look at, without hiding anything.

Signs that cannot be seen, or that change the order of others, are shown by their code as
`‹U+202E›`: a card must not look like another one, and what runs must be on it.
"""

from __future__ import annotations

import unicodedata
from typing import Final

SHOWN: Final = 600
"""How many characters of a text stand on a card; the rest is one key away."""

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINE: Final = 160


def visible(text: str) -> str:
    """The text with every hidden sign spelt out. Line feeds stay."""
    return "".join(_spelt(sign, text[place + 1 : place + 3]) for place, sign in enumerate(text))


def inline(text: str) -> str:
    """The whole text on one line, line feeds spelt out like every other hidden sign."""
    return visible(text).replace("\n", "‹U+000A›")


def one_line(text: str, limit: int = _LINE) -> str:
    """For a title or a table cell: one line, hidden signs spelt out, at most `limit` signs."""
    flat = visible(" ".join(text.split()))
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def excerpt(text: str, limit: int = SHOWN) -> tuple[str, int]:
    """What fits on a card, and how many characters were left out."""
    shown = visible(text)
    if len(shown) <= limit:
        return shown, 0
    head = shown[:limit].rstrip()
    return head, len(shown) - len(head)


def _spelt(sign: str, following: str) -> str:
    if sign == "\n":
        return sign
    look_alike = sign == "‹" and following == "U+"
    if look_alike or unicodedata.category(sign) in _HIDDEN:
        return f"‹U+{ord(sign):04X}›"
    return sign
