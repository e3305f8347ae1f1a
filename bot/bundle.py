"""Files handed over together: as one ZIP or as a folder, the same bytes for the same content."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ledger.durable_files import make_folder

Bundle = Mapping[str, bytes]
"""Bytes by path, with forward slashes; nothing outside of it can be named (see `safe`)."""

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP can name: when something was packed is not part of it."""

INDEX: Final = "files.json"
"""Names every file of a bundle beside it, with its sha256."""

_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3
_LONGEST: Final = 80


def zipped(bundle: Bundle) -> bytes:
    """One ZIP of all files, in the order of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(bundle):
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr, info.create_system = _READABLE, _UNIX
            archive.writestr(info, bundle[name])
    return out.getvalue()


def laid(bundle: Bundle, folder: Path) -> None:
    """Write every file below a folder, and take away what an earlier bundle there had besides: it
    may hold what was erased since. Raises `OSError`."""
    for path in _earlier(folder):
        if path.name not in bundle:
            path.unlink(missing_ok=True)
    for name in sorted(bundle):
        path = folder / name
        make_folder(path.parent)
        path.write_bytes(bundle[name])


def _earlier(folder: Path) -> list[Path]:
    """The files that the index of an earlier bundle names, right in this folder."""
    index = folder / INDEX
    if not index.is_file():
        return []
    named = json.loads(index.read_bytes())
    return [path for path in folder.iterdir() if path.name in named and path.is_file()]


def safe(name: str) -> str:
    """A part of a file's name that means the same everywhere: no paths, no signs of a shell."""
    kept = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name)
    return kept.strip(".-")[:_LONGEST] or "file"
