"""The chart of accounts: what each account is, what it is called, and its usual numbers.

An account is named by a path: `bank`, `income/domestic/1900`, `expense/hosting`. The numbers are
those of the German standard charts SKR03 and SKR04, for whoever hands the books to an accountant
there; where a chart has no fitting number it is "".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

BANK: Final = "bank"
CLEARING: Final = "clearing"
TRANSIT: Final = "transit"
RECEIVABLE: Final = "receivable"
SUSPENSE: Final = "suspense"
CREDIT: Final = "credit"
PAYABLE: Final = "payable"
OUTPUT_TAX: Final = "output-tax"
INPUT_TAX: Final = "input-tax"
DEPOSITS: Final = "deposits"
OPENING: Final = "opening"
EXCHANGE: Final = "exchange"
INCOME: Final = "income"
REDUCTION: Final = "reduction"
EXPENSE: Final = "expense"
FEES: Final = "expense/bank fees"


class AccountKind(StrEnum):
    """Where an account stands: the sides of a balance sheet, and of profit and loss."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSES = "expenses"


class Chart(StrEnum):
    """Whose numbers stand beside the names."""

    NONE = "none"
    SKR03 = "skr03"
    SKR04 = "skr04"


class Account(Struct, frozen=True):
    """One account: `names` by language, `numbers` by chart."""

    kind: AccountKind
    names: Mapping[str, str]
    numbers: Mapping[Chart, str]


def _account(kind: AccountKind, en: str, de: str, fr: str, skr03: str, skr04: str) -> Account:
    numbers = {Chart.SKR03: skr03, Chart.SKR04: skr04, Chart.NONE: ""}
    return Account(kind, {"en": en, "de": de, "fr": fr}, numbers)


_A, _L, _E, _I, _X = AccountKind

_FIXED: Final[dict[str, Account]] = {
    BANK: _account(_A, "Bank", "Bank", "Banque", "1200", "1800"),
    CLEARING: _account(
        _A, "Payment provider", "Zahlungsdienstleister", "Prestataire de paiement", "1361", "1461"
    ),
    TRANSIT: _account(_A, "Money in transit", "Geldtransit", "Virements internes", "1360", "1460"),
    RECEIVABLE: _account(_A, "Receivables", "Forderungen", "Créances clients", "1400", "1200"),
    SUSPENSE: _account(
        _L, "Unmatched money", "Ungeklärte Posten", "Compte d'attente", "1590", "1370"
    ),
    CREDIT: _account(
        _L, "Customers' credit", "Kundenguthaben", "Avoirs des clients", "1593", "1375"
    ),
    PAYABLE: _account(
        _L, "Expenses to pay", "Verbindlichkeiten", "Dettes fournisseurs", "1600", "3300"
    ),
    OUTPUT_TAX: _account(_L, "VAT charged", "Umsatzsteuer", "TVA collectée", "1770", "3800"),
    INPUT_TAX: _account(_A, "Input VAT", "Vorsteuer", "TVA déductible", "1570", "1400"),
    DEPOSITS: _account(
        _L, "Deposits received", "Erhaltene Anzahlungen", "Acomptes reçus", "1710", "3250"
    ),
    OPENING: _account(_E, "Opening balance", "Saldenvorträge", "Bilan d'ouverture", "9000", "9000"),
    EXCHANGE: _account(_E, "Other currency", "Andere Währung", "Autre devise", "", ""),
}

_INCOME: Final[dict[str, Account]] = {
    "domestic": _account(_I, "Income", "Erlöse", "Ventes", "8400", "4400"),
    "small business": _account(
        _I,
        "Income, small business",
        "Erlöse Kleinunternehmer",
        "Ventes en franchise",
        "8195",
        "4185",
    ),
    "reverse charge": _account(
        _I, "Income, reverse charge", "Erlöse § 13b EU", "Ventes autoliquidées", "8336", "4336"
    ),
    "intra-community supply": _account(
        _I, "Income, intra-community", "Innergem. Lieferungen", "Livraisons UE", "8125", "4125"
    ),
    "export": _account(_I, "Income, export", "Ausfuhrlieferungen", "Exportations", "8120", "4120"),
    "outside scope": _account(
        _I, "Income, third countries", "Erlöse Drittland", "Ventes hors UE", "8338", "4338"
    ),
}

