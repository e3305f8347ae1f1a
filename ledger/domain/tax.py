"""Which tax an invoice bears: decided by configuration, the buyer's country and VAT id. Pure.

Never by a model, and never by a guess: what these do not settle is `Unclear`, with its reason.
A buyer of whom nothing is known is taken as one at home, unless company.yaml wants to be asked.

What it goes by (Directive 2006/112/EC; the articles in brackets): services to a business are
taxed where the business is [44, 196], goods to one in another member state are exempt where both
have a VAT id [138], goods that leave the Union too [146], services to a consumer are taxed at home
[45]. A distance sale of goods [33] and a consumer outside the Union [59] have rules of their own,
which the data here cannot tell apart: a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.company import Company, Supply
from ledger.domain.values import Line
from ledger.domain.vat_ids import NORTHERN_IRELAND, bare, country_of, members, vat_id_holds

_CODE: Final = 2
"""Letters of a country's code."""


class TaxKind(StrEnum):
    """The cases there are."""

    DOMESTIC = "domestic"
    SMALL_BUSINESS = "small business"
    REVERSE_CHARGE = "reverse charge"
    INTRA_COMMUNITY = "intra-community supply"
    EXPORT = "export"
    OUTSIDE_SCOPE = "outside scope"

    @property
    def untaxed(self) -> bool:
        """Whether it is charged without tax because of where the buyer is."""
        return self not in {TaxKind.DOMESTIC, TaxKind.SMALL_BUSINESS}


class Doubt(StrEnum):
    """Why a case is not clear."""

    NO_COUNTRY = "country unknown"
    NO_BUSINESS = "business or consumer unknown"
    NO_VAT_ID = "VAT id of the customer missing"
    BAD_VAT_ID = "VAT id of the customer invalid"
    OTHER_COUNTRY = "VAT id of another country"
    OWN_VAT_ID = "your own VAT id missing"
    DISTANCE_SALE = "distance sale to a consumer"
    CONSUMER_ABROAD = "consumer outside the EU"
    MIXED = "goods and services together"
    SPECIAL_TERRITORY = "Northern Ireland"


class Buyer(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the operator entered of a customer for tax and e-invoices; "" and None: not said.

    `country` is ISO 3166-1 alpha-2, `vat_id` without spaces. `reference` is the buyer reference
    (in Germany the Leitweg-ID), `order` the number of their purchase order.
    """

    country: str = ""
    vat_id: str = ""
    business: bool | None = None
    address: tuple[str, ...] = ()
    reference: str = ""
    order: str = ""


NOBODY: Final = Buyer()
"""Of whom nothing was entered."""


class TaxCase(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an invoice says of its tax. `country` is the buyer's, whose VAT id stays in `Buyer`: it
    may name a person. `seller_vat_id` is ours without spaces."""

    kind: TaxKind
    country: str
    seller_vat_id: str = ""
    business: bool = False


class Unclear(Struct, frozen=True):
    """It cannot be told: a person is asked, for this reason."""

    doubt: Doubt


def tax_case(company: Company, buyer: Buyer, lines: Sequence[Line]) -> TaxCase | Unclear | None:
    """The case of an invoice with these lines. None: nothing is known of the buyer, and
    company.yaml takes such a one as at home.
    """
    supplies = {_supply(company, line.item) for line in lines}
    if len(supplies) <= 1:
        return case_of(company, buyer, *supplies)
    cases = [case_of(company, buyer, supply) for supply in sorted(supplies)]
    doubt = next((one for one in cases if isinstance(one, Unclear)), None)
    alike = all(one == cases[0] for one in cases)
    return doubt or (cases[0] if alike else Unclear(Doubt.MIXED))


def case_of(
    company: Company, buyer: Buyer, supply: Supply = Supply.SERVICE
) -> TaxCase | Unclear | None:
    """The case where only one kind of thing is sold."""
    if not buyer.country and not buyer.vat_id:
        return Unclear(Doubt.NO_COUNTRY) if company.ask_country else None
    country = buyer.country or country_of(buyer.vat_id)
    if len(country) != _CODE or not country.isalpha():
        return Unclear(Doubt.NO_COUNTRY)
    doubt = _doubt_of_id(buyer, country)
    if doubt is not None:
        return Unclear(doubt)
    found = _kind(company, buyer, country, supply)
    if isinstance(found, Doubt):
        return Unclear(found)
    return TaxCase(
        kind=found,
        country=country,
        seller_vat_id=bare(company.tax.vat_id),
        business=bool(buyer.vat_id) or bool(buyer.business),
    )


def _kind(company: Company, buyer: Buyer, country: str, supply: Supply) -> TaxKind | Doubt:
    at_home = TaxKind.SMALL_BUSINESS if company.tax.exempt else TaxKind.DOMESTIC
    if country == company.country:
        return at_home
    if NORTHERN_IRELAND in {country, buyer.vat_id[:2]}:
        return Doubt.SPECIAL_TERRITORY
    business = True if buyer.vat_id else buyer.business
    if business is None:
        return Doubt.NO_BUSINESS
    if country in members() and company.country in members():
        return _in_union(company, buyer, supply, business=business, at_home=at_home)
    if supply is Supply.GOODS:
        return TaxKind.SMALL_BUSINESS if company.tax.exempt else TaxKind.EXPORT
    return TaxKind.OUTSIDE_SCOPE if business else Doubt.CONSUMER_ABROAD


def _in_union(
    company: Company, buyer: Buyer, supply: Supply, *, business: bool, at_home: TaxKind
) -> TaxKind | Doubt:
    """Between two member states. A small business pays no tax at home, but its services to a
    business abroad are taxed there all the same."""
    if not business:
        return Doubt.DISTANCE_SALE if supply is Supply.GOODS else at_home
    if supply is Supply.GOODS and company.tax.exempt:
        return at_home
    if not buyer.vat_id:
        return Doubt.NO_VAT_ID
    if not _is_own(company):
        return Doubt.OWN_VAT_ID
    return TaxKind.INTRA_COMMUNITY if supply is Supply.GOODS else TaxKind.REVERSE_CHARGE


def _is_own(company: Company) -> bool:
    vat_id = bare(company.tax.vat_id)
    return vat_id_holds(vat_id) and country_of(vat_id) == company.country


def _doubt_of_id(buyer: Buyer, country: str) -> Doubt | None:
    if not buyer.vat_id:
        return None
    if not vat_id_holds(buyer.vat_id, country):
        return Doubt.BAD_VAT_ID
    of_union = country_of(buyer.vat_id)
    special = NORTHERN_IRELAND in {of_union, country}
    return Doubt.OTHER_COUNTRY if of_union not in {"", country} and not special else None


def _supply(company: Company, item: str) -> Supply:
    known = company.item(item)
    return known.supply if known else Supply.SERVICE


def charged(company: Company, buyer: Buyer, item: str) -> bool:
    """Whether tax is charged on an item: not where the buyer's country rules it out."""
    found = case_of(company, buyer, _supply(company, item))
    return not (isinstance(found, TaxCase) and found.kind.untaxed)
