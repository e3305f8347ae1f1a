"""Document numbers that a text quotes, and the cases they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.domain.entities import CreditNote, Invoice, Proposal
from ledger.domain.reading import Views

_NUMBERS = 60
_SEARCHED = 20_000
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{2,39}")


def numbers_in(text: str) -> list[str]:
    """Words that may be document numbers, upper case, each once, in order."""
    return list(dict.fromkeys(_numbers(text[:_SEARCHED])))[:_NUMBERS]


def _numbers(text: str) -> Iterator[str]:
    for word in _TOKEN.findall(text):
        bare = word.rstrip("./_-")
        if any(sign.isdigit() for sign in bare):
            yield bare.upper()


async def cases_of_number(number: str, views: Views) -> list[str]:
    """The cases of the proposals, invoices and credit notes with exactly this number."""
    invoices = await views.find(Invoice, f"number:{number}")
    proposals = await views.find(Proposal, f"number:{number}")
    notes = await views.find(CreditNote, f"number:{number}")
    found = [one.case for one in invoices] + [one.case for one in proposals]
    found += [one.case for one in notes]
    return list(dict.fromkeys(found))
