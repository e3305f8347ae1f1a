"""The tax case of an invoice, from company, buyer and lines alone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.company import Company, EInvoice, Supply
from ledger.domain.einvoicing import Postal, form_of, missing_for, postal
from ledger.domain.tax import NOBODY, Buyer, Doubt, TaxCase, TaxKind, Unclear, tax_case
from ledger.domain.values import Line, Money
from ledger.domain.vat_ids import bare, country_of, members, vat_id_holds

OWN_ID = "DE136695976"
HOME = replace(defaults(), tax=replace(defaults().tax, vat_id="DE 136 695 976"))
SMALL = replace(HOME, tax=replace(HOME.tax, exempt=True, exempt_note="§ 19 UStG"))
NO_ID = replace(HOME, tax=replace(HOME.tax, vat_id=""))
FIRST, SECOND = HOME.prices[0].id, HOME.prices[1].id
SWISS = replace(HOME, country="CH")


def selling(company: Company, *goods: str) -> Company:
    """The company, with these items as goods."""
    return replace(
        company,
        prices=tuple(
            replace(item, supply=Supply.GOODS) if item.id in goods else item
            for item in company.prices
        ),
    )


def line(item: str = FIRST) -> Line:
    return Line(item, "Something", 1, "piece", Money(10_000, "EUR"), 1_900)


def buyer(country: str = "", vat_id: str = "", business: bool | None = None) -> Buyer:
    return Buyer(country=country, vat_id=vat_id, business=business)


GOODS = selling(HOME, FIRST)
FRENCH, GREEK = "FR40303265045", "EL094259216"
CLEAR: list[tuple[Company, Buyer, TaxKind]] = [
    (HOME, buyer("DE"), TaxKind.DOMESTIC),
    (HOME, buyer("DE", business=True), TaxKind.DOMESTIC),
    (SMALL, buyer("DE"), TaxKind.SMALL_BUSINESS),
    (HOME, buyer("FR", FRENCH), TaxKind.REVERSE_CHARGE),
    (HOME, buyer("", FRENCH), TaxKind.REVERSE_CHARGE),
    (HOME, buyer("GR", GREEK), TaxKind.REVERSE_CHARGE),
    (SMALL, buyer("FR", FRENCH), TaxKind.REVERSE_CHARGE),
    (GOODS, buyer("FR", FRENCH), TaxKind.INTRA_COMMUNITY),
    (selling(SMALL, FIRST), buyer("FR", FRENCH), TaxKind.SMALL_BUSINESS),
    (HOME, buyer("FR", business=False), TaxKind.DOMESTIC),
    (HOME, buyer("US", business=True), TaxKind.OUTSIDE_SCOPE),
    (HOME, buyer("GB", "GB980780684"), TaxKind.OUTSIDE_SCOPE),
    (GOODS, buyer("CH", business=False), TaxKind.EXPORT),
    (selling(SMALL, FIRST), buyer("CH", business=True), TaxKind.SMALL_BUSINESS),
    (SWISS, buyer("CH"), TaxKind.DOMESTIC),
    (SWISS, buyer("FR", FRENCH), TaxKind.OUTSIDE_SCOPE),
]


@pytest.mark.parametrize(("company", "who", "kind"), CLEAR)
def test_country_and_vat_id_decide_the_tax(company: Company, who: Buyer, kind: TaxKind) -> None:
    case = tax_case(company, who, [line()])
    assert isinstance(case, TaxCase)
    assert case.kind is kind


UNCLEAR: list[tuple[Company, Buyer, Doubt]] = [
    (HOME, buyer("FR"), Doubt.NO_BUSINESS),
    (HOME, buyer("US"), Doubt.NO_BUSINESS),
    (HOME, buyer("FR", business=True), Doubt.NO_VAT_ID),
    (HOME, buyer("FR", "FR40303265046"), Doubt.BAD_VAT_ID),
    (HOME, buyer("GB", "GB980780685"), Doubt.BAD_VAT_ID),
    (HOME, buyer("AT", FRENCH), Doubt.OTHER_COUNTRY),
    (HOME, buyer("US", FRENCH), Doubt.OTHER_COUNTRY),
    (NO_ID, buyer("FR", FRENCH), Doubt.OWN_VAT_ID),
    (
        replace(HOME, tax=replace(HOME.tax, vat_id="ATU12345675")),
        buyer("FR", FRENCH),
        Doubt.OWN_VAT_ID,
    ),
    (GOODS, buyer("FR", business=False), Doubt.DISTANCE_SALE),
    (HOME, buyer("US", business=False), Doubt.CONSUMER_ABROAD),
    (GOODS, buyer("XI", business=True), Doubt.SPECIAL_TERRITORY),
    (replace(HOME, ask_country=True), NOBODY, Doubt.NO_COUNTRY),
    (HOME, buyer("France"), Doubt.NO_COUNTRY),
]


@pytest.mark.parametrize(("company", "who", "doubt"), UNCLEAR)
def test_what_they_do_not_decide_is_unclear_for_a_named_reason(
    company: Company, who: Buyer, doubt: Doubt
) -> None:
    assert tax_case(company, who, [line()]) == Unclear(doubt)


def test_of_whom_nothing_is_known_nothing_is_decided() -> None:
    assert tax_case(HOME, NOBODY, [line()]) is None
    assert tax_case(HOME, Buyer(order="PO-1"), [line()]) is None


def test_goods_and_services_on_one_invoice_are_clear_only_where_their_tax_is_the_same() -> None:
    mixed = [line(FIRST), line(SECOND)]
    assert tax_case(GOODS, buyer("FR", FRENCH), mixed) == Unclear(Doubt.MIXED)
    at_home = tax_case(GOODS, buyer("DE"), mixed)
    assert isinstance(at_home, TaxCase)
    assert at_home.kind is TaxKind.DOMESTIC
    assert tax_case(GOODS, buyer("FR", business=False), mixed) == Unclear(Doubt.DISTANCE_SALE)


@pytest.mark.parametrize(
    ("vat_id", "country", "holds"),
    [
        (OWN_ID, "", True),
        ("DE136695977", "", False),
        (GREEK, "GR", True),
        ("CHE-107.787.577 IVA", "CH", True),
        ("CHE-107.787.578 IVA", "CH", False),
        ("98-7654321", "US", True),
        ("none", "US", False),
        ("12345678", "FR", False),
        ("12345678", "", False),
    ],
)
def test_a_vat_id_holds_by_its_check_digits(vat_id: str, country: str, holds: bool) -> None:
    assert vat_id_holds(bare(vat_id), country) is holds


def test_the_union_has_its_members_and_greece_its_own_prefix() -> None:
    assert len(members()) == 27
    assert "GB" not in members()
    assert (country_of(GREEK), country_of("XI123"), country_of("US1")) == ("GR", "XI", "")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (("Beispielweg 7", "20095 Hamburg", "Germany"), (("Beispielweg 7",), "20095", "Hamburg")),
        (("1 rue X", "75001 Paris"), (("1 rue X",), "75001", "Paris")),
        (("Kade 2", "1012 AB Amsterdam"), (("Kade 2",), "1012 AB", "Amsterdam")),
        (("10 Downing Street", "London SW1A 2AA"), (("10 Downing Street",), "SW1A 2AA", "London")),
        (("ul. Prosta 1", "00-838 Warszawa"), (("ul. Prosta 1",), "00-838", "Warszawa")),
        (("Somewhere",), (("Somewhere",), "", "")),
        ((), ((), "", "")),
    ],
)
def test_postcode_and_city_are_read_where_a_line_gives_both(
    address: tuple[str, ...], found: tuple[Any, ...]
) -> None:
    assert postal(address) == Postal(*found)


def test_an_e_invoice_is_for_businesses_in_the_union_unless_company_yaml_says_otherwise() -> None:
    case = TaxCase(kind=TaxKind.DOMESTIC, country="DE", business=True)
    consumer = replace(case, business=False)
    assert form_of(HOME, case) is EInvoice.ZUGFERD
    assert form_of(HOME, consumer) is EInvoice.NONE
    assert form_of(SWISS, case) is EInvoice.NONE
    assert form_of(HOME, None) is EInvoice.NONE
    assert form_of(replace(HOME, e_invoice=EInvoice.XRECHNUNG), consumer) is EInvoice.XRECHNUNG
    assert form_of(replace(HOME, e_invoice=EInvoice.NONE), case) is EInvoice.NONE


def test_an_xrechnung_names_everything_that_is_missing() -> None:
    whole = Buyer(reference="04011000-1-1", address=("Rathausplatz 1", "22087 Hamburg"))
    company = replace(HOME, phone="+49 40 1")
    assert missing_for(EInvoice.XRECHNUNG, company, whole) == ()
    assert missing_for(EInvoice.ZUGFERD, HOME, NOBODY) == ()
    lacking = missing_for(EInvoice.XRECHNUNG, replace(HOME, address=("Weg 1",)), NOBODY)
    assert len(lacking) == 4
