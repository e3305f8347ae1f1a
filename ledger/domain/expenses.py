"""An expense as it stands, folded from facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from ledger.domain.events.expenses import Spent
from ledger.domain.values import Money

AMOUNT: Final = "amount"
DATE: Final = "date"
CATEGORY: Final = "category"
TWICE: Final = "twice"
"""What can be unclear of an expense: nobody could read it, or it may be there already."""


class Expense(Struct, frozen=True, kw_only=True, tag="expense", gc=False):
    """`status`: unclear (waits for a word), open (posted, not seen on the account), paid, removed.

    `number` is the short handle people type (`e4`), `paid_by` the entry of the account, `told` the
    vendor's own number of the receipt. `sources` are the facts that said so, oldest first.
    """

    id: str
    number: int
    spent: Spent
    recorded_at: datetime
    source: str
    status: str = "open"
    unclear: tuple[str, ...] = ()
    resembles: str = ""
    document: str = ""
    media_type: str = ""
    message: str = ""
    vendor: str = ""
    told: str = ""
    note: str = ""
    paid_by: str = ""
    sources: tuple[str, ...] = ()

    @property
    def amount(self) -> Money | None:
        """Gross; None while it is not known."""
        return self.spent.amount

    @property
    def on(self) -> date:
        """The day of the receipt, else the day it was recorded."""
        return self.spent.on or self.recorded_at.date()

    @property
    def counts(self) -> bool:
        """Whether it stands in the books."""
        return self.status in {"open", "paid"}


def expense_keys(one: Expense) -> list[str]:
    """The exact keys an expense is found under."""
    keys = [f"number:{one.number}", f"status:{one.status}"]
    keys += [f"document:{one.document}"] if one.document else []
    amount = one.amount
    if amount is not None and one.status != "removed":
        keys.append(owed_key(amount) if one.status == "open" else f"of:{_figure(amount)}")
        keys += [f"sum:{_figure(amount)}"]
    return keys


def owed_key(amount: Money) -> str:
    """The lookup key of expenses of this amount that no entry of the account paid yet."""
    return f"owed:{_figure(amount)}"


def sum_key(amount: Money) -> str:
    """The lookup key of all expenses of this amount that were not removed."""
    return f"sum:{_figure(amount)}"


def _figure(amount: Money) -> str:
    return f"{amount.minor}{amount.currency}"
