"""What a receipt says of itself: total, currency, day, tax, vendor. Pure; a wrong guess is worse
than a question, so what stands there in two ways stays unknown."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from msgspec import Struct

from graph.bookkeeping.words import (
    SYMBOLS,
    currency_of,
    days_in,
    read_number,
    tax_in,
)
from ledger.domain.documents import ReadHow
from ledger.domain.events import Spent
from ledger.domain.values import Money

_STRONG: Final = re.compile(
    r"grand total|total due|amount due|amount paid|total paid|gesamtbetrag|gesamtsumme|"
    r"rechnungsbetrag|endbetrag|zu zahlen|zahlbetrag|bruttobetrag|net à payer|total ttc|"
    r"montant ttc|total à payer|\btotal\b(?! (?:net|ht|tax|vat))|\bsumme\b(?! netto)|\bbrutto\b|"
    r"\bgesamt\b(?! netto)",
    re.IGNORECASE,
)
_NOT_TOTAL: Final = re.compile(
    r"sub-?total|zwischensumme|sous-total|netto|\bnet\b(?! à)|\bht\b|before tax|excl", re.IGNORECASE
)
_TAX: Final = re.compile(r"\b(?:vat|tax|mwst|ust|umsatzsteuer|mehrwertsteuer|tva)\b", re.IGNORECASE)
_PERCENT: Final = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*%")
_DATED: Final = re.compile(
    r"\b(?:date|datum|rechnungsdatum|belegdatum|invoice date|issued|du|le)\b", re.IGNORECASE
)
_NUMBER: Final = re.compile(
    r"(?:invoice|receipt|rechnungs?|beleg|quittung|facture)[\s-]*(?:no|nr|number|nummer|n°|id)?"
    r"[.:#\s]*([A-Z0-9][A-Z0-9/-]*\d[A-Z0-9/-]*)",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[€$£]|\b[A-Z]{3}\b")
_CODES: Final = frozenset({"EUR", "CHF", "USD", "GBP", "SEK", "DKK", "NOK", "PLN", "CZK"})
_MONEY: Final = re.compile(
    r"(?:[€$£]|\b[A-Z]{3}\b)?\s?(?<![\d.,/-])"
    r"(\d{1,3}(?:[.,' \u00a0\u202f]\d{3})*[.,]\d{2})(?![\d%/-])"
)
_RECEIPT: Final = re.compile(
    r"invoice|receipt|rechnung|beleg|quittung|kassenbon|facture|reçu", re.IGNORECASE
)
_FORWARDED: Final = re.compile(r"\s*(?:fwd?|wg|tr)\s*:", re.IGNORECASE)
_HEADER: Final = re.compile(
    r"[\s>*]*(?:-{2,}.*|(?:from|to|cc|date|sent|subject|von|an|datum|gesendet|betreff|de|à|objet|envoyé)"
    r"\s?:\*?\s.*)",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_LONGEST: Final = 80


class Receipt(Struct, frozen=True, kw_only=True):
    """What was read. `unclear` names what was not: amount, date."""

    spent: Spent
    vendor: str = ""
    number: str = ""
    unclear: tuple[str, ...] = ()


def looks_like_receipt(text: str) -> bool:
    """Whether it calls itself a receipt or an invoice, and names a sum."""
    return bool(_RECEIPT.search(text)) and bool(_MONEY.search(text))


def unread_receipt(how: ReadHow, subject: str, text: str) -> bool:
    """Whether a file that could not be read is one: the mail around it says so."""
    return how.asks and bool(_RECEIPT.search(f"{subject}\n{text}"))


def receipt_in_mail(subject: str, text: str) -> str:
    """The receipt that a forwarded mail itself is, without its header; "" where it is none."""
    if not _FORWARDED.match(subject):
        return ""
    body = "\n".join(line for line in text.splitlines() if not _HEADER.fullmatch(line))
    return body if looks_like_receipt(f"{subject}\n{body}") else ""


def receipt_of(text: str, *, deducts: bool) -> Receipt:
    """What the text of a receipt says. `deducts`: whether input tax is of interest."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    currency = _currency(text)
    amount = _total(lines, currency) if currency else None
    rate, tax = _tax(lines, amount) if amount and deducts else (None, None)
    days = {*_days(lines)}
    on = next(iter(days)) if len(days) == 1 else None
    unclear = (*(() if amount else ("amount",)), *(() if on else ("date",)))
    number = _NUMBER.search(text)
    return Receipt(
        spent=Spent(amount=amount, tax=tax, on=on, rate_bp=rate),
        vendor=_vendor(lines),
        number=number[1] if number else "",
        unclear=unclear,
    )


def _currency(text: str) -> str:
    found = {currency_of(sign) for sign in _SIGNS.findall(text) if _meant(sign)} - {""}
    return found.pop() if len(found) == 1 else ""


def _meant(sign: str) -> bool:
    """Signs, and the codes that stand on receipts here; other words in capitals are words."""
    return sign in SYMBOLS or sign in _CODES


def _total(lines: list[str], currency: str) -> Money | None:
    """The one sum that stands where totals stand; None where there are several, or none."""
    named = [
        amount
        for place, line in enumerate(lines)
        if _STRONG.search(line) and not _NOT_TOTAL.search(line)
        for amount in _sums(line, lines[place + 1 : place + 2], currency)
    ]
    return named[0] if len({each.minor for each in named}) == 1 else None


def _sums(line: str, following: list[str], currency: str) -> list[Money]:
    """The sums on a line, or alone on the next one."""
    texts = _MONEY.findall(line)
    if not texts and following and _MONEY.fullmatch(_bare(following[0])):
        texts = _MONEY.findall(following[0])
    read = [read_number(each, currency) for each in texts]
    return [each for each in read if each is not None]


def _bare(line: str) -> str:
    return re.sub(r"\s*(?:[€$£]|[A-Z]{3})$", "", line)


def _tax(lines: list[str], gross: Money) -> tuple[int | None, Money | None]:
    """The tax, where one rate is named and the sum beside it is what that rate makes of it."""
    taxed = [line for line in lines if _TAX.search(line) and _PERCENT.search(line)]
    rates = {_bp(each) for line in taxed for each in _PERCENT.findall(line)}
    if len(rates) != 1:
        return None, None
    rate = rates.pop()
    reckoned = tax_in(gross, rate)
    named = [one for line in taxed for one in _sums(line, [], gross.currency)]
    if named and all(abs(one.minor - reckoned.minor) > 1 for one in named):
        return None, None
    exact = [one for one in named if abs(one.minor - reckoned.minor) <= 1]
    return rate, exact[0] if exact else reckoned


def _bp(text: str) -> int:
    whole, _, rest = text.replace(",", ".").partition(".")
    return int(whole) * 100 + int(f"{rest:0<2}"[:2] or 0)


def _days(lines: list[str]) -> list[date]:
    named = [day for line in lines if _DATED.search(line) for day in days_in(line)]
    return list(named or [day for line in lines for day in days_in(line)])


def _vendor(lines: list[str]) -> str:
    """Who stands at the top, past what every receipt says there."""
    for line in lines[:6]:
        if _LETTERS.search(line) and not _RECEIPT.search(line) and not days_in(line):
            return line[:_LONGEST]
    return ""
