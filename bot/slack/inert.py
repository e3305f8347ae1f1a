"""Text on its way to Slack: it can be read, and can do nothing else.

Slack reads `<!channel>`, `<@U1>` and `<https://…|words>` in any text that is not escaped, and
clients draw bidi and zero-width signs as they are told. Cards come with such signs spelt out
(`bot/untrusted.py`); what arrives here unspelt is dropped.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.blocks.basic_components import RawTextObject

NOTHING: Final = "–"
"""Stands where Slack refuses an empty text."""

CUT: Final = "…"

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def inert(text: str) -> str:
    """The text without any sign that cannot be seen. Line feeds stay, a tab is a space."""
    spaced = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(s for s in spaced if s == "\n" or unicodedata.category(s) not in _HIDDEN)


def escaped(text: str) -> str:
    """For any text in which Slack looks for links, mentions and broadcasts."""
    return text.translate(_ENTITIES)


def cut(text: str, limit: int) -> str:
    """At most `limit` signs, and a visible note where some are missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + CUT


def cut_escaped(text: str, limit: int) -> str:
    """Escaped and at most `limit` signs *after* escaping; no entity is cut in two."""
    whole = escaped(text)
    if len(whole) <= limit:
        return whole
    kept, size = [], len(CUT)
    for sign in text:
        size += len(escaped(sign))
        if size > limit:
            break
        kept.append(escaped(sign))
    return "".join(kept).rstrip() + CUT


def plain(text: str, limit: int) -> PlainTextObject:
    """A `plain_text` object on one line: no formatting, no mention, no emoji made of words."""
    flat = " ".join(inert(text).split())
    return PlainTextObject(text=cut_escaped(flat, limit) or NOTHING, emoji=False)


def cell(text: str, limit: int) -> RawTextObject:
    """One cell of a table; Slack reads nothing into it."""
    return RawTextObject(text=cut(inert(text).strip(), limit) or NOTHING)
