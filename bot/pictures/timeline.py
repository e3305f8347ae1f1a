"""The timeline of a case as a picture: one spine, one line a moment, a colour for whose it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from reportlab.lib.colors import Color

from bot import texts
from bot.pictures import paper
from bot.pictures.moments import Moment, Who
from bot.pictures.paper import INSIDE, MARGIN, MUTED, Sheet, cut, wrapped
from bot.wording.amounts import counted

FIRST: Final = 6
LAST: Final = 17
"""So many moments of a long case are drawn; those between are counted."""

SPINE: Final = MARGIN + 52
TEXT: Final = SPINE + 18
ROOM: Final = paper.WIDTH - MARGIN - TEXT
DOT: Final = 6.5
LINE: Final = 15.0
GAP: Final = 11.0

COLOURS: Final[dict[Who, Color]] = {
    Who.CUSTOMER: paper.BLUE,
    Who.YOU: paper.AMBER,
    Who.COO: paper.TEAL,
    Who.MONEY: paper.GREEN,
    Who.TROUBLE: paper.RED,
}


def timeline(
    title: str, under: str, moments: Sequence[Moment], now: datetime, *, alive: bool = False
) -> bytes:
    """The picture as a PDF page; `alive`: the spine goes on below the last moment."""
    sheet = Sheet()
    y = _head(sheet, title, under)
    if not moments:
        sheet.text(MARGIN, y + LINE, texts.TIMELINE_EMPTY, colour=MUTED)
        return sheet.pdf(y + 2 * LINE + MARGIN, title)
    top, y = y, _spine(sheet, moments, y, now)
    bottom = y + 6 if alive else y - GAP - 4
    sheet.under(SPINE, top + 2 * LINE + 6, SPINE, bottom)
    y = _legend(sheet, [each.who for each in moments], y + LINE)
    return sheet.pdf(y + MARGIN, title)


def _head(sheet: Sheet, title: str, under: str) -> float:
    y = MARGIN
    for each in wrapped(title, INSIDE, size=paper.TITLE, bold=True):
        y += paper.TITLE
        sheet.text(MARGIN, y, each, size=paper.TITLE, bold=True)
        y += 5
    for each in wrapped(under, INSIDE, size=paper.LABEL):
        y += LINE
        sheet.text(MARGIN, y, each, colour=MUTED)
    return y + 12


def _spine(sheet: Sheet, moments: Sequence[Moment], y: float, now: datetime) -> float:
    """Draws the moments and returns where the next one would stand."""
    day: date | None = None
    for place, moment in enumerate(moments):
        left_out = len(moments) - FIRST - LAST
        if left_out > 0 and FIRST <= place < FIRST + left_out:
            if place == FIRST:
                y = _left_out(sheet, left_out, y)
            continue
        local = moment.at.astimezone(now.tzinfo)
        if local.date() != day:
            y = _day(sheet, local, now, y)
            day = local.date()
        y = _moment(sheet, moment, local, y)
    return y


def _day(sheet: Sheet, local: datetime, now: datetime, y: float) -> float:
    year = "" if local.year == now.year else f" {local.year}"
    y += LINE + 4
    sheet.text(
        TEXT, y, f"{local:%a} {local.day} {local:%b}{year}", size=12, bold=True, colour=MUTED
    )
    return y + 6


def _moment(sheet: Sheet, moment: Moment, local: datetime, y: float) -> float:
    y += LINE
    colour = COLOURS[moment.who]
    sheet.text(SPINE - 14, y, f"{local:%H:%M}", size=12, colour=MUTED, anchor="end")
    sheet.dot(SPINE, y - 4, DOT, colour)
    what = wrapped(moment.what, ROOM, size=paper.LABEL + 0.5, bold=True)
    for number, each in enumerate(what):
        y += LINE if number else 0
        sheet.text(TEXT, y, each, size=paper.LABEL + 0.5, bold=True)
    for each in wrapped(moment.more, ROOM, size=12):
        y += LINE
        sheet.text(TEXT, y, each, size=12, colour=MUTED)
    return y + GAP


def _left_out(sheet: Sheet, number: int, y: float) -> float:
    y += LINE
    words = texts.TIMELINE_LEFT_OUT.format(moments=counted(number, "moment"))
    sheet.text(TEXT, y, f"… {words}", size=12, colour=MUTED)
    return y + GAP


def _legend(sheet: Sheet, whose: Iterable[Who], y: float) -> float:
    """One dot and word for each colour that is there."""
    seen = set(whose)
    sheet.line(MARGIN, y, paper.WIDTH - MARGIN, y)
    x, y = MARGIN + 5, y + LINE + 5
    for who in Who:
        if who not in seen:
            continue
        word = cut(texts.WHOSE[who], 90, size=12)
        sheet.dot(x, y - 4, 5, COLOURS[who])
        sheet.text(x + 10, y, word, size=12, colour=MUTED)
        x += 10 + paper.width_of(word, size=12) + 18
    return y
