"""Text with marks (bold, code, …) beside it, never in it: nothing in a text can become markup.

Telegram makes links of what looks like a mention, an address, a command or a hashtag, in any
text; only code is left alone. So each such piece is marked as code: the same signs, and inert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

from bot.wording.untrusted import visible

LONGEST_TEXT: Final = 4096
"""UTF-16 units of one message."""

_LIVE: Final = re.compile(
    r"""
      \w[\w+.-]*://\S+                                   # an address with its scheme
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                       # a mail address
    | (?:[\w-]+\.)+[^\W\d_]{2,}\b(?:[:/?\#]\S*)?         # a host, as in example.com/path
    | (?<!\w)[@\#/]\w+(?:@\w+)?                          # a mention, a hashtag, a command
    | (?<!\w)\$[A-Za-z]{1,8}\b                           # a share
    """,
    re.VERBOSE,
)
_TYPED: Final = re.compile(r"`([^`\n]+)`")
_BREAKS: Final = ("\n\n", "\n", " ")
_LEAST: Final = 2
"""A part is at least 1/_LEAST full, unless there is no better place to cut."""


class Style(StrEnum):
    """How a piece of text looks; the values are Telegram's types of entities."""

    PLAIN = ""
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    PRE = "pre"
    QUOTE = "expandable_blockquote"


class Mark(Struct, frozen=True):
    """A style from `start` up to `end`, counted in characters."""

    start: int
    end: int
    style: Style


class Marked(Struct, frozen=True):
    """A text and its marks, in the order of their beginnings."""

    text: str
    marks: tuple[Mark, ...] = ()


class Writing:
    """A marked text on its way, put together piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._marks: list[Mark] = []
        self._length = 0

    def put(self, text: str, style: Style = Style.PLAIN) -> None:
        """Add a text; what would come alive in it is inert."""
        shown = clean(text)
        if style in {Style.CODE, Style.PRE}:
            self._add(shown, style)
            return
        done = 0
        for live in _LIVE.finditer(shown):
            self._add(shown[done : live.start()], style)
            self._add(live.group(), Style.CODE)
            done = live.end()
        self._add(shown[done:], style)

    def said(self, text: str, style: Style = Style.PLAIN) -> None:
        """Add words of Coo's own; what stands in backticks is set off as something to type."""
        for place, part in enumerate(_TYPED.split(text)):
            self.put(part, Style.CODE if place % 2 else style)

    def quote(self, text: str) -> None:
        """Add a text set apart, folded up where it is long."""
        start = self._length
        self.put(text)
        if self._length > start:
            self._marks.append(Mark(start, self._length, Style.QUOTE))

    def gap(self) -> None:
        """Leave an empty line, except at the beginning."""
        if self._length:
            self._add("\n\n", Style.PLAIN)

    def line(self) -> None:
        """Begin a new line, except at the beginning."""
        if self._length:
            self._add("\n", Style.PLAIN)

    def done(self) -> Marked:
        """What was written."""
        marks = sorted(self._marks, key=lambda mark: (mark.start, -mark.end))
        return Marked("".join(self._pieces), tuple(marks))

    def _add(self, text: str, style: Style) -> None:
        if not text:
            return
        if style is not Style.PLAIN:
            self._marks.append(Mark(self._length, self._length + len(text), style))
        self._pieces.append(text)
        self._length += len(text)


def clean(text: str) -> str:
    """Line feeds as `\\n`, tabs as spaces, and signs that cannot be seen spelt out."""
    flat = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(sign if sign.isprintable() else visible(sign) for sign in flat)


def units(text: str) -> int:
    """How long Telegram thinks a text is."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def parts(whole: Marked, limit: int = LONGEST_TEXT) -> tuple[Marked, ...]:
    """The text as messages of at most `limit` units, cut between paragraphs, lines or words."""
    return tuple(_cut(whole, start, end) for start, end in _spans(whole.text, limit))


def shortened(text: str, limit: int) -> str:
    """At most `limit` units of a text on one line; an ellipsis says that there was more."""
    flat = clean(" ".join(text.split()))
    if units(flat) <= limit:
        return flat
    return flat[: _reach(flat, 0, limit - 1)].rstrip() + "…"


def _spans(text: str, limit: int) -> Iterator[tuple[int, int]]:
    start = _past_space(text, 0)
    while start < len(text):
        end = _reach(text, start, limit)
        if end < len(text):
            end = _best(text, start, end)
        last = len(text[start:end].rstrip()) + start
        yield start, last
        start = _past_space(text, end)


def _past_space(text: str, place: int) -> int:
    """Empty lines at the beginning of a message are lost; the indent of its first line is not."""
    feed = place
    while place < len(text) and text[place].isspace():
        place += 1
        if text[place - 1] == "\n":
            feed = place
    return feed if place < len(text) else place


def _reach(text: str, start: int, limit: int) -> int:
    """Where a part that begins at `start` has to end."""
    end = min(len(text), start + limit)
    while units(text[start:end]) > limit:
        end -= (units(text[start:end]) - limit + 1) // 2
    return end


def _best(text: str, start: int, end: int) -> int:
    least = start + (end - start) // _LEAST
    for between in _BREAKS:
        place = text.rfind(between, least, end)
        if place > least:
            return place
    return end


def _cut(whole: Marked, start: int, end: int) -> Marked:
    clipped = (
        Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.style)
        for mark in whole.marks
    )
    return Marked(whole.text[start:end], tuple(mark for mark in clipped if mark.start < mark.end))
