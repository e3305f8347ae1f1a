"""What is said when a person is erased. Nothing here names them: pseudonyms stay, keys go."""

from __future__ import annotations

from datetime import date
from typing import Final

from ledger.domain.events.base import Event

ERASER: Final = "eraser"
"""The subscriber that erases: it signs these facts and names the cursor."""


class ErasureOrdered(Event, frozen=True, kw_only=True):
    """The operator wants somebody erased. `persons` are all their pseudonyms.

    `contacts` are all entries of the address book that are this somebody; none where there is none.
    """

    erasure: str
    persons: tuple[str, ...]
    operator: str
    channel: str
    by: str = ""
    contacts: tuple[str, ...] = ()


class DocumentKept(Event, frozen=True, kw_only=True):
    """The law keeps this document of an erased person until the end of `until`.

    Its files (by name in `files`, with the sha256 of each in `blobs`) are sealed under a key of
    their own, `key`, which is destroyed then.
    """

    document: str
    number: str
    issued_on: date
    until: date
    key: str
    files: tuple[str, ...] = ()
    blobs: tuple[str, ...] = ()


class RetentionEnded(Event, frozen=True, kw_only=True):
    """The law keeps this document no longer; it was erased too."""

    document: str
    number: str
    files: int = 0


class CaseErased(Event, frozen=True, kw_only=True):
    """What this case keeps of these persons is gone; whoever holds a copy drops it now."""

    erasure: str
    persons: tuple[str, ...]


class PersonErased(Event, frozen=True, kw_only=True):
    """It is done: the keys and every copy are gone.

    `mails` counts files in the maildirs, `documents` those in the store; `kept` are the numbers
    of the documents that the law keeps.
    """

    erasure: str
    persons: tuple[str, ...]
    contacts: tuple[str, ...] = ()
    mails: int = 0
    documents: int = 0
    kept: tuple[str, ...] = ()
