"""What the company spent: said at the door or by the bookkeeper; always on the desk.

The vendor is sealed under the company's key. `by` is the `ChatIdentity` that spoke, "" for the
console, a file or a mail.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from ledger.domain.events.base import Event
from ledger.domain.values import Money, Personal


class Spent(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The figures of an expense: `amount` is gross, `tax` the input tax in it.

    None and "": not known. `rate_bp` is the rate that the tax was reckoned with, if any.
    """

    amount: Money | None = None
    tax: Money | None = None
    on: date | None = None
    category: str = ""
    rate_bp: int | None = None


class ExpenseRecorded(Event, frozen=True, kw_only=True):
    """Something was spent. What is `unclear` (amount, date, category, twice) is asked about, and
    nothing is posted before it is answered.

    `source`: command, file or mail. `document` is the sha256 of the receipt, `message` the fact of
    the mail it came with. `resembles` is an expense that this may be once more.
    """

    expense: str
    spent: Spent
    source: str
    operator: str = ""
    channel: str = ""
    by: str = ""
    unclear: tuple[str, ...] = ()
    resembles: str = ""
    document: str = ""
    media_type: str = ""
    message: str = ""
    vendor: Personal = ""
    number: Personal = ""
    note: Personal = ""


class ExpenseCorrected(Event, frozen=True, kw_only=True):
    """The figures of an expense are these instead; what is still `unclear` is asked again."""

    expense: str
    spent: Spent
    operator: str
    channel: str
    by: str = ""
    unclear: tuple[str, ...] = ()
    vendor: Personal = ""


class ExpenseRemoved(Event, frozen=True, kw_only=True):
    """It was no expense, or was recorded before."""

    expense: str
    operator: str
    channel: str
    by: str = ""
    why: Personal = ""


class ExpensePaid(Event, frozen=True, kw_only=True):
    """This entry of the account (told by `fact`) paid the expense: it has its amount, and no other
    fits."""

    expense: str
    payment: str
    amount: Money
    fact: str
