"""A PDF: its text page by page, also what the page does not show."""

from __future__ import annotations

import ctypes
from typing import Any, Final

import pypdfium2
from pypdfium2 import raw

from connectors.documents.limits import DocumentLimits
from connectors.documents.reading import Reading
from ledger.domain.documents import Page, ReadHow

_INVISIBLE: Final = 3
"""The text render mode that paints nothing; scanners put what they read under a page so."""
_LIGHT: Final = 247
"""A colour as light as this on paper is white."""
_TINY: Final = 2.0
_PASSWORD: Final = ("password", "security")
_MOST_SILENT: Final = 10


def read_pdf(data: bytes, limits: DocumentLimits) -> Reading:
    """The text of its first pages. Encrypted with a password, or without any text, it asks."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = any(word in str(error).lower() for word in _PASSWORD)
        return Reading(how=ReadHow.ENCRYPTED if locked else ReadHow.BROKEN)
    try:
        return _read(document, limits)
    finally:
        document.close()


def _read(document: Any, limits: DocumentLimits) -> Reading:
    count = len(document)
    pages: list[Page] = []
    notes: list[str] = []
    hidden: list[int] = []
    room = limits.text_chars
    for number in range(1, min(count, limits.pages) + 1):
        page = document[number - 1]
        text = _text(page)
        pages.append(Page(number, text))
        if text.strip() and _hides(page, limits):
            hidden.append(number)
        page.close()
        room -= len(text)
        if room <= 0:
            break
    if len(pages) < count:
        notes.append(f"only {len(pages)} of {count} pages were read")
    if hidden:
        notes.append(f"text that the page does not show, on {_numbers(hidden)}")
    silent = [page.number for page in pages if not page.text.strip()]
    if silent and len(silent) < len(pages):
        notes.append(f"no text on {_numbers(silent)}")
    how = ReadHow.TEXT if count else ReadHow.BROKEN
    return Reading(how=how, pages=count, notes=tuple(notes), text=tuple(pages))


def _text(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_range()).replace("\r\n", "\n").replace("\ufffe", "-")
    finally:
        textpage.close()


def _hides(page: Any, limits: DocumentLimits) -> bool:
    """Whether some of its text is painted in nothing, in white, or too small to see."""
    for seen, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=5)):
        if seen >= limits.objects:
            return False
        if raw.FPDFTextObj_GetTextRenderMode(item.raw) == _INVISIBLE:
            return True
        if _is_white(item) or _is_tiny(item):
            return True
    return False


def _is_white(item: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = raw.FPDFPageObj_GetFillColor(item.raw, red, green, blue, alpha)
    return bool(known) and (alpha.value == 0 or min(red.value, green.value, blue.value) >= _LIGHT)


def _is_tiny(item: Any) -> bool:
    size = ctypes.c_float()
    if not raw.FPDFTextObj_GetFontSize(item.raw, size):
        return False
    matrix = raw.FS_MATRIX()
    scale = abs(matrix.d) if raw.FPDFPageObj_GetMatrix(item.raw, matrix) and matrix.d else 1.0
    return size.value * scale < _TINY


def _numbers(pages: list[int]) -> str:
    shown = ", ".join(str(number) for number in pages[:_MOST_SILENT])
    more = f" and {len(pages) - _MOST_SILENT} more" if len(pages) > _MOST_SILENT else ""
    return f"{'page' if len(pages) == 1 else 'pages'} {shown}{more}"
