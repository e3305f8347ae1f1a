"""Payments from JSON, CAMT.053 and CSV; whatever is not certain is refused with its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.payments import payment_kind, read_payments
from connectors.payments.entries import document_numbers
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import PaymentReceived
from ledger.domain.values import Money, canonical

EXAMPLES = Path(__file__).parents[3] / "examples"
IBAN = "DE75512108001245126199"
ENTRY = (
    '<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>'
    "<BookgDt><Dt>2026-11-20</Dt></BookgDt>{more}</Ntry>"
)


def camt(*entries: str, version: str = "08") -> bytes:
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    body = "".join(entries)
    return (
        f'<?xml version="1.0"?><Document xmlns="{space}"><BkToCstmrStmt><Stmt><Id>1</Id>{body}'
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(more: str = "", amount: str = "10.00", sign: str = "CRDT", status: str = "BOOK") -> str:
    return ENTRY.format(amount=amount, sign=sign, status=status, more=more)


def details(*transactions: str) -> str:
    inner = "".join(f"<TxDtls>{each}</TxDtls>" for each in transactions)
    return f"<NtryDtls>{inner}</NtryDtls>"


def only(raw: bytes, name: str = "x") -> PaymentReceived:
    (payment,) = read_payments(name, raw)
    return payment


def refusal(raw: bytes) -> InputUnreadable:
    with pytest.raises(InputUnreadable) as refused:
        read_payments("file", raw)
    assert refused.value.remedy
    return refused.value


@pytest.mark.parametrize("name", ["payment.json", "payment.csv", "payment.camt053.xml"])
def test_the_examples_say_the_same_in_three_formats(name: str) -> None:
    text = (EXAMPLES / name).read_text("utf-8")
    places = {"{number}": "2026-0001", "{amount}": "2618.00", "{date}": "2026-11-20"}
    for place, value in places.items():
        text = text.replace(place, value)
    raw = text.encode()
    payment = only(raw, name)
    assert payment.amount == Money(261_800, "EUR")
    assert payment.booked_on == date(2026, 11, 20)
    assert payment.numbers == ("2026-0001",)
    assert (payment.payer, payment.payer_account) == ("Ada Example", IBAN)
    assert payment.reference == "Invoice 2026-0001, with thanks"
    assert payment.source == name.rpartition(".")[2].replace("xml", "camt053")
    assert payment == only(raw, "another name")


# --- CAMT.053 ----------------------------------------------------------------------------------


def test_an_old_german_statement_and_a_new_swiss_one_read_the_same() -> None:
    german = (
        "<AcctSvcrRef>REF-1</AcctSvcrRef>"
        + details(
            "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Nm>Ada</Nm></Dbtr>"
            f"<DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct></RltdPties>"
            "<RmtInf><Ustrd>RECHNUNG 2026-</Ustrd><Ustrd>0001 DANKE</Ustrd></RmtInf>"
        )
    )  # fmt: skip
    swiss = (
        "<ValDt><DtTm>2026-11-20T00:00:00Z</DtTm></ValDt><AcctSvcrRef>REF-1</AcctSvcrRef>"
        + details(
            "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Ada</Nm></Pty>"
            f"</Dbtr><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct></RltdPties>"
            "<RmtInf><Ustrd>RECHNUNG 2026-</Ustrd><Ustrd>0001 DANKE</Ustrd></RmtInf>"
        )
    )  # fmt: skip
    old = only(camt(entry(german), version="02"))
    new = only(camt(entry(swiss, status="<Cd>BOOK</Cd>"), version="13"))
    assert old == new
    assert old.payment == "REF-1"
    assert "2026-0001" in old.numbers


def test_money_that_went_out_is_negative_and_names_who_got_it() -> None:
    parties = "<RltdPties><Dbtr><Nm>Us</Nm></Dbtr><Cdtr><Nm>Them</Nm></Cdtr></RltdPties>"
    payment = only(camt(entry(details(parties), sign="DBIT")))
    assert (payment.amount.minor, payment.payer) == (-1_000, "Them")


def test_what_is_only_announced_is_no_payment() -> None:
    raw = camt(
        entry(status="PDNG"), entry(status="<Cd>INFO</Cd>"), entry("<AcctSvcrRef>A</AcctSvcrRef>")
    )
    assert only(raw).payment == "A"


def test_a_batch_becomes_one_payment_for_each_transaction() -> None:
    first = '<Amt Ccy="EUR">4.00</Amt><RmtInf><Ustrd>INV-0001</Ustrd></RmtInf>'
    second = (
        '<Refs><AcctSvcrRef>OWN</AcctSvcrRef></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">6.00</Amt>'
        "</TxAmt></AmtDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd>"
        "</RmtInf>"
    )
    raw = camt(entry("<AcctSvcrRef>B</AcctSvcrRef>" + details(first, second)))
    found = read_payments("x", raw)
    assert [(each.payment, each.amount.minor) for each in found] == [("B/1", 400), ("OWN", 600)]
    assert found[0].numbers == ("INV-0001",)
    assert found[1].reference == "RF18539007547034"


def test_a_batch_that_does_not_add_up_stays_one_payment_of_what_was_booked() -> None:
    part = '<Amt Ccy="EUR">4.00</Amt><RmtInf><Ustrd>INV-000{}</Ustrd></RmtInf>'
    payment = only(camt(entry(details(part.format(1), part.format(2)))))
    assert payment.amount.minor == 1_000
    assert {"INV-0001", "INV-0002"} <= set(payment.numbers)


def test_a_reference_used_for_two_entries_still_gives_two_payments() -> None:
    one, other = (entry("<AcctSvcrRef>SAME</AcctSvcrRef>", amount=amount) for amount in ("1", "2"))
    ids = [each.payment for each in read_payments("x", camt(one, other, one))]
    assert len(set(ids)) == len(ids) == 2


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (entry(status=""), "Entry 1: Its status"),
        (entry(sign="BOTH"), "Entry 1: Amt or CdtDbtInd is missing"),
        (entry(amount="1,00"), "Entry 1: '1,00' is no amount"),
        (entry(amount="-1.00"), "Entry 1: '-1.00' is no amount"),
        (entry(amount="1.001"), "more decimals than EUR has"),
        (entry().replace("EUR", "ZZZ"), "'ZZZ' is no currency"),
        (entry().replace("2026-11-20", "2026-02-30"), "is no date"),
        (entry().replace("BookgDt", "Other"), "BookgDt is missing"),
        (entry() + "<Ntry>", "no sound XML"),
        ("<a>" * 100 + "</a>" * 100, "nested deeper"),
    ],
)
def test_a_statement_that_is_not_certain_is_refused_with_its_place(broken: str, words: str) -> None:
    assert words in refusal(camt(broken)).cause


def test_xml_bombs_and_foreign_xml_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    for raw in (bomb, outside):
        assert "no sound XML" in refusal(raw).cause
    assert "no CAMT.053" in refusal(b"<html><body>Please log in</body></html>").cause
    assert refusal(b"<a>" * 1_000_000).remedy


def test_entries_without_a_reference_keep_their_ids_when_the_file_comes_again() -> None:
    raw = camt(entry(), entry(), entry(amount="11.00"))
    once, again = read_payments("a", raw), read_payments("b", raw)
    assert [each.payment for each in once] == [each.payment for each in again]
    assert len({each.payment for each in once}) == 3


# --- CSV ---------------------------------------------------------------------------------------

SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Kundenreferenz (End-to-End)";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";'
    '"Betrag";"Waehrung";"Info"\r\n'
    f'"DE02";"20.11.26";"";"";"Rechnung 2026 -0001 für Töpferei";"";"Ada";"{IBAN}";'
    '"2.618,00";"EUR";"Umsatz gebucht"\r\n'
    f'"DE02";"21.11.26";"";"";"x";"";"Ada";"{IBAN}";"1.000";"EUR";"Umsatz vorgemerkt"\r\n'
)
DKB = (
    '"Girokonto";"DE02120300000000202051"\n"Kontostand vom 22.11.2026:";"1.000,00 €"\n\n'
    '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Verwendungszweck";"IBAN";'
    '"Betrag (€)"\n'
    f'"20.11.26";"20.11.26";"Gebucht";"Ada";"Rechnung 2026 -0001 für Töpferei";"{IBAN}";"2.618"\n'
    '"20.11.26";"20.11.26";"Gebucht";"Shop";"Papier";"";"-12,50"\n'
)
N26 = (
    '"Booking Date","Partner Name","Partner Iban","Payment Reference","Amount (EUR)"\n'
    f'"2026-11-20","Ada","{IBAN}","Rechnung 2026 -0001 für Töpferei","2618.0"\n'
)
ENGLISH = (
    "Date\tDescription\tPaid in\tPaid out\tCurrency\tPayer\tIBAN\n"
    f"20/11/2026\tRechnung 2026 -0001 für Töpferei\t2,618.00\t\tEUR\tAda\t{IBAN}\n"
    "21/11/2026\tPaper\t\t12.50\tEUR\tShop\t\n"
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SPARKASSE, "cp1252"),
        (DKB, "utf-8-sig"),
        (N26, "utf-8"),
        (ENGLISH, "utf-16"),
        (ENGLISH, "utf-16-le"),
    ],
)
def test_exports_of_four_banks_say_the_same(text: str, encoding: str) -> None:
    payment = read_payments("export.csv", text.encode(encoding))[0]
    assert (payment.amount, payment.booked_on) == (Money(261_800, "EUR"), date(2026, 11, 20))
    assert (payment.payer, payment.payer_account) == ("Ada", IBAN)
    assert payment.reference == "Rechnung 2026 -0001 für Töpferei"
    assert "2026-0001" in payment.numbers


def test_pending_rows_are_left_out_and_money_that_went_out_is_negative() -> None:
    assert len(read_payments("x", SPARKASSE.encode())) == 1
    assert [each.amount.minor for each in read_payments("x", DKB.encode())] == [261_800, -1_250]
    assert [each.amount.minor for each in read_payments("x", ENGLISH.encode())] == [261_800, -1_250]


def test_a_column_may_say_the_direction_or_the_cell_the_currency() -> None:
    text = "Datum;Betrag;S/H\n20.11.2026;12,50 EUR;S\n20.11.2026;€ 7,00;H\n20.11.2026;(1,00) EUR;\n"
    assert [each.amount.minor for each in read_payments("x", text.encode())] == [-1_250, 700, -100]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("03/04/2026;1.00;EUR", "Row 2: '03/04/2026' can be read in two ways"),
        ("20.11.2026;1.234;EUR", "Row 2: '1.234' can be read in two ways"),
        ("20.11.2026;1,234;EUR", "Row 2: '1,234' can be read in two ways"),
        ("20.11.2026;1,50;EUR\n20.11.2026;1.50;EUR", "decimal comma and others a decimal point"),
        (
            "13/01/2026;1.00;EUR\n01/13/2026;1.00;EUR",
            "begin with the day and others with the month",
        ),
        ("20.11.2026;1.00;", "Row 2: It names no currency"),
        ("20.11.2026;1.00 USD;EUR", "Row 2: It names EUR and USD"),
        ("20.11.2026;a lot;EUR", "Row 2: 'a lot' is no amount"),
        ("20.11.2026;1.23.456,00;EUR", "is no amount"),
        ("20.11.2026;;EUR", "Row 2: There is no single amount"),
        ("tomorrow;1.00;EUR", "Row 2: 'tomorrow' is no date"),
        ("31.02.2026;1.00;EUR", "is no date"),
        ("20.11.2026;1.005;EUR\n20.11.2026;1.00;EUR", "more decimals than EUR"),
        ("20.11.2026;99999999999999999999;EUR", "is no amount"),
    ],
)
def test_a_row_that_can_be_read_in_two_ways_is_refused_with_its_number(
    rows: str, words: str
) -> None:
    error = refusal(f"Date;Amount;Currency\n{rows}\n".encode())
    assert words in error.cause
    assert "Nothing was taken over" in error.remedy


def test_other_rows_may_settle_what_one_row_leaves_open() -> None:
    text = "Date;Amount;Currency\n03/04/2026;1.234;EUR\n13/04/2026;1,50;EUR\n"
    first = read_payments("x", text.encode())[0]
    assert (first.amount.minor, first.booked_on) == (123_400, date(2026, 4, 3))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1200", "JPY", 1_200), ("1.5", "KWD", 1_500), ("-0.01", "EUR", -1), ("10", "EUR", 1_000)],
)
def test_minor_units_follow_the_currency(amount: str, currency: str, minor: int) -> None:
    raw = f'{{"amount":"{amount}","currency":"{currency}","date":"2026-11-20"}}'
    assert only(raw.encode()).amount == Money(minor, currency)


# --- JSON and the rest -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'[{"amount":"1","currency":"EUR","date":"2026-11-20"},{"amount":1.5}]', "Payment 2"),
        (b'{"amount":"1","currency":"EUR"}', "`date`"),
        (b'{"amount":"1","currency":"EUR","date":"2026-11-20","to":"me"}', "unknown field `to`"),
        (b'{"amount":"1e9","currency":"EUR","date":"2026-11-20"}', "Payment 1: '1e9' is no amount"),
        (b'{"amount":"1.5","currency":"JPY","date":"2026-11-20"}', "more decimals than JPY"),
        (b'{"amount":"1","currency":"EUR","date":"20.11.2026"}', "Payment 1"),
        (b"{", "no valid JSON"),
        (b"[]", "0 payments"),
        (b"[" * 100_000, "Payment 1"),
        (b'{"amount":"\xff"}', "no valid JSON"),
        (b"", "empty"),
        (b"%PDF-1.7", "a PDF file"),
        (b"PK\x03\x04....", "a spreadsheet"),
        (b":20:STARTUMS\r\n:25:", "MT940"),
        (b"\x00\x01\x02\x03" * 50, "headings"),
        (b"hello\nworld", "headings"),
        (b'Date;Amount\n"20.11.2026;1', "Row"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_cause(raw: bytes, words: str) -> None:
    assert words in refusal(raw).cause


def test_a_file_of_megabytes_is_read_or_refused_as_a_whole() -> None:
    row = "20.11.2026;1,50;EUR;INV-0001;NUL\0\u202e\n"
    text = "Date;Amount;Currency;Reference;Payer\n" + row * 40_000
    found = read_payments("x", text.encode())
    assert len({each.payment for each in found}) == 40_000
    assert found[0].payer == "NUL"
    assert "more than 50,000 rows" in refusal((text + row * 20_000).encode()).cause
    assert "Split it" in refusal(b"a" * 26_000_000).remedy


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        ("Invoice 2026-0001 thanks", "2026-0001"),
        ("rechnung nr.2026 -0001", "2026-0001"),
        ("RE 2026- 0001", "2026-0001"),
        ("RE 2026-00\n01 DANKE", "2026-0001"),
        ("INV–2026–7", "INV-2026-7"),
        ("re/2026/0001.", "RE/2026/0001"),
    ],
)
def test_document_numbers_are_found_as_banks_break_them(reference: str, number: str) -> None:
    assert number in document_numbers(reference)


def test_words_without_digits_short_ones_and_account_numbers_are_no_document_numbers() -> None:
    assert document_numbers(f"Thanks for A1 and {IBAN}") == ()


PIECES = (
    b"Date;Amount;Currency\n", b"20.11.2026;", b"1,50;", b"EUR\n", b'"', b"\0", b"03/04/26;", b"{",
    b"-1.234,5-", b"<Ntry>", b"[", b"\xff\xfe", b"<Document>", b"\xe4",
)  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)


@given(raw=st.one_of(st.binary(max_size=300), pieces))
@settings(max_examples=250, deadline=None)
def test_no_bytes_raise_anything_but_a_refusal(raw: bytes) -> None:
    assert payment_kind(raw) in {"json", "camt053", "mt940", "csv"}
    with suppress(InputUnreadable):
        canonical(read_payments("x", raw))
