"""What the readers of brought files give: contacts, open invoices, mails of one's own."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from ledger.domain.values import Money


class Wrong(Struct, frozen=True, kw_only=True):
    """A row that cannot be taken: where it stands, what is wrong, what to do."""

    where: str
    what: str
    remedy: str


class BroughtContact(Struct, frozen=True, kw_only=True):
    """One entry of an address book. `country` is ISO 3166-1, `language` en, de or fr, else ""."""

    where: str
    name: str
    emails: tuple[str, ...]
    organisation: str = ""
    phones: tuple[str, ...] = ()
    address: str = ""
    country: str = ""
    language: str = ""
    vat_id: str = ""


class BroughtInvoice(Struct, frozen=True, kw_only=True):
    """One row of a list of open invoices. `due_on` None: after the usual days."""

    where: str
    number: str
    customer: str
    email: str
    issued_on: date
    due_on: date | None
    net: Money
    tax: Money
    total: Money
    paid: Money


class OwnMail(Struct, frozen=True, kw_only=True):
    """A mail that the operator wrote: its own words, without what it quotes."""

    to: str
    names: tuple[str, ...]
    text: str
    sha256: str


class Brought(Struct, frozen=True, kw_only=True):
    """All that was read of the files, and every row that is wrong.

    `others` counts mails in Sent folders that somebody else, or a machine, wrote.
    """

    contacts: tuple[BroughtContact, ...] = ()
    invoices: tuple[BroughtInvoice, ...] = ()
    mails: tuple[OwnMail, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    others: int = 0
