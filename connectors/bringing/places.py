"""Countries and languages as people write them, as codes; what is not known is left out."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale

_LANGUAGES: Final = ("en", "de", "fr")
_CODE: Final = 2


def country_code(text: str) -> str:
    """`DE` of DE, Deutschland, Germany or Allemagne; "" where it is none."""
    said = text.strip()
    if len(said) == _CODE and said.isalpha():
        return said.upper() if said.upper() in _countries().values() else ""
    return _countries().get(said.casefold(), "")


def language_code(text: str) -> str:
    """`de` of de, de-AT, Deutsch, German; "" where Coo does not write it."""
    said = text.strip().casefold()
    code = said.replace("_", "-").partition("-")[0]
    if code in _LANGUAGES:
        return code
    return _languages().get(said, "")


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == _CODE and code.isalpha():
                found.setdefault(name.casefold(), code)
    return found


@cache
def _languages() -> dict[str, str]:
    return {
        Locale(said_in).languages[code].casefold(): code
        for said_in in _LANGUAGES
        for code in _LANGUAGES
    }
