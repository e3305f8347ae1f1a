"""What one file says, by its own bytes and not by the name it was given. Pure, but not harmless.

It runs in a process of its own (`child`), since the bytes are a stranger's: whatever they do to a
library, they do to nobody else. Text keeps what a page hides, and a note says so.
"""

from __future__ import annotations

from msgspec import Struct

from connectors.documents.kinds import Kind, kind_of
from connectors.documents.limits import DocumentLimits
from connectors.mail.charset import decoded_text
from connectors.mail.hypertext import visible_text
from connectors.mail.text import hides_signs, neutral
from ledger.domain.documents import Page, ReadHow


class Reading(Struct, frozen=True, kw_only=True):
    """How a file was read. `pages` counts what it has, 0 for a kind without; `text` is what it
    says; `notes` are Coo's words."""

    how: ReadHow
    pages: int = 0
    notes: tuple[str, ...] = ()
    text: tuple[Page, ...] = ()


def read_document(
    name: str, media_type: str, data: bytes, limits: DocumentLimits | None = None
) -> Reading:
    """Read a file; whatever is wrong with it is an outcome, never an exception of a library."""
    limits = limits or DocumentLimits()
    kind = kind_of(name, media_type, data)
    if kind is Kind.NAMED:
        return Reading(how=ReadHow.NAMED)
    if kind is Kind.UNKNOWN or not data:
        return Reading(how=ReadHow.UNKNOWN if data else ReadHow.BROKEN)
    if len(data) > limits.size:
        note = f"larger than {limits.size:,} bytes, so it was not read"
        return Reading(how=ReadHow.TOO_LARGE, notes=(note,))
    try:
        return _neutral(_read(kind, media_type, data, limits), limits)
    except MemoryError:
        return Reading(how=ReadHow.TOO_LARGE, notes=("it takes too much memory to read",))
    except Exception:  # noqa: BLE001 - libraries raise whatever a hostile file makes them raise
        return Reading(how=ReadHow.BROKEN, notes=("it could not be opened",))


def _read(kind: Kind, media_type: str, data: bytes, limits: DocumentLimits) -> Reading:
    """By its kind; libraries are loaded only where they are needed."""
    match kind:
        case Kind.PDF:
            from connectors.documents.pdf import read_pdf  # noqa: PLC0415 - see above

            return read_pdf(data, limits)
        case Kind.DOCX:
            from connectors.documents.docx import read_docx  # noqa: PLC0415 - see above

            return read_docx(data, limits)
        case Kind.PICTURE:
            from connectors.documents.pictures import read_picture  # noqa: PLC0415 - see above

            return read_picture(data)
        case _:
            return _plain(media_type, data[: limits.text_chars * 4 + 4])


def _plain(media_type: str, data: bytes) -> Reading:
    decoded = decoded_text(data, "", whole=False)
    if media_type == "text/html":
        seen = visible_text(decoded.text)
        return Reading(how=ReadHow.TEXT, notes=seen.notes, text=(Page(1, seen.text),))
    return Reading(how=ReadHow.TEXT, text=(Page(1, decoded.text),))


def _neutral(found: Reading, limits: DocumentLimits) -> Reading:
    """Its text without signs that hide or turn others, cut where it is too long."""
    pages: list[Page] = []
    notes = list(found.notes)
    room = limits.text_chars
    if any(hides_signs(page.text) for page in found.text):
        notes.append("invisible or direction-changing signs removed")
    for page in found.text:
        clean = neutral(page.text).strip()
        kept = clean[: min(room, limits.page_chars)]
        room -= len(kept)
        if len(kept) < len(clean):
            notes.append(f"text cut at {len(kept):,} characters on page {page.number}")
        if kept:
            pages.append(Page(page.number, kept))
        if room <= 0:
            break
    empty = found.how is ReadHow.TEXT and not any(page.text.strip() for page in pages)
    return Reading(
        how=ReadHow.NO_TEXT if empty else found.how,
        pages=found.pages,
        notes=tuple(dict.fromkeys(notes))[:_NOTES],
        text=tuple(pages),
    )


_NOTES = 20
