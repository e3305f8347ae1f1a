"""A document on disk: `NUMBER.pdf` for people, `NUMBER.json` for programs.

The JSON is written last and names the sha256 of the PDF, so a pair that agrees is complete,
and it can be read back after a crash whatever has changed in the address book meanwhile.
Nothing that exists is ever overwritten.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from ledger.durable_files import make_folder, sync_folder

PDF: Final = "application/pdf"
_UNSAFE: Final = re.compile(r"[^\w.-]+")

Holds = Callable[[dict[str, Any]], bool]
"""Whether the data of a pair speaks of a certain document."""


class Pairs:
    """The pairs of files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, number: str, ending: str) -> Path:
        """Where one half of a document lies."""
        return self._folder / f"{file_name(number)}{ending}"

    def finished(self, number: str, holds: Holds) -> bytes | None:
        """The PDF, where both files are there, agree, and hold this document."""
        try:
            pdf = self.path(number, ".pdf").read_bytes()
            data = msgspec.json.decode(self.path(number, ".json").read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return pdf if _agree(data, pdf) and holds(data) else None

    def write(self, number: str, pdf: bytes, data: dict[str, Any]) -> Path | None:
        """Both files, PDF first; the path of a different file in the way, if there is one."""
        make_folder(self._folder)
        document = {"sha256": _sha(pdf), "size": len(pdf), "media_type": PDF}
        encoded = msgspec.json.encode({**data, "document": document})
        parts = ((".pdf", pdf), (".json", msgspec.json.format(encoded, indent=2) + b"\n"))
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


def _agree(data: Any, pdf: bytes) -> bool:
    document = data.get("document") if isinstance(data, dict) else None
    return isinstance(document, dict) and document.get("sha256") == _sha(pdf)


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
