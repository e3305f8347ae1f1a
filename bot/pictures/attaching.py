"""What hangs on a reply, fetched right before it leaves: documents, and how their pages look.

The picture is made of the very bytes that were approved, since they are found by their sha256.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.channel import Attached, Card, Reply
from bot.pictures.raster import NotAPage, pages
from ledger.domain.errors import BlobMissing
from ledger.domain.reading import Blobs

PDF: Final = "application/pdf"
PNG: Final = "image/png"

PAGE_WIDTH: Final = 1_000
"""Pixels: small print of an A4 page can be read on a phone that is held upright."""

MOST_PAGES: Final = 3
"""So many pages of a document are shown as pictures; the document itself has them all."""


async def opened(reply: Reply, blobs: Blobs) -> Reply:
    """The reply with the bytes of everything attached, and a picture before each PDF.

    What was erased or lost meanwhile is left out.
    """
    cards = [await _opened_card(card, blobs) for card in reply.cards]
    return replace(reply, cards=tuple(cards), attachments=await _opened(reply.attachments, blobs))


async def _opened_card(card: Card, blobs: Blobs) -> Card:
    if not card.attachments:
        return card
    return replace(card, attachments=await _opened(card.attachments, blobs))


async def _opened(attachments: Iterable[Attached], blobs: Blobs) -> tuple[Attached, ...]:
    found: list[Attached] = []
    for each in attachments:
        try:
            data = each.data or await blobs.get(each.blob)
        except BlobMissing:
            continue
        whole = replace(each, data=data)
        found += [*await asyncio.to_thread(pictures_of, whole), whole]
    return tuple(found)


def pictures_of(document: Attached) -> list[Attached]:
    """The first pages of a PDF; nothing for another kind, or where it cannot be drawn."""
    if document.media_type != PDF:
        return []
    try:
        drawn = pages(document.data, width=PAGE_WIDTH, most=MOST_PAGES, name=document.name)
    except NotAPage:
        return []
    stem = document.name.removesuffix(".pdf")
    return [
        Attached(
            name=f"{stem}-{place}.png",
            media_type=PNG,
            title=texts.PAGE_OF.format(document=document.title or document.name, page=place),
            data=data,
        )
        for place, data in enumerate(drawn, start=1)
    ]
