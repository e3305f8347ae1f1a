"""A document on disk: `NUMBER.pdf` for people, `NUMBER.json` for programs, and `NUMBER.xml` where
an e-invoice lies beside the PDF.

The JSON is written last and names the sha256 of the others, so files that agree are complete,
and it can be read back after a crash whatever has changed in the address book meanwhile.
Nothing that exists is ever overwritten.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from ledger.durable_files import make_folder, sync_folder

PDF: Final = "application/pdf"
XML: Final = "application/xml"
_BESIDE: Final = "e_invoice_document"
"""Under which name the JSON describes the XML that lies beside the PDF."""

_UNSAFE: Final = re.compile(r"[^\w.-]+")

Holds = Callable[[dict[str, Any]], bool]
"""Whether the data of a pair speaks of a certain document."""


class Papers(NamedTuple):
    """The bytes of a document: the PDF, and the XML that lies beside it, if any."""

    pdf: bytes
    xml: bytes = b""


class Pairs:
    """The pairs of files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, number: str, ending: str) -> Path:
        """Where one half of a document lies."""
        return self._folder / f"{file_name(number)}{ending}"

    def finished(self, number: str, holds: Holds) -> Papers | None:
        """The papers, where all files are there, agree, and hold this document."""
        try:
            pdf = self.path(number, ".pdf").read_bytes()
            data = msgspec.json.decode(self.path(number, ".json").read_bytes())
            beside = isinstance(data, dict) and _BESIDE in data
            xml = self.path(number, ".xml").read_bytes() if beside else b""
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        whole = _agree(data, "document", pdf) and (not beside or _agree(data, _BESIDE, xml))
        return Papers(pdf, xml) if whole and holds(data) else None

    def write(self, number: str, papers: Papers, data: dict[str, Any]) -> Path | None:
        """All files, the JSON last; the path of a different file in the way, if there is one."""
        make_folder(self._folder)
        said = {"document": _described(papers.pdf, PDF)}
        if papers.xml:
            said[_BESIDE] = _described(papers.xml, XML)
        encoded = msgspec.json.encode({**data, **said})
        parts = (
            [(".pdf", papers.pdf), (".xml", papers.xml)] if papers.xml else [(".pdf", papers.pdf)]
        )
        parts.append((".json", msgspec.json.format(encoded, indent=2) + b"\n"))
        for ending, content in parts:
            path = self.path(number, ending)
            if path.exists() and path.read_bytes() != content:
                return path
        for ending, content in parts:
            _durably(self.path(number, ending), content)
        return None


def file_name(number: str) -> str:
    """A document's number as a file name: "RE/2026 7" is `RE-2026-7`; no path, never hidden."""
    safe = _UNSAFE.sub("-", number).strip("-.")
    return safe[:100] or f"invoice-{_sha(number.encode())[:8]}"


def _agree(data: Any, name: str, content: bytes) -> bool:
    document = data.get(name) if isinstance(data, dict) else None
    return isinstance(document, dict) and document.get("sha256") == _sha(content)


def _described(content: bytes, media_type: str) -> dict[str, Any]:
    return {"sha256": _sha(content), "size": len(content), "media_type": media_type}


def _durably(path: Path, content: bytes) -> None:
    """Write beside, sync, rename, sync the folder: after a crash there is all of it or nothing."""
    if path.exists():
        return
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
