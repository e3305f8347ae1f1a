"""From bytes to text, whatever the mail claims about its charset."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes
from msgspec import Struct


class Decoded(Struct, frozen=True):
    """Text, and what was odd about its charset ("" for nothing)."""

    text: str
    note: str = ""


_NAME = re.compile(r"[A-Za-z0-9._:+-]{1,40}")
_NOT_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
"""Python codecs that are no charsets: quadratic, or they interpret escapes."""

_WESTERN = frozenset(b"\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xa3\xa7\xa9\xab\xb0\xbb")
_WESTERN_LETTERS = frozenset("äöüÄÖÜßàâæçéèêëîïôœùûÿÀÂÇÉÈÊËÎÏÔÙÛñÑáíóúÁÍÓÚåÅøØ¿¡".encode("cp1252"))
_CANDIDATES = [
    "utf_8", "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254",
    "shift_jis", "euc_jp", "iso2022_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_ASCII_END = 0x7F
_SAMPLE = 8_000


def decoded_text(data: bytes, declared: str, *, whole: bool = True) -> Decoded:
    """Decode `data`: by its declared charset where that fits, else by the best guess.

    `whole=False`: the bytes were cut, perhaps inside a character.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    name = _codec(declared)
    text = None if _lies(name, data) else _strict(data, name, whole=whole)
    if text is not None:
        return Decoded(text)
    guess = _guessed(data, whole=whole)
    if not declared:
        return Decoded(guess.text, f"no charset given, read as {guess.note}")
    claim = f"text is not in its charset {name}" if name else "text has an unknown charset"
    return Decoded(guess.text, f"{claim}, read as {guess.note}")


def _codec(declared: str) -> str:
    """Python's name for a charset; utf-8 for none or ASCII, "" for one nobody knows."""
    if not declared:
        return "utf-8"
    if not _NAME.fullmatch(declared):
        return ""
    try:
        name = codecs.lookup(declared).name
        b"a".decode(name)  # refuses codecs that do not make text, such as zip or hex
    except UnicodeError:
        pass  # two or more bytes a character
    except (LookupError, ValueError, ImportError):
        return ""
    if name.replace("-", "_") in _NOT_CHARSETS:
        return ""
    return {"ascii": "utf-8", "iso8859-1": "cp1252"}.get(name, name)


def _lies(name: str, data: bytes) -> bool:
    """Whether the charset can be excluded although the bytes would decode with it."""
    if name in {"cp1252", "iso8859-15"}:
        return not data.isascii() and _strict(data, "utf-8", whole=False) is not None
    wide = name.startswith(("utf-16", "utf-32"))
    return wide and data.isascii() and b"\0" not in data


def _strict(data: bytes, name: str, *, whole: bool) -> str | None:
    if not name:
        return None
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(data, whole)
    except (UnicodeError, LookupError, ValueError, OverflowError):
        return None


def _guessed(data: bytes, *, whole: bool) -> Decoded:
    """The likeliest reading; its note names the charset."""
    for name in ("utf-8", _likely(data[:_SAMPLE])):
        text = _strict(data, name, whole=whole)
        if text is not None:
            return Decoded(text, name)
    return Decoded(data.decode("cp1252", "replace"), "windows-1252 with gaps")


def _likely(sample: bytes) -> str:
    """Western letters win, since statistics over a few words are worth little."""
    high = [byte for byte in sample if byte > _ASCII_END]
    western = sum(byte in _WESTERN_LETTERS or byte in _WESTERN for byte in high)
    if len(high) < len(sample) // 4 and western * 10 >= len(high) * 9:
        return "cp1252"
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best else "cp1252"
