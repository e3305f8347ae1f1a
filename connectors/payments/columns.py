"""Which column of a bank's CSV export means what.

A heading is compared without case, spaces and punctuation; what stands in brackets may name
the currency ("Betrag (€)"). Known exports: German savings banks, DKB, ING, N26, Wise, Revolut
and plain English ones.
"""

from __future__ import annotations

import re

from msgspec import Struct

from connectors.payments.amounts import Unclear, currency_code

COLUMNS: dict[str, tuple[str, ...]] = {
    "date": (
        "buchungstag", "buchungsdatum", "buchung", "bookingdate", "booked", "bookedon",
        "completeddate", "transactiondate", "date", "datum", "tag", "valutadatum", "wertstellung",
        "valuta", "valuedate",
    ),
    "amount": ("betrag", "umsatz", "amount", "transactionamount", "value", "betragineur"),
    "credit": ("haben", "gutschrift", "credit", "creditamount", "paidin", "moneyin", "eingang"),
    "debit": ("soll", "lastschrift", "debit", "debitamount", "paidout", "moneyout", "ausgang"),
    "direction": (
        "sollhaben", "sollhabenkennzeichen", "sh", "creditdebit", "creditdebitindicator",
        "debitcredit", "direction", "dc", "crdr",
    ),
    "currency": ("währung", "waehrung", "currency", "ccy", "transactioncurrency"),
    "payer": (
        "beguenstigterzahlungspflichtiger", "begünstigterzahlungspflichtiger",
        "zahlungspflichtiger", "zahlungspflichtige", "auftraggeberempfänger",
        "auftraggeberempfaenger", "auftraggeber", "namezahlungsbeteiligter", "partnername",
        "payer", "payername", "counterparty", "counterpartyname", "debtor", "debtorname",
        "name", "sender", "from",
    ),
    "account": (
        "kontonummeriban", "ibanzahlungsbeteiligter", "iban", "kontonummer", "partneriban",
        "payeriban", "payeraccount", "counterpartyiban", "accountnumber", "debtoriban",
    ),
    "reference": (
        "verwendungszweck", "buchungstext/verwendungszweck", "reference", "paymentreference",
        "remittanceinformation", "description", "details", "message", "memo", "purpose",
    ),
    "end_to_end": ("kundenreferenzendtoend", "kundenreferenz", "endtoendid", "endtoendreferenz"),
    "id": (
        "transactionid", "transaktionsid", "umsatzid", "buchungsid", "paymentid", "bankreference",
        "bankreferenz", "transferwiseid", "id",
    ),
    "status": ("status", "state", "umsatzstatus", "info"),
}  # fmt: skip
"""Meaning → headings, best first: a booking date counts before a value date."""


class Layout(Struct, frozen=True):
    """Where a file's columns are. `currency` is the one named in the heading of the amount."""

    at: dict[str, int]
    currency: str = ""

    def cell(self, row: list[str], meaning: str) -> str:
        """The cell of a row, "" where the file or the row has no such column."""
        index = self.at.get(meaning)
        return row[index].strip() if index is not None and index < len(row) else ""


def layout_of(headings: list[str]) -> Layout | None:
    """The layout of a file with these headings; None where they are no headings of payments."""
    names = [_plain(heading) for heading in headings]
    at: dict[str, int] = {}
    for meaning, known in COLUMNS.items():
        found = next((names.index(name) for name in known if name in names), None)
        if found is not None:
            at[meaning] = found
    if "date" not in at or not ({"amount", "credit"} & at.keys()):
        return None
    money = headings[at["amount"] if "amount" in at else at["credit"]]
    return Layout(at, _currency_of(money))


def _plain(heading: str) -> str:
    without = re.sub(r"\([^()]{0,20}\)", "", heading.casefold())
    return re.sub(r"[\W_]+|\b(?:in )?(?:eur|euro)\b", "", without)


def _currency_of(heading: str) -> str:
    match = re.search(r"\(([^()]{1,5})\)|\bin (EUR|Euro)\b", heading)
    try:
        return currency_code((match[1] or "EUR").strip()) if match else ""
    except Unclear:
        return ""
