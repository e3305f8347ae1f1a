"""Address books, lists of open invoices and Sent folders, as programs export them."""

from __future__ import annotations

import pytest

from connectors.bringing.sent_mail import own_words
from connectors.bringing.tables import kind_of, read_contacts, read_invoices
from connectors.bringing.vcards import is_vcard, read_vcards
from ledger.domain.errors import CommandInvalid
from ledger.domain.numbers import ONE_SERIES, read_number
from ledger.domain.values import Money

OLD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=\r\n=FCller\r\n"
    b"EMAIL;INTERNET:Joerg@Mueller.example\r\nEND:VCARD\r\n"
)
NEW = (
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Éric Petit\r\nEMAIL;PREF=1:eric@petit.example\r\n"
    "LANG:fr-FR\r\nADR:;;1 rue X;Paris;;75001;France\r\nEND:VCARD\r\n"
)


@pytest.mark.parametrize(
    ("raw", "name", "email"),
    [
        (OLD, "Jörg Müller", "joerg@mueller.example"),
        (NEW.encode(), "Éric Petit", "eric@petit.example"),
        (NEW.replace("4.0", "3.0").encode("cp1252"), "Éric Petit", "eric@petit.example"),
        (NEW.encode("utf-16"), "Éric Petit", "eric@petit.example"),
    ],
)
def test_a_vcard_of_any_version_and_charset_is_read(raw: bytes, name: str, email: str) -> None:
    ((contact,), wrong) = read_vcards("book.vcf", raw)
    assert wrong == []
    assert (contact.name, contact.emails) == (name, (email,))


def test_language_and_country_of_a_card_become_codes() -> None:
    assert is_vcard(NEW.encode())
    ((contact,), _) = read_vcards("book.vcf", NEW.encode())
    assert (contact.language, contact.country) == ("fr", "FR")
    assert contact.address == "1 rue X\n75001 Paris"


def test_a_broken_card_is_named_with_its_line_and_the_others_are_read() -> None:
    raw = b"BEGIN:VCARD\r\nVERSION:3.0\r\nEMAIL\r\nFN;;;\r\nEND:VCARD\r\n" + NEW.encode()
    found, wrong = read_vcards("book.vcf", raw)
    assert [each.name for each in found] == ["Éric Petit"]
    assert [each.where for each in wrong] == ["book.vcf:1"]


ENGLISH = """Number;Customer;Date;Due;Net;Tax;Gross;Paid
R-7;Ada;2026-11-01;2026-11-15;100.00;19.00;119.00;19.00
"""
GERMAN = """Rechnungsnr.;Kunde;Datum;Fällig;Netto;MwSt;Brutto;Offen
R-7;Ada;01.11.2026;15.11.2026;100,00;19,00;119,00;100,00
"""
FRENCH = """Numéro de facture;Client;Date;Échéance;Montant HT;TVA;Déjà payé
R-7;Ada;01.11.2026;15.11.2026;100,00;19,00;19,00 €
""".replace(";", "\t")


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, FRENCH])
@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16"])
def test_headings_of_three_languages_say_the_same_invoice(text: str, charset: str) -> None:
    raw = text.encode(charset)
    assert kind_of(raw) == "invoices"
    ((invoice,), wrong) = read_invoices("open.csv", raw, "EUR")
    assert wrong == []
    assert (invoice.number, invoice.customer) == ("R-7", "Ada")
    assert (invoice.total, invoice.paid) == (Money(119_00, "EUR"), Money(19_00, "EUR"))
    assert (str(invoice.issued_on), str(invoice.due_on)) == ("2026-11-01", "2026-11-15")


def test_a_contact_without_an_address_is_a_wrong_row_and_not_a_guess() -> None:
    raw = b"Name,E-mail\nAda,ada@example.com\nBob,\nEve,eve at example\n"
    assert kind_of(raw) == "contacts"
    found, wrong = read_contacts("people.csv", raw)
    assert [each.name for each in found] == ["Ada"]
    assert [each.where for each in wrong] == ["people.csv:3", "people.csv:4"]


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, Ada wrote:\n> Dear Ms Lindt,\n> yours",
        "Am 8.11.2026 schrieb Ada:\n> Hallo",
        "-----Original Message-----\nFrom: ada@example.com\nDear Ms Lindt,",
        "Von: Ada <ada@example.com>\nGesendet: Montag\n\nSehr geehrte Frau Lindt,",
        "-- \nNora Lindt, Studio Nord",
    ],
)
def test_nothing_that_a_mail_quotes_is_the_operators_own_word(quoted: str) -> None:
    assert own_words(f"Hi Ada,\n\nthanks.\n\nBest\nNora\n\n{quoted}\n") == (
        "Hi Ada,\n\nthanks.\n\nBest\nNora"
    )


@pytest.mark.parametrize(
    ("said", "format_", "series", "ordinal"),
    [
        ("RE-2026-0042", "RE-{year}-{number:04d}", "2026", 42),
        ("2026/7", "{year}/{number}", "2026", 7),
        ("R00107", "R{number:05d}", ONE_SERIES, 107),
        ("INV2026-12-A", "INV{year}-{number:02d}-A", "2026", 12),
    ],
)
def test_a_number_says_its_own_prefix_year_and_padding(
    said: str, format_: str, series: str, ordinal: int
) -> None:
    read = read_number(said)
    assert (read.format, read.series, read.ordinal) == (format_, series, ordinal)
    assert read.format.format(year=read.year, number=ordinal) == said


@pytest.mark.parametrize("said", ["", "RE", "RE-{year}-1", "1" * 30])
def test_what_is_no_number_is_refused_in_words(said: str) -> None:
    with pytest.raises(CommandInvalid, match="no number of a series"):
        read_number(said)
