"""What is in force of the data that says where money goes, and what waits for a second channel."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.company import Bank, Company, Tax

IN_FORCE: Final = "in force"
"""The id of the one `Particulars` that there is."""

FILE: Final = "file"
"""The channel that a change of company.yaml comes through."""


class Particulars(Struct, frozen=True, kw_only=True, tag="particulars", gc=False):
    """The company's bank and tax data: what documents say, and what company.yaml says instead.

    `wanted_bank` and `wanted_tax` wait to be confirmed; None where nothing does. `wanted_by` is
    the fact that wants them.
    """

    id: str
    bank: Bank
    tax: Tax
    wanted_bank: Bank | None = None
    wanted_tax: Tax | None = None
    wanted_by: str = ""


class Confirmation(Struct, frozen=True, kw_only=True, tag="confirmation", gc=False):
    """A change that waits for an owner in another channel. `number` is what people type.

    `status`: open, confirmed, refused, withdrawn.
    """

    id: str
    number: int
    about: str
    channel: str
    by: str
    what: str
    asked_at: datetime
    status: str = "open"


def as_in_force(company: Company, known: Particulars | None) -> Company:
    """The company with the bank and tax data that documents may say."""
    return replace(company, bank=known.bank, tax=known.tax) if known else company
