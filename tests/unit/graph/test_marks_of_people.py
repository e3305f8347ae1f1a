"""Keys are exact and in one normal form; hints come from what somebody wrote themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.marks import Key, domain_of, key_of, name_mark, phones_in


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ada@Example.com", Key("mail", "ada@example.com")),
        ("040 1234567", Key("phone", "+49401234567")),
        ("+49 (0)40 / 123 45 67", Key("phone", "+49401234567")),
        ("0041 44 668 18 00", Key("phone", "+41446681800")),
        ("DE75 5121 0800 1245 1261 99", Key("payment", "DE75512108001245126199")),
        ("cus_Nf4", Key("payment", "CUS_NF4")),
        ("slack:U12", Key("chat", "slack:U12")),
    ],
)
def test_a_key_has_one_normal_form_however_it_is_typed(typed: str, key: Key) -> None:
    assert key_of(typed, "DE") == key


@pytest.mark.parametrize("typed", ["", "12", "Ada", "ada@", "call me", "999999999999999999999"])
def test_what_is_no_key_is_none(typed: str) -> None:
    assert key_of(typed, "DE") is None


def test_an_account_is_marked_as_the_payer_of_a_payment_is() -> None:
    key = key_of("de75512108001245126199", "DE")
    assert key is not None
    assert key.mark == "payer:DE75512108001245126199"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello\n-- \nAda\nTel. 040/1234567", ("+49401234567",)),
        ("Hello\n\nOn Monday Nora wrote:\n> Tel. 040 1234567", ()),
        ("Hello\n> 040 1234567\nThanks", ()),
        ("Our order 2026-0001 of 2856.00 from 2026-11-22", ()),
        ("Call +43 1 234567890 or +43 1 234567890", ("+431234567890",)),
        ("no digits at all", ()),
    ],
)
def test_phone_numbers_count_only_from_ones_own_words(text: str, found: tuple[str, ...]) -> None:
    assert phones_in(text, "DE") == found


def test_a_single_word_is_no_name_that_gives_anybody_away() -> None:
    assert name_mark("Ada") == ""
    assert name_mark("  Ada   EXAMPLE ") == name_mark("ada example") == "name:ada example"


def test_a_domain_is_compared_in_lower_case() -> None:
    assert domain_of("ada@Example.COM") == "example.com"
    assert domain_of("nobody") == ""


@given(st.text(max_size=300))
def test_no_text_breaks_the_search(text: str) -> None:
    key_of(text, "DE")
    assert all(number.startswith("+") for number in phones_in(text, "DE"))
