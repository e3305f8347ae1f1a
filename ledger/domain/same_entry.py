"""When two entries of different statements are one movement of money.

A bank may deliver the same day as CAMT.053, MT940 and CSV. Equal amount and day alone say nothing;
with the same reference they are one. In between, a person says.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import Enum
from typing import Final

from ledger.domain.values import Money

_NOISE = re.compile(r"[\W_]+")


STATEMENTS: Final = frozenset({"camt053", "mt940", "csv", "json"})
"""The kinds of files that may tell of one and the same account."""


class Likeness(Enum):
    """How much two entries of the same amount and day look alike."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


def moved_key(amount: Money, booked_on: date) -> str:
    """The lookup key of all payments of this amount on this day."""
    return f"moved:{amount.minor}{amount.currency}:{booked_on.isoformat()}"


def likeness(reference: str, other: str) -> Likeness:
    """By what was written: banks differ in line breaks, umlauts, and how much they keep."""
    one, two = _plain(reference), _plain(other)
    if one and one == two:
        return Likeness.SAME
    return Likeness.PERHAPS if one in two or two in one else Likeness.OTHER


def _plain(text: str) -> str:
    """Letters and digits alone, umlauts in either spelling alike."""
    spelled = text.casefold()
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spelled = spelled.replace(letter, pair)
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return _NOISE.sub("", bare)
