"""What earlier deals teach: terms that were agreed, prices refused, words that were changed.

All of it is read from facts by id. A text of a customer never teaches anything.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from ledger.domain.values import Line, Money


class PastDeal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A deal that was agreed, as its proposal says. `same`: with the very contact that asks now.

    `facts` are those behind the episode that named it; `agreed_on` is the day of the acceptance.
    """

    case: str
    contact: str
    proposal: str
    number: str
    version: int
    lines: tuple[Line, ...]
    net: Money
    discount_bp: int
    delivery_days: int
    agreed_on: date
    same: bool = False
    paid: bool = False
    facts: tuple[str, ...] = ()


class Refusal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An offer that the operator refused, with a reason. The reason itself stays in its case."""

    case: str
    contact: str
    number: str
    version: int
    lines: tuple[Line, ...]
    net: Money
    discount_bp: int
    delivery_days: int
    refused_on: date
    by: str
    action: str
    same: bool = False
    facts: tuple[str, ...] = ()


class Change(StrEnum):
    """What of a draft the operator changes."""

    GREETING = "greeting"
    SIGN_OFF = "sign-off"
    OPENING = "sentence before the figures"
    CLOSING = "sentence after the figures"
    LEFT_OUT = "sentence left out"


class Lesson(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something the operator has changed in drafts again and again.

    A greeting holds `{name}` or `{first}` where the customer's name stood. `actions` are the mails
    that left with it, `language` is the one they were in.
    """

    change: Change
    text: str
    language: str
    actions: tuple[str, ...]
    numbers: tuple[str, ...]


class Precedents(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What memory offers to a new proposal, the most similar first."""

    deals: tuple[PastDeal, ...] = ()
    refused: tuple[Refusal, ...] = ()
    lessons: tuple[Lesson, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to go by."""
        return bool(self.deals or self.refused or self.lessons)