_AT_RATE: Final[dict[str, Mapping[Chart, str]]] = {
    f"{INCOME}/domestic/700": {Chart.SKR03: "8300", Chart.SKR04: "4300"},
    f"{INCOME}/domestic/0": {Chart.SKR03: "8200", Chart.SKR04: "4200"},
    f"{REDUCTION}/domestic/1900": {Chart.SKR03: "8736", Chart.SKR04: "4736"},
    f"{REDUCTION}/domestic/700": {Chart.SKR03: "8731", Chart.SKR04: "4731"},
    f"{OUTPUT_TAX}/1900": {Chart.SKR03: "1776", Chart.SKR04: "3806"},
    f"{OUTPUT_TAX}/700": {Chart.SKR03: "1771", Chart.SKR04: "3801"},
    f"{INPUT_TAX}/1900": {Chart.SKR03: "1576", Chart.SKR04: "1406"},
    f"{INPUT_TAX}/700": {Chart.SKR03: "1571", Chart.SKR04: "1401"},
    f"{DEPOSITS}/1900": {Chart.SKR03: "1718", Chart.SKR04: "3272"},
    f"{DEPOSITS}/700": {Chart.SKR03: "1711", Chart.SKR04: "3260"},
}
"""Rates that the charts have accounts of their own for."""

CATEGORIES: Final[dict[str, Account]] = {
    "hosting": _account(
        _X,
        "Hosting and software",
        "Hosting und Software",
        "Hébergement et logiciels",
        "4964",
        "6837",
    ),
    "office": _account(
        _X, "Office supplies", "Bürobedarf", "Fournitures de bureau", "4930", "6815"
    ),
    "phone": _account(
        _X, "Phone and internet", "Telefon und Internet", "Téléphone et internet", "4920", "6805"
    ),
    "travel": _account(_X, "Travel", "Reisekosten", "Déplacements", "4670", "6670"),
    "meals": _account(_X, "Business meals", "Bewirtung", "Repas d'affaires", "4650", "6640"),
    "advertising": _account(_X, "Advertising", "Werbung", "Publicité", "4600", "6600"),
    "rent": _account(_X, "Rent", "Miete", "Loyers", "4210", "6310"),
    "insurance": _account(_X, "Insurance", "Versicherungen", "Assurances", "4360", "6400"),
    "subcontractors": _account(
        _X, "Subcontractors", "Fremdleistungen", "Sous-traitance", "3100", "5900"
    ),
    "books": _account(
        _X,
        "Books and training",
        "Fachliteratur und Fortbildung",
        "Documentation et formation",
        "4940",
        "6820",
    ),
    "equipment": _account(
        _X, "Small equipment", "Geringwertige Wirtschaftsgüter", "Petit matériel", "4855", "6260"
    ),
    "advice": _account(
        _X,
        "Legal and tax advice",
        "Rechts- und Beratungskosten",
        "Conseil juridique et fiscal",
        "4950",
        "6825",
    ),
    "bank fees": _account(
        _X,
        "Bank and payment fees",
        "Nebenkosten des Geldverkehrs",
        "Frais bancaires",
        "4970",
        "6855",
    ),
    "other": _account(_X, "Other expenses", "Sonstiger Aufwand", "Autres charges", "4900", "6300"),
}
"""What an expense can be for."""


def account(path: str) -> Account:
    """The account of a path. Total: what this version does not know is another expense."""
    head, _, rest = path.partition("/")
    middle, _, _ = rest.partition("/")
    if head == EXPENSE:
        found = CATEGORIES.get(rest, CATEGORIES["other"])
    elif head in {INCOME, REDUCTION}:
        found = _INCOME.get(middle, _INCOME["domestic"])
    else:
        found = _FIXED.get(head, CATEGORIES["other"])
    special = _AT_RATE.get(path)
    return Account(found.kind, found.names, {**found.numbers, **special}) if special else found


def account_name(path: str, language: str = "en") -> str:
    """What it is called: `Income 19 %`, `Income, reductions 19 %`."""
    head = path.partition("/")[0]
    found = account(path)
    name = found.names.get(language, found.names["en"])
    if head == REDUCTION:
        name = f"{name}, {_LESS.get(language, _LESS['en'])}"
    rate = path.rpartition("/")[2] if head != EXPENSE else ""
    return f"{name} {_percent(int(rate))}" if rate.isdigit() and int(rate) else name


_LESS: Final = {"en": "reductions", "de": "Erlösschmälerungen", "fr": "réductions accordées"}


def _percent(rate_bp: int) -> str:
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %" if rest else f"{whole} %"
