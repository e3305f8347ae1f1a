"""The journal in the plain-text form of Beancount: an independent bookkeeper can check it.

Account names are paths of capitalised words, customers below `Assets:Receivable`; amounts keep the
decimals of their currency. https://beancount.github.io/docs/beancount_language_syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from ledger.domain.accounts import AccountKind, account, account_name
from ledger.domain.amounts import plain_amount
from ledger.domain.postings import JournalEntry, Posting, balances
from ledger.domain.values import Money

_TOPS: Final = {
    AccountKind.ASSETS: "Assets",
    AccountKind.LIABILITIES: "Liabilities",
    AccountKind.EQUITY: "Equity",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSES: "Expenses",
}
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9]+")
_SINCE: Final = date(1970, 1, 1)


def beancount_account(path: str, contact: str = "") -> str:
    """`income/domestic/1900` is `Income:Domestic:1900`; a customer's ends with their id."""
    words = [_word(part) for part in path.split("/")]
    top = _TOPS[account(path).kind]
    own = words if words[0] != top else words[1:]
    return ":".join([top, *(own or ["General"]), *([_word(contact)] if contact else [])])


def journal_text(entries: Sequence[JournalEntry], last: date) -> str:
    """All entries, the accounts they use, and what is on each after `last`."""
    ordered = sorted(entries, key=lambda each: (each.on, each.number))
    found = [one for each in ordered for one in each.postings]
    used = sorted(
        {pair for one in found for pair in ((one.account, ""), (one.account, one.contact))}
    )
    first = min((each.on for each in ordered), default=_SINCE)
    lines = ['option "title" "Journal"']
    lines += [f"{first} open {beancount_account(*each)}" for each in used]
    lines += [line for each in ordered for line in _entry(each)]
    lines += _checks(ordered, max([last, *(each.on for each in ordered)]) + timedelta(days=1))
    return "\n".join(lines) + "\n"


def _entry(entry: JournalEntry) -> Iterator[str]:
    about = entry.document or entry.payment or entry.expense
    yield ""
    yield f'{entry.on} * "{_quoted(entry.kind)}" "{_quoted(about)}"'
    yield f'  entry: "{entry.number}"'
    yield f'  fact: "{_quoted(entry.id)}"'
    for one in entry.postings:
        yield f"  {beancount_account(one.account, one.contact)}  {_amount(one)}"


def _amount(one: Posting) -> str:
    return f"{plain_amount(one.amount)} {one.amount.currency}"


def _checks(entries: Iterable[JournalEntry], after: date) -> Iterator[str]:
    """What Coo holds to be on each account; Beancount reckons it anew."""
    yield ""
    for (path, currency), minor in sorted(balances(entries).items()):
        amount = f"{plain_amount(Money(minor, currency))} ~ 0.00 {currency}"
        yield f"{after} balance {beancount_account(path)}  {amount}  ; {account_name(path)}"


def _word(text: str) -> str:
    plain = _NO_WORD.sub("-", text).strip("-") or "X"
    return plain[:1].upper() + plain[1:]


def _quoted(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())
