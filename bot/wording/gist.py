"""What a model says of a mail, made fit for a card: one line, short, with nothing to follow."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 400
"""Signs of a gist."""

_TO_FOLLOW: Final = re.compile(
    r"\S*(?:https?:|www\.|mailto:|tg:)\S*|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\."
    r"(?:com|net|org|io|de|fr|eu|co|ch|at|uk|info|biz|app|dev|me|link)\b(?:/\S*)?",
    re.IGNORECASE,
)
_ACCOUNT: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){10,30}\b")
_MARKUP: Final = re.compile(r"<[^>]{0,200}>|[`*_~#|<>\[\]{}\\]")


def bare_gist(text: str) -> str:
    """The text without links, addresses, accounts and markup, on one line and not too long."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST]).split())
    bare = _MARKUP.sub(" ", _ACCOUNT.sub("…", _TO_FOLLOW.sub("…", flat)))
    bare = " ".join(bare.split())
    return bare if len(bare) <= LONGEST else bare[: LONGEST - 1].rstrip() + "…"
