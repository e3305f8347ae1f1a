"""What a text that leaves the company holds: addresses, accounts, links and amounts of money.

Everything here may only raise the need for approval, so it prefers to find too much.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

from babel.numbers import get_currency_precision

from ledger.domain.billing import BillingPlan
from ledger.domain.company import Company
from ledger.domain.values import Line, Money, totals

WHOLESALE = 3
"""List prices of things outside the deal that make a mail a price list."""

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ACCOUNT = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?=(?:[ .-]?[A-Z0-9]){11})")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+-]{1,15}://(?:[^\s/@<>]{1,99}@)?|www\.)([\w.-]{1,200})"
    r"|(?<![\w@.-])((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})(?=/|:\d)"
    r"|(?<![\w@.-])((?:[\w-]{1,63}\.){1,8}(?:com|net|org|io|co|app|dev|me|ai|eu|de|at|ch|fr|uk))\b",
    re.IGNORECASE,
)
_NUMBER = r"\d{1,12}(?:[.,'’ ]\d{3}){0,4}(?:[.,]\d{1,2})?(?!\d)"
_SIGN = r"(?:[€$£¥₣]|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK)\b|\b[Ee]uros?\b)"
_AMOUNT = re.compile(
    rf"(?:{_SIGN}\s?(?P<after>{_NUMBER}))|(?:(?<![\d.,])(?P<before>{_NUMBER})\s?{_SIGN})"
)
_SHARE = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b)"
)
_DIGITS = str.maketrans(dict.fromkeys("’' ", ""))
_GROUP = 3

_ACCOUNT_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 "
    "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 "
    "TN24 TR26 UA29 VA22 VG24 XK20"
)
_LENGTH = {entry[:2]: int(entry[2:]) for entry in _ACCOUNT_LENGTHS.split()}
"""Signs of an IBAN by country (ISO 13616)."""


def readable(text: str) -> str:
    """The text as a mail program may show it: compatibility forms folded, invisible signs gone."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")


def foreign_addresses(text: str, own: Iterable[str]) -> tuple[str, ...]:
    """Mail addresses in the text that are none of `own`."""
    known = {address.lower() for address in own}
    found = dict.fromkeys(hit[0].strip(".").lower() for hit in _ADDRESS.finditer(text))
    return tuple(address for address in found if address not in known)


def foreign_accounts(text: str, own: str) -> tuple[str, ...]:
    """Valid IBANs in the text other than the company's own."""
    known = _bare(own)
    return tuple(iban for iban in dict.fromkeys(_ibans(text.upper())) if iban != known)


def foreign_links(text: str, own: Iterable[str]) -> tuple[str, ...]:
    """Hosts that the text links to and that belong to none of the domains `own`."""
    known = tuple(domain.lower() for domain in own if domain)
    hosts = dict.fromkeys(_hosts(text))
    return tuple(host for host in hosts if not any(_within(host, domain) for domain in known))


def unbacked_amounts(
    text: str,
    company: Company,
    lines: tuple[Line, ...],
    total: Money | None = None,
    plan: BillingPlan | None = None,
) -> tuple[str, ...]:
    """Sums of money and percentages in the text that neither the deal nor the price list has.

    `total` is what a document asks for, `plan` in which parts an offer is billed.
    """
    backed = _deal_amounts(lines) | {item.price.minor for item in company.prices}
    backed |= {abs(total.minor)} if total else set()
    taxes = {company.tax.rate_bp, *(item.tax_bp for item in company.prices)}
    shares = taxes | {share for line in lines for share in (line.discount_bp, line.tax_bp)}
    shares |= {part.share_bp for part in plan.parts} if plan else set()
    money = [hit[0] for hit, minor in _amounts(text, company.currency) if minor not in backed]
    percents = [hit[0] for hit in _SHARE.finditer(text) if _basis_points(hit[1]) not in shares]
    return tuple(dict.fromkeys(part.strip() for part in (*money, *percents)))


def reveals(text: str, company: Company, lines: tuple[Line, ...]) -> tuple[str, ...]:
    """What is the company's own business: floor prices, and its prices wholesale."""
    said = {minor for _, minor in _amounts(text, company.currency)} - _deal_amounts(lines)
    others = [item for item in company.prices if item.id not in {line.item for line in lines}]
    floors = [
        f"the lowest price of {item.title}"
        for item in company.prices
        if item.floor.minor in said and item.floor != item.price
    ]
    listed = sum(item.price.minor in said for item in others)
    return (*floors, *([f"{listed} prices outside this deal"] if listed >= WHOLESALE else []))


def own_domains(company: Company) -> tuple[str, ...]:
    """The domains of the company's own addresses."""
    return tuple(
        dict.fromkeys(a.rpartition("@")[2] for a in (company.email, company.operator.email))
    )


def _ibans(text: str) -> Iterator[str]:
    for hit in _ACCOUNT.finditer(text):
        length = _LENGTH.get(hit[0][:2], 0)
        iban = _bare(text[hit.start() : hit.start() + 80])[:length]
        if length and len(iban) == length and _valid(iban):
            yield iban


def _bare(iban: str) -> str:
    return "".join(sign for sign in iban.upper() if sign.isascii() and sign.isalnum())


def _valid(iban: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def _hosts(text: str) -> Iterator[str]:
    for hit in _LINK.finditer(text):
        host = hit[1] or hit[2] or hit[3]
        yield host.strip(".-").lower()


def _within(host: str, domain: str) -> bool:
    return host in (domain, f"www.{domain}") or host.endswith(f".{domain}")


def _amounts(text: str, currency: str) -> Iterator[tuple[re.Match[str], int]]:
    scale = get_currency_precision(currency)
    for hit in _AMOUNT.finditer(text):
        yield hit, int(_decimal(hit["after"] or hit["before"]).scaleb(scale))


def _decimal(number: str) -> Decimal:
    """`1.190,00`, `1,190.00`, `1 190` and `1190` are the same number."""
    parts = re.split("[.,]", number.translate(_DIGITS))
    if len(parts) > 1 and len(parts[-1]) < _GROUP:
        return Decimal("".join(parts[:-1]) + "." + parts[-1])
    return Decimal("".join(parts))


def _basis_points(percent: str) -> int:
    return int(Decimal(percent.replace(",", ".")) * 100)


def _deal_amounts(lines: tuple[Line, ...]) -> set[int]:
    """Every amount a mail about these lines may name, in minor units."""
    if not lines:
        return set()
    currency = lines[0].unit_price.currency
    same = tuple(line for line in lines if line.unit_price.currency == currency)
    summed = totals(same, currency)
    listed = sum((line.unit_price.times(line.quantity) for line in same), start=Money(0, currency))
    named = [summed.net, summed.gross, listed, listed - summed.net]
    named += [part for tax in summed.taxes for part in (tax.base, tax.tax)]
    return {amount.minor for amount in named} | {minor for line in same for minor in _line(line)}


def _line(line: Line) -> tuple[int, ...]:
    each = line.unit_price - line.unit_price.share(line.discount_bp)
    full = line.unit_price.times(line.quantity)
    return (line.unit_price.minor, each.minor, full.minor, line.net.minor, (full - line.net).minor)
