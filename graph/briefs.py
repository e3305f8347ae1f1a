"""What an agent is told when a text is wanted: typed values only, never a customer's words."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import Struct

from graph.state import Json, as_json
from ledger.domain.billing import BillingPlan
from ledger.domain.company import Language
from ledger.domain.precedents import Lesson
from ledger.domain.values import Line, Money, Totals


class Quote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An offer as a mail shows it."""

    number: str
    version: int
    lines: tuple[Line, ...]
    sums: Totals
    valid_until: date
    delivery_days: int
    plan: BillingPlan | None = None


class Due(Struct, frozen=True, kw_only=True):
    """An invoice as a mail speaks of it."""

    number: str
    total: Money
    due_on: date


class Reversed(Struct, frozen=True, kw_only=True):
    """A credit note as a mail speaks of it. `total` is negative, `invoice` a number."""

    number: str
    invoice: str
    total: Money


class Brief(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One text wanted. `step` is the place of its move in the plan.

    `purpose`: first, agreed, counter, revised (offers), invoice, credit, clarify, hold, prices,
    decline, answer, correction, withdrawal (of an offer). `titles` and `prices` belong together;
    `number` is the proposal's. `said` and `body` are the operator's own words.
    `met_before`: this contact has done business with us. `address` is how the mail addresses
    them: `du` or `tu`, `Sie` or `vous`, `first name`, or "" for formal by custom. `learned`: habits
    of the operator's. `tax_note` is what the law wants said where no tax is charged.
    """

    step: int
    purpose: str
    language: Language
    name: str = ""
    company: str = ""
    signer: str = ""
    voice: str = ""
    tone: str = ""
    address: str = ""
    thread: str = ""
    met_before: bool = False
    quote: Quote | None = None
    due: Due | None = None
    reversed: Reversed | None = None
    tax_note: str = ""
    number: str = ""
    titles: tuple[str, ...] = ()
    prices: tuple[Money, ...] = ()
    said: str = ""
    subject: str = ""
    body: str = ""
    case: str = ""
    cause: str = ""
    person: str = ""
    contact: str = ""
    learned: tuple[Lesson, ...] = ()


class Drafted(Struct, frozen=True, kw_only=True):
    """The text that came back, and who wrote it: playbook, operator, or a model's name."""

    step: int
    subject: str
    body: str
    by: str


def brief_json(brief: Brief) -> Json:
    """A brief as JSON, for the state."""
    return as_json(brief)


def brief_of(data: Json) -> Brief:
    """The brief behind its JSON."""
    return msgspec.convert(data, Brief)


def drafted_of(data: Json) -> Drafted:
    """The draft behind its JSON."""
    return msgspec.convert(data, Drafted)
