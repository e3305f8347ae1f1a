"""Neutral text: what a stranger wrote, made safe to show. Cards use it too."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, fillers, joiners
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"  # zero width, bidi, blank
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"  # lone surrogates, selectors, BOM
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # musical controls, tag characters
)
"""Signs that change what a person sees, or are not seen at all."""

_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_LONG_RUN = re.compile("[^\x00-\u02ff]{32,}")
_MARKS = 30
"""Combining marks kept in a row (Unicode's stream-safe bound); sorting more is quadratic."""


def neutral(text: str, limit: int | None = None) -> str:
    """The text without bidi, zero-width, control and lone surrogate signs, in NFC.

    Newline and tab stay; other line ends become a newline. Beyond `limit` characters it is
    cut, and the cut says how many are missing. Work is linear in the length.
    """
    shown = text if text.isascii() and text.isprintable() else _cleaned(text)
    if limit is None or len(shown) <= limit:
        return shown
    return f"{shown[:limit]}… [cut: {len(shown) - limit:,} more characters]"


def _cleaned(text: str) -> str:
    shown = INVISIBLE.sub("", _NEWLINES.sub("\n", text))
    return unicodedata.normalize("NFC", _LONG_RUN.sub(_stream_safe, shown))


def one_line(text: str, limit: int | None = None) -> str:
    """Neutral text on one line, with single spaces."""
    return neutral(" ".join(neutral(text).split()), limit)


def hides_signs(text: str) -> bool:
    """Whether the text holds signs meant to be unseen or to turn the reading direction.

    Joiners and selectors, which emoji need, and a leading byte order mark do not count.
    """
    return _HIDING.search(text.removeprefix("\ufeff")) is not None


_HIDING = re.compile(
    "[\x00-\x08\x0e-\x1f\u061c\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufeff\uffa0\U000e0020-\U000e007f]"
)


def _stream_safe(run: re.Match[str]) -> str:
    """The run with at most `_MARKS` combining marks in a row."""
    kept: list[str] = []
    marks = 0
    for sign in run[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _MARKS:
            kept.append(sign)
    return "".join(kept)
