"""Contacts and open invoices as CSV: German, English and French headings, any usual encoding,
separator and number format. What can be read in two ways is refused, never guessed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from connectors.bringing.entries import BroughtContact, BroughtInvoice, Wrong
from connectors.bringing.places import country_code, language_code
from connectors.mail.charset import decoded_text
from connectors.payments.amounts import (
    Unclear,
    decimal_mark,
    decimal_number,
    money,
    split_currency,
)
from connectors.payments.dates import booking_date, day_first
from ledger.domain.errors import InputUnreadable
from ledger.domain.values import Money

MOST_ROWS: Final = 50_000
_SEPARATORS: Final = ";,\t"
_LONGEST: Final = 300
_MAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_BETWEEN: Final = re.compile(r"\s*[,;|]\s*|\s+:::\s+")

CONTACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "email": (
        "email", "emailaddress", "mail", "mailaddress", "mailadresse", "emailadresse", "courriel",
        "adressemail", "adresseemail", "email1value", "email1", "emailprivat", "emailgeschaftlich",
    ),
    "name": ("name", "fullname", "displayname", "anzeigename", "kontakt", "contact", "nomcomplet"),
    "first": ("firstname", "givenname", "vorname", "prenom"),
    "last": ("lastname", "familyname", "surname", "nachname", "familienname", "nom"),
    "organisation": (
        "organisation", "organization", "company", "companyname", "firma", "unternehmen", "societe",
        "entreprise", "organization1name", "organizationname", "raisonsociale",
    ),
    "phone": (
        "phone", "phonenumber", "telephone", "telefon", "telefonnummer", "mobile", "mobil", "handy",
        "mobilephone", "phone1value", "tel", "portable",
    ),
    "language": ("language", "sprache", "langue", "lang"),
    "country": ("country", "land", "pays", "countrycode", "landercode"),
    "street": ("street", "strasse", "straße", "rue", "streetaddress", "address", "adresse"),
    "code": ("zip", "zipcode", "postcode", "postalcode", "plz", "postleitzahl", "codepostal"),
    "city": ("city", "town", "ort", "stadt", "ville"),
    "vat": (
        "vatid", "vatnumber", "vat", "ustidnr", "ustid", "umsatzsteuerid", "uid", "tvaintra",
        "numerotva", "tva",
    ),
}  # fmt: skip
INVOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "number": (
        "number", "invoicenumber", "invoiceno", "invoice", "rechnungsnummer", "rechnungsnr",
        "rechnung", "belegnummer", "nummer", "nr", "numero", "numerodefacture", "facture",
        "numerofacture", "nofacture",
    ),
    "customer": (
        "customer", "customername", "client", "kunde", "kundenname", "debitor", "name", "nom",
        "nomduclient", "company", "firma", "societe",
    ),
    "email": CONTACTS["email"],
    "date": (
        "date", "invoicedate", "issuedate", "issued", "issuedon", "rechnungsdatum", "datum",
        "belegdatum", "datedefacture", "datefacture", "dateemission",
    ),
    "due": (
        "due", "duedate", "dueon", "payableby", "fallig", "faellig", "falligkeit", "faelligkeit",
        "falligam", "faelligam", "zahlbarbis", "falligkeitsdatum", "echeance", "datedecheance",
        "dateecheance",
    ),
    "net": ("net", "netamount", "subtotal", "netto", "nettobetrag", "ht", "montantht", "totalht"),
    "tax": (
        "tax", "taxamount", "vat", "vatamount", "steuer", "steuerbetrag", "mwst", "ust",
        "mwstbetrag", "ustbetrag", "umsatzsteuer", "tva", "montanttva",
    ),
    "gross": (
        "gross", "grossamount", "total", "amount", "brutto", "bruttobetrag", "gesamtbetrag",
        "betrag", "summe", "ttc", "montantttc", "totalttc", "montant",
    ),
    "paid": (
        "paid", "paidamount", "alreadypaid", "amountpaid", "bezahlt", "gezahlt", "schonbezahlt",
        "zahlung", "paye", "dejapaye", "montantpaye", "regle",
    ),
    "open": ("open", "openamount", "balance", "outstanding", "offen", "offenerbetrag", "restbetrag",
             "solde", "restedu", "resteapayer"),
    "currency": ("currency", "waehrung", "wahrung", "ccy", "devise", "monnaie"),
}  # fmt: skip


class _Row(Struct, frozen=True):
    """One row under its headings; `number` counts the file's lines as a person does."""

    file: str
    number: int
    cells: dict[str, str]

    @property
    def where(self) -> str:
        return f"{self.file}:{self.number}"

    def __getitem__(self, meaning: str) -> str:
        return self.cells.get(meaning, "")


