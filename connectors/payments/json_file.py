"""Payments as JSON: one object, or a list of them. The schema is `JsonPayment`."""

from __future__ import annotations

import re
from datetime import date

import msgspec
from msgspec import Struct

from connectors.payments.amounts import Unclear, money
from connectors.payments.entries import MOST_ENTRIES, Entry, payments, refused
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import PaymentReceived

_PLACE = re.compile(r"\$\[(\d+)\]")
_SHAPE = (
    'Write {"amount": "1234.50", "currency": "EUR", "date": "2026-11-22"} and, where known, '
    '"id", "payer", "iban", "reference"; or a list of such objects.'
)


class JsonPayment(Struct, frozen=True, forbid_unknown_fields=True):
    """One payment. `amount` is a text with a decimal point, negative for money that went back.

    `id` is the provider's own id; without one an id is derived from the content.
    """

    amount: str
    currency: str
    date: date
    id: str = ""
    payer: str = ""
    iban: str = ""
    reference: str = ""


def read_json(raw: bytes) -> list[PaymentReceived]:
    """Raises `InputUnreadable` naming the payment and the field."""
    try:
        parsed = msgspec.json.decode(raw, type=JsonPayment | list[JsonPayment])
    except msgspec.ValidationError as error:
        raise InputUnreadable(
            f"{_where(str(error))}: {error}.", f"Nothing was taken over. {_SHAPE}"
        ) from error
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise InputUnreadable(f"This is no valid JSON: {error}.", _SHAPE) from error
    found = parsed if isinstance(parsed, list) else [parsed]
    if not 0 < len(found) <= MOST_ENTRIES:
        raise InputUnreadable(f"The file holds {len(found):,} payments.", _SHAPE)
    return payments([_entry(at, each) for at, each in enumerate(found, start=1)], "json")


def _entry(at: int, given: JsonPayment) -> Entry:
    where = f"payment {at}"
    try:
        amount = money(given.amount, given.currency)
    except Unclear as error:
        raise refused(where, error) from error
    return Entry(
        where=where,
        amount=amount,
        booked_on=given.date,
        bank_id=given.id,
        payer=given.payer,
        payer_account=given.iban,
        reference=given.reference,
    )


def _where(message: str) -> str:
    place = _PLACE.search(message)
    return f"Payment {int(place[1]) + 1}" if place else "Payment 1"
