"""How an invoice looks: typefaces, colours, measures. Nothing here knows what an invoice says."""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

import fontpkg_lato
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

REGULAR: Final = "Lato"
BOLD: Final = "Lato-Bold"
INK: Final = HexColor("#1c2733")
MUTED: Final = HexColor("#66727f")
HAIRLINE: Final = HexColor("#d5dbe1")
ACCENT: Final = HexColor("#0f5f6b")
SHADE: Final = HexColor("#f3f6f7")

LEFT: Final = 25 * mm
RIGHT: Final = 190 * mm
WIDTH: Final = RIGHT - LEFT
TOP: Final = 297 * mm

_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


@cache
def load_fonts() -> None:
    """Register Lato once a process: Latin, Greek, Cyrillic, €, and figures of one width."""
    folder = fontpkg_lato.ROOT / "files"
    for name, file in ((REGULAR, "Lato-Regular.ttf"), (BOLD, "Lato-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def plain(text: str) -> str:
    """The text without signs that print nothing or turn the direction of others."""
    return _UNPRINTABLE.sub("", text)


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """`text` as it stands: markup in it is printed, not obeyed; line breaks are kept."""
    return Paragraph(escape(plain(text)).replace("\n", "<br/>"), style)


def _style(name: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    look = {"fontName": REGULAR, "textColor": INK, "splitLongWords": 1, **more}
    return ParagraphStyle(name, fontSize=size, leading=leading, **look)


BODY: Final = _style("body", 9.5, 13.5)
STRONG: Final = _style("strong", 9.5, 13.5, fontName=BOLD)
FIGURE: Final = _style("figure", 9.5, 13.5, alignment=TA_RIGHT)
STRONG_FIGURE: Final = _style("strong figure", 9.5, 13.5, alignment=TA_RIGHT, fontName=BOLD)
HEAD: Final = _style("head", 7.5, 10, textColor=MUTED)
HEAD_FIGURE: Final = _style("head figure", 7.5, 10, textColor=MUTED, alignment=TA_RIGHT)
TITLE: Final = _style("title", 21, 26, fontName=BOLD)
TOTAL: Final = _style("total", 12.5, 16, fontName=BOLD, textColor=ACCENT)
TOTAL_FIGURE: Final = _style(
    "total figure", 12.5, 16, fontName=BOLD, textColor=ACCENT, alignment=TA_RIGHT
)
FACT: Final = _style("fact", 9.5, 12, fontName=BOLD, alignment=TA_RIGHT)
RECIPIENT: Final = _style("recipient", 10.5, 14.5)
SENDER: Final = _style("sender", 7, 9, textColor=MUTED)
NAME: Final = _style("name", 15, 18, fontName=BOLD, textColor=ACCENT)
LETTERHEAD: Final = _style("letterhead", 8, 11.5, textColor=MUTED, alignment=TA_RIGHT)
SMALL: Final = _style("small", 7.5, 10.5, textColor=MUTED)
SMALL_FIGURE: Final = _style("small figure", 7.5, 10.5, textColor=MUTED, alignment=TA_RIGHT)
