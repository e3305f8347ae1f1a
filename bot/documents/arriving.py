"""What is kept of a file that came in, and the order numbers in a mail with all its files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from connectors.documents.apart import Given
from connectors.documents.reading import Reading
from connectors.mail.contents import AttachmentBytes
from connectors.mail.parse import ParsedMail
from ledger.domain.documents import OrderNumber
from ledger.domain.entities import Case, Contact
from ledger.domain.events import DocumentReceived
from ledger.domain.order_numbers import MOST, order_numbers, order_numbers_on, same_number
from ledger.domain.reading import Views


class Reader(Protocol):
    """Reads what strangers sent; a reading for each file, whatever is in it."""

    async def read(self, files: Sequence[Given]) -> list[Reading]: ...


class Handed(Struct, frozen=True, kw_only=True):
    """A file that the operator hands in: for which case, by whom, and whose key seals it."""

    case: str
    operator: str
    channel: str
    by: str = ""
    person: str = ""
    name: str = ""


async def person_behind(views: Views, case: str) -> str:
    """Whose key seals what is handed in for a case; "" where it is with nobody."""
    found = await views.get(Case, case)
    contact = await views.get(Contact, found.contact) if found else None
    return contact.persons[0] if contact and contact.persons else ""


def document_received(document: str, file: AttachmentBytes, found: Reading) -> DocumentReceived:
    """The fact that this file came in; the caller says with what, or for what."""
    return DocumentReceived(
        document=document,
        of="",
        media_type=file.media_type,
        size=len(file.data),
        how=found.how,
        pages=found.pages,
        notes=found.notes,
        text=found.text,
        name=file.name,
        sha256=hashlib.sha256(file.data).hexdigest(),
    )


def orders_of(
    mail: ParsedMail, files: Sequence[tuple[AttachmentBytes, Reading]]
) -> tuple[OrderNumber, ...]:
    """The purchase-order numbers in a mail and its files, each where it stands first."""
    found = [*order_numbers(mail.subject), *order_numbers(mail.text)]
    for file, read in files:
        found += order_numbers_on(file.name, read.text, paged=bool(read.pages))
    first: dict[str, OrderNumber] = {}
    for one in found:
        first.setdefault(same_number(one.number), one)
    return tuple(first.values())[:MOST]
