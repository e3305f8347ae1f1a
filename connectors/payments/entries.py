"""One entry of a statement on its way to a fact: identity, references, limits."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from connectors.mail.text import neutral, one_line
from ledger.domain.errors import CooError, InputUnreadable
from ledger.domain.events import PaymentReceived
from ledger.domain.values import Money, canonical

MOST_BYTES = 25_000_000
MOST_ENTRIES = 50_000

_REFERENCE = 2_000
_NAME = 200
_NO_REFERENCE = frozenset(
    {"", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "N/A", "NONE", "0", "-"}
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9/-]*")
_SHORTEST, _LONGEST, _MOST = 4, 35, 40


class Entry(Struct, frozen=True, kw_only=True):
    """What a reader found in one entry. `where` names it to a person: "row 3", "entry 2".

    `bank_id` is the bank's own reference, or "". `returned`: the bank says that an earlier entry
    came back.
    """

    where: str
    amount: Money
    booked_on: date
    bank_id: str = ""
    payer: str = ""
    payer_account: str = ""
    reference: str = ""
    end_to_end: str = ""
    returned: bool = False


def refused(where: str, error: CooError) -> InputUnreadable:
    """The same error with the place in front."""
    place = where[:1].upper() + where[1:]
    return InputUnreadable(f"{place}: {error.cause}", f"Nothing was taken over. {error.remedy}")


def payments(entries: Iterable[Entry], source: str) -> list[PaymentReceived]:
    """The facts for a file's entries, in order.

    The id is the bank's reference, else a hash of the entry and its ordinal among equal ones
    of the file: the same file again gives the same ids. An entry that comes twice with the
    same reference is one payment; where a bank uses a reference for different entries, they
    are told apart by their content.
    """
    entries = list(entries)
    by_reference: dict[str, set[str]] = {}
    for entry in entries:
        by_reference.setdefault(_bank_id(entry), set()).add(_digest(entry))
    equal: Counter[str] = Counter()
    found: dict[str, PaymentReceived] = {}
    for entry in entries:
        equal[digest := _digest(entry)] += 1
        identity = _bank_id(entry) or f"{digest[:32]}-{equal[digest]}"
        if _bank_id(entry) and len(by_reference[_bank_id(entry)]) > 1:
            identity = f"{identity}-{digest[:12]}"
        found.setdefault(identity, _payment(entry, identity, source))
    return list(found.values())


def document_numbers(*texts: str) -> tuple[str, ...]:
    """The words that look like document numbers: four signs or more, a digit among them.

    Banks break a reference at fixed widths, so parts around a line break, or around a space
    beside "-" or "/", also count as one word. Account numbers are left out.
    """
    found: dict[str, None] = {}
    for text in texts:
        upper = _DASHES.sub("-", text.upper())
        for variant in (
            upper,
            re.sub(r"\s*([-/])\s*", r"\1", upper),
            re.sub(r"[ \t]*\n\s*", "", upper),
        ):
            found.update(dict.fromkeys(_words(variant)))
    return tuple(found)[:_MOST]


def _words(text: str) -> list[str]:
    words = (word.strip("-/") for word in _TOKEN.findall(text))
    return [word for word in words if _is_number(word)]


def _is_number(word: str) -> bool:
    fits = _SHORTEST <= len(word) <= _LONGEST and any(sign.isdigit() for sign in word)
    return fits and not is_iban(word)


def is_iban(word: str) -> bool:
    """Whether a word is an account number by its check digits."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", word):
        return False
    digits = "".join(str(int(sign, 36)) for sign in word[4:] + word[:4])
    return int(digits) % 97 == 1


def _payment(entry: Entry, identity: str, source: str) -> PaymentReceived:
    reference = neutral(entry.reference.strip(), _REFERENCE)
    ours = "" if entry.end_to_end.strip().upper() in _NO_REFERENCE else entry.end_to_end
    return PaymentReceived(
        payment=identity,
        amount=entry.amount,
        booked_on=entry.booked_on,
        source=source,
        numbers=document_numbers(reference, neutral(ours, _REFERENCE)),
        payer=one_line(entry.payer, _NAME),
        payer_account=re.sub(r"\s", "", neutral(entry.payer_account, _NAME)).upper(),
        reference=reference,
        returned=entry.returned,
    )


def _bank_id(entry: Entry) -> str:
    """The bank's reference where it is one, at a bounded length."""
    given = one_line(entry.bank_id)
    if given.upper() in _NO_REFERENCE or not given.strip("0"):
        return ""
    return given if len(given) <= _NAME else hashlib.sha256(given.encode()).hexdigest()


def _digest(entry: Entry) -> str:
    content = [
        entry.amount.minor,
        entry.amount.currency,
        entry.booked_on.isoformat(),
        *map(one_line, (entry.payer, entry.payer_account, entry.reference, entry.end_to_end)),
    ]
    return hashlib.sha256(canonical(content)).hexdigest()
