"""A Word file: its text in reading order, by the page breaks that Word left in it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx

from connectors.documents.limits import DocumentLimits
from connectors.documents.reading import Reading
from ledger.domain.documents import Page, ReadHow

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DECLARES: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
"""A Word file has no document type; whoever declares one wants entities expanded."""
_BESIDE: Final = (
    "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml",
)  # fmt: skip
_MARGIN: Final = re.compile(r"word/(?:header|footer)\d*\.xml")
_TEXT: Final = re.compile(rb"<w:t(?:\s[^>]*)?>([^<]*)</w:t>|(</w:p>)")
_LINE_ENDS: Final = frozenset({f"{_W}br", f"{_W}cr", f"{_W}p"})
_MOST_BESIDE: Final = 20_000
_OLE: Final = b"\xd0\xcf\x11\xe0"


class _Bomb(Exception):
    """It unpacks to more than anybody would send."""


def read_docx(data: bytes, limits: DocumentLimits) -> Reading:
    """The text of a Word file; `pages` is 0 where it has no breaks to count."""
    if data.startswith(_OLE):  # a password turns it into another kind of container
        return Reading(how=ReadHow.ENCRYPTED)
    try:
        beside = _checked(data, limits)
    except _Bomb as bomb:
        return Reading(how=ReadHow.TOO_LARGE, notes=(str(bomb),))
    except (zipfile.BadZipFile, ValueError, KeyError, NotImplementedError):
        return Reading(how=ReadHow.BROKEN)
    walk = _Walk()
    walk.read(docx.Document(io.BytesIO(data)).element.body)
    pages = list(walk.pages())
    if beside:
        last = pages[-1] if pages else Page(1, "")
        pages[-1:] = [Page(last.number, f"{last.text}\n\n[notes, headers and comments]\n{beside}")]
    notes = ("text that the page does not show",) if walk.hides else ()
    return Reading(
        how=ReadHow.TEXT,
        pages=walk.number if walk.number > 1 else 0,
        notes=notes,
        text=tuple(pages),
    )


def _checked(data: bytes, limits: DocumentLimits) -> str:
    """What stands beside the text. Raises `_Bomb`, or `ValueError` for what declares entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        entries = packed.infolist()
        if len(entries) > limits.entries:
            raise _Bomb(f"it has {len(entries):,} parts inside")
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > limits.unpacked:
            raise _Bomb(f"it unpacks to {unpacked:,} bytes")
        said = []
        for entry in entries:
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            part = packed.read(entry)
            if _DECLARES.search(part) or _DECLARES.search(part.replace(b"\0", b"")):
                raise ValueError(entry.filename)
            if entry.filename in _BESIDE or _MARGIN.fullmatch(entry.filename):
                said.append(_bare(part))
    return "\n".join(filter(None, said))[:_MOST_BESIDE]


def _bare(part: bytes) -> str:
    from xml.sax.saxutils import unescape  # noqa: PLC0415 - three signs of it

    found = (match[1] if match[2] is None else b"\n" for match in _TEXT.finditer(part))
    joined = b"".join(found).decode("utf-8", "replace")
    return "\n".join(line for line in unescape(joined).split("\n") if line.strip())


class _Walk:
    """Goes through the body once."""

    def __init__(self) -> None:
        self.number = 1
        self.hides = False
        self._texts: dict[int, list[str]] = {}

    def pages(self) -> Iterator[Page]:
        """What was found, page by page."""
        for number, parts in self._texts.items():
            yield Page(number, "".join(parts))

    def read(self, body: Any) -> None:
        """Text, tabs and breaks in order; what was deleted is not there, what is hidden is."""
        for element in body.iter():
            match element.tag:
                case tag if tag == f"{_W}t":
                    self._add(element.text or "")
                case tag if tag == f"{_W}vanish":
                    self.hides = True
                case tag if tag == f"{_W}tab":
                    self._add("\t")
                case tag if tag == f"{_W}lastRenderedPageBreak" or _ends_page(element):
                    self._turn()
                case tag if tag in _LINE_ENDS:
                    self._add("\n")
                case tag if tag == f"{_W}tc":
                    self._add("\t")

    def _add(self, text: str) -> None:
        self._texts.setdefault(self.number, []).append(text)

    def _turn(self) -> None:
        """A new page; a break that both a person and Word left is one."""
        if "".join(self._texts.get(self.number, [])).strip():
            self.number += 1


def _ends_page(element: Any) -> bool:
    return bool(element.tag == f"{_W}br" and element.get(f"{_W}type") == "page")