def kind_of(raw: bytes) -> str:
    """`invoices`, `contacts`, or "" where the headings are of neither."""
    text = _text(raw)
    for separator in _SEPARATORS:
        for cells in _head(text, separator):
            if _is_invoices(at := _layout(cells, INVOICES)) and "number" in at:
                return "invoices"
            if _is_contacts(_layout(cells, CONTACTS)):
                return "contacts"
    return ""


def read_contacts(name: str, raw: bytes) -> tuple[list[BroughtContact], list[Wrong]]:
    """The rows with an address, and those that are wrong."""
    found, wrong = [], []
    for row in _rows(name, raw, CONTACTS, _is_contacts):
        try:
            found.append(_contact(row))
        except Unclear as error:
            wrong.append(_wrong(row, error))
    return found, wrong


def read_invoices(name: str, raw: bytes, currency: str) -> tuple[list[BroughtInvoice], list[Wrong]]:
    """The rows, and those that are wrong. `currency` is the company's, where none is named."""
    rows = list(_rows(name, raw, INVOICES, _is_invoices))
    found, wrong = [], []
    amounts = [row[key] for row in rows for key in ("net", "tax", "gross", "paid", "open")]
    try:
        mark = decimal_mark(split_currency(cell)[0] for cell in amounts if cell)
        days_first = day_first([row[key] for row in rows for key in ("date", "due")])
    except Unclear as error:
        return [], [Wrong(where=name, what=error.cause, remedy=error.remedy)]
    for row in rows:
        try:
            found.append(_invoice(row, mark, days_first, currency))
        except Unclear as error:
            wrong.append(_wrong(row, error))
    return found, wrong


def _contact(row: _Row) -> BroughtContact:
    emails = [each.lower() for each in _BETWEEN.split(row["email"]) if each]
    bad = next((each for each in emails if not _MAIL.fullmatch(each)), None)
    if bad is not None or not emails:
        said = f"{bad[:60]!r} is no mail address." if bad else "There is no mail address."
        raise Unclear(said, "Correct the row, or remove it.")
    name = row["name"] or " ".join(part for part in (row["first"], row["last"]) if part)
    town = " ".join(part for part in (row["code"], row["city"]) if part)
    lines = (row["street"], town) if row["street"] and town else ()
    return BroughtContact(
        where=row.where,
        name=name or row["organisation"],
        organisation=row["organisation"] if name else "",
        emails=tuple(dict.fromkeys(emails)),
        phones=tuple(each for each in _BETWEEN.split(row["phone"]) if each),
        address="\n".join(lines),
        country=country_code(row["country"]),
        language=language_code(row["language"]),
        vat_id=row["vat"],
    )


def _invoice(row: _Row, mark: str, days_first: bool | None, usual: str) -> BroughtInvoice:
    if not row["number"] or not (row["customer"] or row["email"]):
        missing = "invoice number" if not row["number"] else "customer"
        raise Unclear(f"There is no {missing}.", "Correct the row, or remove it.")
    read = _amounts(row, mark, usual)
    net, tax, total = _three(read)
    paid = _paid(read, total)
    if total.minor <= 0 or tax.minor < 0 or not paid.minor >= 0:
        raise Unclear("Its amounts are not those of an invoice.", "Leave credit notes out.")
    issued = booking_date(row["date"], days_first=days_first)
    due = booking_date(row["due"], days_first=days_first) if row["due"] else None
    if due is not None and due < issued:
        raise Unclear(f"It is due on {due}, before its own date {issued}.", "Correct the row.")
    return BroughtInvoice(
        where=row.where,
        number=row["number"],
        customer=row["customer"],
        email=_one_mail(row["email"]),
        issued_on=issued,
        due_on=due,
        net=net,
        tax=tax,
        total=total,
        paid=paid,
    )


def _one_mail(text: str) -> str:
    if text and not _MAIL.fullmatch(text):
        raise Unclear(f"{text[:60]!r} is no mail address.", "Correct the row.")
    return text.lower()


