"""What rules may look at. Every name here is documented in docs/policies.md, by test."""

from __future__ import annotations

from typing import get_args, get_type_hints

from msgspec import Struct

from ledger.domain.commands import Command

NO_LIMIT = -1
"""`ask_above_minor` of a company that set no limit."""

COMMANDS: tuple[str, ...] = tuple(kind.__name__ for kind in get_args(Command))
"""The names a rule's `on` may hold."""


class GateInput(Struct, frozen=True, kw_only=True):
    """Everything the gate knows of one proposed command: flat, typed, JSON. Amounts in cents.

    The defaults are the answers for a command that has no such thing (a reply has no lines);
    what should be known and is not has the value that raises the need for approval.
    """

    command: str
    phase: str
    risk: str
    case: str
    person: str = ""
    contact: str = ""
    to: str = ""
    purpose: str = ""
    amount_minor: int = 0
    currency: str = ""
    company_currency: str = ""
    ask_above_minor: int = NO_LIMIT
    contact_ids: tuple[str, ...] = ()
    recipient_in_address_book: bool = False
    recipient_is_case_contact: bool = False
    recipient_changed: bool = False
    case_has_untrusted_sender: bool = False
    first_contact: bool = True
    mails_today_to_contact: int = 0
    max_mails_a_day_to_contact: int = 0
    version: int = 0
    lines_known: bool = True
    total_adds_up: bool = True
    prices_from_list: bool = True
    below_floor: bool = False
    discount_bp: int = 0
    max_discount_bp: int = 0
    delivery_days: int = 0
    min_delivery_days: int = 0
    max_rounds: int = 0
    negotiation: str = ""
    within_guardrails: bool = False
    total_matches_accepted: bool = False
    invoice_total_matches: bool = False
    credit_matches_invoice: bool = False
    trust_to: str = "none"
    trust_total: str = "none"
    trust_lines: str = "none"
    trust_body: str = "none"
    untrusted_arguments: tuple[str, ...] = ()
    attachments: int = 0
    foreign_addresses: tuple[str, ...] = ()
    foreign_accounts: tuple[str, ...] = ()
    foreign_links: tuple[str, ...] = ()
    unbacked_amounts: tuple[str, ...] = ()
    reveals: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    off_voice: tuple[str, ...] = ()
    memory_degraded: bool = False
    remembered_policies: tuple[str, ...] = ()
    tax_case: str = ""
    tax_offered: str = ""
    tax_changed: bool = False
    hour: int = 0
    watching: bool = False
    first_number: str = ""
    after_number: str = ""


class ModelInput(Struct, frozen=True, kw_only=True):
    """What is known when text of a case is about to be shown to a language model.

    `scope` is the company's `model_may_see`: any, local or none. `contact_ids` are all ids of
    the case's contact.
    """

    case_kind: str
    contact: str
    contact_ids: tuple[str, ...]
    scope: str
    endpoint_is_local: bool


def names_of(kind: type[Struct]) -> dict[str, object]:
    """The names of an input with their types, as CEL sees them."""
    return dict(get_type_hints(kind))


def values_of(given: Struct) -> dict[str, object]:
    """The values of an input by name; lists where CEL wants lists."""
    pairs = ((name, getattr(given, name)) for name in given.__struct_fields__)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in pairs}
