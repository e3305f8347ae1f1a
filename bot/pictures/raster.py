"""Pages as pictures: PDF bytes in, PNG bytes out, the same bytes for the same pages."""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import Final

import pypdfium2

from ledger.domain.errors import CooError

POINTS: Final = 72
"""A PDF measures in points, so many to an inch."""

_PDFIUM: Final = Lock()
"""PDFium must not be entered by two threads of a process at once."""


class NotAPage(CooError):
    """A document cannot be turned into a picture."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{name!r} cannot be shown as a picture: {why}.",
            "Open the document itself; it is unchanged.",
        )


def pages(
    pdf: bytes, *, width: int, most: int = 1, name: str = "document.pdf"
) -> tuple[bytes, ...]:
    """The first `most` pages as PNG, each `width` pixels wide. Raises `NotAPage`."""
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise NotAPage(name, str(error)) from error
        try:
            count = min(most, len(document))
            return tuple(_picture(document[place], width) for place in range(count))
        finally:
            document.close()


def _picture(page: pypdfium2.PdfPage, width: int) -> bytes:
    """A page on white, 256 colours at most: small, and black on white in a dark chat too."""
    try:
        bitmap = page.render(scale=width / page.get_width())
        picture = bitmap.to_pil().convert("RGB")
        bitmap.close()
    finally:
        page.close()
    out = BytesIO()
    picture.quantize(256).save(out, format="PNG", optimize=True)
    return out.getvalue()