def _amounts(row: _Row, mark: str, usual: str) -> dict[str, Money]:
    """The amounts there are, all in one currency."""
    read: dict[str, Money] = {}
    for key in ("net", "tax", "gross", "paid", "open"):
        number, written = split_currency(row[key])
        if number:
            currency = written or row["currency"] or usual
            read[key] = money(decimal_number(number, mark), currency)
    if len({each.currency for each in read.values()}) > 1:
        raise Unclear("It names two currencies.", "Correct the row.")
    return read


def _three(read: Mapping[str, Money]) -> tuple[Money, Money, Money]:
    """Net, tax and gross; one of them may follow from the others."""
    net, tax, gross = read.get("net"), read.get("tax"), read.get("gross")
    if net is not None and tax is None and gross is not None:
        tax = gross - net
    if net is None and tax is not None and gross is not None:
        net = gross - tax
    if net is not None and tax is not None and gross is None:
        gross = net + tax
    if net is None or tax is None or gross is None:
        raise Unclear(
            "Two of net, tax and gross are needed.",
            "Add a column for net, or for the tax (0 is one).",
        )
    if net + tax != gross:
        raise Unclear("Net and tax do not add up to gross.", "Correct the row.")
    return net, tax, gross


def _paid(read: Mapping[str, Money], total: Money) -> Money:
    still, paid = read.get("open"), read.get("paid")
    if still is None:
        return paid if paid is not None else Money(0, total.currency)
    if paid is not None and paid + still != total:
        raise Unclear("Paid and open do not add up to the total.", "Correct the row.")
    return total - still


def _rows(
    file: str,
    raw: bytes,
    known: Mapping[str, tuple[str, ...]],
    fits: Callable[[Mapping[str, int]], bool],
) -> Iterator[_Row]:
    text = _text(raw)
    separator = next(
        (s for s in _SEPARATORS if any(fits(_layout(c, known)) for c in _head(text, s))), None
    )
    if separator is None:
        raise InputUnreadable(
            f"{file}: no headings were found.", "Begin it with a row of headings."
        )
    at: dict[str, int] = {}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if reader.line_num > MOST_ROWS:
                raise InputUnreadable(f"{file} has more than {MOST_ROWS:,} rows.", "Split it.")
            if not at:
                found = _layout(cells, known)
                at = found if fits(found) else {}
            elif any(cell.strip() for cell in cells):
                yield _Row(file, reader.line_num, _named(cells, at))
    except csv.Error as error:
        raise InputUnreadable(
            f"{file}:{reader.line_num}: {error}.", "Export it again; a quote may be missing."
        ) from error


def _named(cells: Sequence[str], at: Mapping[str, int]) -> dict[str, str]:
    return {meaning: _shown(cells[index]) for meaning, index in at.items() if index < len(cells)}


def _shown(cell: str) -> str:
    """One line without signs that nobody sees."""
    seen = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in cell)
    return " ".join(seen.split())[:_LONGEST]


def _text(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").lstrip("\ufeff")
    return decoded_text(raw, "utf-8").text.replace("\0", "")


def _head(text: str, separator: str) -> Iterator[list[str]]:
    head = "\n".join(text.splitlines()[:20])
    yield from csv.reader(io.StringIO(head, newline=""), delimiter=separator)


def _layout(cells: Sequence[str], known: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    names = [_plain(cell) for cell in cells]
    found = {
        meaning: next((names.index(each) for each in words if each in names), -1)
        for meaning, words in known.items()
    }
    return {meaning: index for meaning, index in found.items() if index >= 0}


def _plain(heading: str) -> str:
    bare = re.sub(r"\([^()]{0,20}\)", "", heading.casefold()).replace("ß", "ss")
    letters = unicodedata.normalize("NFKD", bare)
    return re.sub(r"[\W_]+", "", "".join(s for s in letters if not unicodedata.combining(s)))


def _is_invoices(at: Mapping[str, int]) -> bool:
    return {"number", "date"} <= at.keys() and bool({"gross", "net"} & at.keys())


def _is_contacts(at: Mapping[str, int]) -> bool:
    return "email" in at


def _wrong(row: _Row, error: Unclear) -> Wrong:
    return Wrong(where=row.where, what=error.cause, remedy=error.remedy)
