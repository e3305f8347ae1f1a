"""MT940 as banks write it: their dialects and charsets, and nothing read that does not add up."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.payments import payment_kind, read_payments
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import PaymentReceived
from ledger.domain.values import Money

IBAN = "DE75512108001245126199"
GERMAN = (
    "166?00GUTSCHRIFT?109310?20EREF+NOTPROVIDED?21SVWZ+Rechnung 2026-\r\n"
    "?220001, Grüße aus Köln?30TUBDDEDDXXX?31DE75512108001245126199\r\n"
    "?32Jürgen Müller-Lüdensche?33idt GmbH"
)


def statement(*lines: str, opening: str = "C261120EUR1000,00", closing: str = "") -> str:
    return "\r\n".join(
        [
            ":20:STARTUMSE",
            ":25:10010010/0123456789",
            ":28C:00007/001",
            f":60F:{opening}",
            *lines,
            f":62F:{closing}",
            "-",
            "",
        ]
    )


def one(details: str, line: str = "2611201120CR2856,00NTRFNONREF//POS-77") -> str:
    total = "C261120EUR3856,00" if "C" in line[:12] else "D261120EUR1856,00"
    return statement(f":61:{line}", f":86:{details}", closing=total)


def only(text: str, charset: str = "utf-8") -> PaymentReceived:
    (payment,) = read_payments("umsatz.sta", text.encode(charset))
    return payment


def refusal(text: str) -> InputUnreadable:
    with pytest.raises(InputUnreadable) as refused:
        read_payments("umsatz.sta", text.encode())
    assert refused.value.remedy
    return refused.value


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-8-sig"])
def test_a_german_statement_reads_the_same_in_each_charset(charset: str) -> None:
    payment = only(one(GERMAN), charset)
    assert payment.amount == Money(285_600, "EUR")
    assert payment.booked_on == date(2026, 11, 20)
    assert payment.payment == "POS-77"
    assert payment.payer == "Jürgen Müller-Lüdenscheidt GmbH"
    assert payment.payer_account == IBAN
    assert "2026-0001" in payment.numbers
    assert "Grüße aus Köln" in payment.reference
    assert "NOTPROVIDED" not in payment.numbers
    assert payment.source == "mt940"


@pytest.mark.parametrize(
    "details",
    [
        (
            "/TRTP/SEPA OVERBOEKING/IBAN/DE75512108001245126199/BIC/ABNANL2A/NAME/Ada Example\r\n"
            "/REMI/Invoice 2026-0001/EREF/NOTPROVIDED"
        ),
        (
            "/EREF/NOTPROVIDED//CNTP/DE75512108001245126199/INGBNL2A/Ada Example///REMI/USTD//"
            "Invoice 2026-0001/"
        ),
        "166<00GUTSCHRIFT<20SVWZ+Invoice 2026-0001<31DE75512108001245126199<32Ada Example",
        "166?00GUTSCHRIFT?20Invoice 2026-0001?31DE75512108001245126199?32Ada Example",
    ],
    ids=["ABN", "ING", "another sign", "no SEPA words"],
)
def test_each_dialect_names_payer_account_and_invoice(details: str) -> None:
    payment = only(one(details))
    assert (payment.payer, payment.payer_account) == ("Ada Example", IBAN)
    assert payment.reference == "Invoice 2026-0001"
    assert payment.numbers == ("2026-0001",)


def test_plain_text_is_the_reference_and_names_nobody() -> None:
    payment = only(one("Ada Example pays Invoice 2026-0001"))
    assert payment.payer == ""
    assert payment.numbers == ("2026-0001",)


def test_a_swift_envelope_and_several_accounts_in_one_file_are_read_account_by_account() -> None:
    euros = one("Invoice 2026-0001")
    dollars = one("Invoice 2026-0002", "2611201120D2856,00NTRFNONREF").replace("EUR", "USD")
    text = "{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n" + euros.replace(
        "\r\n-\r\n", "\r\n-}\r\n"
    )
    found = read_payments("x", (text + dollars).encode())
    assert [each.amount for each in found] == [Money(285_600, "EUR"), Money(-285_600, "USD")]


@pytest.mark.parametrize(
    ("line", "code", "minor", "returned"),
    [
        ("2611201120D2856,00NDDTNONREF", "105", -285_600, False),
        ("2611201120D2856,00NRTINONREF", "109", -285_600, True),
        ("2611201120RC2856,00NTRFNONREF", "166", -285_600, True),
        ("2611201120D2856,00NTRFNONREF", "109", -285_600, True),
    ],
    ids=["a debit", "returned, by its type", "a reversed credit", "returned, by its code"],
)
def test_money_that_left_is_negative_and_a_return_is_told_apart(
    line: str, code: str, minor: int, returned: bool
) -> None:
    text = one(f"{code}?20SVWZ+Invoice 2026-0001", line).replace(
        "C261120EUR3856,00", "D261120EUR1856,00"
    )
    payment = only(text)
    assert (payment.amount.minor, payment.returned) == (minor, returned)


def test_the_day_it_was_booked_counts_also_over_the_turn_of_the_year() -> None:
    payment = only(one(GERMAN, "2612310102C2856,00NTRFNONREF"))
    assert payment.booked_on == date(2027, 1, 2)


def test_a_statement_that_does_not_add_up_is_refused_whole() -> None:
    error = refusal(one(GERMAN).replace("3856,00", "3856,01"))
    assert "balance went from 1000.00 to 3856.01" in error.cause
    assert "'umsatz.sta': Statement 1" in error.cause


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (one(GERMAN).replace(":62F:", ":62X:"), "balance (:60F:, :62F:) is missing"),
        (one(GERMAN).replace("CR2856", "XX2856"), "no sound MT940"),
        (":20:A\r\n:25:1\r\n:60F:C261120EUR1,00\r\n", "is missing"),
        (one(GERMAN).replace("EUR", "XQZ"), "is no currency"),
    ],
    ids=["no closing balance", "a broken line", "cut off", "no currency"],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, says: str) -> None:
    assert says in refusal(text).cause


def test_it_is_known_by_its_content_whatever_the_file_is_called() -> None:
    raw = one(GERMAN).encode()
    assert payment_kind(raw) == "mt940"
    assert payment_kind(b"My bank greets you\r\n" + raw) == "mt940"
    assert read_payments("a.csv", raw) == read_payments("b.sta", raw)


def test_a_day_without_movements_holds_no_payments() -> None:
    assert read_payments("x", statement(closing="C261120EUR1000,00").encode()) == []
