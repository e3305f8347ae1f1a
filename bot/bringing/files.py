"""Which files there are, and what each of them holds. Nothing is recorded here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from connectors.bringing.entries import Brought, BroughtContact, BroughtInvoice, OwnMail, Wrong
from connectors.bringing.sent_mail import read_sent
from connectors.bringing.tables import kind_of, read_contacts, read_invoices
from connectors.bringing.vcards import is_vcard, read_vcards
from connectors.mail.mbox import is_mbox
from ledger.domain.errors import InputUnreadable

LARGEST: Final = 64 * 1024 * 1024
_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".vcf", ".vcard", ".mbox", ".mbx"})
_KNOWN: Final = (
    "Contacts come as vCard (.vcf) or CSV with a column for the mail address; open invoices as CSV "
    "with number, customer, date and two of net, tax and gross; a Sent folder as mbox."
)


def read_brought(paths: Iterable[Path], own: frozenset[str], currency: str) -> Brought:
    """All of them. What is wrong with a file or a row is in `wrong`; nothing is raised for it."""
    contacts: list[BroughtContact] = []
    invoices: list[BroughtInvoice] = []
    mails: list[OwnMail] = []
    wrong: list[Wrong] = []
    others = 0
    for path in _files(paths, wrong):
        try:
            head = b"" if _is_mbox(path) else _whole(path)
            if not head:
                found, left = read_sent(path, own)
                mails += found
                others += left
                continue
            people, bills, bad = _one(path.name, head, currency)
        except InputUnreadable as error:
            wrong.append(Wrong(where=path.name, what=error.cause, remedy=error.remedy))
            continue
        except OSError as error:
            what = f"It cannot be read: {error.strerror}."
            wrong.append(Wrong(where=str(path), what=what, remedy="Check its name and its rights."))
            continue
        contacts += people
        invoices += bills
        wrong += bad
    return Brought(
        contacts=tuple(contacts),
        invoices=tuple(invoices),
        mails=tuple(mails),
        wrong=tuple(wrong),
        others=others,
    )


def _one(
    name: str, raw: bytes, currency: str
) -> tuple[list[BroughtContact], list[BroughtInvoice], list[Wrong]]:
    if len(raw) > LARGEST:
        raise InputUnreadable(f"{name} is larger than {LARGEST:,} bytes.", "Split it.")
    if is_vcard(raw):
        people, bad = read_vcards(name, raw)
        return people, [], bad
    match kind_of(raw):
        case "contacts":
            people, bad = read_contacts(name, raw)
            return people, [], bad
        case "invoices":
            bills, bad = read_invoices(name, raw, currency)
            return [], bills, bad
        case _:
            raise InputUnreadable(f"Nobody knows what {name} holds.", _KNOWN)


def _whole(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1) or b"\n"


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return is_mbox(file.read(5))


def _files(paths: Iterable[Path], wrong: list[Wrong]) -> Iterator[Path]:
    """Each file; of a folder those whose names say that they may be meant, in order."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in _SUFFIXES)
        if not found:
            what = "There is nothing in this folder that could be brought along."
            wrong.append(Wrong(where=str(path), what=what, remedy=_KNOWN))
        yield from found
