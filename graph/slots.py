"""What may be read out of an untrusted text: typed slots, and nothing else."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Intent(StrEnum):
    """What a message is for."""

    NEW_REQUEST = "new_request"
    COUNTER_OFFER = "counter_offer"
    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    QUESTION = "question"
    PAYMENT_NOTICE = "payment_notice"
    COMPLAINT = "complaint"
    UNRELATED = "unrelated"
    UNCLEAR = "unclear"


BINDING = frozenset({Intent.ACCEPTANCE, Intent.COUNTER_OFFER, Intent.REJECTION})
"""Intents that commit somebody: here two readers have to agree."""


class About(StrEnum):
    """What an amount in a text speaks of. `CLAIMED`: the price they say is ours."""

    TOTAL = "total"
    UNIT = "unit"
    OFF = "off"
    PAID = "paid"
    BUDGET = "budget"
    CLAIMED = "claimed"


class Basis(StrEnum):
    """Whether a customer's amount is before or after tax."""

    NET = "net"
    GROSS = "gross"
    UNTOLD = ""


class Wanted(Struct, frozen=True):
    """So much of one price item. A `quantity` of 0 was not told."""

    item: str
    quantity: int


class ItemSlot(Struct, frozen=True):
    """An item of the price list that a text asks for, and the words that say so."""

    item: str
    quantity: int
    evidence: str = ""


class AmountSlot(Struct, frozen=True):
    """An amount of money that stands in a text. `currency` is empty where none was named."""

    minor: int
    currency: str
    about: About = About.TOTAL
    basis: Basis = Basis.UNTOLD
    evidence: str = ""


class Slots(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a text may contribute to a plan.

    `unsure` says in words what could not be told; while it holds anything, nothing binding is
    done on the strength of this text. `conditions` are the words that make a yes conditional.
    `numbers` are document numbers it quotes, upper case. `promises` are its sentences in which a
    model sees a promise of the sender's; the rules' own finds are not among them.
    """

    intent: Intent
    language: str = ""
    items: tuple[ItemSlot, ...] = ()
    amounts: tuple[AmountSlot, ...] = ()
    discount_bp: int | None = None
    deadline: date | None = None
    numbers: tuple[str, ...] = ()
    name: str = ""
    organisation: str = ""
    conditions: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The items without their evidence."""
        return tuple(Wanted(slot.item, slot.quantity) for slot in self.items)
