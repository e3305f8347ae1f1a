"""Purchase-order numbers in what somebody wrote: by their label, exactly. Pure.

A number without a label is none; "P.O. box 12" and "your purchase order of 12 March" are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ledger.domain.documents import OrderNumber, Page

MOST: Final = 20
"""Numbers that are kept of one text: more of them are a list, and no order."""

_NO: Final = r"(?:n[°ºo]\.?|nr\.?|num(?:ber|mer|éro|ero)\b\.?|#|№)"
_LABELS: Final = (
    rf"p\.?\s?o\.?(?:[ -]?{_NO})?",
    rf"(?:purchase|customer)[ -]order(?:[ -]?(?:{_NO}|ref(?:erence)?\b\.?|id\b))?",
    rf"(?:your|our) order(?:[ -]?(?:{_NO}|ref(?:erence)?\b\.?))",
    rf"order[ -]?(?:{_NO}|ref(?:erence)?\b\.?|id\b)",
    rf"bestell(?:ung)?s?[ -]?(?:{_NO}|referenz|zeichen)",
    rf"auftrags?[ -]?(?:{_NO}|referenz)",
    rf"bon de commande(?:\s?{_NO})?",
    rf"(?:{_NO}|réf(?:érence|\.)?|ref(?:erence|\.)?) (?:de |du )?(?:bon de )?commande",
    rf"commande\s?{_NO}",
)
_NUMBER: Final = re.compile(
    rf"(?<![\w.@/-])(?P<label>{'|'.join(_LABELS)})"
    r"(?P<between>[ \t]*(?:[:#=]\s{0,3})?(?:is|lautet|ist|est)?[ \t]*[:#-]?[ \t]*)"
    r"(?P<number>(?=[A-Z0-9./_-]*\d)[A-Z0-9](?:[A-Z0-9./_-]{0,38}[A-Z0-9])?)"
    r"(?![\w@]|[.,/-]?\d|\s?(?:€|EUR|USD|GBP|CHF|%))",
    re.IGNORECASE,
)
_PREFIX: Final = re.compile(r"^(?:po|p\.o\.)?[^a-z0-9]*", re.IGNORECASE)
_GLUED: Final = re.compile(r"p\.?o\.?", re.IGNORECASE)
_SHORTEST: Final = 2
_WORDS: Final = 80


def order_numbers(text: str, *, document: str = "", page: int = 0) -> tuple[OrderNumber, ...]:
    """The purchase-order numbers in a text, each once, in its order."""
    found: dict[str, OrderNumber] = {}
    for match in _NUMBER.finditer(text):
        number = _named(match)
        if len(same_number(number)) < _SHORTEST:
            continue
        words = " ".join(match[0].split())[:_WORDS]
        one = OrderNumber(number, words, document, page)
        found.setdefault(same_number(number), one)
        if len(found) >= MOST:
            break
    return tuple(found.values())


def without_order_numbers(text: str) -> str:
    """The text without them: whoever reads it need not wonder what these numbers mean."""
    return _NUMBER.sub("", text)


def order_numbers_on(name: str, pages: Sequence[Page], *, paged: bool) -> tuple[OrderNumber, ...]:
    """The numbers in a document, each where it stands first."""
    found: dict[str, OrderNumber] = {}
    for page in pages:
        number = page.number if paged else 0
        for one in order_numbers(page.text, document=name, page=number):
            found.setdefault(same_number(one.number), one)
    return tuple(found.values())[:MOST]


def same_number(number: str) -> str:
    """What two ways to write one number have in common: `PO-4711` and `4711` are one."""
    return "".join(sign for sign in _PREFIX.sub("", number).casefold() if sign.isalnum())


def _named(match: re.Match[str]) -> str:
    """The number as its owner writes it: of `PO-4711` all, of `PO 4711` the digits."""
    glued = _GLUED.fullmatch(match["label"]) and match["between"] == "-"
    return f"{match['label']}-{match['number']}" if glued else match["number"]
