"""Which invoices programs can read too, and what an address says to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from ledger.domain.company import Company, EInvoice
from ledger.domain.tax import Buyer, TaxCase
from ledger.domain.vat_ids import members

_PLACE: Final = re.compile(
    r"(?:[A-Z]{1,2}-)?(?P<code>\d{4} [A-Z]{2}|\d{2,3}[ -]\d{2,3}|\d{3,6})\s+(?P<city>\S.*)"
)
_BRITISH: Final = re.compile(r"(?P<city>.*\S)\s+(?P<code>[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})")


class Postal(Struct, frozen=True):
    """An address for programs; `lines` are those that are neither postcode nor city."""

    lines: tuple[str, ...]
    postcode: str = ""
    city: str = ""


def postal(address: Sequence[str]) -> Postal:
    """Postcode and city where a line gives both (`10115 Berlin`, `London SW1A 1AA`)."""
    lines = [line.strip() for line in address if line.strip()]
    for place in range(len(lines) - 1, -1, -1):
        hit = _PLACE.fullmatch(lines[place]) or _BRITISH.fullmatch(lines[place])
        if hit is not None:
            return Postal(tuple(lines[:place]), hit["code"], hit["city"])
    return Postal(tuple(lines))


def form_of(company: Company, case: TaxCase | None) -> EInvoice:
    """As company.yaml says; where it does not, ZUGFeRD from the EU to a business.

    Nothing is made for a customer of whom no country is known: an e-invoice must name it.
    """
    if case is None:
        return EInvoice.NONE
    if company.e_invoice is not None:
        return company.e_invoice
    in_union = company.country in members()
    return EInvoice.ZUGFERD if in_union and case.business else EInvoice.NONE


def missing_for(form: EInvoice, company: Company, buyer: Buyer) -> tuple[str, ...]:
    """What an e-invoice of this form must say and nobody has entered, each with its remedy."""
    if form is not EInvoice.XRECHNUNG:
        return ()
    here, there = postal(company.address), postal(buyer.address)
    wanted = (
        (buyer.reference, "their buyer reference or Leitweg-ID (`contact … reference …`)"),
        (there.city, "their postcode and city (`contact … address Street 1, 10115 Berlin`)"),
        (here.city, "your postcode and city (a line `10115 Berlin` in `address` of company.yaml)"),
        (company.phone, "your phone number (`phone` in company.yaml)"),
    )
    return tuple(words for known, words in wanted if not known)
