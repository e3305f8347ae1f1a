"""A picture: what its file says about it. Its pixels are not decoded, so they cannot be a bomb."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from PIL import ExifTags, Image

from connectors.documents.reading import Reading
from ledger.domain.documents import Page, ReadHow

_SAID: Final = (
    "ImageDescription", "Artist", "Copyright", "Make", "Model", "Software", "DateTime",
    "XPTitle", "XPComment", "XPSubject",
)  # fmt: skip
_GPS: Final = 0x8825
_LONGEST: Final = 500
_MOST_TEXTS: Final = 10
_PAGE: Final = ((1.27, 1.31), (1.37, 1.46))
"""How much longer than wide a page is: letter, and the A and B series."""
_LONG_SIDE: Final = 1_400


def read_picture(data: bytes) -> Reading:
    """Kind, size and what its tags say. One that has the shape of a page asks: it is a scan."""
    Image.MAX_IMAGE_PIXELS = None  # only headers are read here
    with Image.open(io.BytesIO(data)) as picture:
        frames = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
        lines = [f"{picture.format} picture, {picture.width} × {picture.height} pixels"]
        lines += _tags(picture)
        scan = picture.format == "TIFF" or _is_page(picture.width, picture.height)
    return Reading(
        how=ReadHow.NO_TEXT if scan else ReadHow.PICTURE,
        pages=frames if frames > 1 else 0,
        text=(Page(1, "\n".join(lines)),),
    )


def _tags(picture: Image.Image) -> Iterator[str]:
    exif = _exif(picture)
    names = {tag: name for tag, name in ExifTags.TAGS.items() if name in _SAID}
    for tag, value in exif.items():
        if tag in names and (said := _words(value)):
            yield f"{names[tag]}: {said}"
    if _GPS in exif:
        yield "It says where it was taken."
    texts = [(key, value) for key, value in picture.info.items() if isinstance(value, str)]
    for key, value in texts[:_MOST_TEXTS]:
        yield f"{key}: {value[:_LONGEST]}"


def _exif(picture: Image.Image) -> Image.Exif:
    """The tags that stand before the pixels: to look behind them would decode all of them."""
    if picture.format == "TIFF":
        return picture.getexif()
    exif = Image.Exif()
    raw = picture.info.get("exif")
    if isinstance(raw, bytes):
        exif.load(raw)
    return exif


def _words(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-16-le", "replace")
    return str(value).strip("\0 ")[:_LONGEST] if isinstance(value, str | int | float) else ""


def _is_page(width: int, height: int) -> bool:
    long, small = max(width, height), max(1, min(width, height))
    return long >= _LONG_SIDE and any(low <= long / small <= high for low, high in _PAGE)
