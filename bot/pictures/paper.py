"""Paper for pictures: colours, type and measures that a phone can read, and the way to PNG.

Everything is measured in points from the top left corner; a picture is `WIDTH` points wide and
twice as many pixels. The sheet is light and opaque, so that it reads the same in a dark chat.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Circle, Drawing, Line, Rect, Shape, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from bot.pictures.raster import pages
from connectors.invoices.look import BOLD, REGULAR, load_fonts, plain

WIDTH: Final = 400.0
SCALE: Final = 2
MARGIN: Final = 22.0
INSIDE: Final = WIDTH - 2 * MARGIN

SHEET: Final = HexColor("#fbfcfd")
INK: Final = HexColor("#1c2733")
MUTED: Final = HexColor("#5b6875")
HAIRLINE: Final = HexColor("#d5dbe1")
SHADE: Final = HexColor("#e9eef1")
TEAL: Final = HexColor("#0f5f6b")
BLUE: Final = HexColor("#2563a8")
AMBER: Final = HexColor("#b7791f")
GREEN: Final = HexColor("#2f855a")
RED: Final = HexColor("#b83232")

TITLE: Final = 19.0
LABEL: Final = 13.0
SMALL: Final = 11.0

ELLIPSIS: Final = "…"


class Sheet:
    """One picture being drawn. Its height is only known at the end, so marks wait for it."""

    def __init__(self) -> None:
        load_fonts()
        self._marks: list[Callable[[float], Shape]] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = LABEL,
        bold: bool = False,
        colour: Color = INK,
        anchor: str = "start",
    ) -> None:
        """One line whose base stands at `y`."""
        look = {
            "fontName": BOLD if bold else REGULAR,
            "fontSize": size,
            "fillColor": colour,
            "textAnchor": anchor,
        }
        self._marks.append(lambda height: String(x, height - y, plain(text), **look))

    def bar(self, x: float, y: float, wide: float, tall: float, colour: Color) -> None:
        """A filled bar whose top left corner is at (x, y)."""
        corner = min(2.5, wide / 2, tall / 2)
        look = {"fillColor": colour, "strokeColor": None, "rx": corner, "ry": corner}
        self._marks.append(lambda height: Rect(x, height - y - tall, wide, tall, **look))

    def line(
        self, x: float, y: float, to_x: float, to_y: float, colour: Color = HAIRLINE, **more: object
    ) -> None:
        """A straight line. `more` as reportlab names it: `strokeWidth`, `strokeDashArray`."""
        look = {"strokeColor": colour, **more}
        self._marks.append(lambda height: Line(x, height - y, to_x, height - to_y, **look))

    def under(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """A line that lies below everything drawn so far."""
        self.line(x, y, to_x, to_y, strokeWidth=2)
        self._marks.insert(0, self._marks.pop())

    def dot(self, x: float, y: float, radius: float, colour: Color) -> None:
        """A filled circle."""
        look = {"fillColor": colour, "strokeColor": SHEET, "strokeWidth": 2}
        self._marks.append(lambda height: Circle(x, height - y, radius, **look))

    def pdf(self, height: float, title: str) -> bytes:
        """The sheet as a page of a PDF: the same bytes for the same marks."""
        drawing = Drawing(WIDTH, height)
        drawing.add(Rect(0, 0, WIDTH, height, fillColor=SHEET, strokeColor=None))
        for mark in self._marks:
            drawing.add(mark(height))
        out = BytesIO()
        canvas = Canvas(out, pagesize=(WIDTH, height), invariant=1)
        canvas.setTitle(plain(title))
        renderPDF.draw(drawing, canvas, 0, 0)
        canvas.showPage()
        canvas.save()
        return out.getvalue()


def png(pdf: bytes) -> bytes:
    """A sheet as a picture."""
    return pages(pdf, width=round(WIDTH * SCALE))[0]


def cut(text: str, room: float, *, size: float = LABEL, bold: bool = False) -> str:
    """The text, or as much of it as fits into `room` points with an ellipsis."""
    load_fonts()
    font, flat = BOLD if bold else REGULAR, plain(" ".join(text.split()))
    if stringWidth(flat, font, size) <= room:
        return flat
    low, high = 0, len(flat)
    while low < high:
        middle = (low + high + 1) // 2
        if stringWidth(flat[:middle].rstrip() + ELLIPSIS, font, size) <= room:
            low = middle
        else:
            high = middle - 1
    return flat[:low].rstrip() + ELLIPSIS


def wrapped(
    text: str, room: float, *, size: float = SMALL, bold: bool = False, most: int = 2
) -> list[str]:
    """The text on at most `most` lines of `room` points; the last one is cut."""
    load_fonts()
    font, flat = BOLD if bold else REGULAR, plain(" ".join(text.split()))
    lines: list[str] = simpleSplit(flat, font, size, room) if flat else []
    kept = lines[: most - 1]
    rest = " ".join(lines[most - 1 :])
    return [cut(each, room, size=size, bold=bold) for each in (*kept, rest) if each]


def width_of(text: str, *, size: float = LABEL, bold: bool = False) -> float:
    """How many points a text takes."""
    load_fonts()
    return float(stringWidth(plain(text), BOLD if bold else REGULAR, size))
