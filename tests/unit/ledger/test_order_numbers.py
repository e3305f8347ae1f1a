"""Purchase-order numbers: found by their label, and never guessed."""

from __future__ import annotations

import pytest

from ledger.domain.documents import Page
from ledger.domain.order_numbers import MOST, order_numbers, order_numbers_on, same_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Please quote PO 4711 on the invoice.", "4711"),
        ("Our PO-4711 covers it.", "PO-4711"),
        ("Our PO number is 4500012345.", "4500012345"),
        ("P.O. #77-B", "77-B"),
        ("Purchase order PO-9931", "PO-9931"),
        ("Your order reference: AB/12.3.", "AB/12.3"),
        ("Bestellnummer: 4711-A", "4711-A"),
        ("Bestell-Nr. 4711", "4711"),
        ("Unsere Auftragsnummer lautet 2026/77", "2026/77"),
        ("bon de commande n° BC-2026-14", "BC-2026-14"),
        ("Numéro de commande : 1234", "1234"),
        ("Purchase order number:\n88123", "88123"),
    ],
)
def test_a_labelled_order_number_is_found_in_three_languages(text: str, number: str) -> None:
    assert [one.number for one in order_numbers(text)] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "P.O. Box 123, Berlin",
        "The PO will follow tomorrow.",
        "Purchase order: 5,000 EUR",
        "a PO of 500 EUR",
        "po 4711 EUR",
        "tempo 120",
        "Bestellung vom 12.03.2026",
        "In order 12 of them",
        "Call 030 4711",
    ],
)
def test_what_is_no_order_number_is_not_taken_for_one(text: str) -> None:
    assert order_numbers(text) == ()


def test_two_ways_to_write_one_number_are_one() -> None:
    assert same_number("PO-4711") == same_number("4711") == same_number("po 4711")
    assert len(order_numbers("PO-4711, that is purchase order 4711")) == 1
    assert same_number("4711") != same_number("4712")


def test_a_number_says_on_which_page_it_stands_first() -> None:
    pages = [Page(1, "nothing"), Page(3, "PO 4711"), Page(4, "PO 4711 and PO 4712")]
    found = order_numbers_on("order.pdf", pages, paged=True)
    assert [(one.number, one.document, one.page) for one in found] == [
        ("4711", "order.pdf", 3),
        ("4712", "order.pdf", 4),
    ]


def test_a_flood_of_numbers_is_cut() -> None:
    assert len(order_numbers("\n".join(f"PO {n}" for n in range(1_000, 9_000)))) == MOST
