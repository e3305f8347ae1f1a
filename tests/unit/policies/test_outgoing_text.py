"""What is found in a text that leaves the company, however it is dressed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.company import Bank, Company, Operator, PriceItem
from ledger.domain.values import Money
from policies.outgoing import (
    foreign_accounts,
    foreign_addresses,
    foreign_links,
    readable,
    reveals,
    unbacked_amounts,
)

COMPANY = Company(
    id="acme",
    name="Acme",
    address=(),
    email="hello@acme.example",
    operator=Operator(name="Olga", email="olga@acme.example"),
    bank=Bank(holder="Acme", iban="DE89370400440532013000"),
    prices=(
        PriceItem(
            id="site", title="Website", price=Money(1_234_56, "EUR"), floor=Money(1_000_00, "EUR")
        ),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "IBAN GB29 NWBK 6016 1331 9268 19 BIC NWBKGB2L",
        "gb29nwbk60161331926819",
        "GB29-NWBK-6016-1331-9268-19",
        "(GB29 NWBK\u200b 6016 1331 9268 19)",
        "\uff27\uff22\uff12\uff19NWBK60161331926819",
    ],
)
def test_a_foreign_account_is_found_however_it_is_written(text):
    assert foreign_accounts(readable(text), "DE89 3704 0044 0532 0130 00") == (
        "GB29NWBK60161331926819",
    )


@pytest.mark.parametrize(
    "text", ["DE89 3704 0044 0532 0130 00", "DE89370400440532013001", "AB12 order 34"]
)
def test_ones_own_account_and_what_is_no_account_are_left_alone(text):
    assert foreign_accounts(text, "DE89370400440532013000") == ()


@pytest.mark.parametrize(
    "text", ["mail x@y.example!", "<X@Y.example>", "mailto:x@y.example", "x\uff20y.example"]
)
def test_a_foreign_mail_address_is_found(text):
    assert any("x@y.example" in a for a in foreign_addresses(readable(text), ("ada@example.com",)))


def test_known_addresses_are_not_foreign():
    assert foreign_addresses("To Ada@Example.com.", ("ada@example.com",)) == ()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("see http://evil.test/a?b", "evil.test"),
        ("see HTTPS://acme.example@evil.test", "evil.test"),
        ("see www.evil.test", "evil.test"),
        ("see evil-site.com now", "evil-site.com"),
        ("see evil.test/pay", "evil.test"),
        ("https://notacme.example", "notacme.example"),
    ],
)
def test_a_link_to_a_foreign_host_is_found(text, host):
    assert [h.removeprefix("www.") for h in foreign_links(text, ("acme.example",))] == [host]


@pytest.mark.parametrize(
    "text", ["e.g. this", "https://shop.acme.example/x", "at 10.30 h", "v1.2.3", "hello@firm.com"]
)
def test_ones_own_host_and_plain_words_are_no_foreign_links(text):
    assert foreign_links(text, ("acme.example",)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "€1,234.56",
        "1.234,56 €",
        "1 234,56 EUR",
        "EUR 1234.56",
        "1\u202f234,56\u00a0€",
        "1'234.56 EUR",
    ],
)
def test_an_amount_on_the_price_list_is_recognised_in_every_notation(text):
    assert unbacked_amounts(readable(text), COMPANY, ()) == ()


@pytest.mark.parametrize("text", ["€1,234.57", "only 99 EUR", "5 Euro", "50% off", "12,5 % Rabatt"])
def test_an_amount_from_nowhere_is_named(text):
    assert len(unbacked_amounts(readable(text), COMPANY, ())) == 1


def test_numbers_that_are_no_money_are_left_alone():
    assert unbacked_amounts("Order 4711, 20 pieces, by 2026-12-06, room 3.14", COMPANY, ()) == ()


def test_the_lowest_price_is_noticed():
    assert reveals("We could do 1.000 EUR", COMPANY, ()) == ("the lowest price of Website",)


@given(st.text(max_size=400))
def test_any_text_at_all_can_be_looked_at(text):
    shown = readable(text)
    foreign_accounts(shown, COMPANY.bank.iban)
    foreign_addresses(shown, ())
    foreign_links(shown, ())
    unbacked_amounts(shown, COMPANY, ())
    assert isinstance(reveals(shown, COMPANY, ()), tuple)


@given(st.text(alphabet="€0123456789 .,'%EURaA@/:-w", max_size=300))
def test_text_made_of_money_signs_can_be_looked_at(text):
    shown = readable(text)
    foreign_accounts(shown, "")
    foreign_links(shown, ())
    assert all(part for part in unbacked_amounts(shown, COMPANY, ()))
