"""Double entry: what a fact means for the accounts. Values only; `folding_postings` makes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from ledger.domain.values import Money


class Posting(Struct, frozen=True, omit_defaults=True, gc=False):
    """One side of an entry: a debit is positive, a credit negative.

    `contact` is whose account it is, where the account is kept for each of them.
    """

    account: str
    amount: Money
    contact: str = ""


class JournalEntry(Struct, frozen=True, kw_only=True, tag="journal entry", gc=False):
    """What one fact posted: its amounts sum to nothing in each currency, and it never changes.

    Its id is that of the fact. `number` counts entries; `on` is the day it counts for,
    `recorded_at` when it was known. `kind`: invoice, credit note, money, match, unmatch, reduction,
    credit, joined, fee, payout, arrival, expense, opening. `invoice`, `payment` and `expense` are
    what it is about; `document` is the number on the paper. `takes_back`: it reverses what an
    earlier entry posted.
    """

    id: str
    number: int
    case: str
    kind: str
    on: date
    recorded_at: datetime
    postings: tuple[Posting, ...]
    invoice: str = ""
    payment: str = ""
    expense: str = ""
    document: str = ""
    takes_back: bool = False

    @property
    def sums(self) -> dict[str, int]:
        """What the amounts come to, by currency; each is 0."""
        found: dict[str, int] = {}
        for one in self.postings:
            currency = one.amount.currency
            found[currency] = found.get(currency, 0) + one.amount.minor
        return found


def entry_keys(entry: JournalEntry) -> list[str]:
    """By the month it counts for, and by what it is about."""
    about = (("invoice", entry.invoice), ("payment", entry.payment), ("expense", entry.expense))
    return [f"month:{entry.on:%Y-%m}", *(f"{name}:{value}" for name, value in about if value)]


def balances(entries: Iterable[JournalEntry]) -> dict[tuple[str, str], int]:
    """What is on each account in each currency: (account, currency) → minor units."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        for one in entry.postings:
            key = (one.account, one.amount.currency)
            found[key] = found.get(key, 0) + one.amount.minor
    return found


def contact_balances(entries: Iterable[JournalEntry], account: str) -> dict[tuple[str, str], int]:
    """What each contact has on an account: (contact, currency) → minor units."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        for one in entry.postings:
            if one.account == account:
                key = (one.contact, one.amount.currency)
                found[key] = found.get(key, 0) + one.amount.minor
    return found
